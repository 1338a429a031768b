"""Tell a function that was left as it was given out from one that somebody worked on.

Doubt counts for the student: a function is a stub only when nothing in it can be their work, so
one that is half filled, or filled outside of the markers, is graded like any other.
"""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass

from grader.worker.extract.gaps import (
    Function,
    assigned_names,
    is_gap,
    is_only_gaps,
    raises_not_implemented,
)
from grader.worker.extract.idle import is_silent, names, only_measures, packs_names

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


def is_stub(node: ast.AST, text: str, starter: Starter | None = None) -> bool:
    """Whether the function `node`, whose source is `text`, holds no work of the student's."""
    if isinstance(node, ast.Lambda):
        return isinstance(node.body, ast.Constant) and node.body.value in (None, ...)
    if not isinstance(node, Function):
        return False
    if starter is not None and starter.has_gap and starter.shape == _shape(node):
        return True
    try:
        unwritten = is_only_gaps(node) or _has_only_empty_regions(node, text)
        return unwritten or _never_returns(node)
    except RecursionError:  # nothing that was given out is nested this deep
        return False


def _never_returns(node: Function) -> bool:
    """Whether the raise of the starter still stands at the end, and nothing returns before it."""
    gives = (ast.Return, ast.Yield, ast.YieldFrom)
    return raises_not_implemented(node.body[-1]) and not any(
        isinstance(inner, gives) for inner in ast.walk(node)
    )


def _shape(node: Function) -> str:
    """Return parameters and body as text that comments, layout and prints do not change."""
    try:
        body = _without_additions(node.body)
        return ast.dump(node.args) + ast.dump(ast.Module(body, []))
    except RecursionError:
        return ""


def _without_additions(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return `body` without text, prints and asserts, which change nothing that is computed."""
    kept = []
    for statement in body:
        if isinstance(statement, ast.Expr | ast.Assert) and is_silent(statement):
            continue
        fields = dict(ast.iter_fields(statement))
        inner = {
            name: _without_additions(value)
            for name, value in fields.items()
            if name in ("body", "orelse", "finalbody") and isinstance(value, list)
        }
        kept.append(type(statement)(**(fields | inner)))
    return kept


def _has_only_empty_regions(node: Function, text: str) -> bool:
    """Whether every region between markers is empty and nothing outside does its work."""
    marked = _marked_lines(text, node.lineno)
    if not marked:
        return False
    inside: list[ast.stmt] = []
    outside: list[ast.stmt] = []
    for statement in _statements(node):
        (inside if statement.lineno in marked else outside).append(statement)
    if not all(is_gap(s) or is_silent(s) for s in inside):
        return False
    if any(map(raises_not_implemented, inside)):
        return True
    holes = {name: s.lineno for s in inside for name in _assigned(s)}
    if holes:
        return not any(_is_filled(name, line, outside) for name, line in holes.items())
    return bool(_unbound(node)) or _has_unfilled_items(node, text)


def _is_filled(hole: str, line: int, outside: list[ast.stmt]) -> bool:
    """Whether a name that is a gap at `line` is given a value elsewhere before it is read.

    Labs themselves read it first: ``cost = np.squeeze(cost)``, ``grads = {"dw": grads["dw"]}``.
    """
    if hole.endswith("[]"):
        return any(hole in _assigned_anew(s) for s in outside)
    for statement in outside:
        if statement.lineno < line:
            if hole in _assigned_anew(statement) and not _only_names(statement):
                return True
        elif hole in {name.id for name in names(_head(statement), ast.Load)}:
            return False
        elif hole in _assigned_anew(statement):
            return True
    return False


def _only_names(statement: ast.stmt) -> bool:
    return packs_names(statement) or only_measures(statement)


def _head(statement: ast.stmt) -> ast.AST:
    """Return what a statement evaluates itself, without the block below it."""
    match statement:
        case ast.For(iter=head) | ast.If(test=head) | ast.While(test=head):
            return head
    return ast.Pass() if hasattr(statement, "body") else statement


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


def _statements(node: Function) -> list[ast.stmt]:
    """Return all statements within a function, in the order of its lines."""
    found = [s for s in ast.walk(node) if isinstance(s, ast.stmt) and s is not node]
    return sorted(found, key=lambda statement: statement.lineno)


def _assigned(statement: ast.stmt) -> set[str]:
    """Return what an assignment gives a value: names, and ``name[]`` for an item."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return set()
    stored = {name.id for name in names(statement, ast.Store)}
    return stored | {f"{name}[]" for name in assigned_names(statement) - stored}


def _assigned_anew(statement: ast.stmt) -> set[str]:
    """Return what a statement gives a value that does not come from the same name."""
    if not isinstance(statement, ast.Assign) or is_gap(statement):
        return set()
    return _assigned(statement) - {name.id for name in names(statement.value, ast.Load)}


def _unbound(node: Function) -> set[str]:
    """Return names that are returned or packed, yet never given a value in the function."""
    parameters = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    stored = {name.id for name in names(node, ast.Store)}
    passed_on = {
        name.id
        for statement in _statements(node)
        if packs_names(statement)
        for name in names(statement, ast.Load)
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
            touched |= {name.id for name in names(inner, ast.Store)}
    return bool(asked) and not asked & touched


def _is_blank(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return not value.args and not value.keywords
    return isinstance(value, ast.Dict | ast.List) and not list(ast.iter_child_nodes(value))[1:]
