"""With which names a value shares something, read off the expression that gives it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAWS = frozenset(
    {
        *("random", "rand", "randn", "normal", "uniform", "randint", "choice", "shuffle", "gauss"),
        *("permutation", "standard_normal", "sample", "random_sample", "integers"),
    }
)
"""Methods that draw random numbers, which changes the generator."""
_FRESH = DRAWS | frozenset(
    {
        *("len", "int", "float", "str", "bool", "sum", "abs", "round", "range", "type", "hash"),
        *("isinstance", "copy", "deepcopy", "mean", "std", "var", "item", "astype", "dot"),
        *("format", "join", "split", "strip", "lower", "upper", "replace", "encode", "decode"),
    }
)
"""Functions and methods whose results share nothing with what they are given."""
_CONTAINERS = frozenset(
    {"list", "dict", "tuple", "set", "sorted", "zip", "enumerate", "deque", "partial"}
)
"""Functions that give a new container; classes have names with a capital letter."""
_PLAIN_ATTRIBUTES = frozenset({"shape", "size", "ndim", "dtype", "__name__", "__doc__"})


@dataclass
class Call:
    """A call, by the names in it."""

    name: str
    """Of the function or the method."""
    is_method: bool
    receivers: list[str]
    """The roots of what a method is called on."""
    maker: str
    """The function of whose result that is a part: `get` in ``get().append(1)``."""
    arguments: list[tuple[int | str, ast.expr]]
    """What it is given, with the places; "*" and "**" of what is unpacked."""
    alone: bool
    """Nothing is done with its result: it is called for what it does."""

    @cached_property
    def given(self) -> list[tuple[int | str, str]]:
        """The roots of the arguments, with their places."""
        return [(place, root) for place, value in self.arguments for root in roots(value)]

    @cached_property
    def parts(self) -> list[tuple[int | str, Part]]:
        """What the arguments share with what the call returns or changes, with their places."""
        if self.name in _FRESH:
            return []
        return [(place, part) for place, value in self.arguments for part in parts_of(value)]

    @property
    def owners(self) -> list[str]:
        """Those of the receivers with which its result may share something."""
        return [] if self.name in _FRESH else self.receivers

    @property
    def makes_container(self) -> bool:
        """Whether its result is a new value that holds what it is given."""
        return self.name in _CONTAINERS or self.name[:1].isupper()

    @property
    def all_parts(self) -> Iterator[str]:
        """The names with which its result shares anything, whatever is called."""
        yield from self.owners
        for _, part in self.parts:
            yield from names_of(part)


Part = str | Call
"""What a value shares something with: a name, or what a call returns."""


def names_of(part: Part) -> Iterator[str]:
    """Yield the names that a part may mean, whatever is called."""
    yield from [part] if isinstance(part, str) else part.all_parts


def call_of(node: ast.Call, *, alone: bool = False) -> Call:
    """Return a call as it is written; whether it stands `alone` only its statement shows."""
    function = node.func
    unpacked = False  # what follows ``*args`` has no place that could be told
    given: list[tuple[int | str, ast.expr]] = []
    for place, argument in enumerate(node.args):
        unpacked = unpacked or isinstance(argument, ast.Starred)
        given.append(("*" if unpacked else place, argument))
    given += ((keyword.arg or "**", keyword.value) for keyword in node.keywords)
    is_method = not isinstance(function, ast.Name)
    owner = function.value if isinstance(function, ast.Attribute) else function
    return Call(
        called_name(node),
        is_method,
        receivers=roots(owner) if is_method else [],
        maker=maker(owner) if is_method else "",
        arguments=given,
        alone=alone,
    )


def parts_of(expression: ast.expr | None) -> list[Part]:
    """Return what a value may share something with: be it, hold it, or be a part or a view of it.

    Arithmetic makes new values, and sizes and the like are plain data, which nobody can change.
    """
    whole = expression
    while isinstance(expression, ast.Attribute | ast.Subscript | ast.Starred | ast.Await):
        if isinstance(expression, ast.Attribute) and expression.attr in _PLAIN_ATTRIBUTES:
            return []
        expression = expression.value
    match expression:
        case ast.Name(id=name):
            return [name]
        case ast.Call():
            call = call_of(expression)
            within = expression is not whole and call.makes_container
            return [part for _, part in call.parts] if within else [call]
        case ast.Lambda(args=parameters, body=body):
            own = {one.arg for one in ast.walk(parameters) if isinstance(one, ast.arg)}
            names = {one.id for one in ast.walk(body) if isinstance(one, ast.Name)}
            return [*sorted(names - own)]
        case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
            return _comprehended(element, expression.generators)
        case ast.DictComp(value=element):
            return _comprehended(element, expression.generators)
    return [part for one in _elements(expression) for part in parts_of(one)]


def _elements(expression: ast.expr | None) -> list[ast.expr]:
    """Return what a container is written with, or what a choice is made of."""
    match expression:
        case ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Set(elts=inner):
            return inner
        case ast.Dict(values=inner) | ast.BoolOp(values=inner):
            return inner
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.NamedExpr(value=value):
            return [value]
    return []


def _comprehended(element: ast.expr, generators: list[ast.comprehension]) -> list[Part]:
    """Return what the elements of a comprehension share something with, its variables resolved."""
    meant: dict[str, list[Part]] = {}
    for one in generators:
        names = [n.id for n in ast.walk(one.target) if isinstance(n, ast.Name)]
        meant |= dict.fromkeys(names, _resolved(parts_of(one.iter), meant))
    return _resolved(parts_of(element), meant)


def _resolved(found: list[Part], meant: dict[str, list[Part]]) -> list[Part]:
    names = dict.fromkeys(name for one in found for name in names_of(one))
    # Each but once: variables that stand for one another several times double them each time.
    return [*dict.fromkeys(part for name in names for part in meant.get(name, [name]))]


def maker(expression: ast.expr) -> str:
    """Return the plain function whose result an expression is a part of, if it is one."""
    while isinstance(expression, ast.Attribute | ast.Subscript):
        expression = expression.value
    return called(expression) if isinstance(expression, ast.Call) else ""


def called_name(expression: ast.expr) -> str:
    """Return the name of the function or the method that is called, if it has one."""
    function = expression.func if isinstance(expression, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def called(expression: ast.expr) -> str:
    """Return the name of what is called, or of what a decorator calls, if it is a plain one."""
    function = expression.func if isinstance(expression, ast.Call) else expression
    return function.id if isinstance(function, ast.Name) else ""


def roots(expression: ast.expr) -> list[str]:
    """Return the name whose value an expression is a part of: ``K`` for ``K[0].x``.

    Of a choice, ``(K or L).x``, it may be each.
    """
    while isinstance(expression, ast.Attribute | ast.Subscript | ast.Starred):
        expression = expression.value
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        return roots(expression.func.value)  # d.setdefault("x", []).append(1)
    if isinstance(expression, ast.Name):
        return [expression.id]
    return [root for part in _elements(expression) for root in roots(part)]
