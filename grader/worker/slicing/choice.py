"""Follow names from the functions that are wanted to the statements that they need."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from grader.worker.slicing.changes import MUTATORS
from grader.worker.slicing.effects import Effects
from grader.worker.slicing.states import SEED, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from grader.worker.extract.listing import Block
    from grader.worker.slicing.facts import Facts
    from grader.worker.slicing.index import Index

_MOST_STEPS = 200_000


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
        self._tests: dict[Block, set[str]] = {}

    @cached_property
    def _effects(self) -> Effects:
        return Effects(self._index)

    def needed(self, wanted: Iterable[Sequence[str]]) -> dict[int, bool]:
        """Return the places of the statements that wanted functions need, definitions included.

        With each is said whether it counts in any case, or only where it adds what is not there.
        Each of `wanted` is a function by its names, the most usual first: an alias is wanted only
        where that is not there, because aliases are words that other things are called, too.
        """
        closure = _Closure(self, self._index, self._effects)
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

    def test_names(self, block: Block) -> set[str]:
        """Return the names that the condition of an `if` reads."""
        if block not in self._tests:
            self._tests[block] = set()
            if isinstance(block.node, ast.If):
                with suppress(Exception):  # what cannot be compiled is not executed either
                    code = compile(ast.Expression(block.node.test), block.label, "eval")
                    self._tests[block].update(code.co_names)
        return self._tests[block]

    def together(self, block: Block) -> list[int]:
        """Return the places of all statements of a `try`: they are executed as one."""
        return self._inside[block]

    @cached_property
    def _inside(self) -> dict[Block, list[int]]:
        found: dict[Block, list[int]] = defaultdict(list)
        for place, facts in enumerate(self._facts):
            for block, _ in facts.statement.inside:
                found[block].append(place)
        return found

    def gives(self, place: int) -> bool:
        """Whether a statement gives a name a value or changes one for certain."""
        facts = self._facts[place]
        changed = self._effects.changed(facts)
        return bool(facts.binds) or not all(map(self._index.only_imported, changed))

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


class _Closure:
    """One walk from wanted names to all that they need.

    Of a name, only the highest place from which it is needed is kept: what is needed from there
    holds what is needed from below, so that each statement is looked at a few times at most.

    What is needed `for_sure` is told from what only additions need: these need one another, as each
    reads the value that it adds to, and that alone does not make one of them count in any case.
    """

    def __init__(self, choice: Choice, index: Index, effects: Effects) -> None:
        self._choice, self._index, self._effects = choice, index, effects
        self.taken: set[int] = set()
        self._looked_at: dict[tuple[int, bool], int] = {}
        self._places: dict[tuple[str, bool], int] = {}
        self._waiting: list[tuple[str, int, bool]] = []
        self._blocks: set[tuple[Block, bool]] = set()
        self.adding: set[int] = set()
        """The places of statements that count only where they add something."""

    def work(self) -> None:
        """Follow what waits until nothing does, or too much was looked at."""
        for _ in range(_MOST_STEPS):
            if not self._waiting:
                return
            self.name(*self._waiting.pop())

    def name(self, name: str, at: int, for_sure: bool = True) -> None:
        """Need `name` for what is executed at the place `at`."""
        if at <= self._places.get((name, for_sure), -1):
            return
        self._places[name, for_sure] = at
        for place in self._needed(name, at):
            self.statement(place, at, for_sure)
        for place in self._additions(name, at):
            if place not in self.taken:
                self.adding.add(place)
                self.statement(place, at, False)

    def exported(self, name: str) -> None:
        """Need `name` for those who import it: as it is where the file ends."""
        for place in self._needed(name, len(self._index.facts)):
            self.statement(place, place)

    def statement(self, place: int, at: int, for_sure: bool = True) -> None:
        """Need a statement, whose functions are called at `at` or below it."""
        at = max(at, place)
        if for_sure:
            self.adding.discard(place)
        before = self._looked_at.get((place, for_sure), -1)
        if before >= at:
            return
        self._looked_at[place, for_sure] = at
        self.taken.add(place)
        facts = self._index.facts[place]
        self._waiting += ((name, at, for_sure) for name in facts.later)
        for other in self._effects.patches(facts):
            self.statement(other, at, for_sure)
        if before < 0:
            self._waiting += ((name, place, for_sure) for name in facts.reads)
            for block, _ in facts.statement.inside:
                self._need_block(block, place, for_sure)

    def _need_block(self, block: Block, place: int, for_sure: bool) -> None:
        if (block, for_sure) in self._blocks:
            return
        self._blocks.add((block, for_sure))
        if isinstance(block.node, ast.Try):
            for other in self._choice.together(block):
                self.statement(other, other, for_sure)
        else:
            names = self._choice.test_names(block)
            self._waiting += ((name, place, for_sure) for name in names)

    def _needed(self, name: str, at: int) -> Iterator[int]:
        """Yield the statements that give `name` the value that it has at `at`."""
        index, facts = self._index, self._index.facts
        binders = index.binders.get(name, [])
        if not binders:
            yield from self._by_other_means(name)
            return
        if index.only_imported(name):
            yield from binders
            return
        above = binders[: bisect_left(binders, at)]
        changers = self._effects.changers.get(name, ())
        is_none = all(facts[place].is_none for place in above)
        is_filled = bool(changers) and next(iter(changers)) < at
        if is_none or (not is_filled and all(facts[place].is_empty for place in above)):
            # It has no value yet, so what stands below is what gives it one.
            given = (*binders, *changers)
            yield from (p for p in given if is_none or p < at or not index.tries(p))
            if all(facts[place].is_none for place in binders):
                yield from self._effects.started.get(name, ())
            return
        first = self._certain(above)
        yield from (place for place in above if place >= first)
        start = 0 if name in index.modules else first  # a second import makes nothing anew
        yield from (place for place in changers if start <= place < at)
        # Experiments below a function are none of its business; a plain new value is.
        below = binders[len(above) :]
        yield from (place for place in below if facts[place].is_plain and not facts[place].is_none)

    def _additions(self, name: str, at: int) -> Iterator[int]:
        """Yield the statements below `at` that may add to the value of a name: a method, a key."""
        if not self._index.only_imported(name):
            for place in self._effects.changers.get(name, ()):
                adds = place >= at and self._index.facts[place].addition
                if adds and not self._index.tries(place):
                    yield place

    def _certain(self, places: Sequence[int]) -> int:
        """Return the last place that gives a value for certain; what is above it is needless."""
        for place in reversed(places):
            facts = self._index.facts[place]
            statement = facts.statement
            if statement.inside or facts.is_none:
                continue
            node = statement.node
            bare = isinstance(node, ast.FunctionDef) and not node.decorator_list
            if facts.is_plain or bare or statement.kind == "import":
                return place
        return 0

    def _by_other_means(self, name: str) -> Iterator[int]:
        """Yield what may give a value to a name that no statement binds."""
        index = self._index
        if name in self._effects.started:
            yield from self._effects.started[name]
        elif name in self._effects.changers:  # a function that is called there sets it by `global`
            yield from self._effects.changers[name]
        elif name not in index.given:
            yield from index.binds_anything
            yield from index.attributes.get(name, ())
