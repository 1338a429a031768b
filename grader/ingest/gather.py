"""Gather a class: list the files, ask the layout whose they are, match them to exercises.

Only paths and identities are kept in memory; the bytes of a submission are read when it is graded.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, TypeVar

from grader.ingest.answers.contents import Contents
from grader.ingest.file_names import FileNames
from grader.ingest.gathered import (
    AS_GIVEN,
    CALLED_AS_GIVEN,
    MOST_MIB,
    NO_LOOK,
    NOBODY,
    OF_THE_SYSTEM,
    Gathered,
    Known,
    LeftOver,
    Submission,
    shortened,
    within,
)
from grader.ingest.layout import Clues, student_of
from grader.ingest.listing import code_below, list_files
from grader.ingest.litter import CODE
from grader.ingest.matching import MOST_NOTES, Matched, Matcher
from grader.ingest.mixed import say_mixed
from grader.ingest.naming import labels_of, stems_of
from grader.ingest.reading import hint, read_layout, whose
from grader.ingest.stored import Kind
from grader.ingest.unread import Found, add_unread, listed, sort_out
from grader.model.submission import Student
from grader.source import Apart, name_meant

if TYPE_CHECKING:
    from pathlib import Path

    from grader.ingest.answers.given import Given
    from grader.ingest.layout import HandedIn
    from grader.ingest.roster import Roster
    from grader.model.exercise import Exercise
    from grader.sandbox.forkserver import Forkserver

_T = TypeVar("_T")
_WHOSE: Final = f"{CALLED_AS_GIVEN}: name it after its student"
_NOBODYS: Final = "it lies beside the students' own files"
_PROGRAM: Final = f"{_NOBODYS}: if it is a student's work, name it after the student"
_HOLLOW: Final = f"{_NOBODYS}, and there is nothing in it to read"
_NOTES: Final = 10


def gather(
    path: Path,
    scratch: Path,
    exercises: Sequence[Exercise],
    layout: str = "auto",
    only: str | None = None,
    without: Collection[Path] = (),
    roster: Roster | None = None,
    known: Known = NOBODY,
    given: Given | None = None,
    forkserver: Forkserver | None = None,
) -> Gathered:
    """Find the submissions in a file, a folder or a zip, which is unpacked into `scratch`.

    `only` is the exercise that the instructor named; `without` are folders that are not students',
    such as the one that the class is graded into; `known` is what earlier runs had, of which `path`
    may be a part; a worker of `forkserver`, or of one that is started, tells what files define.
    Raise UsageError when there is nothing at `path` or it cannot be read at all.
    """
    names = FileNames(exercises, given)
    with Apart() as apart, Contents(exercises, given, forkserver, apart) as contents:
        listing = list_files(path, scratch, apart, without, partial(whose, names))
        clues = _clues(listing.name, names, contents, known, roster)
        chosen, read = read_layout(layout, listing, path, clues, known)
        files = [file for file in read if not file.is_stray]
        named = dict.fromkeys(file.student for file in files)
        joined = roster.join(named) if roster else {student: (student, None) for student in named}
        by_student = _by_student((joined[file.student][0], file) for file in files)
        handed = _by_student((joined[student][0], student) for student in named)
        matcher, beside = Matcher(exercises, contents, only), partial(_beside, path, names, known)
        in_order = sorted(by_student.items(), key=_order)
        found = [_found(matcher, contents, *own, beside) for own in in_order]
        each = [one.files for one in found]
        matcher.compare(each, known.exercises)
        hints = [hint(layout, chosen, listing, clues), *clues.hints, *say_mixed(each, clues, known)]
        strays = shortened([*_strays(read, clues)])
    add_unread(found, names, only)
    labels = labels_of(by_student)
    there = [row for _, row in joined.values() if row]
    return Gathered(
        tuple(_submissions(found, stems_of(labels), contents)),
        (*(one for f in found for one in _left_over(f, labels, given)), *strays),
        chosen.title,
        tuple(filter(None, hints)),
        tuple(s for s in roster.students if s not in there) if roster else (),
        tuple(s for s, (_, row) in joined.items() if row is None) if roster else (),
        handed,
        roster,
        doubtful=tuple(dict.fromkeys(joined[f.student][0] for f in files if f.is_doubtful)),
    )


def match_one(
    files: Sequence[HandedIn], exercise: Exercise, apart: Apart, given: Given | None = None
) -> Matched | None:
    """Return the answer to `exercise` in one student's files, at least one; None without any.

    Raise OSError when what may be the answer cannot be read on this machine.
    """
    with Contents([exercise], given, apart=apart) as contents:
        matcher = Matcher([exercise], contents, exercise.id)
        found = _found(matcher, contents, files[0].student, list(files), lambda _: [])
    add_unread([found], FileNames([exercise]), exercise.id)
    matched = next(iter(found.files.matched), None)
    ours = next((one for one in found.unread if one.is_ours), None)
    if ours and (matched is None or matched.problem):
        raise OSError(errno.EIO, f"{ours.path}: {ours.reason}")
    return matched


def _clues(
    name: str, names: FileNames, contents: Contents, known: Known, roster: Roster | None
) -> Clues:
    return Clues(
        name,
        names,
        contents,
        is_known=partial(_is_known, known, roster),
        known=known,
        user_ids={s.user_id for s in roster.students if s.user_id} if roster else (),
    )


def _is_known(known: Known, roster: Roster | None, name: str) -> bool:
    """Whether a student of an earlier run or a row of the roster is called so."""
    return name in known.labels or (
        roster is not None and roster.find(student_of(name)) is not None
    )


def _by_student(pairs: Iterable[tuple[Student, _T]]) -> dict[Student, list[_T]]:
    found: dict[Student, list[_T]] = {}
    for student, one in pairs:
        found.setdefault(student, []).append(one)
    return found


def _order(own: tuple[Student, object]) -> tuple[str, str]:
    student, _ = own
    return student.label, student.model_dump_json()


def _found(
    matcher: Matcher,
    contents: Contents,
    student: Student,
    files: list[HandedIn],
    beside: Callable[[HandedIn], Iterable[HandedIn]],
) -> Found:
    """Match what a student handed in; `beside` gives what a file graded alone may import."""
    to_match, unread = sort_out(sorted(files, key=_place), contents.charged_to(student))
    nothing_read = {one.file for one in unread}.issuperset(to_match)
    there = list(beside(to_match[0])) if len(to_match) == 1 else []
    return Found(matcher.match(student, to_match, there), unread, nothing_read)


def _beside(path: Path, names: FileNames, known: Known, file: HandedIn) -> Iterator[HandedIn]:
    """Yield what one file may import that is graded again: helpers, in its student's folder all."""
    if PurePosixPath(name_meant(path.name)).suffix.lower() not in CODE:
        return
    folder = path.resolve().parent
    above = [folder, *folder.parents][len(file.path.parent.parts) :][:1]
    is_own = any(one.name == file.student.label for one in above if one.name in known.labels)
    for found in code_below(folder):
        is_helper = len(found.path.parts) == 1 and names.is_helper(found.path.name)
        if found.path.name != file.path.name and (is_own or is_helper):
            yield replace(file, path=file.path.parent / found.path, file=found)


def _place(file: HandedIn) -> tuple[PurePosixPath, str]:
    """Return a key by which a folder and a zip of one name have the same order everywhere."""
    return file.file.path, str(file.file.archive or "")


def _submissions(
    found: Sequence[Found], stems: Mapping[Student, str], contents: Contents
) -> Iterator[Submission]:
    for one in found:
        for matched in one.files.matched:
            yield _submission(matched, stems[matched.student], one, contents)


def _submission(matched: Matched, stem: str, found: Found, contents: Contents) -> Submission:
    reasons = {one.file: one.reason for one in found.unread}
    *beside, answer = matched.files
    # What cannot be read here is read nowhere else.
    files, too_large = within([*(file for file in beside if file not in reasons), answer])
    handed_in = [note for file in files for note in file.notes]
    handed_in += [
        f"{file.file.called} was read as {file.path.name}"
        for file in files
        if file.file.called and not matched.problem
    ]
    unread = [
        f"{one.file.path} was not read: {one.reason}"
        for one in found.unread
        if one.is_work and one.file not in files
    ]
    unread += [
        f"{file.file.path} was not read: the files hold more than {MOST_MIB} MiB together"
        for file in too_large
    ]
    notes = [*dict.fromkeys([*handed_in, *matched.notes[:MOST_NOTES], *unread[:_NOTES]])]
    return Submission(
        f"{stem}.{matched.exercise}",
        matched.student,
        matched.exercise,
        tuple(files),
        tuple(notes),
        matched.problem or reasons.get(answer),
        is_as_given=matched.is_as_given,
        seen=tuple(contents.digest(file.file) for file in files),
    )


def _left_over(one: Found, labels: Mapping[Student, str], given: Given | None) -> list[LeftOver]:
    """Return what of a student's files no submission holds, and what could not be read."""
    return shortened([*_each_left_over(one, labels, given)])


def _each_left_over(
    one: Found, labels: Mapping[Student, str], given: Given | None
) -> Iterator[LeftOver]:
    student, texts = one.files.student, given.texts if given else ()
    label, alone = labels[student], not one.files.matched
    for unread in listed(one.unread, is_all=one.nothing_read):
        unknown = unread.kind in (Kind.BROKEN, Kind.REFUSED)
        if unread.kind is Kind.DATA and not alone and unread.file.path.name in texts:
            yield LeftOver(unread.path, label, CALLED_AS_GIVEN, alone, passed_over=True, of=student)
        else:
            yield LeftOver(unread.path, label, unread.reason, alone, unread=unknown, of=student)
    told = {unread.file for unread in one.unread}
    for file, reason in (entry for entry in one.files.left if entry[0] not in told):
        read = not (alone and file in one.files.silent)
        path = str(file.file.path)
        yield LeftOver(path, label, reason, alone, passed_over=read, of=student)


def _strays(read: Iterable[HandedIn], clues: Clues) -> Iterator[LeftOver]:
    """Yield what is nobody's: what the course gives out and a system's own need no look.

    Of folders in which there is nothing to read, only those that nothing else shows.
    """
    files = list(read)
    others = [one for one in files if one.file.kind is not Kind.NOTHING]
    folders = {folder for one in others for folder in one.file.path.parents}
    tops = {one.student for one in others}
    for handed in (one for one in files if one.is_stray):
        path, is_nothing = handed.file.path, handed.file.kind is Kind.NOTHING
        if is_nothing and (path.parent in folders or handed.student in tops):
            continue
        reason = _why_stray(handed, clues)
        shown = str(path.parent if is_nothing else path)
        yield LeftOver(shown, None, reason, alone=False, passed_over=reason in NO_LOOK)


def _why_stray(handed: HandedIn, clues: Clues) -> str:
    file = handed.file
    if handed.is_receipt:
        return OF_THE_SYSTEM
    if file.kind is Kind.NOTHING:
        return _HOLLOW
    is_called_so = file.kind in (Kind.CODE, Kind.DATA) and clues.names.is_given(file.path.name)
    if (is_called_so or file.is_code) and clues.is_as_given(file):
        return AS_GIVEN if file.is_code else CALLED_AS_GIVEN
    return _WHOSE if is_called_so else file.problem or _PROGRAM
