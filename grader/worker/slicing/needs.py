"""One walk from wanted names to the statements that they need."""

from __future__ import annotations

import ast
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.worker.extract.listing import Block
    from grader.worker.slicing.choice import Choice
    from grader.worker.slicing.effects import Effects
    from grader.worker.slicing.index import Index

_MOST_STEPS = 200_000
"""Names that are followed for what is wanted of a file, before all its statements are taken."""


class Needs:
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
        self._held: dict[tuple[str, bool], int] = {}
        self._waiting: list[tuple[str, int, bool, bool]] = []
        self._blocks: set[tuple[Block, bool]] = set()
        self.adding: set[int] = set()
        """The places of statements that count only where they add something."""

    def work(self) -> None:
        """Follow what waits until nothing does, or until too much was looked at.

        Then all statements count but those of a script: one too many, and never one too few.
        """
        for _ in range(_MOST_STEPS):
            if not self._waiting:
                return
            name, at, for_sure, is_held = self._waiting.pop()
            (self.held if is_held else self.name)(name, at, for_sure)
        facts = self._index.facts
        self.taken.update(p for p in self._index.others if not facts[p].statement.main)
        self.adding.clear()
        self._waiting.clear()

    def name(self, name: str, at: int, for_sure: bool = True) -> None:
        """Need `name` for what is executed at the place `at`."""
        if at <= self._places.get((name, for_sure), -1):
            return
        self._places[name, for_sure] = at
        for place in self._needed(name, at):
            self.statement(place, at, for_sure)
        self._waiting += ((held, at, for_sure, True) for held in self._effects.holds(name))
        for place in self._additions(name, at):
            if place not in self.taken:
                self.adding.add(place)
                self.statement(place, at, False)

    def held(self, name: str, at: int, for_sure: bool) -> None:
        """Need what was done by `at` to the value of `name`, which another one holds."""
        if at <= max(self._places.get((name, for_sure), -1), self._held.get((name, for_sure), -1)):
            return
        self._held[name, for_sure] = at
        binders = self._index.binders.get(name, [])
        first = self._certain(binders[: bisect_left(binders, at)])
        for place in self._effects.certain.get(name, ()):
            if first <= place < at:
                self.statement(place, at, for_sure)
        self._waiting += ((other, at, for_sure, True) for other in self._effects.holds(name))

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
        self._waiting += ((name, at, for_sure, False) for name in facts.later)
        for other in self._effects.patches(facts):
            self.statement(other, at, for_sure)
        if before < 0:
            self._waiting += ((name, place, for_sure, False) for name in facts.reads)
            for block, _ in facts.statement.inside:
                self._need_block(block, for_sure)

    def _need_block(self, block: Block, for_sure: bool) -> None:
        if (block, for_sure) in self._blocks:
            return
        self._blocks.add((block, for_sure))
        if isinstance(block.node, ast.Try):
            for other in self._choice.together(block):
                self.statement(other, other, for_sure)
        elif (place := self._choice.condition(block)) is not None:
            self.statement(place, place, for_sure)

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
        changers = self._effects.changers.get(name, [])
        is_none = all(facts[place].is_none for place in above)
        is_filled = bool(changers) and changers[0] < at
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
