"""What a value plainly is: the member of the closed set that one of another type stands for.

Runs on the side of student code, whose classes may override anything. So what has a plain base is
read by that (`dict.items(value)`), and its own class is not asked. All other mappings are asked for
their items, and other objects for the array that they are (`__array__`): what they give is read in
the same way and counts against the same limits, and what they raise is a refusal. An object that
claims to equal everything arrives as data or not at all. What is no plain data is refused with the
name that a student has for it.
"""

from __future__ import annotations

import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from grader.wire.values import (
    DEFAULT_LIMITS,
    INT64_MIN,
    MAX_KEY_DEPTH,
    NUMERIC_KINDS,
    UINT64_MAX,
    Refused,
)

# Types are known by identity: what a metaclass says of hash and equality is never asked.
SCALARS: Final = frozenset(
    id(np.dtype(code).type) for code in "?" + np.typecodes["AllInteger"] + np.typecodes["AllFloat"]
)
_BASES: Final[tuple[tuple[type, Callable[[Any], Any]], ...]] = (
    (str, str.__str__),
    (bytes, bytes.__bytes__),
    (int, int.__int__),
    (float, float.__float__),
    (complex, complex.__complex__),
)
_VIEWS: Final[tuple[type, ...]] = (type({}.keys()), type({}.values()), type({}.items()))
_SPECIAL_ARRAYS: Final = {
    "O": "array of objects",
    "U": "array of text",
    "T": "array of text",
    "S": "array of bytes",
    "V": "structured array",
    "M": "array of dates",
    "m": "array of durations",
}
MASKED: Final = "array with masked entries"
# Where a class stands says nothing to its author, in these modules.
_UNSAID: Final = ("builtins", "__main__", "submission")


def items_of(value: Any, kind: type) -> Iterable[tuple[Any, Any]] | None:
    """Return the items of a dict or another mapping, in their order; None for what is none."""
    if issubclass(kind, dict):
        return OrderedDict.items(value) if kind is OrderedDict else dict.items(value)
    bases = vars(type)["__mro__"].__get__(kind)  # `issubclass` asks an abstract class
    if kind is MappingProxyType or any(base is Mapping for base in bases):
        return _asked_for_items(value, kind)
    return None


def _asked_for_items(value: Any, kind: type) -> Iterator[tuple[Any, Any]]:
    """Yield the items that a mapping says it has; who encodes them counts them."""
    try:
        for key in value:
            yield key, value[key]
    except Exception:  # its methods may be a student's
        raise Refused("type", type_name(kind), value) from None


def parts_of(value: Any, kind: type) -> tuple[bool, Iterable[Any]] | None:
    """Return the parts of a sequence, set or view, and whether it is a tuple; None for others."""
    if issubclass(kind, tuple):
        return True, tuple.__iter__(value)
    if issubclass(kind, list):
        return False, list.__iter__(value)
    if kind is range or kind is deque or issubclass(kind, _VIEWS):
        return False, iter(value)
    if issubclass(kind, set | frozenset):
        return False, _sorted(value, kind)
    return None


def plain(value: Any, kind: type) -> Any:
    """Return the plain number, text or array that `value` is; raise `Refused` for all others."""
    for base, convert in _BASES:
        if issubclass(kind, base):
            return convert(value)
    if issubclass(kind, np.ndarray):
        return _array(value, kind)
    if kind is Fraction or kind is Decimal:
        return _float(value)
    if id(kind) in SCALARS:
        return value
    return _asked_for_array(value, kind)


def plain_key(key: Any, depth: int = 0) -> Any:
    """Return what a key plainly is: None, text, bytes, a real number, or a tuple of those."""
    kind = type(key)
    if key is None or kind is bool or kind is str:
        return key
    if issubclass(kind, tuple) and depth < MAX_KEY_DEPTH:
        return tuple([plain_key(part, depth + 1) for part in tuple.__iter__(key)])
    try:
        found = plain(key, kind)
    except Refused:
        found = None
    if id(type(found)) in SCALARS:
        found = np.generic.item(found)
    if type(found) is int and INT64_MIN <= found <= UINT64_MAX:
        return found
    if type(found) in (str, bytes, bool, float):
        return found
    raise Refused("keys", type_name(kind), key)


def numbers_in(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return an array of objects as the array of numbers that it is; refuse it when it is none."""
    try:
        found = [_number(item) for item in np.ndarray.ravel(array).tolist()]
        numbers = np.array(found)
        if numbers.dtype.kind == "O":  # whole numbers beyond 64 bits
            numbers = np.array(found, np.float64)
    except (Refused, OverflowError):
        raise Refused("type", array_name(array.dtype), array) from None
    return numbers.reshape(array.shape)


def _number(item: Any) -> Any:
    number = item if type(item) is bool else plain(item, type(item))
    if isinstance(number, int | float | complex | np.generic):
        return number
    raise Refused("type", type_name(type(item)))


def array_name(dtype: np.dtype[Any]) -> str:
    """Return what an array that holds no numbers is called."""
    return _SPECIAL_ARRAYS.get(dtype.kind, f"array of {dtype.name}")


def type_name(kind: type) -> str:
    """Name a type as its author would: ``Net``, ``torch.Tensor``, and nothing of ours."""
    described = vars(type)
    name = str(described["__qualname__"].__get__(kind)).rpartition("<locals>.")[2]
    module = described["__module__"].__get__(kind)
    if type(module) is not str or module in _UNSAID:
        return name[:80]
    return f"{module}.{name}"[:120]


def _asked_for_array(value: Any, kind: Any) -> np.ndarray[Any, Any]:
    """Return the array that an object says it is, as numpy takes it."""
    try:
        found = kind.__array__(value)
    except Exception:  # most have no such method, and one that is there may be a student's
        found = None
    if issubclass(type(found), np.ndarray):
        array = _array(found, type(found))
        if array.dtype.kind in NUMERIC_KINDS or array.dtype.kind == "O":
            return array
    raise Refused("type", type_name(kind), value)


def _array(value: Any, kind: type) -> np.ndarray[Any, Any]:
    # Masked arrays exist only where their module was imported.
    masked = getattr(sys.modules.get("numpy.ma"), "MaskedArray", None)
    if masked is not None and issubclass(kind, masked):
        # By the slot of the base: a class may make `__dict__` its own.
        mask = vars(np.ma.MaskedArray)["__dict__"].__get__(value).get("_mask")
        if type(mask) is np.ndarray and mask.any():
            raise Refused("type", MASKED, value)
    return np.ndarray.view(value, np.ndarray)


def _float(value: Fraction | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:  # as for all numbers that are larger than any double
        return float("inf") if value > 0 else float("-inf")
    except ValueError:  # a Decimal may be a NaN that signals
        return float("nan")


def _sorted(value: Any, kind: type) -> list[Any]:
    """Return what is in a set, sorted; what cannot be compared is in an order that stays."""
    base = set if issubclass(kind, set) else frozenset
    parts = [_part(part) for part in base.__iter__(value)]
    try:
        if all(part == part for part in parts):  # NaN has no place in an order
            return sorted(parts)
    except TypeError:
        pass
    return sorted(parts, key=lambda part: (type(part).__name__, repr(part)))


def _part(part: Any, depth: int = 0) -> Any:
    """Return what a part of a set plainly is: whatever can be hashed and is plain data."""
    kind = type(part)
    if part is None or kind is bool:
        return part
    if issubclass(kind, frozenset):
        return _sorted(part, kind)
    if issubclass(kind, tuple):
        if depth >= DEFAULT_LIMITS.depth:
            raise Refused("depth", "tuple")
        return tuple([_part(inner, depth + 1) for inner in tuple.__iter__(part)])
    return plain(part, kind)
