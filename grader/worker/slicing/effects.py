"""Which statements change what a name stands for."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from grader.worker.slicing import changes
from grader.worker.slicing.functions import Functions, closure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.worker.slicing.changes import Call
    from grader.worker.slicing.facts import Facts
    from grader.worker.slicing.index import Index


class Effects:
    """What the statements of one module change."""

    def __init__(self, index: Index) -> None:
        self._index, self.functions = index, Functions(index)

    @cached_property
    def changers(self) -> dict[str, list[int]]:
        """The places of statements that change what a name stands for, in order."""
        return self._changers(main=False)

    @cached_property
    def started(self) -> dict[str, list[int]]:
        """What binds or changes a name where a script begins; it counts when nothing else does."""
        table = self._changers(main=True)
        for place, one in enumerate(self._index.facts):
            if one.statement.main:
                for name in one.binds:
                    table[name] = sorted({*table[name], place})
        return table

    def _changers(self, *, main: bool) -> dict[str, list[int]]:
        table: dict[str, list[int]] = defaultdict(list)
        for place in self._index.others:
            if self._index.facts[place].statement.main is main:
                facts = self._index.facts[place]
                for name in self.changed(facts) | self._perhaps_changed(facts):
                    table[name].append(place)
        return table

    def patches(self, facts: Facts) -> Iterator[int]:
        """Yield the statements that set what `facts` use of a library: ``os.environ["x"] = 1``."""
        for name in self._patches.keys() & (facts.reads | facts.later):
            yield from (
                place for attribute, place in self._patches[name] if attribute in facts.words
            )

    @cached_property
    def _patches(self) -> dict[str, list[tuple[str, int]]]:
        table: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for place in self._index.others:
            for name, attribute in self._index.facts[place].changes.parts:
                if self._index.only_imported(name) and not self._index.tries(place):
                    table[name].append((attribute, place))
        return table

    def changed(self, facts: Facts) -> set[str]:
        """Return the names whose values a statement changes for certain, also by another name."""
        found = set(facts.changes.roots)
        for call in facts.changes.calls:
            found |= self._changed_by(call)
        for name in found & self._index.modules.keys():
            found |= self._state_of(name)
        return self._meant(found)

    def _perhaps_changed(self, facts: Facts) -> set[str]:
        """Return the names that are given to libraries or objects, and no result is kept."""
        works, is_class = self.functions.is_librarys_work, self._index.is_class
        calls = (c for c in facts.changes.calls if works(c) or (c.alone and is_class(c.name)))
        return self._meant({root for call in calls for _, root in call.given})

    def _changed_by(self, call: Call) -> set[str]:
        """Return the names whose values a call changes."""
        arguments = {root for _, root in call.given}
        found = {name for root in arguments for name in self.functions.of(root).names}
        if call.is_method:
            found |= set(call.receivers) if call.name in self.changing else set()
            if call.maker and (call.alone or call.name in changes.MUTATORS):
                found |= {n for one in self._index.functions(call.maker) for n in one.later}
            if call.alone and not all(map(self._index.is_librarys, call.receivers)):
                found |= arguments
            return found
        effects = self.functions.of(call.name)
        found |= effects.names | {root for place, root in call.given if effects.changes(place)}
        if call.name in self._index.modules and call.alone:
            found |= {call.name, *arguments}
        elif self._index.is_value(call.name):  # a lambda, a closure, an object: it keeps values
            found |= {call.name, *self._kept_by(call.name), *(arguments if call.alone else ())}
        return found

    def _kept_by(self, name: str) -> set[str]:
        """Return the names that a function without a definition of its own changes."""
        found = set()
        for place in self._index.binders[name]:
            value = getattr(self._index.facts[place].statement.node, "value", None)
            if isinstance(value, ast.Lambda):
                found |= changes.of_lambda(value)
            elif isinstance(value, ast.Call):
                found |= self.functions.of(changes.called(value)).made
        return found

    def _state_of(self, name: str) -> set[str]:
        """Return all names whose modules read the one from which `name` comes."""
        changed = self._index.modules[name].files
        return {n for n, origin in self._index.modules.items() if origin.reads & changed}

    def _meant(self, names: Iterable[str]) -> set[str]:
        """Return `names` and those that they stand for or are a part of."""
        # A thread is what it calls.
        return closure(names, lambda n: self._aliases.get(n, set()) | self.functions.of(n).names)

    @cached_property
    def _aliases(self) -> dict[str, set[str]]:
        table: dict[str, set[str]] = defaultdict(set)
        for place in self._index.others:
            for name, meant in self._index.facts[place].changes.aliases:
                if not self._index.only_imported(meant):
                    table[name].add(meant)
        return table

    @cached_property
    def changing(self) -> set[str]:
        """The methods of the file's classes that change the object they are called on."""
        found = set()
        for one in self._index.facts:
            if one.statement.kind == "class":
                for node in ast.walk(one.statement.node):
                    if isinstance(node, ast.FunctionDef) and node.args.args:
                        own = changes.of(node, inner=True)
                        if node.args.args[0].arg in own.roots:
                            found.add(node.name)
        return found
