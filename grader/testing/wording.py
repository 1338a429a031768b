"""Messages in the wording of Python and numpy, which say nothing but names and sizes.

A list, and not a rule: what a student's own code raises can be worded like anything. A version of
Python that words a message otherwise costs students that message in hidden checks, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

IMPORT_ERRORS: Final = ("ImportError", "ModuleNotFoundError", "PlaceholderUsed")
OF_THE_CODE: Final = (
    *IMPORT_ERRORS,
    *("NameError", "UnboundLocalError", "SyntaxError", "IndentationError", "TabError"),
    "NotImplementedError",
)
"""Exceptions that come of what is written and not of what was handed over."""

# {n}: a name, {k}: a whole number, {s}: a shape, {o}: an operator.
MESSAGES: Final = """
name '{n}' is not defined
name '{n}' is not defined. Did you mean: '{n}'?
cannot access local variable '{n}' where it is not associated with a value
local variable '{n}' referenced before assignment
'{n}' object has no attribute '{n}'
'{n}' object has no attribute '{n}'. Did you mean: '{n}'?
module '{n}' has no attribute '{n}'
No module named '{n}'
cannot import name '{n}' from '{n}'
'{n}' object is not callable
'{n}' object is not iterable
'{n}' object is not subscriptable
'{n}' object does not support item assignment
'{n}' object cannot be interpreted as an integer
object of type '{n}' has no len()
unsupported operand type(s) for {o}: '{n}' and '{n}'
bad operand type for unary {o}: '{n}'
'{o}' not supported between instances of '{n}' and '{n}'
cannot unpack non-iterable {n} object
can only concatenate {n} (not "{n}") to {n}
can't multiply sequence by non-int of type '{n}'
unhashable type: '{n}'
{n} indices must be integers or slices, not {n}
{n}() missing {k} required positional argument: '{n}'
{n}() missing {k} required positional arguments: '{n}' and '{n}'
{n}() takes {k} positional argument but {k} were given
{n}() takes {k} positional argument but {k} was given
{n}() takes {k} positional arguments but {k} were given
{n}() takes {k} positional arguments but {k} was given
{n}() got an unexpected keyword argument '{n}'
{n}() got multiple values for argument '{n}'
{n} expected at most {k} arguments, got {k}
{n} expected at least {k} argument, got {k}
{n}() argument must be a string or a real number, not '{n}'
list index out of range
tuple index out of range
string index out of range
pop from empty list
too many values to unpack (expected {k})
not enough values to unpack (expected {k}, got {k})
division by zero
float division by zero
math domain error
math range error
maximum recursion depth exceeded
maximum recursion depth exceeded in comparison
maximum recursion depth exceeded while calling a Python object
{n} is used here, but the module '{n}' is not available
operands could not be broadcast together with shapes {s} {s}
non-broadcastable output operand with shape {s} doesn't match the broadcast shape {s}
could not broadcast input array from shape {s} into shape {s}
shapes {s} and {s} not aligned: {k} (dim {k}) != {k} (dim {k})
matmul: Input operand {k} has a mismatch in its core dimension {k}, with gufunc signature \
(n?,k),(k,m?)->(n?,m?) (size {k} is different from {k})
matmul: Input operand {k} does not have enough dimensions (has {k}, gufunc core with signature \
(n?,k),(k,m?)->(n?,m?) requires {k})
cannot reshape array of size {k} into shape {s}
index {k} is out of bounds for axis {k} with size {k}
axis {k} is out of bounds for array of dimension {k}
too many indices for array: array is {k}-dimensional, but {k} were indexed
all the input arrays must have same number of dimensions, but the array at index {k} has {k} \
dimension(s) and the array at index {k} has {k} dimension(s)
all the input array dimensions except for the concatenation axis must match exactly, but along \
dimension {k}, the array at index {k} has size {k} and the array at index {k} has size {k}
only length-1 arrays can be converted to Python scalars
only 0-dimensional arrays can be converted to Python scalars
only integer scalar arrays can be converted to a scalar index
only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean \
arrays are valid indices
The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()
setting an array element with a sequence.
Cannot interpret '{k}' as a data type
Cannot cast ufunc '{n}' output from dtype('{n}') to dtype('{n}') with casting rule '{n}'
loop of ufunc does not support argument {k} of type {n} which has no callable {n} method
ufunc '{n}' did not contain a loop with signature matching types (dtype('{n}'), dtype('{n}')) -> {n}
input operand has more dimensions than allowed by the axis remapping
inhomogeneous shape after {k} dimensions
invalid index to scalar variable.
zero-size array to reduction operation {n} which has no identity
assignment destination is read-only
output array is read-only
Singular matrix
I/O operation on closed file.
""".strip().splitlines()

SLOTS: Final = {
    "n": r"((?:[^\W\d]\w*|<locals>|<lambda>)(?:\.(?:[^\W\d]\w*|<locals>|<lambda>))*)",
    "k": r"(-?\d{1,9})",
    "s": r"(\((?:\d{1,9}, ?)*\d{0,9}\))",
    "o": r"(?:[-+*/%@&|^]=?|//=?|\*\*(?:=| or pow\(\)|)|<<|>>|[<>]=?)",
}
_SLOT = re.compile(r"\{([nkso])\}")
_PART = re.compile(r"[^\W\d]\w*|\d+")
# A dotted name and a shape may have any number of parts, and many would spell what is hidden.
MOST_NAMES: Final = 4
MOST_NUMBERS: Final = 8


def is_of_the_code(kind: str, message: str) -> bool:
    """Whether an exception comes of what is written, so that no argument's shape explains it."""
    of_a_module = kind == "AttributeError" and message.startswith(("module ", "partially init"))
    return of_a_module or kind in OF_THE_CODE


def is_usual(text: str, is_name: Callable[[str], bool], is_size: Callable[[int], bool]) -> bool:
    """Whether a message is one of the list, with names and sizes that may be repeated."""
    for pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            parts = [part for slot in found.groups() for part in _PART.findall(slot)]
            numbers = [int(part) for part in parts if part.isdecimal()]
            names = [part for part in parts if not part.isdecimal()]
            few = len(names) <= MOST_NAMES and len(numbers) <= MOST_NUMBERS
            return few and all(map(is_size, numbers)) and all(map(is_name, names))
    return False


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_pattern(message)) for message in MESSAGES)


def _pattern(message: str) -> str:
    pieces = _SLOT.split(message)
    return "".join(SLOTS[p] if place % 2 else re.escape(p) for place, p in enumerate(pieces))
