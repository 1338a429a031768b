"""The class in numbers: one line per exercise."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.model.report import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.store import Row


@dataclass
class Tally:
    """What the class has at one exercise."""

    submissions: int = 0
    fractions: list[float] = field(default_factory=list)
    """Of the graded ones."""
    internal_errors: int = 0
    misconceptions: Counter[str] = field(default_factory=Counter)

    @property
    def graded(self) -> int:
        """Submissions with a score."""
        return len(self.fractions)

    @property
    def mean(self) -> float | None:
        """The mean fraction of the graded ones."""
        return math.fsum(self.fractions) / self.graded if self.graded else None

    @property
    def full(self) -> int:
        """Submissions with full points."""
        return sum(fraction == 1 for fraction in self.fractions)


def counted(rows: Iterable[Row], tallies: dict[str, Tally]) -> Iterator[Row]:
    """Pass the rows of a class on, and count them into `tallies` by exercise on the way."""
    for row in rows:
        _count(row, tallies.setdefault(row.seat.exercise, Tally()))
        yield row


def _count(row: Row, one: Tally) -> None:
    one.submissions += 1
    if row.report is None:
        return
    if row.report.status is Status.INTERNAL_ERROR:
        one.internal_errors += 1
    if row.report.fraction is not None:
        one.fractions.append(row.report.fraction)
        one.misconceptions.update(d.misconception for d in row.report.diagnoses)
