"""What calling a function of the file changes besides what it returns."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.worker.slicing.index import BUILTINS
from grader.worker.slicing.keeping import keeps
from grader.worker.slicing.statement.bodies import OWN, bodies_of, computed, properties_of
from grader.worker.slicing.statement.changes import defaults
from grader.worker.slicing.statement.parts import called, called_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from grader.worker.slicing.index import Index
    from grader.worker.slicing.statement.bodies import Body
    from grader.worker.slicing.statement.facts import Facts
    from grader.worker.slicing.statement.parts import Call, Part

_SOURCES = frozenset({"default_rng", "RandomState", "Random", "SystemRandom", "Generator"})
"""What makes generators of random numbers."""
_MOST_WORK = 1_000_000
"""Names and calls that are looked at for all functions of a file: about a second."""


@dataclass
class Effect:
    """What calling a function changes."""

    names: set[str] = field(default_factory=set)
    """Names of the module that it binds, or whose values it changes."""
    arguments: set[int | str] = field(default_factory=set)
    """Places and names of the parameters whose values it changes; "*" and "**" stand for all.

    OWN is the place of what a method is called on.
    """
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

    @property
    def changes_own(self) -> bool:
        """Whether it changes what it is called on."""
        return OWN in self.arguments

    def add(self, base: Effect) -> None:
        """Add what a base class changes."""
        for mine, others in zip(vars(self).values(), vars(base).values(), strict=True):
            mine |= others

    def changes(self, place: int | str) -> bool:
        """Whether it changes the argument at a place or of a name, or what is unpacked there."""
        return _are_among(place, self.arguments)

    def returns(self, place: int | str) -> bool:
        """Whether its result shares something with an argument, or with what is unpacked there."""
        return _are_among(place, self.passes)


class Functions:
    """The functions, classes and methods of one module.

    A class is all its methods, since any may be called to make an object, and those of its bases.
    A method is all of its name: the class of a value is not known before the file is executed.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self.generators: set[str] = set()
        """The functions of the file that give iterators, and the classes of iterators."""
        self.properties = set().union(*map(properties_of, index.facts))
        """The methods that are called where an attribute is read."""
        self.sources = {name for place in index.others for name in _sources(index.facts[place])}
        """Names of generators of random numbers, which any of their methods advances."""
        self._found = {name: Effect() for name in index.binders if index.definitions(name)}
        self._find(self._bodies())

    def of(self, name: str) -> Effect:
        """Return what a call of the function `name` changes: nothing if it is not the file's."""
        return self._found.get(name, _NOTHING)

    def called(self, call: Call) -> Effect:
        """Return what a call of a function or a method changes."""
        return self.of(self._key(call))

    def computed(self, facts: Facts) -> Iterator[Call]:
        """Yield the calls of methods that a statement writes as attributes."""
        if not self.properties.isdisjoint(facts.words):
            yield from computed(facts.statement.node, self.properties)

    def is_method(self, name: str) -> bool:
        """Whether a class of the file has a method of that name."""
        return OWN + name in self._found

    @property
    def changing(self) -> set[str]:
        """The methods that change what they are called on."""
        own = {name for name, effect in self._found.items() if effect.changes_own}
        return {name.removeprefix(OWN) for name in own if name.startswith(OWN)}

    def _key(self, call: Call) -> str:
        """Return the name by which is known what a call changes; none if it is a library's."""
        if not call.is_method:
            return call.name
        imported = bool(call.receivers) and all(map(self._index.only_imported, call.receivers))
        return "" if imported else OWN + call.name

    def shared(self, part: Part) -> Iterator[str]:
        """Yield the names that a value shares something with."""
        if isinstance(part, str):
            yield part
            return
        effect = self.called(part)
        told = not part.is_method and self._index.functions(part.name)
        yield from effect.gives
        yield from self.of(part.maker).gives
        yield from part.owners
        for place, inner in part.parts:
            if not told or effect.returns(place):
                yield from self.shared(inner)

    def is_librarys_work(self, call: Call, imported: Collection[str] | None = None) -> bool:
        """Whether a library is called for what it does, which may be to change what it is given.

        `imported` are the names that are imported in the function in which the call stands.
        """
        names = call.receivers or [call.maker] if call.is_method else [call.name]
        if not call.alone or names == [""]:  # a text's method, or a lambda
            return False
        if imported is not None:  # a name that nobody else binds is a variable of the function
            names = [name for name in names if name not in imported]
            if not all(name in self._index.binders or name in BUILTINS for name in names):
                return False
        return all(
            self._index.is_librarys(name) and not self._index.is_quiet(name) for name in names
        )

    def _bodies(self) -> dict[str, list[Body]]:
        """Return the bodies of each function, class and method, and note what gives iterators."""
        found: dict[str, list[Body]] = defaultdict(list)
        for name in self._found:
            for facts in self._index.definitions(name):
                is_class = facts.statement.kind == "class"
                for body in bodies_of(facts, self.properties):
                    works = (c for c in body.calls if self.is_librarys_work(c, body.imported))
                    body.roots |= {root for call in works for _, root in call.given}
                    used = {one for call in body.calls for one in call.receivers}
                    body.roots |= used & self.sources & body.of_module
                    found[name].append(body)
                    if is_class:
                        found[OWN + body.name].append(body)
                    if body.name == "__next__" if is_class else body.yields:
                        self.generators.add(name)
        return found

    def _find(self, bodies: dict[str, list[Body]]) -> None:
        """Look at all functions until nothing more is found in any: they may call one another."""
        bases = {name: self._bases(name) for name in self._found}
        for name, effect in self._found.items():
            keep = keeps(self._index, self._index.definitions(name))
            effect.gives |= {name} if keep else set()
            if closure([name], lambda one: bases.get(one, ())) & self.generators:
                self.generators.add(name)
        self._found |= {name: Effect() for name in bodies if name not in self._found}
        users: dict[str, set[str]] = defaultdict(set)
        for name in self._found:
            makers = {maker for body in bodies[name] for maker in body.makers}
            keys = {self._key(call) for body in bodies[name] for call in body.calls}
            for used in makers.union(keys, bases.get(name, ())):
                users[used].add(name)
        waiting, work = dict.fromkeys(self._found), 0
        while waiting and work < _MOST_WORK:
            name = next(iter(waiting))
            del waiting[name]
            effect = self._found[name]
            before = effect.size
            work += sum(self._add(body, name) for body in bodies[name])
            for base in bases.get(name, ()):
                effect.add(self._found[base])
            if effect.size > before:
                waiting.update(dict.fromkeys(users[name]))
                work += len(users[name])
        if waiting:
            self._found = dict.fromkeys(self._found, self._anything())

    def _anything(self) -> Effect:
        """Return all that a call may change, for a file that nobody writes by hand.

        So a statement too many is executed, as Python would, and never one too few.
        """
        facts = [one for name in self._found for one in self._index.definitions(name)]
        named = {name for one in facts for name in one.later if self._index.is_value(name)}
        every: set[int | str] = {OWN, "*", "**"}
        return Effect(named.union(*(one.sets for one in facts)), every, passes=every)

    def _bases(self, name: str) -> list[str]:
        """Return the classes of the file from which a class is made."""
        nodes = (one.statement.node for one in self._index.definitions(name))
        above = (called(base) for node in nodes for base in getattr(node, "bases", ()))
        return [base for base in above if self._index.is_class(base)]

    def _add(self, body: Body, name: str) -> int:
        """Add to what is known of a name what is known of a body now; return how much was read."""
        found = self._found[name]
        found.names |= body.sets
        work = 1 + len(body.roots) + len(body.meant) + len(body.parameters)
        deep = body.roots - body.shallow
        for call in body.calls:
            inner = self.called(call)
            found.names |= inner.names
            found.patches |= inner.patches
            deep.update(root for place, root in call.given if inner.changes(place))
            deep.update(call.receivers if inner.changes_own else ())
            work += 1 + len(inner.names) + len(call.given)
            found.gives |= inner.gives if not call.alone else set()
        for call in body.results:
            deep.update(self.shared(call))
            found.names |= self.of(call.maker or call.name).gives
        deep = closure(deep, lambda name: {*body.meant.get(name, ()), *body.copied.get(name, ())})
        roots = closure(body.roots | deep, lambda name: body.meant.get(name, ()))
        back = closure(body.given_back, lambda name: body.meant.get(name, ()))
        for place, parameter in body.parameters:
            both: set[int | str] = {place, parameter} if isinstance(place, int) else {place}
            found.arguments.update(both if parameter in roots else ())
            found.passes.update(both if parameter in back else ())
        if not self._index.is_class(name):
            found.gives |= back & body.of_module
        roots |= defaults(body.node.args, roots)
        found.names |= roots & body.of_module
        found.made |= body.made
        found.patches |= body.patches
        for maker in body.makers:
            found.names |= self.of(maker).made
        return work


_NOTHING = Effect()


def _sources(facts: Facts) -> set[str]:
    """Return the names to which a statement gives a new generator of random numbers."""
    node = facts.statement.node
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
        return facts.binds if called_name(node.value) in _SOURCES else set()
    return set()


def closure(names: Iterable[str], after: Callable[[str], Iterable[str]]) -> set[str]:
    """Return `names` and all that comes `after` them."""
    found = set(names)
    waiting = list(found)
    while waiting:
        new = {*after(waiting.pop())} - found
        found |= new
        waiting += new
    return found


def _are_among(place: int | str, parameters: Collection[int | str]) -> bool:
    match place:
        case "*":
            return any(one == "*" or isinstance(one, int) for one in parameters)
        case "**":
            return any(isinstance(one, str) and one not in ("*", OWN) for one in parameters)
        case int():
            return place in parameters or "*" in parameters
    return place in parameters or "**" in parameters
