"""Tell a function that was left as it was given out from one that somebody worked on.

Doubt counts for the student: a function is a stub only when nothing in it can be their work, so
one that is half filled, or filled outside of the markers, is graded like any other.
"""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_START = re.compile(
    r"\s*#.*\b(?:START CODE HERE|(?:YOUR )?CODE STARTS HERE|BEGIN SOLUTION)", re.IGNORECASE
)
_END = re.compile(r"\s*#.*\b(?:END CODE HERE|(?:YOUR )?CODE ENDS HERE|END SOLUTION)", re.IGNORECASE)
_GAP = re.compile(
    r"YOUR CODE|CODE HERE|TODO|NotImplementedError|=\s*None\b|^\s*(?:\.\.\.|pass)\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_HINTED_ITEM = re.compile(r"^\s*#\s*(\w+)\[.*\]\s*=\s*\.\.\.", re.MULTILINE)
_BUILTINS = frozenset(dir(builtins))

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Starter:
    """A function of the starter: its shape without comments, and whether it has a gap to fill."""

    shape: str
    has_gap: bool


def functions_of(source: str) -> dict[str, Starter]:
    """Return the functions of a starter by name; a starter that does not parse has none."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found = {}
    for node in tree.body:
        if isinstance(node, Function):
            text = ast.get_source_segment(source, node) or ""
            found[node.name] = Starter(_shape(node), bool(_GAP.search(text)))
    return found


def is_stub(node: ast.stmt, text: str, starter: Starter | None = None) -> bool:
    """Whether the function `node`, whose source is `text`, holds no work of the student's."""
    if not isinstance(node, Function):
        return False
    if starter is not None and starter.has_gap and starter.shape == _shape(node):
        return True
    body = _without_docstring(node.body)
    if not body or _raises_not_implemented(body[0]) or _does_nothing(body):
        return True
    return _has_only_empty_regions(node, text)


def _shape(node: Function) -> str:
    """Return the body and parameters as text that comments and layout do not change."""
    body = ast.Module(_without_docstring(node.body), [])
    try:
        return ast.dump(node.args) + ast.dump(body)
    except RecursionError:
        return ""


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return body[1:] if isinstance(first.value.value, str) else body
    return body


def _does_nothing(body: list[ast.stmt]) -> bool:
    """Whether all of `body` is None, pass and the return of names that nothing was put into."""
    empty = [s for s in body if _is_empty(s)]
    rest = [s for s in body if not _is_empty(s)]
    if not rest:
        return True
    return bool(empty) and all(isinstance(s, ast.Assert) or _passes_names_on(s) for s in rest)


def _is_empty(statement: ast.stmt) -> bool:
    """Whether a statement is a gap to fill: ``W1 = None``, ``pass``, ``...``, ``return None``."""
    if isinstance(statement, ast.Assign):
        return _is_none(statement.value)
    if isinstance(statement, ast.Return):
        return statement.value is None or _is_none(statement.value)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) or _has_gap(statement.value)
    if isinstance(statement, ast.For):
        return _has_gap(statement.iter)
    if isinstance(statement, ast.If | ast.While):
        return _has_gap(statement.test)
    return isinstance(statement, ast.Pass) or _raises_not_implemented(statement)


def _has_gap(expression: ast.expr) -> bool:
    """Whether `expression` is None, or a call on None: ``range(None)``."""
    if isinstance(expression, ast.Call):
        return any(_is_none(argument) for argument in expression.args)
    return _is_none(expression)


def _is_none(expression: ast.expr) -> bool:
    if isinstance(expression, ast.Tuple | ast.List):
        return bool(expression.elts) and all(map(_is_none, expression.elts))
    return isinstance(expression, ast.Constant) and expression.value in (None, ...)


def _passes_names_on(statement: ast.stmt) -> bool:
    """Whether a statement only packs names: ``parameters = {"W1": W1}``, ``return parameters``."""
    packing: tuple[type[ast.AST], ...] = (ast.Dict, ast.Tuple, ast.List)
    if isinstance(statement, ast.Return):
        packing = (ast.Name, *packing)
    elif not isinstance(statement, ast.Assign):
        return False
    parts = list(ast.walk(statement.value or statement))
    inner = (ast.Name, ast.Constant, *packing, ast.expr_context)
    return isinstance(parts[0], packing) and all(isinstance(part, inner) for part in parts)


def _raises_not_implemented(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise) or statement.exc is None:
        return False
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _has_only_empty_regions(node: Function, text: str) -> bool:
    """Whether every region between markers is empty and nothing outside does its work."""
    marked = _marked_lines(text, node.lineno)
    if not marked:
        return False
    inside: list[ast.stmt] = []
    outside: list[ast.stmt] = []
    for statement in _statements(node):
        (inside if statement.lineno in marked else outside).append(statement)
    if not all(map(_is_empty, inside)):
        return False
    if any(map(_raises_not_implemented, inside)):
        return True
    holes = {name for statement in inside for name in _assigned(statement)}
    if holes:
        return not holes & {name for s in outside for name in _assigned_anew(s)}
    return bool(_unbound(node)) or _has_unfilled_items(node, text)


def _marked_lines(text: str, first_line: int) -> set[int]:
    marked: set[int] = set()
    inside = False
    for number, line in enumerate(text.split("\n"), start=first_line):
        if _START.match(line):
            inside = True
            marked.add(number)
        elif _END.match(line):
            inside = False
        elif inside:
            marked.add(number)
    return marked


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.stmt) and inner is not node:
            yield inner


def _names(node: ast.AST, context: type[ast.expr_context]) -> Iterator[ast.Name]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, context):
            yield inner


def _assigned(statement: ast.stmt) -> set[str]:
    """Return what a statement assigns to: names, and ``name[]`` for an item."""
    if not isinstance(statement, ast.Assign):
        return set()
    found = {name.id for name in _names(statement, ast.Store)}
    for target in statement.targets:
        for part in ast.walk(target):
            if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name):
                found.add(f"{part.value.id}[]")
    return found


def _assigned_anew(statement: ast.stmt) -> set[str]:
    """Return what a statement gives a value that does not come from the same name."""
    if not isinstance(statement, ast.Assign) or _is_empty(statement):
        return set()
    return _assigned(statement) - {name.id for name in _names(statement.value, ast.Load)}


def _unbound(node: Function) -> set[str]:
    """Return names that are returned or packed, yet never given a value in the function."""
    parameters = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    stored = {name.id for name in _names(node, ast.Store)}
    passed_on = {
        name.id
        for statement in _statements(node)
        if _passes_names_on(statement)
        for name in _names(statement, ast.Load)
    }
    return passed_on - parameters - stored - _BUILTINS


def _has_unfilled_items(node: Function, text: str) -> bool:
    """Whether items that a comment asks for (``# parameters["W1"] = ...``) are never set."""
    asked = set(_HINTED_ITEM.findall(text))
    touched = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript) and isinstance(inner.ctx, ast.Store):
            touched |= {name.id for name in ast.walk(inner.value) if isinstance(name, ast.Name)}
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            touched.add(inner.value.id)
        if isinstance(inner, ast.Assign) and not _is_blank(inner.value):
            touched |= {name.id for name in _names(inner, ast.Store)}
    return bool(asked) and not asked & touched


def _is_blank(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return not value.args and not value.keywords
    return isinstance(value, ast.Dict | ast.List) and not list(ast.iter_child_nodes(value))[1:]
