"""Which names of a module may show it when the value of another one is changed.

Theory of operation. `B = A` and `v = A[1:]` make two names of one value, or of a part of it. `P =
{"W": W}`, `net = Net(W)`, `P["W"] = W` and `net.add(layer)` make a value hold another: whatever
is given to what a statement makes or changes. Who holds a value shows every change of it; it shows
nothing that is done to its other holders. So three changes are told apart: that of a value, which
all that hold it show; one within it, which what it holds shows as well; and one of a call's
result, which may be a part of what the call was given, and of which no more is known.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from grader.worker.slicing.functions import closure
from grader.worker.slicing.statement.changes import CHANGE_THEIR_FIRST, MUTATORS
from grader.worker.slicing.statement.copies import copies
from grader.worker.slicing.statement.parts import DRAWS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from grader.worker.slicing.functions import Functions
    from grader.worker.slicing.index import Index
    from grader.worker.slicing.statement.parts import Call, Part

    Pairs = Iterable[tuple[str, Part]]


class Sharing:
    """What the names of one module share."""

    def __init__(
        self, index: Index, functions: Functions, changed_by: Callable[[Call], set[str]]
    ) -> None:
        """`changed_by` tells which names a call changes."""
        self._index, self._functions, self._changed_by = index, functions, changed_by

    def certain(self, names: set[str], shallow: Collection[str]) -> set[str]:
        """Return the names whose values change with `names`.

        Of those that are `shallow`, nothing within is changed. What is a part of another value is
        within that one, and may be what it holds.
        """
        return self._changed(names, shallow, self._within)

    def meant(self, names: set[str], shallow: Collection[str]) -> set[str]:
        """Return those and the names of which they may be a part, as results of calls may be."""
        # A thread is what it calls.
        table, functions = self._parts, self._functions
        found = self._changed(names, shallow, self.holds)
        return closure(found, lambda name: table.get(name, set()) | functions.of(name).names)

    def _changed(
        self, names: set[str], shallow: Collection[str], held: dict[str, set[str]]
    ) -> set[str]:
        """Return the names whose values change with `names` where values hold what is `held`."""
        same = closure(names, lambda name: self._same.get(name, ()))
        within = same.difference(names.intersection(shallow))
        return same | closure(within, lambda name: held.get(name, ()))

    @cached_property
    def holds(self) -> dict[str, set[str]]:
        """What the value of a name may hold, or be a part of."""
        return _joined(self._parts, self._table(self._puts()))

    @cached_property
    def _parts(self) -> dict[str, set[str]]:
        """What the value of a name may share something with since it was made."""
        return self._table(self._aliases())

    @cached_property
    def _same(self) -> dict[str, set[str]]:
        """What it stands for, or for a part of, since no call stands between."""
        return self._table(pair for pair in self._aliases() if isinstance(pair[1], str))

    @cached_property
    def _within(self) -> dict[str, set[str]]:
        """What the value of a name holds for certain, or stands for."""
        return _joined(self._same, self._table(p for p in self._puts() if isinstance(p[1], str)))

    def _aliases(self) -> Iterator[tuple[str, Part]]:
        for place in self._index.others:
            for name, part in self._index.facts[place].changes.aliases:
                if isinstance(part, str) or not self._is_container(part):
                    yield name, part
                else:  # the one object of its class
                    yield from ((name, kept) for kept in self._functions.of(part.name).gives)

    def _is_container(self, call: Call) -> bool:
        return call.makes_container or self._index.is_class(call.name)

    def _puts(self) -> Iterator[tuple[str, Part]]:
        """Yield what statements put into the values of names: all that is given to a change."""
        facts = [self._index.facts[place] for place in self._index.others]
        if any("copy" in one.words for one in facts):
            yield from copies(one.statement.node for one in facts)
        for place in self._index.others:
            changes = self._index.facts[place].changes
            yield from changes.puts
            for name, part in changes.aliases:
                if not isinstance(part, str) and self._is_container(part):
                    yield from ((name, inner) for _, inner in part.parts)
            for call in changes.calls:
                if call.name not in DRAWS and call.parts:
                    into = self._changed_by(call) | set(self._filled_by(call))
                    yield from ((name, part) for name in into for _, part in call.parts)

    def _filled_by(self, call: Call) -> Iterable[str]:
        """Return what a call changes by its name alone."""
        if call.name in CHANGE_THEIR_FIRST or self._functions.is_librarys_work(call):
            return [root for _, root in call.given[:1]]
        return call.receivers if call.alone or call.name in MUTATORS else ()

    def _table(self, pairs: Pairs) -> dict[str, set[str]]:
        table: dict[str, set[str]] = defaultdict(set)
        for name, part in pairs:
            if self.is_changeable(name):
                meant = {*self._functions.shared(part)} - {name}
                table[name].update(filter(self.is_changeable, meant))
        return table

    def is_changeable(self, name: str) -> bool:
        """Whether a name stands for something of the file in which something can be changed."""
        return not self._index.only_imported(name) and name not in self._numbers

    @cached_property
    def _numbers(self) -> set[str]:
        """Names of plain data, in which nothing can be changed."""
        facts, binders = self._index.facts, self._index.binders.items()
        found = {name for name, places in binders if all(facts[p].is_number for p in places)}
        return found.difference(*(one.sets for one in facts))


def _joined(*tables: dict[str, set[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for table in tables:
        for name, others in table.items():
            found[name] |= others
    return found
