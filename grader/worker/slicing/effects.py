"""Which statements change what a name stands for."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from grader.worker.slicing.functions import Functions
from grader.worker.slicing.sharing import Sharing
from grader.worker.slicing.statement import changes
from grader.worker.slicing.statement.parts import called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from grader.worker.slicing.index import Index
    from grader.worker.slicing.statement.facts import Facts
    from grader.worker.slicing.statement.parts import Call


class Effects:
    """What the statements of one module change."""

    def __init__(self, index: Index) -> None:
        self._index, self.functions = index, Functions(index)

    @cached_property
    def changers(self) -> dict[str, list[int]]:
        """The places of statements that may change what a name stands for, in order."""
        return self._by_name(self._all_changed, main=False)

    @cached_property
    def certain(self) -> dict[str, list[int]]:
        """Those of them that do not do so by what a call may have returned."""
        return self._by_name(self._certainly_changed, main=False)

    @cached_property
    def started(self) -> dict[str, list[int]]:
        """What binds or changes a name where a script begins; it counts when nothing else does."""
        table = self._by_name(self._all_changed, main=True)
        for place, one in enumerate(self._index.facts):
            if one.statement.main:
                for name in one.binds:
                    table[name] = sorted({*table[name], place})
        return table

    def _by_name(self, changed: Callable[[Facts], set[str]], *, main: bool) -> dict[str, list[int]]:
        table: dict[str, list[int]] = defaultdict(list)
        for place in self._index.others:
            if self._index.facts[place].statement.main is main:
                for name in changed(self._index.facts[place]):
                    table[name].append(place)
        return table

    def holds(self, name: str) -> Iterable[str]:
        """Return the names whose values are held by that of a name."""
        return self._sharing.holds.get(name, ())

    def patches(self, facts: Facts) -> Iterator[int]:
        """Yield the statements that set what `facts` use of a library: ``os.environ["x"] = 1``."""
        for name in self._patches.keys() & (facts.reads | facts.later):
            yield from (
                place
                for attribute, place in self._patches[name]
                if attribute == "*" or attribute in facts.words
            )

    @cached_property
    def _patches(self) -> dict[str, list[tuple[str, int]]]:
        table: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for place in self._index.others:
            done = self._index.facts[place].changes
            called = map(self.functions.called, done.calls)
            for name, attribute in done.parts.union(*(effect.patches for effect in called)):
                if self._index.only_imported(name) and not self._index.tries(place):
                    table[name].append((attribute, place))
        return table

    def changed(self, facts: Facts) -> set[str]:
        """Return the names whose values a statement changes, also by another name."""
        return self._sharing.meant(self._changed_itself(facts), facts.changes.shallow)

    def _all_changed(self, facts: Facts) -> set[str]:
        names = self._changed_itself(facts) | self._perhaps_changed(facts)
        return self._sharing.meant(names, facts.changes.shallow)

    def _certainly_changed(self, facts: Facts) -> set[str]:
        # That numbers were drawn from a generator is nothing that what holds it shows.
        drawn = facts.changes.drawn | self.functions.sources
        names = self._changed_itself(facts) - drawn
        return self._sharing.certain(names | self._perhaps_changed(facts), facts.changes.shallow)

    def _changed_itself(self, facts: Facts) -> set[str]:
        found = facts.changes.roots | (facts.reads & self._iterators)
        found |= facts.reads & self.functions.sources
        for call in (*facts.changes.calls, *self.functions.computed(facts)):
            found |= self._changed_by(call)
        for call in facts.changes.results:
            found.update(filter(self._sharing.is_changeable, self._behind(call)))
        for name in found & self._index.modules.keys():
            found |= self._state_of(name)
        return found

    def _perhaps_changed(self, facts: Facts) -> set[str]:
        """Return the names that are given to libraries or objects, and no result is kept."""
        works, is_class = self.functions.is_librarys_work, self._index.is_class
        calls = (c for c in facts.changes.calls if works(c) or (c.alone and is_class(c.name)))
        return {root for call in calls for _, root in call.given}

    def _changed_by(self, call: Call) -> set[str]:
        """Return the names whose values a call changes."""
        arguments = {root for _, root in call.given}
        found = {name for root in arguments for name in self.functions.of(root).names}
        effects = self.functions.called(call)
        found |= effects.names | {root for place, root in call.given if effects.changes(place)}
        if call.is_method:
            # Without a name of its own it is an item: operations["set"]()
            found.update(call.receivers if effects.changes_own or not call.name else ())
            found |= self.functions.of(call.maker).gives if effects.changes_own else set()
            return found | arguments if self._changes_given(call) else found
        if call.name in self._index.modules and call.alone:
            found |= {call.name, *arguments}
        elif self._index.is_value(call.name):  # a lambda, a closure, an object: it keeps values
            found |= {*self._kept_by(call.name), *(arguments if call.alone else ())}
        return found

    def _behind(self, call: Call) -> Iterable[str]:
        """Return the names whose values change with the result of a call."""
        makers = call.receivers if call.is_method else [call.name]
        if call.makes_container or any(map(self._index.is_quiet, makers)):
            return ()
        return self.functions.shared(call)

    def _changes_given(self, call: Call) -> bool:
        """Whether a method that is called for what it does may change what it is given."""
        if not call.alone or all(map(self._index.is_librarys, call.receivers)):
            return False
        own = any(name in self._index.modules for name in call.receivers)
        return own or self.functions.is_method(call.name) or call.name not in changes.FILLERS

    def _kept_by(self, name: str) -> set[str]:
        """Return the names that a function without a definition of its own changes."""
        found = {name}
        for place in self._index.binders[name]:
            value = getattr(self._index.facts[place].statement.node, "value", None)
            if isinstance(value, ast.Call):  # inc, get = counter()
                found |= self.functions.of(called(value)).made
                found |= self._index.facts[place].binds
        return found

    def _state_of(self, name: str) -> set[str]:
        """Return all names whose modules read the one from which `name` comes."""
        changed = self._index.modules[name].files
        return {n for n, origin in self._index.modules.items() if origin.reads & changed}

    @cached_property
    def _sharing(self) -> Sharing:
        return Sharing(self._index, self.functions, self._changed_by)

    @cached_property
    def _iterators(self) -> set[str]:
        """Names of iterators and of what generators of the file give."""
        found = set()
        for one in (self._index.facts[place] for place in self._index.others):
            found |= one.changes.iterators
            node = one.statement.node
            if isinstance(node, ast.Assign) and called(node.value) in self.functions.generators:
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        return found
