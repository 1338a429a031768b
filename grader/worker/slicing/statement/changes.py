"""What a statement changes in place, read off its tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.worker.slicing.statement.lambdas import bodies
from grader.worker.slicing.statement.parts import DRAWS, Call, call_of, parts_of, roots

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from grader.worker.slicing.statement.parts import Part

FILLERS = frozenset(
    {
        *("append", "extend", "insert", "pop", "popitem", "remove", "clear", "update", "add"),
        *("setdefault", "sort", "reverse", "discard", "appendleft", "extendleft", "popleft"),
        *("rotate", "fill", "put", "resize", "itemset", "partition", "setflags", "send"),
        *("difference_update", "intersection_update", "symmetric_difference_update", "subtract"),
        *("move_to_end", "__setitem__", "__setattr__", "__delitem__", "__iadd__"),
    }
)
"""Methods that change what they are called on, and nothing that they are given."""
MUTATORS = DRAWS | FILLERS
"""Methods that change what they are called on, also where their result is used."""
CHANGE_THEIR_FIRST = frozenset(
    {"heappop", "heapreplace", "heappushpop", "next", "iadd", "imul", "setattr", "delattr"}
)
"""Functions that change their first argument, also where their result is used."""
_ITERATORS = frozenset(
    {
        *("iter", "zip", "map", "filter", "enumerate", "reversed", "open", "reader", "DictReader"),
        *("count", "cycle", "chain", "islice", "starmap", "takewhile", "product", "permutations"),
    }
)
"""What gives an iterator, which is changed whenever somebody looks at what it gives."""
_OF_ITERATORS = frozenset({"itertools", "it", "csv", "builtins"})
"""Modules of which these are functions: ``data.map(f)`` is a method of something else."""
_DISPLAYS = (
    *(ast.List, ast.Tuple, ast.Set, ast.Dict),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""New containers, which hold what they are written with."""
_PASSED_OVER = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.Name, ast.Constant, ast.expr_context, ast.operator),
)
"""Functions, into which nobody looks, and what has no parts."""


@dataclass
class Changes:
    """Names whose values a statement changes, by how it does."""

    roots: set[str] = field(default_factory=set)
    """Changed by the statement itself."""
    calls: list[Call] = field(default_factory=list)
    """What is called in it, which may change more."""
    results: list[Call] = field(default_factory=list)
    """Calls whose results it changes: ``vars(n)`` by ``vars(n)["x"] = 1``."""
    deep: set[str] = field(default_factory=set)
    """Those of `roots` of which something within is changed: ``P`` by ``P["W"][0] = 1``."""
    drawn: set[str] = field(default_factory=set)
    """Generators from which random numbers are drawn."""
    aliases: list[tuple[str, Part]] = field(default_factory=list)
    """Pairs: the name stands for the part, or for a part of it, or holds it."""
    puts: list[tuple[str, Part]] = field(default_factory=list)
    """Pairs: the part is put into the value of the name."""
    iterators: set[str] = field(default_factory=set)
    """Names of iterators, which change when they are read."""
    returned: list[Part] = field(default_factory=list)
    """What a function gives back."""
    yields: bool = False
    """Whether it gives it back one by one."""
    inner: list[ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=list)
    """Functions that are defined in it, and not looked into."""
    parts: set[tuple[str, str]] = field(default_factory=set)
    """Of names, the attributes that are set or changed: ``os`` and ``environ``, or any ("*")."""
    imported: set[str] = field(default_factory=set)
    """Names that imports in it bind."""

    @property
    def shallow(self) -> set[str]:
        """Those of `roots` that are changed themselves, and nothing within them."""
        return self.roots - self.deep


def of(node: ast.AST, *, inner: bool = False) -> Changes:
    """Return what `node` changes, not looking into functions that it defines.

    With `inner`, `node` is a function and its body is what is looked at.
    """
    found = Changes(returned=parts_of(node.body) if isinstance(node, ast.Lambda) else [])
    waiting = list(ast.iter_child_nodes(node)) if inner else [node]
    alone: set[int] = set()
    executed: list[ast.expr] = []  # which keeps the identities of what is `alone`
    while waiting:
        part = waiting.pop()
        if isinstance(part, _PASSED_OVER):
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                found.inner.append(part)
            continue
        if isinstance(part, ast.Expr | ast.Assign | ast.With):
            alone.update(map(id, _thrown_away(part)))
        _note(part, found, alone=id(part) in alone)
        waiting += ast.iter_child_nodes(part)
        if isinstance(part, ast.Call):
            within = [*bodies(part)]
            executed += within
            alone.update(map(id, within) if id(part) in alone else ())
            waiting += within
    return found


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
    if isinstance(node, ast.Call):
        _called(node, found, alone=alone)
    elif isinstance(node, ast.Attribute) and node.attr in MUTATORS:
        _change(node, found, within=False)  # also where it is handed on: map(K.append, L)
        found.drawn.update(roots(node.value) if node.attr in DRAWS else ())
        found.parts.update(_attributes(node.value) if node.attr not in DRAWS else ())
    elif isinstance(node, ast.BinOp) and alone:
        found.roots.update(roots(_first(node)))  # stream << 1 << 2
    elif isinstance(node, ast.Import | ast.ImportFrom):
        found.imported.update((a.asname or a.name).partition(".")[0] for a in node.names)
    elif isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value:
        found.returned += parts_of(node.value)
        found.yields = found.yields or not isinstance(node, ast.Return)
    else:
        _note_binding(node, found)


def _note_binding(node: ast.AST, found: Changes) -> None:
    match node:
        case ast.Assign():
            _note_assignment(node, found)
        case ast.AugAssign(target=target, value=value):
            _change(target, found, within=isinstance(target, ast.Subscript))
            found.puts += ((root, part) for root in roots(target) for part in parts_of(value))
        case ast.Delete(targets=targets):
            for target in targets:
                if not isinstance(target, ast.Name):
                    _change(target, found, within=False)
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            _assigned(target, value, found)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            element = ast.Subscript(node.iter, ast.Constant(0), ast.Load())
            _assigned(node.target, element, found)
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            _assigned(target, value, found)


def _note_assignment(node: ast.Assign, found: Changes) -> None:
    for target in node.targets:
        _assigned(target, node.value, found)
    names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    others = [root for t in node.targets if not isinstance(t, ast.Name) for root in roots(t)]
    found.aliases += ((one, other) for one in names for other in names if one != other)
    found.puts += ((root, name) for root in others for name in names)
    found.iterators.update(names if _makes_iterator(node.value) else ())
    found.parts.update(part for target in node.targets for part in _attributes(target))


def _change(target: ast.expr, found: Changes, *, within: bool) -> None:
    """Note that an item or an attribute is given a value, or `within` it something is changed."""
    changed = roots(target)
    found.roots.update(changed)
    owner = getattr(target, "value", target)
    if within or not isinstance(owner, ast.Name):
        found.deep.update(changed)
    _change_parts(owner, found)


def _change_parts(owner: ast.expr, found: Changes) -> None:
    """Note that a value is changed which no name need stand for: ``vars(n)``, ``(n or m)``."""
    for part in parts_of(owner):
        if isinstance(part, Call):
            found.results.append(part)
        else:
            found.roots.add(part)


def _assigned(target: ast.expr, value: ast.expr, found: Changes) -> None:
    if isinstance(target, ast.Tuple | ast.List):
        values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        fitting = len(values) == len(target.elts)
        for place, part in enumerate(target.elts):
            _assigned(part, values[place] if fitting else value, found)
    elif isinstance(target, ast.Starred):
        _assigned(target.value, value, found)
    elif isinstance(target, ast.Name):
        shared = [(target.id, part) for part in parts_of(value) if part != target.id]
        (found.puts if isinstance(value, _DISPLAYS) else found.aliases).extend(shared)
    else:
        _change(target, found, within=False)
        found.puts += ((root, part) for root in roots(target) for part in parts_of(value))


def _called(node: ast.Call, found: Changes, *, alone: bool) -> None:
    call = call_of(node, alone=alone)
    if call.name in CHANGE_THEIR_FIRST and node.args:
        found.roots.update(roots(node.args[0]))
    match node:
        case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id=owner), key, _]):
            found.parts.add((owner, str(key.value) if isinstance(key, ast.Constant) else "*"))
    for keyword in node.keywords:
        if keyword.arg in ("out", "file"):
            found.roots.update(roots(keyword.value))
    if alone and call.is_method and not isinstance(node.func, ast.Lambda):
        _change_parts(getattr(node.func, "value", node.func), found)
        found.roots.update(call.receivers)
        found.deep.update(call.receivers if call.name not in MUTATORS else ())
    found.calls.append(call)


def _first(expression: ast.expr) -> ast.expr:
    while isinstance(expression, ast.BinOp):
        expression = expression.left
    return expression


def _makes_iterator(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name)):
            return name in _ITERATORS
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)):
            return name in _ITERATORS and owner in _OF_ITERATORS
    return isinstance(value, ast.GeneratorExp)


def _attributes(expression: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield the name and the attribute with which an expression begins: ``os.environ["x"]``."""
    while isinstance(expression, ast.Attribute | ast.Subscript):
        owner = expression.value
        if isinstance(owner, ast.Name) and isinstance(expression, ast.Attribute):
            yield owner.id, expression.attr
        expression = owner


def defaults(parameters: ast.arguments, changed: Collection[str]) -> set[str]:
    """Return the names that are defaults of `changed` parameters: ``L`` of ``def add(to=L)``."""
    by_place = [*parameters.posonlyargs, *parameters.args][-len(parameters.defaults) or None :]
    pairs = [
        *zip(by_place, parameters.defaults, strict=False),
        *zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True),
    ]
    return {root for one, value in pairs if value and one.arg in changed for root in roots(value)}
