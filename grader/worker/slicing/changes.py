"""What a statement changes in place, read off its tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

DRAWS = frozenset(
    {
        *("random", "rand", "randn", "normal", "uniform", "randint", "choice", "shuffle", "gauss"),
        *("permutation", "standard_normal", "sample", "random_sample", "integers"),
    }
)
"""Methods that draw random numbers, which changes the generator."""
MUTATORS = DRAWS | frozenset(
    {
        *("append", "extend", "insert", "pop", "popitem", "remove", "clear", "update", "add"),
        *("setdefault", "sort", "reverse", "discard", "appendleft", "extendleft", "popleft"),
        *("rotate", "fill", "put", "resize", "itemset", "partition", "setflags", "send"),
        *("difference_update", "intersection_update", "symmetric_difference_update", "subtract"),
        *("move_to_end", "__setitem__", "__setattr__", "__delitem__", "__iadd__"),
    }
)
"""Methods that change what they are called on, also where their result is used."""
CHANGE_THEIR_FIRST = frozenset(
    {
        *("shuffle", "fill_diagonal", "copyto", "put", "place", "putmask", "put_along_axis"),
        *("heappush", "heapify", "heappop", "heapreplace", "heappushpop", "insort"),
        *("insort_left", "insort_right", "setattr", "delattr", "setitem", "delitem", "next"),
        *("append", "extend", "update", "iadd", "imul", "at"),
    }
)
"""Functions that change their first argument: ``random.shuffle(K)``, ``setattr(K, "x", 1)``."""
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LITERALS = (
    ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.operator,
    ast.unaryop, ast.expr_context,
)  # fmt: skip
_LARGEST_EXPONENT = 64


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
    given: list[tuple[int | str, str]]
    """The roots of the arguments, with their places."""
    alone: bool
    """Nothing is done with its result: it is called for what it does."""


@dataclass
class Changes:
    """Names whose values a statement changes, by how it does."""

    roots: set[str] = field(default_factory=set)
    """Changed by the statement itself."""
    calls: list[Call] = field(default_factory=list)
    """What is called in it, which may change more."""
    aliases: list[tuple[str, str]] = field(default_factory=list)
    """Pairs: the first name stands for the second one or for a part of it."""


def of(node: ast.AST, *, inner: bool = False) -> Changes:
    """Return what `node` changes, not looking into functions that it defines.

    With `inner`, `node` is a function and its body is what is looked at.
    """
    found = Changes()
    waiting = list(ast.iter_child_nodes(node)) if inner else [node]
    alone: set[int] = set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, _SCOPES):
            continue
        if isinstance(part, ast.Expr):
            alone.add(id(part.value))
        _note(part, found, alone=id(part) in alone)
        waiting += ast.iter_child_nodes(part)
    return found


def _note(node: ast.AST, found: Changes, *, alone: bool) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _assigned(target, node.value, found)
        same = [target.id for target in node.targets if isinstance(target, ast.Name)]
        found.aliases += ((one, other) for one in same for other in same if one != other)
    elif isinstance(node, ast.AugAssign):
        found.roots.update(_roots(node.target))
    elif isinstance(node, ast.Delete):
        items = [target for target in node.targets if not isinstance(target, ast.Name)]
        found.roots.update(root for item in items for root in _roots(item))
    elif isinstance(node, ast.Call):
        _called(node, found, alone=alone)
    elif isinstance(node, ast.BinOp) and alone:
        found.roots.update(_roots(_first(node)))  # stream << 1 << 2
    elif isinstance(node, ast.Attribute) and node.attr in MUTATORS:
        found.roots.update(_roots(node.value))  # also where it is handed on: map(K.append, L)
    else:
        _note_binding(node, found)


def _note_binding(node: ast.AST, found: Changes) -> None:
    if isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value:
        _assigned(node.target, node.value, found)
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        _assigned(node.target, node.iter, found)
    elif isinstance(node, ast.withitem) and node.optional_vars:
        _assigned(node.optional_vars, node.context_expr, found)


def _assigned(target: ast.expr, value: ast.expr, found: Changes) -> None:
    if isinstance(target, ast.Tuple | ast.List):
        values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        fitting = len(values) == len(target.elts)
        for place, part in enumerate(target.elts):
            _assigned(part, values[place] if fitting else value, found)
    elif isinstance(target, ast.Starred):
        _assigned(target.value, value, found)
    elif isinstance(target, ast.Name):
        found.aliases += ((target.id, root) for root in _parts(value) if root != target.id)
    else:
        found.roots.update(_roots(target))


def _called(call: ast.Call, found: Changes, *, alone: bool) -> None:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in CHANGE_THEIR_FIRST and call.args:
        found.roots.update(_roots(call.args[0]))
    given: list[tuple[int | str, str]] = []
    for place, argument in enumerate(call.args):
        given += ((place, root) for root in _roots(argument))
    for keyword in call.keywords:
        roots = _roots(keyword.value)
        given += ((keyword.arg or "", root) for root in roots)
        if keyword.arg in ("out", "file"):
            found.roots.update(roots)
    if isinstance(function, ast.Attribute):
        receivers = _roots(function.value)
        if alone:
            found.roots.update(receivers)
        maker = _maker(function.value)
        found.calls.append(Call(name, True, receivers, maker, given, alone))
    elif name:
        found.calls.append(Call(name, False, [], "", given, alone))


def _first(expression: ast.expr) -> ast.expr:
    while isinstance(expression, ast.BinOp):
        expression = expression.left
    return expression


def _maker(expression: ast.expr) -> str:
    """Return the plain function whose result an expression is a part of, if it is one."""
    while isinstance(expression, ast.Attribute | ast.Subscript):
        expression = expression.value
    function = expression.func if isinstance(expression, ast.Call) else None
    return function.id if isinstance(function, ast.Name) else ""


def _roots(expression: ast.expr) -> list[str]:
    """Return the name whose value an expression is a part of: ``K`` for ``K[0].x``."""
    while isinstance(expression, ast.Attribute | ast.Subscript | ast.Starred):
        expression = expression.value
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        return _roots(expression.func.value)  # d.setdefault("x", []).append(1)
    if isinstance(expression, ast.Tuple | ast.List):
        return [root for part in expression.elts for root in _roots(part)]
    return [expression.id] if isinstance(expression, ast.Name) else []


def _parts(expression: ast.expr) -> list[str]:
    """Return the names of which a value may be a part: of views, items and iterations too."""
    found = _roots(expression)
    if isinstance(expression, ast.Call):  # enumerate(L), zip(A, B), np.asarray(K)
        found += [root for argument in expression.args for root in _roots(argument)]
    if isinstance(expression, ast.Dict):
        found += [root for value in expression.values for root in _roots(value)]
    if isinstance(expression, ast.Set):
        found += [root for value in expression.elts for root in _roots(value)]
    if isinstance(expression, ast.IfExp):
        found += _parts(expression.body) + _parts(expression.orelse)
    if isinstance(expression, ast.BoolOp):
        found += [root for value in expression.values for root in _parts(value)]
    return found


def is_literal(expression: ast.expr | None) -> bool:
    """Whether an expression is a value as it is written: numbers, text, containers of them."""
    if expression is None:
        return False
    return all(
        isinstance(part, _LITERALS) and not (isinstance(part, ast.BinOp) and not _is_bounded(part))
        for part in ast.walk(expression)
    )


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
