"""Gather a class: list the files, ask the layout whose they are, match them to exercises.

Only paths and identities are kept in memory; the bytes of a submission are read when it is graded.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.layout import HandedIn
from grader.ingest.layouts import LAYOUTS
from grader.ingest.layouts.gradescope import METADATA
from grader.ingest.listing import CODE, list_files
from grader.ingest.matching import Matched, Matcher, StudentFiles
from grader.ingest.people import stems_of
from grader.model.submission import Student, SubmissionInfo
from grader.model.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.ingest.layout import Layout
    from grader.ingest.listing import Listing
    from grader.ingest.roster import Roster
    from grader.model.exercise import Exercise


# These write into the name of each folder whose it is, so that one folder tells as much as all.
_TOLD_BY_NAME: Final = ("moodle", "canvas")
_OLDER: Final = "the student handed it in again later, and the later one counts"


@dataclass(frozen=True)
class Submission:
    """A student's answer to one exercise, its bytes still on the disk."""

    id: str
    student: Student
    exercise: str
    files: tuple[HandedIn, ...]
    notes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, in the order in which they count; the last is the answer."""
        return tuple(clean_line(str(f.path)) for f in self.files)

    def read(self) -> list[tuple[str, bytes]]:
        """Return the names and bytes of the files."""
        return list(zip(self.names, (f.file.read() for f in self.files), strict=True))

    def info(self, digest: str) -> SubmissionInfo:
        """Return the record of this submission for the digest of what was read."""
        return SubmissionInfo(id=self.id, student=self.student, digest=digest, files=self.names)


@dataclass(frozen=True)
class LeftOver:
    """A file that no submission holds; `alone` when its student has no submission at all."""

    path: str
    student: str | None
    reason: str
    alone: bool
    unread: bool = False
    """Whether its bytes could not be read, so that nothing is known of what it holds."""


@dataclass(frozen=True)
class Gathered:
    """A class in the order of students, and what could not be matched."""

    submissions: tuple[Submission, ...]
    left_over: tuple[LeftOver, ...]
    layout: str = ""
    """What the files were taken for."""
    absent: tuple[Student, ...] = ()
    """Who is in the roster and handed in nothing."""
    strangers: tuple[str, ...] = ()
    """Who handed in and could not be found in the roster, by their labels."""
    handed: Mapping[Student, Sequence[Student]] = field(default_factory=dict)
    """Every student with any file, and how the layout named them."""
    roster: Roster | None = None

    def only(self, labels: Collection[str]) -> Gathered:
        """Return the part that is of these students; raise UsageError when one is not there."""
        there = {name: s for s in self.handed for name in _names(s)}
        for label in labels:
            if label not in there:
                near = ", ".join(get_close_matches(label, there, 5, 0.5)) or "none is near"
                raise UsageError(f"nobody in PATH is called {label!r}; near: {near}")
        chosen = {s for s in self.handed if {*_names(s)} & {*labels}}
        called = {student.label for student in chosen}
        rows = self.roster.students if self.roster else ()
        here = {self.roster.find(student) for student in chosen} if self.roster else set()
        return replace(
            self,
            submissions=tuple(s for s in self.submissions if s.student in chosen),
            left_over=tuple(item for item in self.left_over if item.student in called),
            absent=tuple(row for row in rows if row not in here),
            strangers=tuple(label for label in self.strangers if label in called),
            handed={s: names for s, names in self.handed.items() if s in chosen},
        )


def gather(
    path: Path,
    scratch: Path,
    exercises: Sequence[Exercise],
    layout: str = "auto",
    only: str | None = None,
    without: Path | None = None,
    roster: Roster | None = None,
    known: Collection[str] = (),
) -> Gathered:
    """Find the submissions in a file, a folder or a zip, which is unpacked into `scratch`.

    `only` is the exercise that the instructor named; `without` is a folder inside that is not
    the students', such as the one that the class is graded into; `roster` adds identities;
    `known` are labels of students, of whom `path` may be a part. Raise UsageError when there is
    nothing at `path` or it cannot be read at all.
    """
    listing = list_files(path, scratch, without)
    chosen, files = _read(layout, listing, path, [e.id for e in exercises], known)
    named = dict.fromkeys(file.student for file in files)
    joined = roster.join(named) if roster else {student: (student, None) for student in named}
    by_student: dict[Student, list[HandedIn]] = {}
    handed: dict[Student, list[Student]] = {}
    for file in files:
        by_student.setdefault(joined[file.student][0], []).append(file)
    for student in named:
        handed.setdefault(joined[student][0], []).append(student)
    students = sorted(by_student, key=lambda s: (s.label, s.model_dump_json()))
    found, older = _matched(exercises, only, students, by_student)
    stems = stems_of(students, Counter(student.label for student in students))
    there = [row for _, row in joined.values() if row]
    return Gathered(
        tuple(_submission(m, stems) for f in found for m in f.matched),
        (*_left_over(found), *older),
        chosen.title,
        tuple(s for s in roster.students if s not in there) if roster else (),
        tuple(s.label for s, (_, row) in joined.items() if row is None) if roster else (),
        handed,
        roster,
    )


def _read(
    layout: str, listing: Listing, path: Path, ids: Sequence[str], known: Collection[str]
) -> tuple[Layout, list[HandedIn]]:
    """Read the files in the layout that was named or that recognises them.

    A path within a class is read as the class would be, so that its student is the same.
    """
    above = _above(path)
    if layout != "auto":
        chosen = LAYOUTS[layout]
    elif (path.parent / METADATA).is_file():
        raise UsageError(f"{path} is a part of a Gradescope export: name that, and --only LABEL")
    else:
        chosen = next(way for way in LAYOUTS.values() if way.recognise(listing.files))
    plain = LAYOUTS["plain"]
    within = [replace(f, path=PurePosixPath(above[0], f.path)) for f in listing.files if above]
    for way in (LAYOUTS[name] for name in _TOLD_BY_NAME):
        told = chosen is way and not way.recognise(listing.files)
        if (told or (chosen is plain and layout == "auto")) and way.recognise(within):
            return way, list(way.read(within, ids, listing.name))
    outer = list(takewhile(lambda name: name in ids, above))
    name = next(iter(above[len(outer) :]), listing.name)
    folders = {file.path.parts[0] for file in listing.files if len(file.path.parts) > 1}
    if chosen is not plain or name not in known or (folders and folders <= {*known}):
        return chosen, list(chosen.read(listing.files, ids, name))
    inner = PurePosixPath(*reversed(outer))
    student = Student(label=name)
    return chosen, [HandedIn(student, inner / file.path, file) for file in listing.files]


def _above(path: Path) -> list[str]:
    """Return the names of the folders that hold the files at `path`, the innermost first."""
    path = path.resolve()
    if path.suffix.lower() == ".zip" and path.is_file():
        path = path.with_suffix("")
    elif path.is_file():
        path = path.parent
    return [clean_line(part) for part in reversed(path.parts[1:])]


def _matched(
    exercises: Sequence[Exercise],
    only: str | None,
    students: Sequence[Student],
    by_student: dict[Student, list[HandedIn]],
) -> tuple[list[StudentFiles], list[LeftOver]]:
    """Match what each student handed in last; list what was handed in before."""
    matcher, found, older = Matcher(exercises, only), [], []
    for student in students:
        latest: dict[tuple[str | None, PurePosixPath], HandedIn] = {}
        for file in sorted(by_student[student], key=lambda f: f.turn):
            place = (file.exercise, file.path)
            if place in latest:
                before = str(latest[place].file.path)
                older.append(LeftOver(before, student.label, _OLDER, alone=False))
            latest[place] = file
        found.append(matcher.match(student, list(latest.values())))
    _assume_majority(matcher, found, [e.id for e in exercises])
    return found, older


def _assume_majority(matcher: Matcher, found: list[StudentFiles], ids: list[str]) -> None:
    """Give the exercise that most of the class has to students whose files tell nothing."""
    votes = Counter(m.exercise for f in found for m in f.matched)
    if not votes:
        return
    exercise = max(ids, key=lambda e: votes[e])  # of equals, the first one of the course
    for one in found:
        if not one.matched and any(matcher.is_silent(reason) for _, reason in one.left):
            matcher.assume(one, exercise)


def _submission(matched: Matched, stems: dict[Student, str]) -> Submission:
    return Submission(
        f"{stems[matched.student]}.{matched.exercise}",
        matched.student,
        matched.exercise,
        matched.files,
        tuple(dict.fromkeys([*(n for f in matched.files for n in f.notes), *matched.notes])),
    )


def _left_over(found: list[StudentFiles]) -> Iterator[LeftOver]:
    for one in found:
        # A lone file beside the students, such as a list of names, is not a student.
        someone = any(_is_students(file) for file, _ in one.left)
        for file, reason in one.left:
            alone = someone and not one.matched
            unread = file.file.problem is not None
            yield LeftOver(str(file.file.path), one.student.label, reason, alone, unread)


def _names(student: Student) -> list[str]:
    """Return what a student may be called by on the command line."""
    return [text for text in student.model_dump(exclude={"participant"}).values() if text]


def _is_students(file: HandedIn) -> bool:
    return len(file.file.path.parts) > 1 or file.path.suffix.lower() in (*CODE, ".zip")
