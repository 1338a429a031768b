"""A run and its class in numbers: what became of the run, and one line per exercise."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.model.report import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.store import Row, Unmatched


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


@dataclass
class Summary:
    """What became of a run."""

    total: int = 0
    graded: int = 0
    """Graded in this run."""
    stored: int = 0
    """Graded in an earlier run, under the same key."""
    faults: dict[str, str] = field(default_factory=dict)
    """Submissions that ended in an internal error, with the reason for staff."""
    distrusted: dict[str, str] = field(default_factory=dict)
    """Submissions of which an earlier run's result does not count, with the reason."""
    unsigned: int = 0
    """Submissions that are graded anew since they were graded without a signature."""
    unverified: bool = False
    """Whether earlier runs signed reports, and this one has no key."""
    unmatched: list[Unmatched] = field(default_factory=list)
    """What was not read, with the reason, and who of the roster handed in nothing."""
    passed_over: list[Unmatched] = field(default_factory=list)
    """What was read and does not count, with the reason."""
    kept_students: int = 0
    """Students of earlier runs who are not in this one."""
    kept_submissions: int = 0
    """Earlier submissions, of this run's students, that are not in this run."""
    unsure: list[str] = field(default_factory=list)
    """Students who may be one of several, by their labels."""
    strangers: list[str] = field(default_factory=list)
    """Students who are not in the roster, and who of it they may be."""
    changes: list[str] = field(default_factory=list)
    """Which students of earlier runs are one by now, or two, or have another name."""
    unasked: set[str] = field(default_factory=set)
    """Exercises that few handed in and nobody named, which count for these few alone."""
    interrupted: bool = False
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By exercise, in the order of the course."""

    @property
    def pending(self) -> int:
        """Submissions that have not been run."""
        return self.total - self.graded - self.stored - len(self.faults)

    @property
    def complete(self) -> bool:
        """Whether everything that was handed in was read, is graded, and is known to be whose."""
        unknown = self.unsure or self.strangers or any(item.path for item in self.unmatched)
        return not (self.faults or self.distrusted or self.pending or unknown)


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
