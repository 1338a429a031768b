"""Which names stand for copies of others, and share the items of what was copied."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from grader.worker.slicing.statement.parts import called_name, roots
from grader.worker.slicing.statement.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def copies(nodes: Iterable[ast.AST]) -> list[tuple[str, str]]:
    """Return pairs of names: the first is a copy of the second, and shares its items.

    Only what holds values does: its items have names, ``P["W"]``, or it is written as a list or a
    dict of what is computed. Items of an array are numbers, and nobody can change a number.
    """
    found: list[tuple[str, str]] = []
    holders: set[str] = set()
    for node in (part for one in nodes for part in ast.walk(one)):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str())):
                holders.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                holders.update([name] if _holds(value) else ())
                found += ((name, copied) for copied in _copied(value))
    return [(name, copied) for name, copied in found if name in holders or copied in holders]


def _holds(value: ast.expr) -> bool:
    is_display = isinstance(value, ast.List | ast.ListComp | ast.Dict | ast.DictComp)
    return is_display and not is_literal(value)


def _copied(value: ast.expr) -> Iterator[str]:
    """Yield the names that a value is a copy of: ``P.copy()``, ``copy.copy(P)``."""
    if isinstance(value, ast.Call) and called_name(value) == "copy":
        owner = [value.func.value] if isinstance(value.func, ast.Attribute) else []
        for one in value.args[:1] or owner:
            yield from roots(one)
