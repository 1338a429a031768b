"""What functions and methods say by themselves, before anything is known of what they call."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.worker.slicing.statement.changes import MUTATORS
from grader.worker.slicing.statement.copies import copies
from grader.worker.slicing.statement.facts import changes_of
from grader.worker.slicing.statement.parts import Call, called, maker, names_of, roots

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from grader.worker.slicing.statement.changes import Changes
    from grader.worker.slicing.statement.facts import Facts

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
OWN = "."
"""The place of what a method is called on, and what the names of methods begin with: ``.step``."""
_PROPERTIES = frozenset({"property", "cached_property", "setter"})


@dataclass
class Body:
    """A function or a method."""

    node: Function
    name: str
    """Empty if it has none."""
    own: str
    """The parameter for what a method is called on."""
    roots: set[str]
    """Names whose values it changes itself."""
    sets: set[str]
    """Names that it binds by ``global``."""
    calls: list[Call]
    """What it calls, and what it reads that methods compute."""
    results: list[Call]
    """Calls whose results it changes."""
    meant: dict[str, set[str]]
    """What its names stand for, or for a part of which."""
    copied: dict[str, set[str]]
    """Of its names that are copies of others, those of which they share what is within."""
    shallow: set[str]
    """Those of `roots` within which it changes nothing itself."""
    parameters: list[tuple[int | str, str]]
    makers: list[str]
    """Functions that make its decorators."""
    made: set[str]
    """Names whose values are changed by functions that it defines."""
    patches: set[tuple[str, str]]
    """Attributes that it sets itself."""
    given_back: set[str]
    """Names with which its result shares something."""
    of_module: set[str]
    """The names of the module in it."""
    imported: set[str]
    """Names that imports in it bind."""
    yields: bool
    """Whether it gives its result one by one."""


def bodies_of(facts: Facts, properties: Collection[str]) -> Iterator[Body]:
    """Yield the function that a definition defines, or the methods of the class."""
    node = facts.statement.node
    if isinstance(node, ast.ClassDef):
        for method in methods(node):
            yield _body(method, facts, properties, of_object=not _is_static(method))
    else:
        function = node.value if isinstance(node, ast.Assign) else node
        assert isinstance(function, Function)
        yield _body(function, facts, properties, of_object=False)


def methods(node: ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the methods of a class, and of the classes within it."""
    waiting: list[ast.AST] = [*node.body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            yield part
        elif isinstance(part, ast.ClassDef | ast.If | ast.Try | ast.ExceptHandler):
            waiting += ast.iter_child_nodes(part)


def properties_of(facts: Facts) -> set[str]:
    """Return the methods of a class that are called where an attribute is read."""
    node = facts.statement.node
    found = methods(node) if isinstance(node, ast.ClassDef) else ()
    return {one.name for one in found if not _PROPERTIES.isdisjoint(_decorators(one))}


def computed(node: ast.AST, properties: Collection[str]) -> Iterator[Call]:
    """Yield the calls of `properties` in `node`, which are written as attributes."""
    for part in ast.walk(node) if properties else ():
        if isinstance(part, ast.Attribute) and part.attr in properties:
            owner = part.value
            yield Call(part.attr, True, roots(owner), maker(owner), [], alone=False)


def _body(
    function: Function, facts: Facts, properties: Collection[str], *, of_object: bool
) -> Body:
    inside = changes_of(function, inner=True)
    meant: dict[str, set[str]] = defaultdict(set)
    for alias, part in inside.aliases:
        meant[alias].update(names_of(part))
    for inner in inside.inner:
        meant[inner.name] |= {n.id for n in ast.walk(inner) if isinstance(n, ast.Name)}
    copied: dict[str, set[str]] = defaultdict(set)
    for copy, of in copies([function] if "copy" in facts.words else []):
        copied[copy].add(of)
    places = [*_places(function.args, of_object=of_object)]
    own = next((name for place, name in places if place == OWN), "")
    of_module = {*facts.later, *facts.reads, *facts.binds}
    calls = [*inside.calls, *computed(function, properties)]
    return Body(
        function,
        name=getattr(function, "name", ""),
        own=own,
        roots=inside.roots | ({own} if any(map(_changes_super, calls)) else set()),
        sets=facts.sets.intersection(_globals(function)),
        calls=[_on_object(call, own, of_module | inside.imported) for call in calls],
        results=inside.results,
        meant=meant,
        copied=copied,
        shallow=inside.shallow,
        parameters=places,
        makers=[called(one) for one in getattr(function, "decorator_list", ())],
        made=_changed_by_inner(inside) & facts.later,
        patches={part for part in inside.parts if part[0] in facts.later},
        given_back={n for part in inside.returned for n in names_of(part)},
        of_module=of_module,
        imported=inside.imported,
        yields=inside.yields,
    )


def _globals(function: Function) -> Iterator[str]:
    for part in ast.walk(function):
        if isinstance(part, ast.Global):
            yield from part.names


def _changes_super(call: Call) -> bool:
    """Whether a base class, perhaps a library's, changes the object: ``super().append(x)``."""
    return call.maker == "super" and (call.alone or call.name in MUTATORS)


def _on_object(call: Call, own: str, others: Collection[str]) -> Call:
    """Return a call as that of a method, where it is: ``super().push(x)``, ``net(x)``."""
    if call.maker == "super" and own:
        return replace(call, receivers=[own])
    if call.is_method or call.name in others:
        return call
    return replace(call, name="__call__", is_method=True, receivers=[call.name])


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [getattr(one, "attr", getattr(one, "id", "")) for one in node.decorator_list]


def _is_static(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return "staticmethod" in _decorators(node)


def _places(given: ast.arguments, *, of_object: bool) -> Iterator[tuple[int | str, str]]:
    """Yield the place of each parameter, or what stands for it, and its name."""
    for place, one in enumerate([*given.posonlyargs, *given.args], start=-of_object):
        yield OWN if place < 0 else place, one.arg
    for one in given.kwonlyargs:
        yield one.arg, one.arg
    for sign, rest in (("*", given.vararg), ("**", given.kwarg)):
        if rest:
            yield sign, rest.arg


def _changed_by_inner(inside: Changes) -> set[str]:
    """Return the names whose values functions that are defined within one change."""
    found: set[str] = set()
    waiting = list(inside.inner)
    while waiting:
        inner = changes_of(waiting.pop(), inner=True)
        found |= inner.roots
        waiting += inner.inner
    return found
