"""Gather a class: list the files, ask the layout whose they are, match them to exercises.

Only paths and identities are kept in memory; the bytes of a submission are read when it is graded.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.ingest.answers.contents import Contents
from grader.ingest.layouts import LAYOUTS
from grader.ingest.listing import CODE, list_files
from grader.ingest.matching import Matched, Matcher, StudentFiles
from grader.ingest.naming import student_stems
from grader.ingest.roster import Roster, join
from grader.model.submission import Student, SubmissionInfo
from grader.model.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path, PurePosixPath

    from grader.ingest.answers.given import Given
    from grader.ingest.layout import HandedIn, Layout
    from grader.ingest.listing import Listing
    from grader.model.exercise import Exercise
    from grader.sandbox.forkserver import Forkserver


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


def gather(
    path: Path,
    scratch: Path,
    exercises: Sequence[Exercise],
    layout: str = "auto",
    only: str | None = None,
    without: Path | None = None,
    roster: Roster | None = None,
    given: Given | None = None,
    forkserver: Forkserver | None = None,
) -> Gathered:
    """Find the submissions in a file, a folder or a zip, which is unpacked into `scratch`.

    `only` is the exercise that the instructor named; `without` is a folder inside that is not
    the students', such as the one that the class is graded into; `roster` adds identities; `given`
    is what the course gives out. Where files must be told by what they define, a worker reads them,
    of `forkserver` or of one that is started for it. Raise UsageError when there is nothing at
    `path` or it cannot be read at all.
    """
    listing = list_files(path, scratch, without)
    ids = [e.id for e in exercises]
    chosen = _layout(layout, listing)
    rows: dict[Student, Student | None] = {}
    by_student: dict[Student, list[HandedIn]] = {}
    for handed in chosen.read(listing.files, ids, listing.name):
        student = handed.student
        if roster and student not in rows:
            rows[student] = roster.find(student)
        row = rows.get(student)
        by_student.setdefault(join(student, row) if row else student, []).append(handed)
    students = sorted(by_student, key=lambda s: (s.label, s.model_dump_json()))
    with Contents(exercises, given, forkserver) as contents:
        matcher = Matcher(exercises, contents, only)
        found, older = _matched(matcher, students, by_student)
    stems = _stems(students)
    there = [row for row in rows.values() if row]
    return Gathered(
        tuple(_submission(m, stems) for f in found for m in f.matched),
        (*_left_over(found), *older),
        chosen.title,
        tuple(s for s in roster.students if s not in there) if roster else (),
        tuple(student.label for student, row in rows.items() if row is None),
    )


def _layout(name: str, listing: Listing) -> Layout:
    """Return the layout that the instructor named, or the first that recognises the files."""
    if name != "auto":
        return LAYOUTS[name]
    return next(layout for layout in LAYOUTS.values() if layout.recognise(listing.files))


def _matched(
    matcher: Matcher, students: Sequence[Student], by_student: dict[Student, list[HandedIn]]
) -> tuple[list[StudentFiles], list[LeftOver]]:
    """Match what each student handed in last; list what was handed in before."""
    found, older = [], []
    for student in students:
        latest: dict[tuple[str | None, PurePosixPath], HandedIn] = {}
        for file in sorted(by_student[student], key=lambda f: f.turn):
            place = (file.exercise, file.path)
            if place in latest:
                before = str(latest[place].file.path)
                older.append(LeftOver(before, student.label, _OLDER, alone=False))
            latest[place] = file
        found.append(matcher.match(student, list(latest.values())))
    _assume_the_only_one(matcher, found)
    return found, older


def _assume_the_only_one(matcher: Matcher, found: list[StudentFiles]) -> None:
    """Give the exercise of a class that has one to students whose files tell nothing."""
    told = {matched.exercise for one in found for matched in one.matched}
    if len(told) != 1:
        return
    (exercise,) = told
    for one in found:
        if one.silent and not one.matched:
            matcher.assume(one, exercise)


def _stems(students: Sequence[Student]) -> dict[Student, str]:
    """Return a file name stem per student; of two with one name, each gets a number as well."""
    labels = Counter(student.label for student in students)
    names = {s: s.label if labels[s.label] == 1 else f"{s.label} {_number(s)}" for s in students}
    stems = student_stems(names.values())
    return {student: stems[name] for student, name in names.items()}


def _number(student: Student) -> str:
    known = (student.participant, student.user_id, student.sis_id, student.login, student.email)
    return next((text for text in known if text), student.model_dump_json(exclude_none=True))


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
            yield LeftOver(str(file.file.path), one.student.label, reason, alone)


def _is_students(file: HandedIn) -> bool:
    return len(file.file.path.parts) > 1 or file.path.suffix.lower() in (*CODE, ".zip")
