"""Say what beside a gap is nobody's work: it gives nothing a value, or names what is there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTAINERS = (ast.Dict, ast.Tuple, ast.List)
COMPOUND = (
    *(ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith),
    *(ast.Try, ast.TryStar, ast.Match),
)
_SKELETON_CALLS = frozenset({"range", "len", "enumerate", "zip", "reversed", "isinstance"})
_TEXT_CALLS = frozenset({"len", "str", "repr", "type", "format", "round"})
_ROOM = frozenset({"zeros", "empty", "ones", "zeros_like", "empty_like", "list", "dict"})
_COPIES = frozenset({"copy", "deepcopy"})
_PLAIN = (ast.Name, ast.Constant, ast.expr_context)


def is_silent(statement: ast.stmt) -> bool:
    """Whether a statement gives nothing a value: an assert, a print, text, the head of a block."""
    match statement:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=arguments)):
            return all(map(_only_shows, arguments))
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="seed"), args=arguments)):
            return all(isinstance(a, _PLAIN) for a in arguments)
        case ast.AnnAssign(value=None):
            return True
        case ast.While(test=ast.Constant(value=always)) if always:
            return False  # it does not end, and somebody wrote that
        case ast.For(body=[ast.Pass()]) | ast.While(body=[ast.Pass()]):
            return False  # it takes its time
        case ast.For(iter=value) | ast.If(test=value) | ast.While(test=value):
            return _calls(value) <= _SKELETON_CALLS
    others = (ast.Assert, ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom)
    return isinstance(statement, (*others, *COMPOUND))


def _calls(value: ast.AST) -> set[str]:
    """Return the names of the functions called in `value`; "" for what has no plain name."""
    called = (n.func for n in ast.walk(value) if isinstance(n, ast.Call))
    return set(map(_only_name, called))


def _only_shows(argument: ast.expr) -> bool:
    """Whether what is printed is computed from nothing but text: ``"cost: %f" % cost``."""
    sums = (n for n in ast.walk(argument) if isinstance(n, ast.BinOp))
    return _calls(argument) <= _TEXT_CALLS and all(map(_holds_text, sums))


def _holds_text(value: ast.AST) -> bool:
    constants = (n.value for n in ast.walk(value) if isinstance(n, ast.Constant))
    return any(isinstance(constant, str) for constant in constants)


def packs_names(statement: ast.stmt) -> bool:
    """Whether a statement only packs names: ``parameters = {"W1": W1}``, ``return parameters``."""
    packing: tuple[type[ast.AST], ...] = CONTAINERS
    if isinstance(statement, ast.Return):
        packing = (ast.Name, *packing)
    elif not isinstance(statement, ast.Assign):
        return False
    elif isinstance(statement.targets[0], ast.Subscript):  # parameters["W1"] = W1
        packing = (ast.Name, *packing)
    parts = list(ast.walk(statement.value or statement))
    return isinstance(parts[0], packing) and all(
        isinstance(part, (*_PLAIN, *CONTAINERS)) for part in parts
    )


def only_measures(statement: ast.stmt) -> bool:
    """Whether a statement only names what is there: ``m = X.shape[1]``, ``L = len(dims) // 2``."""
    if not isinstance(statement, ast.Assign) or not _is_measure(statement.value):
        return False
    parts = (part for target in statement.targets for part in ast.walk(target))
    return not any(isinstance(part, ast.Subscript | ast.Attribute) for part in parts)


def _is_measure(value: ast.expr) -> bool:
    match value:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute(value=inner) | ast.Subscript(value=inner):
            return _is_measure(inner)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(map(_is_measure, parts))
        case ast.BinOp(left=left, right=right):
            return all(map(_is_part_of_size, (left, right)))
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=parts):
            return name in _COPIES and all(map(_is_measure, (inner, *parts)))
        case ast.Call(func=ast.Name(id=name), args=[inner]):
            return name in ("len", *_COPIES) and _is_measure(inner)
    return False


def makes_room(statement: ast.stmt) -> bool:
    """Whether a statement makes a container whose items are still to come: ``np.zeros(n + 1)``."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func, sizes, named)):
            name = func.attr if isinstance(func, ast.Attribute) else _only_name(func)
            is_copy = name in ("list", "dict") and bool(sizes or named)
            return name in _ROOM and not is_copy and not any(map(_calls, sizes))
    return False


def _only_name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def _is_part_of_size(value: ast.expr) -> bool:
    nested = isinstance(value, ast.BinOp) and _is_measure(value)
    return nested or is_number(value) or _is_size(value)


def _is_size(value: ast.expr) -> bool:
    if isinstance(value, ast.Subscript):
        return isinstance(value.value, ast.Attribute) and value.value.attr == "shape"
    return isinstance(value, ast.Call) and _calls(value) == {"len"} and _is_measure(value)


def is_number(value: ast.expr) -> bool:
    """Whether a value is a number that is written there."""
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float)


def names(node: ast.AST, context: type[ast.expr_context]) -> Iterator[ast.Name]:
    """Yield the names within `node` that are read (`ast.Load`) or given a value (`ast.Store`)."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, context):
            yield inner
