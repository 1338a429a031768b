"""What calling a function of the file changes besides what it returns."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.worker.slicing.index import BUILTINS
from grader.worker.slicing.keeping import keeps
from grader.worker.slicing.statement import changes
from grader.worker.slicing.statement.facts import changes_of
from grader.worker.slicing.statement.parts import called, names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from grader.worker.slicing.index import Index
    from grader.worker.slicing.statement.facts import Facts
    from grader.worker.slicing.statement.parts import Call

    Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_MOST_WORK = 1_000_000
"""Names and calls that are looked at for all functions of a file: about a second."""


@dataclass
class Effect:
    """What calling a function changes."""

    names: set[str] = field(default_factory=set)
    """Names of the module that it binds, or whose values it changes."""
    arguments: set[int | str] = field(default_factory=set)
    """Places and names of the parameters whose values it changes; "*" and "**" stand for all."""
    made: set[str] = field(default_factory=set)
    """Names of the module whose values are changed by functions that it makes."""
    patches: set[tuple[str, str]] = field(default_factory=set)
    """Attributes of names of the module that it sets: ``np`` and ``float``."""
    passes: set[int | str] = field(default_factory=set)
    """Places and names of the parameters with which its result may share something."""
    gives: set[str] = field(default_factory=set)
    """Names of the module with which its result may share something; its own where it keeps it."""

    @property
    def size(self) -> int:
        """How much is known, which only grows."""
        names = len(self.names) + len(self.made) + len(self.gives)
        return names + len(self.patches) + len(self.arguments) + len(self.passes)

    def changes(self, place: int | str) -> bool:
        """Whether it changes the argument at a place or of a name, or what is unpacked there."""
        return _are_among(place, self.arguments)

    def returns(self, place: int | str) -> bool:
        """Whether its result shares something with an argument, or with what is unpacked there."""
        return _are_among(place, self.passes)


@dataclass
class _Body:
    """A function or a method, and what is known of it before any other is."""

    node: Function
    roots: set[str]
    """Names whose values it changes itself."""
    calls: list[Call]
    """The plain functions that it calls."""
    meant: dict[str, set[str]]
    """What its names stand for, or for a part of which."""
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
    of_object: bool
    """Whether it is a method."""


class Functions:
    """The functions and classes of one module."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.generators: set[str] = set()
        """The functions of the file that give iterators."""
        self._found = {name: Effect() for name in index.binders if index.definitions(name)}
        self._find()

    def of(self, name: str) -> Effect:
        """Return what a call of the function `name` changes: nothing if it is not the file's."""
        return self._found.get(name, _NOTHING)

    def is_librarys_work(self, call: Call, imported: Collection[str] | None = None) -> bool:
        """Whether a library is called for what it does, which may be to change what it is given.

        `imported` are the names that are imported in the function in which the call stands.
        """
        if not call.alone:
            return False
        names = call.receivers or [call.maker] if call.is_method else [call.name]
        if imported is not None:  # a name that nobody else binds is a variable of the function
            names = [name for name in names if name not in imported]
            if not all(name in self._index.binders or name in BUILTINS for name in names):
                return False
        return all(
            self._index.is_librarys(name) and not self._index.is_quiet(name) for name in names
        )

    def _find(self) -> None:
        """Look at all functions until nothing more is found in any: they may call one another."""
        bodies: dict[str, list[_Body]] = {}
        users: dict[str, set[str]] = defaultdict(set)
        for name, effect in self._found.items():
            definitions = self._index.definitions(name)
            effect.names.update(*(one.sets for one in definitions))
            effect.gives |= {name} if keeps(self._index, definitions) else set()
            bodies[name] = [body for one in definitions for body in self._bodies(one)]
            for body in bodies[name]:
                for used in (*body.makers, *(call.name for call in body.calls)):
                    users[used].add(name)
        waiting, work = dict.fromkeys(bodies), 0
        while waiting and work < _MOST_WORK:
            name = next(iter(waiting))
            del waiting[name]
            effect = self._found[name]
            before = effect.size
            work += sum(self._add(body, effect) for body in bodies[name])
            if effect.size > before:
                waiting.update(dict.fromkeys(users[name]))
                work += len(users[name])
        if waiting:
            self._found = dict.fromkeys(bodies, self._anything())

    def _anything(self) -> Effect:
        """Return all that a call may change, for a file that nobody writes by hand.

        So a statement too many is executed, as Python would, and never one too few.
        """
        facts = [one for name in self._found for one in self._index.definitions(name)]
        named = {name for one in facts for name in one.later if self._index.is_value(name)}
        every: set[int | str] = {"*", "**"}
        return Effect(named.union(*(one.sets for one in facts)), every, passes=every)

    def _bodies(self, facts: Facts) -> Iterator[_Body]:
        node: ast.AST = facts.statement.node
        of_object = isinstance(node, ast.ClassDef)
        if isinstance(node, ast.Assign):
            node = node.value
        for function in node.body if isinstance(node, ast.ClassDef) else [node]:
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            inside = changes_of(function, inner=True)
            works = (c for c in inside.calls if self.is_librarys_work(c, inside.imported))
            meant: dict[str, set[str]] = defaultdict(set)
            for alias, part in inside.aliases:
                meant[alias].update(names_of(part))
            for inner in inside.inner:
                meant[inner.name] |= {n.id for n in ast.walk(inner) if isinstance(n, ast.Name)}
            if inside.yields and not of_object:
                self.generators |= facts.binds
            yield _Body(
                function,
                roots=inside.roots | {root for call in works for _, root in call.given},
                calls=[call for call in inside.calls if not call.is_method],
                meant=meant,
                parameters=list(_parameters(function.args, of_object=of_object)),
                makers=[called(one) for one in getattr(function, "decorator_list", ())],
                made=_changed_by_inner(inside) & facts.later,
                patches={part for part in inside.parts if part[0] in facts.later},
                given_back={n for part in inside.returned for n in names_of(part)},
                of_module={*facts.later, *facts.reads, *facts.binds},
                of_object=of_object,
            )

    def _add(self, body: _Body, found: Effect) -> int:
        """Add to `found` what is known of a body now; return how much was looked at."""
        work = 1 + len(body.roots) + len(body.meant) + len(body.parameters)
        roots = set(body.roots)
        for call in body.calls:
            inner = self.of(call.name)
            found.names |= inner.names
            found.patches |= inner.patches
            roots.update(root for place, root in call.given if inner.changes(place))
            work += 1 + len(inner.names) + len(call.given)
            found.gives |= inner.gives if not call.alone else set()
        roots = closure(roots, lambda name: body.meant.get(name, ()))
        back = closure(body.given_back, lambda name: body.meant.get(name, ()))
        for place, name in body.parameters:
            both: set[int | str] = {place, name} if isinstance(place, int) else {place}
            found.arguments.update(both if name in roots else ())
            found.passes.update(both if name in back else ())
        if not body.of_object:
            found.gives |= back & body.of_module
        roots |= changes.defaults(body.node.args, roots)
        found.names |= roots & body.of_module
        found.made |= body.made
        found.patches |= body.patches
        for maker in body.makers:
            found.names |= self.of(maker).made
        return work


_NOTHING = Effect()


def closure(names: Iterable[str], after: Callable[[str], Iterable[str]]) -> set[str]:
    """Return `names` and all that comes `after` them."""
    found = set(names)
    waiting = list(found)
    while waiting:
        new = {*after(waiting.pop())} - found
        found |= new
        waiting += new
    return found


def _parameters(given: ast.arguments, *, of_object: bool) -> Iterator[tuple[int | str, str]]:
    """Yield the place of each parameter, or what stands for it, and its name."""
    for place, one in enumerate([*given.posonlyargs, *given.args][of_object:]):
        yield place, one.arg
    for one in given.kwonlyargs:
        yield one.arg, one.arg
    for sign, rest in (("*", given.vararg), ("**", given.kwarg)):
        if rest:
            yield sign, rest.arg


def _are_among(place: int | str, parameters: Collection[int | str]) -> bool:
    match place:
        case "*":
            return any(one == "*" or isinstance(one, int) for one in parameters)
        case "**":
            return any(one != "*" and isinstance(one, str) for one in parameters)
        case int():
            return place in parameters or "*" in parameters
    return place in parameters or "**" in parameters


def _changed_by_inner(inside: changes.Changes) -> set[str]:
    """Return the names whose values functions that are defined within one change."""
    found: set[str] = set()
    waiting = list(inside.inner)
    while waiting:
        inner = changes_of(waiting.pop(), inner=True)
        found |= inner.roots
        waiting += inner.inner
    return found
