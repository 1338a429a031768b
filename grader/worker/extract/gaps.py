"""Say what in a function is a gap that was left open, and whether it is nothing but gaps."""

from __future__ import annotations

import ast
import builtins
import re
from typing import TYPE_CHECKING

from grader.worker.extract.blanks import ends_at_blank, holds_blank, is_blank
from grader.worker.extract.idle import (
    COMPOUND,
    is_number,
    is_silent,
    makes_room,
    names,
    only_measures,
    packs_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef

_NOT_IMPLEMENTED = frozenset({"NotImplemented", "NotImplementedError"})
_SAYS_SO = re.compile(
    r"\s*(?:not (?:yet )?(?:implemented|done|written)|todo\b|(?:add )?your code)", re.IGNORECASE
).match
_IS_NO_VALUE = re.compile(
    r"[\s<\[({#]*(?:__+|\.{3}|\u2026|\?+|(?:todo|fixme)\b.*"
    r"|not (?:yet )?(?:implemented|done|written)\b.*"
    r"|(?:add |write |put )?(?:your (?:code|answer|solution)|fill (?:me |this |it )?in)\b.*)\s*",
    re.IGNORECASE,
).fullmatch
_BUILTINS = frozenset(dir(builtins))
_NUMERIC_MODULES = frozenset({"np", "numpy", "math"})
_ASSIGNS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


def is_only_gaps(node: Function) -> bool:
    """Whether a function leaves open what it is to return, and does nothing else.

    Lines that only read sizes or unpack arguments may be the student's, but what is returned shows
    nothing of them. Nor does a container make it theirs whose items are gaps, or which a loop was
    to fill.
    """
    reached = _reached(node.body)
    statements = list(flat(reached))
    parameters = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    if _binds_blanks(node, parameters) or any(_acts_on(parameters, s) for s in statements):
        return False
    gaps = [s for s in statements if is_gap(s)]
    rest = [s for s in statements if not is_gap(s)]
    if not gaps:
        return all(is_silent(s) and not isinstance(s, COMPOUND) for s in rest)
    room = {name for s in gaps for name in assigned_names(s) - _bound(s)}
    fills = any(isinstance(s, ast.For | ast.While) and ends_at_blank(s.body) for s in statements)
    idle = all(
        is_silent(s)
        or packs_names(s)
        or only_measures(s)
        or (makes_room(s) and (fills or _bound(s) <= room))
        for s in rest
    )
    return idle and (ends_at_blank(reached) or _returns_gaps(statements, room))


def _bound(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives a value as a whole, not an item of."""
    return {name.id for name in names(statement, ast.Store)}


def flat(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements and those within their blocks, but not those of inner functions."""
    waiting = list(body)[::-1]
    while waiting:
        statement = waiting.pop()
        yield statement
        if isinstance(statement, COMPOUND):
            waiting += [s for block in _blocks(statement) for s in block][::-1]


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for part in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        for name in ("body", "orelse", "finalbody"):
            yield getattr(part, name, [])


def _reached(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return `body` up to the statement behind which nothing is executed."""
    for number, statement in enumerate(body, start=1):
        ends = isinstance(statement, ast.Return) and not is_gap(statement)
        raises = isinstance(statement, ast.Raise) and raises_not_implemented(statement)
        if ends or raises or _never_passed(statement):
            return body[:number]
    return body


def _never_passed(statement: ast.stmt) -> bool:
    """Whether Python stops at a blank or an open head, or goes round for ever: ``while ...:``."""
    match statement:
        case ast.For(iter=head):
            return _has_gap(head)
        case ast.While(test=head):
            return is_open(head) and _holds_sign(head)
        case ast.Expr(value=ast.Name(id=name)):
            return is_blank(name)
    return False


def _binds_blanks(node: Function, parameters: set[str]) -> bool:
    """Whether a name like ``__`` has a value here, and is no blank."""
    return any(map(is_blank, (*parameters, *(n.id for n in names(node, ast.Store)))))


def _acts_on(parameters: set[str], statement: ast.stmt) -> bool:
    """Whether a statement may change an argument: ``x.append(None)``."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            return name in parameters
    return False


def is_gap(statement: ast.stmt) -> bool:
    """Whether a statement is a gap: ``W1 = None``, ``pass``, ``...``, ``for l in range(None)``.

    Of a statement with a block, only the first line is looked at.
    """
    if holds_blank(statement):
        return True
    match statement:
        case ast.Assign(value=value) | ast.AugAssign(value=value):
            return is_open(value)
        case ast.AnnAssign(value=value):
            return value is not None and is_open(value)
        case ast.Return(value=value):
            return value is None or is_open(value)
        case ast.Expr(value=value) | ast.For(iter=value):
            return _has_gap(value)
        case ast.While(body=[ast.Expr(value=ast.Name(id=name))]) if is_blank(name):
            return True
        case ast.If(test=value) | ast.While(test=value):
            return _has_gap(value)
    return isinstance(statement, ast.Pass) or raises_not_implemented(statement)


def is_open(value: ast.expr) -> bool:
    """Whether nothing in an expression was filled in: ``None``, ``...``, ``np.dot(None, ____)``."""
    match value:
        case ast.Constant(value=str(text)):
            return _IS_NO_VALUE(text) is not None
        case ast.Constant(value=constant):
            return constant in (None, ...)
        case ast.Lambda(body=inner):
            return is_open(inner)
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=("NotImplementedError" as name))):
            return name in _NOT_IMPLEMENTED or is_blank(name)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return bool(parts) and all(map(is_open, parts))
        case ast.Dict(values=parts):
            return bool(parts) and all(map(is_open, parts))
        case ast.Call(func=function, args=parts, keywords=named):
            parts = [*parts, *(k.value for k in named if is_open(k.value))]
            return bool(parts) and all(map(is_open, parts)) and _takes_no_gap(function, parts)
        case ast.BinOp(left=left, right=right):
            sides = [side for side in (left, right) if not is_number(side)]
            return bool(sides) and all(map(is_open, sides))
        case ast.UnaryOp(operand=inner) | ast.Attribute(value=inner) | ast.Subscript(value=inner):
            return is_open(inner)
    return False


def _takes_no_gap(function: ast.expr, arguments: list[ast.expr]) -> bool:
    """Whether a call on gaps is no call that works: ``x.sum(None)`` and ``len("todo")`` do."""
    constants = [a.value for a in arguments if isinstance(a, ast.Constant)]
    if any(isinstance(constant, str) for constant in constants):
        return False
    if None not in constants:
        return True
    if isinstance(function, ast.Name):
        return function.id in _BUILTINS
    module = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(module, ast.Name) and module.id in _NUMERIC_MODULES


def _has_gap(value: ast.expr) -> bool:
    """Whether an expression is open, or a call on None: ``range(1, None)``."""
    return is_open(value) or (isinstance(value, ast.Call) and any(map(is_open, value.args)))


def _stops(gap: ast.stmt) -> bool:
    """Whether Python itself stops at a gap, ``a, b = None``, ``W -= None``, ``W = ____``.

    An ellipsis counts too, and so does text like "your code": nobody computes with one.
    """
    if isinstance(gap, ast.Assign):
        single = isinstance(gap.value, ast.Constant)
        unpacked = any(isinstance(t, ast.Tuple | ast.List) for t in gap.targets)
        if single and unpacked:
            return True
    return _holds_sign(gap) or isinstance(gap, ast.AugAssign | ast.For)


def _holds_sign(node: ast.AST) -> bool:
    """Whether something stands there for what was left open, other than None."""
    return any(
        (isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and is_blank(n.id))
        or (isinstance(n, ast.Constant) and n.value is not None and is_open(n))
        for n in ast.walk(node)
    )


def _returns_gaps(statements: list[ast.stmt], room: set[str]) -> bool:
    """Whether all that is returned comes from gaps, and from nothing that was given a value.

    Names in `room` have none: their items are gaps.
    """
    hollow, filled = _values([s for s in statements if not (makes_room(s) and _bound(s) <= room)])
    for statement in statements:
        if isinstance(statement, ast.Return) and not is_gap(statement):
            assert statement.value is not None
            returned = {name.id for name in names(statement, ast.Load)}
            if _holds_constants(statement.value) or returned & filled or not returned & hollow:
                return False
    return True


def _holds_constants(value: ast.expr) -> bool:
    """Whether a value that is packed, or part of it, is written there; keys are none."""
    match value:
        case ast.Constant(value=constant):
            return constant is not None
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Dict(values=parts):
            return any(map(_holds_constants, parts))
    return False


def _values(statements: list[ast.stmt]) -> tuple[set[str], set[str]]:
    """Return the names that gaps should have given a value, and the names that have one."""
    hollow: set[str] = set()
    filled: set[str] = set()
    for statement in statements:
        if not isinstance(statement, _ASSIGNS) or statement.value is None:
            continue
        targets = assigned_names(statement)
        packed = {name.id for name in names(statement.value, ast.Load)}
        if is_gap(statement):
            hollow |= targets
            filled -= targets if _stops(statement) else set()
        elif not packs_names(statement) or packed & filled or _holds_constants(statement.value):
            filled |= targets
        elif packed & hollow or not packed:
            hollow |= targets
    return hollow, filled


def assigned_names(statement: ast.stmt) -> set[str]:
    """Return the names that an assignment gives a value, or an item: ``a`` of ``a[0] = 3``."""
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    found = set()
    for target in targets:
        for part in ast.walk(target) if target is not None else ():
            if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name):
                found.add(part.value.id)
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                found.add(part.id)
    return found


def raises_not_implemented(statement: ast.stmt) -> bool:
    """Whether a statement is ``raise NotImplementedError``, or says so in words.

    ``assert False, "todo"`` does, too.
    """
    match statement:
        case ast.Assert(test=ast.Constant(value=always), msg=ast.Constant(value=str(text))):
            return not always and _SAYS_SO(text) is not None
    if not isinstance(statement, ast.Raise) or statement.exc is None:
        return False
    match statement.exc:
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)) if (
            name in _NOT_IMPLEMENTED or is_blank(name)
        ):
            return True
        case ast.Call(args=[ast.Constant(value=str(text)), *_]):
            return _SAYS_SO(text) is not None
    return False
