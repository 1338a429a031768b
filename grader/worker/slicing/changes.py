"""What a statement changes in place, read off its tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

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
    {"heappop", "heapreplace", "heappushpop", "next", "iadd", "imul", "setattr", "delattr"}
)
"""Functions that change their first argument, also where their result is used."""
_PASSED_OVER = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.Name, ast.Constant, ast.expr_context, ast.operator),
)
"""Functions, into which nobody looks, and what has no parts."""


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
    """The roots of the arguments, with their places; "*" and "**" of what is unpacked."""
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
    parts: set[tuple[str, str]] = field(default_factory=set)
    """Of names, the attributes that are set or changed: ``os`` and ``environ``."""
    imported: set[str] = field(default_factory=set)
    """Names that imports in it bind."""


def of(node: ast.AST, *, inner: bool = False) -> Changes:
    """Return what `node` changes, not looking into functions that it defines.

    With `inner`, `node` is a function and its body is what is looked at.
    """
    found = Changes()
    waiting = list(ast.iter_child_nodes(node)) if inner else [node]
    alone: set[int] = set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, _PASSED_OVER):
            continue
        if isinstance(part, ast.Expr | ast.Assign | ast.With):
            alone.update(map(id, _thrown_away(part)))
        _note(part, found, alone=id(part) in alone)
        waiting += ast.iter_child_nodes(part)
    return found


def of_lambda(node: ast.Lambda) -> set[str]:
    """Return the names of others that a function without a name changes when it is called."""
    parameters = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
    return of(node.body).roots - parameters


def _thrown_away(node: ast.Expr | ast.Assign | ast.With) -> Iterator[ast.expr]:
    """Yield the expressions of a statement that are evaluated for what they do."""
    match node:
        case ast.Expr() | ast.Assign(targets=[ast.Name(id="_")]):
            waiting = [node.value]
        case ast.With(items=items):  # with redirect_stdout(buffer):
            waiting = [item.context_expr for item in items if item.optional_vars is None]
        case _:
            return
    while waiting:
        part = waiting.pop()
        yield part
        match part:
            case ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                waiting += parts
            case ast.IfExp(body=body, orelse=orelse):
                waiting += (body, orelse)
            case ast.ListComp(elt=inner) | ast.SetComp(elt=inner) | ast.Await(value=inner):
                waiting.append(inner)


def _note(node: ast.AST, found: Changes, *, alone: bool) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _assigned(target, node.value, found)
        same = [target.id for target in node.targets if isinstance(target, ast.Name)]
        found.aliases += ((one, other) for one in same for other in same if one != other)
        found.parts.update(part for target in node.targets for part in _attributes(target))
    elif isinstance(node, ast.AugAssign):
        found.roots.update(_roots(node.target))
    elif isinstance(node, ast.Delete):
        items = [target for target in node.targets if not isinstance(target, ast.Name)]
        found.roots.update(root for item in items for root in _roots(item))
    elif isinstance(node, ast.Call):
        _called(node, found, alone=alone)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        found.imported.update((a.asname or a.name).partition(".")[0] for a in node.names)
    elif isinstance(node, ast.BinOp) and alone:
        found.roots.update(_roots(_first(node)))  # stream << 1 << 2
    elif isinstance(node, ast.Attribute) and node.attr in MUTATORS:
        found.roots.update(_roots(node.value))  # also where it is handed on: map(K.append, L)
        found.parts.update(_attributes(node.value) if node.attr not in DRAWS else ())
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
    unpacked = False  # what follows ``*args`` has no place that could be told
    for place, argument in enumerate(call.args):
        unpacked = unpacked or isinstance(argument, ast.Starred)
        given += (("*" if unpacked else place, root) for root in _roots(argument))
    lambdas = [v for v in (*call.args, *(k.value for k in call.keywords)) if type(v) is ast.Lambda]
    found.roots.update(root for one in lambdas for root in of_lambda(one))
    for keyword in call.keywords:
        roots = _roots(keyword.value)
        given += ((keyword.arg or "**", root) for root in roots)
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
    return called(expression) if isinstance(expression, ast.Call) else ""


def called(expression: ast.expr) -> str:
    """Return the name of what is called, or of what a decorator calls, if it is a plain one."""
    function = expression.func if isinstance(expression, ast.Call) else expression
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


def _attributes(expression: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield the name and the attribute with which an expression begins: ``os.environ["x"]``."""
    while isinstance(expression, ast.Attribute | ast.Subscript):
        owner = expression.value
        if isinstance(owner, ast.Name) and isinstance(expression, ast.Attribute):
            yield owner.id, expression.attr
        expression = owner


def _parts(expression: ast.expr) -> list[str]:
    """Return the names of which a value may be a part: of views, items and iterations too."""
    found = _roots(expression)
    if isinstance(expression, ast.Call):  # enumerate(L), zip(A, B), Thread(target=fill)
        given = [*expression.args, *(keyword.value for keyword in expression.keywords)]
        found += [root for argument in given for root in _parts(argument)]
    if isinstance(expression, ast.Lambda):
        found += sorted(of_lambda(expression))
    if isinstance(expression, ast.Dict):
        found += [root for value in expression.values for root in _roots(value)]
    if isinstance(expression, ast.Set):
        found += [root for value in expression.elts for root in _roots(value)]
    if isinstance(expression, ast.IfExp):
        found += _parts(expression.body) + _parts(expression.orelse)
    if isinstance(expression, ast.BoolOp):
        found += [root for value in expression.values for root in _parts(value)]
    return found


def defaults(parameters: ast.arguments, changed: Collection[str]) -> set[str]:
    """Return the names that are defaults of `changed` parameters: ``L`` of ``def add(to=L)``."""
    by_place = [*parameters.posonlyargs, *parameters.args][-len(parameters.defaults) or None :]
    pairs = [
        *zip(by_place, parameters.defaults, strict=False),
        *zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True),
    ]
    return {root for one, value in pairs if value and one.arg in changed for root in _roots(value)}
