"""What a class is once its files have been read and matched: submissions, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.stored import read_as
from grader.model.submission import Student, SubmissionInfo
from grader.model.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from grader.ingest.copies import Copy
    from grader.ingest.layout import HandedIn
    from grader.ingest.roster import Roster


@dataclass(frozen=True)
class Known:
    """What the class had in earlier runs."""

    labels: frozenset[str] = frozenset()
    """What layouts have called its students."""
    exercises: frozenset[str] = frozenset()
    """What it is asked for."""
    user_ids: frozenset[str] = frozenset()
    """Those that its students have in an LMS."""
    files: Callable[[str], Collection[str]] = lambda name: ()  # noqa: ARG005
    """From a student's label or user id, the paths of what the student handed in."""


NOBODY: Final = Known()
MOST_MIB: Final = 400
"""Of all files of one submission, which are in memory at once: two of the largest notebooks."""
_MOST_LISTED: Final = 100
AS_GIVEN: Final = "it is as the course gave it out"
CALLED_AS_GIVEN: Final = "it is called like a file that the course gives out"
OF_THE_SYSTEM: Final = "it is the system's own, and nobody's"
NO_LOOK: Final = (AS_GIVEN, CALLED_AS_GIVEN, OF_THE_SYSTEM)
"""Why a file beside work needs no look."""


@dataclass(frozen=True)
class Submission:
    """A student's answer to one exercise, its bytes still on the disk."""

    id: str
    student: Student
    exercise: str
    files: tuple[HandedIn, ...]
    notes: tuple[str, ...]
    problem: str | None = None
    """Why it could not be read; it gets no points, and the student is told this."""
    is_as_given: bool = False
    """Whether nothing of it was worked on."""
    seen: tuple[bytes, ...] = ()
    """A digest of each file when it was chosen; empty where it could not be read."""
    digest: str = ""
    """Of its files, once there is a copy of them."""
    copy: Copy | None = None
    """What is sent to be graded; see `copied`."""

    @property
    def takes_nothing_away(self) -> bool:
        """Whether an earlier grade stands against it: nothing is known of what was done."""
        return self.problem is not None or self.is_as_given

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, in the order in which they count; the last is the answer."""
        return tuple(clean_line(str(f.path)) for f in self.files)

    def read(self) -> list[tuple[str, bytes]]:
        """Return the names and bytes of the files; raise OSError when one has changed."""
        found = zip(self.files, self.seen, strict=True)
        return list(zip(self.names, (read_as(f.file, digest) for f, digest in found), strict=True))

    def info(self) -> SubmissionInfo:
        """Return the record of this submission, of which the digest is known."""
        return SubmissionInfo(
            id=self.id, student=self.student, digest=self.digest, files=self.names
        )


def within(files: Sequence[HandedIn]) -> tuple[list[HandedIn], list[HandedIn]]:
    """Return the files of an answer that can be read together, and those left out, large ones.

    The answer itself, which is the last, has limits of its own.
    """
    *beside, answer = files
    room = (MOST_MIB << 20) - answer.file.size
    kept: set[int] = set()
    for number in sorted(range(len(beside)), key=lambda n: beside[n].file.size):
        room -= beside[number].file.size
        if room < 0:
            break
        kept.add(number)
    left = [file for number, file in enumerate(beside) if number not in kept]
    return [*(beside[number] for number in sorted(kept)), answer], left


@dataclass(frozen=True)
class LeftOver:
    """A file that no submission holds; `alone` when its student has no submission at all."""

    path: str
    student: str | None
    """How its student is called."""
    reason: str
    alone: bool
    passed_over: bool = False
    """Whether it was read, and something else counts; the report's notes say so."""
    unread: bool = False
    """Whether its bytes could not be read, so that nothing is known of what it holds."""
    of: Student | None = None


def shortened(left: list[LeftOver]) -> list[LeftOver]:
    """Return what is left over of one student: of very many files the first that need a look.

    A row for the others says how many they are.
    """
    if len(left) <= _MOST_LISTED:
        return left
    in_order = sorted(left, key=lambda one: (not one.unread, one.passed_over, one.path))
    others = in_order[_MOST_LISTED:]
    rest = replace(
        others[0],
        path=f"{others[0].path} and {len(others) - 1:,} more files",
        reason=f"they are not listed one by one: {others[0].reason}",
    )
    return [*in_order[:_MOST_LISTED], rest]


@dataclass(frozen=True)
class Gathered:
    """A class in the order of students, and what could not be matched."""

    submissions: tuple[Submission, ...]
    left_over: tuple[LeftOver, ...]
    layout: str = ""
    """What the files were taken for."""
    hints: tuple[str, ...] = ()
    """What may have been meant otherwise, for the instructor."""
    absent: tuple[Student, ...] = ()
    """Who is in the roster and handed in nothing."""
    strangers: tuple[Student, ...] = ()
    """Who handed in and could not be found in the roster."""
    handed: Mapping[Student, Sequence[Student]] = field(default_factory=dict)
    """Every student with any file, and how the layout named them."""
    roster: Roster | None = None
    elsewhere: tuple[Student, ...] = ()
    """Rows of the roster that are of students in PATH who were not chosen."""
    doubtful: tuple[Student, ...] = ()
    """Made up for files whose names may be one student's or another's."""

    def only(self, labels: Collection[str]) -> Gathered:
        """Return the part that is of these students; raise UsageError when one is not there."""
        there = {name: s for s in self.handed for name in _names(s)}
        for label in labels:
            if label not in there:
                near = ", ".join(get_close_matches(label, there, 5, 0.5))
                raise UsageError(
                    f"nobody in PATH is called {label!r}" + (f"; near: {near}" if near else "")
                )
        chosen = {s for s in self.handed if {*_names(s)} & {*labels}}
        rows = self.roster.students if self.roster else ()
        here = {self.roster.find(student) for student in chosen} if self.roster else set()
        return replace(
            self,
            submissions=tuple(s for s in self.submissions if s.student in chosen),
            left_over=tuple(item for item in self.left_over if item.of in chosen),
            absent=tuple(row for row in self.absent if row not in here),
            elsewhere=tuple(r for r in rows if r not in here and r not in self.absent),
            strangers=tuple(s for s in self.strangers if s in chosen),
            doubtful=tuple(s for s in self.doubtful if s in chosen),
            handed={s: names for s, names in self.handed.items() if s in chosen},
        )


def _names(student: Student) -> list[str]:
    """Return what a student may be called by on the command line."""
    return [text for text in student.model_dump(exclude={"participant"}).values() if text]
