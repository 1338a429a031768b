"""Gather a class: list the files, ask the layout whose they are, match them to exercises.

Only paths and identities are kept in memory; the bytes of a submission are read when it is graded.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.ingest.answers.contents import Contents
from grader.ingest.file_names import FileNames
from grader.ingest.layout import entries
from grader.ingest.layouts import LAYOUTS
from grader.ingest.listing import Kind, list_files
from grader.ingest.matching import Matched, Matcher, StudentFiles
from grader.ingest.naming import student_stems
from grader.ingest.roster import Roster, join
from grader.ingest.unread import Due, Unread, answers, listed, sort_out
from grader.model.submission import Student, SubmissionInfo
from grader.model.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from grader.ingest.answers.given import Given
    from grader.ingest.layout import HandedIn, Layout
    from grader.ingest.listing import Listing, StoredFile
    from grader.model.exercise import Exercise
    from grader.sandbox.forkserver import Forkserver


_OLDER: Final = "the student handed it in again later, and the later one counts"
_NOBODYS: Final = "it lies beside the students' own files"
_NOTES: Final = 10


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
    passed_over: bool = False
    """Whether it was read, and something else counts; the report's notes say so."""


@dataclass(frozen=True)
class Gathered:
    """A class in the order of students, and what could not be matched."""

    submissions: tuple[Submission, ...]
    left_over: tuple[LeftOver, ...]
    layout: str = ""
    """What the files were taken for."""
    hint: str = ""
    """What speaks against it, for the instructor."""
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
    listing, names = list_files(path, scratch, without), FileNames(exercises)
    chosen = _layout(layout, listing)
    rows: dict[Student, Student | None] = {}
    by_student: dict[Student, list[HandedIn]] = {}
    strays: list[StoredFile] = []
    for handed in chosen.read(listing.files, names, listing.name):
        if handed.is_stray:
            strays.append(handed.file)
            continue
        student = handed.student
        if roster and student not in rows:
            rows[student] = roster.find(student)
        row = rows.get(student)
        by_student.setdefault(join(student, row) if row else student, []).append(handed)
    with Contents(exercises, given, forkserver) as contents:
        matcher = Matcher(exercises, contents, only)
        found = [_found(matcher, s, by_student[s]) for s in sorted(by_student, key=_order)]
        _assume_the_only_one(matcher, [one.files for one in found])
    _add_unread(found, names, only)
    labels = _labels([one.files.student for one in found])
    stems = student_stems(labels.values())
    there = [row for row in rows.values() if row]
    return Gathered(
        tuple(_submission(m, stems[labels[m.student]], f) for f in found for m in f.files.matched),
        (*(left for one in found for left in _left_over(one, labels)), *_strays(strays)),
        chosen.title,
        _hint(chosen, listing) if layout == "auto" else "",
        tuple(s for s in roster.students if s not in there) if roster else (),
        tuple(student.label for student, row in rows.items() if row is None),
    )


def _layout(name: str, listing: Listing) -> Layout:
    """Return the layout that the instructor named, or the first that recognises the files."""
    if name != "auto":
        return LAYOUTS[name]
    return next(layout for layout in LAYOUTS.values() if layout.recognise(listing.files))


def _hint(chosen: Layout, listing: Listing) -> str:
    """Return what speaks against the layout that was recognised: names that do not fit it."""
    for name, layout in LAYOUTS.items():
        level = entries(listing.files, layout.names) if layout.names else None
        if level is None or not level.fitting or (layout is not chosen and chosen.names):
            continue
        total = len(level.fitting | level.others)
        count = f"{len(level.fitting)} of {total} files and folders are named as in {layout.title}"
        if layout is not chosen:
            return f"{count}: if it is one, say --layout {name}"
        if level.others:
            shown = ", ".join(sorted(level.others)[:3])
            return f"{count}, others are not ({shown}): if it is none, say --layout plain"
    return ""


def match_one(
    files: Sequence[HandedIn], exercise: Exercise, given: Given | None = None
) -> Matched | None:
    """Return the answer to `exercise` in the files of one student, None when there is no file."""
    if not files:
        return None
    with Contents([exercise], given) as contents:
        matcher = Matcher([exercise], contents, exercise.id)
        found = _found(matcher, files[0].student, list(files))
    _add_unread([found], FileNames([exercise]), exercise.id)
    return next(iter(found.files.matched), None)


@dataclass
class _Found:
    """What one student handed in, and what became of it."""

    files: StudentFiles
    unread: list[Unread]
    older: list[HandedIn]
    nothing_read: bool


def _order(student: Student) -> tuple[str, str]:
    return student.label, student.model_dump_json()


def _found(matcher: Matcher, student: Student, files: list[HandedIn]) -> _Found:
    """Match what a student handed in last, of what can be read."""
    to_match, unread = sort_out(sorted(files, key=lambda f: f.turn))
    latest: dict[tuple[str | None, PurePosixPath], HandedIn] = {}
    older = []
    unreadable = {one.file for one in unread}
    for file in to_match:
        place = (file.exercise, file.path)
        if place in latest and file in unreadable:
            continue  # the version before can be read
        if place in latest:
            older.append(latest[place])
        latest[place] = file
    nothing_read = unreadable.issuperset(to_match)
    return _Found(matcher.match(student, list(latest.values())), unread, older, nothing_read)


def _add_unread(found: list[_Found], names: FileNames, only: str | None) -> None:
    """Let work that could not be read be the answer where there is no other."""
    told = {m.exercise for one in found for m in one.files.matched}
    by_name = Due(names, only, None)
    told |= {e for f in found for one in f.unread if one.is_work for e in by_name.told(one)}
    due = Due(names, only, next(iter(told)) if len(told) == 1 else None)
    for one in found:
        one.files.matched += answers(one.files, one.unread, due, is_all=one.nothing_read)


def _assume_the_only_one(matcher: Matcher, found: list[StudentFiles]) -> None:
    """Give the exercise of a class that has one to students whose files tell nothing."""
    told = {matched.exercise for one in found for matched in one.matched}
    if len(told) != 1:
        return
    (exercise,) = told
    for one in found:
        if one.silent and not one.matched:
            matcher.assume(one, exercise)


def _labels(students: Sequence[Student]) -> dict[Student, str]:
    """Return how each student is called; of two with one name, each gets a number as well."""
    labels = Counter(student.label for student in students)
    return {s: s.label if labels[s.label] == 1 else f"{s.label} {_number(s)}" for s in students}


def _number(student: Student) -> str:
    known = (student.participant, student.user_id, student.sis_id, student.login, student.email)
    return next((text for text in known if text), student.model_dump_json(exclude_none=True))


def _submission(matched: Matched, stem: str, found: _Found) -> Submission:
    handed_in = [note for file in matched.files for note in file.notes]
    unread = [
        f"{one.file.path} was not read: {one.reason}"
        for one in found.unread
        if one.is_work and one.file not in matched.files
    ]
    reasons = {one.file: one.reason for one in found.unread}
    return Submission(
        f"{stem}.{matched.exercise}",
        matched.student,
        matched.exercise,
        matched.files,
        tuple(dict.fromkeys([*handed_in, *matched.notes, *unread[:_NOTES]])),
        matched.problem or reasons.get(matched.files[-1]),
    )


def _left_over(one: _Found, labels: Mapping[Student, str]) -> Iterator[LeftOver]:
    """Yield what of a student's files no submission holds, and what could not be read."""
    label, alone = labels[one.files.student], not one.files.matched
    for unread in listed(one.unread, is_all=one.nothing_read):
        yield LeftOver(unread.path, label, unread.reason, alone)
    told = {unread.file for unread in one.unread}
    for file, reason in (entry for entry in one.files.left if entry[0] not in told):
        read = not (alone and file in one.files.silent)
        yield LeftOver(str(file.file.path), label, reason, alone, passed_over=read)
    for file in one.older:
        yield LeftOver(str(file.file.path), label, _OLDER, alone=False, passed_over=True)


def _strays(files: Iterable[StoredFile]) -> Iterator[LeftOver]:
    for file in files:
        if file.kind is not Kind.NOTHING:
            yield LeftOver(str(file.path), None, file.problem or _NOBODYS, alone=False)
