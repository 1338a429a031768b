"""Values that are as they are written, containers that are to be filled, and what fills them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.worker.awaiting import FLAG, evaluate

_EMPTY = frozenset(
    {"dict", "list", "set", "Counter", "OrderedDict", "SimpleNamespace", "bytearray", "deque"}
)
"""What gives an empty container when it is called without arguments."""
_LITERALS = (
    ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.operator,
    ast.unaryop, ast.expr_context,
)  # fmt: skip
_LARGEST_EXPONENT = 64
_DOING = (ast.Call, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)
"""Expressions that may change something when they are evaluated."""


@dataclass(frozen=True)
class Addition:
    """``owner[key] = …``, ``owner.key = …`` or ``setattr(owner, key, …)``."""

    owner: ast.expr
    key: ast.expr
    value: ast.expr
    is_attribute: bool

    @property
    def is_fleeting(self) -> bool:
        """Whether owner and key may be others when they are evaluated again: ``T[next(K)]``."""
        parts = (part for one in (self.owner, self.key) for part in ast.walk(one))
        return any(isinstance(part, _DOING) for part in parts)

    def target(self, names: dict[str, Any]) -> tuple[Any, Any]:
        """Return owner and key; execute what the student wrote to find out."""
        pair = ast.Tuple([self.owner, self.key], ast.Load())
        code = compile(ast.Expression(ast.copy_location(pair, self.owner)), "", "eval")
        owner, key = eval(code, names)  # noqa: S307
        return owner, key

    def is_new(self, owner: Any, key: Any) -> bool:
        """Whether it adds to what is there."""
        if not self.is_attribute:
            return isinstance(owner, Mapping) and key not in owner
        return key not in vars(owner) if isinstance(owner, type) else not hasattr(owner, key)

    def give(self, owner: Any, key: Any, names: dict[str, Any], label: str) -> None:
        """Compute the value, and give it to what `target` returned."""
        value = evaluate(compile(ast.Expression(self.value), label, "eval", FLAG), names)
        if self.is_attribute:
            setattr(owner, key, value)
        else:
            owner[key] = value


def addition(statement: ast.stmt) -> Addition | None:
    """Return the one item or attribute that a statement gives a value, if it does that alone."""
    match statement:
        case ast.Assign(targets=[ast.Subscript(value=owner, slice=key)], value=value):
            return Addition(owner, key, value, False)
        case ast.Assign(targets=[ast.Attribute(value=owner, attr=name)], value=value):
            key = ast.Constant(name, lineno=owner.lineno, col_offset=0)
            return Addition(owner, key, value, True)
        case ast.Expr(value=ast.Call(func=ast.Name(id="setattr"), args=[owner, key, value])):
            return Addition(owner, key, value, True)
    return None


def is_empty(expression: ast.expr | None) -> bool:
    """Whether an expression is a container that is to be filled: ``[]``, ``defaultdict(list)``."""
    match expression:
        case ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.BinOp(left=ast.List(elts=[ast.Constant(value=None)]), op=ast.Mult()):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=given, keywords=more):
            return name in ("defaultdict", "empty") or (name in _EMPTY and not given and not more)
    return False


def is_literal(expression: ast.expr) -> bool:
    """Whether an expression is a value as it is written: numbers, text, containers of them."""
    return all(
        isinstance(part, _LITERALS) and not (isinstance(part, ast.BinOp) and not _is_bounded(part))
        for part in ast.walk(expression)
    )


def is_changeable(literal: ast.expr) -> bool:
    """Whether a value as it is written is, or holds, something that can be changed in place."""
    return any(isinstance(part, ast.List | ast.Set | ast.Dict) for part in ast.walk(literal))


def _is_bounded(node: ast.BinOp) -> bool:
    """Whether arithmetic cannot run away, as ``10 ** 10 ** 10`` does, nor fail as ``1 / 0``."""
    left, right = _number(node.left), _number(node.right)
    if left is None or right is None:
        return False
    if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
        return right != 0
    if isinstance(node.op, ast.Pow):
        return abs(right) <= _LARGEST_EXPONENT and left > 0
    return isinstance(node.op, ast.Add | ast.Sub | ast.Mult)


def _number(node: ast.expr) -> int | float | None:
    """Return the number that is written, without its sign; None for what is none."""
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    value = inner.value if isinstance(inner, ast.Constant) else None
    return value if isinstance(value, int | float) else None
