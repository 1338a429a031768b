"""Follow names from the functions that are wanted to the statements that they need."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from grader.worker.slicing.effects import Effects
from grader.worker.slicing.needs import Needs
from grader.worker.slicing.statement.changes import MUTATORS
from grader.worker.slicing.statement.states import SEED, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from grader.worker.extract.listing import Block
    from grader.worker.slicing.index import Index
    from grader.worker.slicing.statement.facts import Facts


@dataclass(frozen=True)
class Beside:
    """What the other files of a submission have to do with one of them."""

    words: frozenset[str] = frozenset()
    """All that they name: what is set of a library is for them, too."""
    exports: frozenset[str] = frozenset()
    """Words of those that import this file, which may be names of it."""
    changing: frozenset[str] | None = None
    """Functions that change what all see; where this file is imported, it calls them for that."""


class Choice:
    """Chooses among the statements of one module."""

    def __init__(self, index: Index, beside: Beside | None = None) -> None:
        """Look at the statements of `index`, which have other files `beside` them."""
        self._index, self._facts, self._beside = index, index.facts, beside or Beside()

    @cached_property
    def _effects(self) -> Effects:
        return Effects(self._index)

    def needed(self, wanted: Iterable[Sequence[str]]) -> dict[int, bool]:
        """Return the places of the statements that wanted functions need, definitions included.

        With each is said whether it counts in any case, or only where it adds what is not there.
        Each of `wanted` is a function by its names, the most usual first: an alias is wanted only
        where that is not there, because aliases are words that other things are called, too.
        """
        closure = Needs(self, self._index, self._effects)
        for names in wanted:
            present = next((n for n in names if n in self._index.binders), None)
            if present is None:
                for name in [names[0], *(n for n in names[1:] if n in self._effects.started)]:
                    closure.name(name, len(self._facts))
            else:
                for place in self._index.binders[present]:
                    closure.statement(place, place)
        own = self._index.binders.keys() - self._index.modules.keys()
        for name in sorted(own & self._beside.exports):
            closure.exported(name)
        for place in self._outward:
            closure.statement(place, place)
        closure.work()
        for place in [*self._settings(closure.taken), *self._seeds(closure.taken)]:
            closure.statement(place, place)
        closure.work()
        for place in [*self._deletions(closure.taken)]:
            closure.statement(place, place)
        closure.work()
        return {place: place not in closure.adding for place in closure.taken}

    def together(self, block: Block) -> list[int]:
        """Return the places of all statements of a `try`: they are executed as one."""
        return self._inside[block]

    def condition(self, block: Block) -> int | None:
        """Return the place of the condition of an `if`; None where it is a constant."""
        return self._conditions.get(block)

    @cached_property
    def _conditions(self) -> dict[Block, int]:
        decided = ((facts.statement.decides, place) for place, facts in enumerate(self._facts))
        return {block: place for block, place in decided if block}

    @cached_property
    def _inside(self) -> dict[Block, list[int]]:
        found: dict[Block, list[int]] = defaultdict(list)
        for place, facts in enumerate(self._facts):
            for block, _ in facts.statement.inside:
                found[block].append(place)
        return found

    def given(self, place: int) -> set[str]:
        """Return the names to which a statement gives a value, or whose values it changes."""
        facts = self._facts[place]
        changed = self._effects.changed(facts)
        return set(facts.binds) or {n for n in changed if not self._index.only_imported(n)}

    @cached_property
    def _outward(self) -> list[int]:
        """The places of statements that change what other files read, elsewhere than here."""
        others = ((p, self._facts[p]) for p in self._index.others)
        return [p for p, one in others if not one.statement.main and self._is_outward(one)]

    def _is_outward(self, facts: Facts) -> bool:
        patched = (a for name, a in facts.changes.parts if self._index.only_imported(name))
        if not self._beside.words.isdisjoint(patched):
            return True
        if self._beside.changing is None:
            return False
        own = self._index.modules.keys()
        calls = (call for call in facts.changes.calls if own & {call.name, *call.receivers})
        known = all(call.name in MUTATORS or call.name in self._beside.changing for call in calls)
        return known and not own.isdisjoint(self._effects.changed(facts))

    def _settings(self, taken: Collection[int]) -> Iterator[int]:
        """Yield the statements that set what taken ones use without naming it."""
        for setting in SETTINGS:
            places = [p for p in self._index.others if setting.is_set_by(self._facts[p])]
            users = (self._facts[p].words & setting.users for p in taken)
            if places and (not setting.users or any(users)):
                yield from places

    def _deletions(self, taken: Collection[int]) -> Iterator[int]:
        """Yield what takes a name away that something above has bound, and nothing below."""
        facts, tables = self._facts, (self._index.binders, self._effects.changers)
        last = {name: binders[-1] for name, binders in self._index.binders.items()}
        for place in (p for p in self._index.others if not facts[p].statement.main):
            names = [name for name in facts[place].deletes if last.get(name, -1) <= place]
            given = (p for name in names for table in tables for p in table.get(name, ()))
            if any(p < place and (p in taken or facts[p].statement.kind != "other") for p in given):
                yield place

    def _seeds(self, taken: Collection[int]) -> Iterator[int]:
        """Yield the statements that seed a generator from which a taken one draws."""
        places = [p for p in self._index.others if SEED.is_set_by(self._facts[p])]
        last = max((p for p in taken if self._draws(p)), default=0) if places else 0
        yield from (p for p in places if p < last)

    def _draws(self, place: int) -> bool:
        """Whether a statement draws random numbers when it is executed."""
        facts = self._facts[place]
        if facts.statement.kind != "other":
            return False
        seen: set[str] = set()
        waiting = [facts]
        while waiting:
            one = waiting.pop()
            if one.words & SEED.users:
                return True
            for name in (one.reads | one.later) - seen:
                seen.add(name)
                waiting += self._index.functions(name)
        return False
