"""Check one's own file against the public checks of its exercise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Final

from grader.catalog import Course
from grader.errors import UsageError
from grader.grade import Answer, Slot
from grader.ingest.answers.contents import Contents
from grader.ingest.answers.given import Given
from grader.ingest.layout import HandedIn
from grader.ingest.listing import StoredFile, code_below
from grader.ingest.matching import Matched, Matcher
from grader.model.report import ScoreReport
from grader.model.submission import Student, SubmissionInfo, submission_digest
from grader.model.text import clean_line
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.launch import Launched
from grader.sandbox.layers import Level
from grader.source import Unreadable, name_meant, printable, read_source

YOU: Final = Student(label="you")


@dataclass(frozen=True)
class Checked:
    """What a check of one's own file gives."""

    report: ScoreReport
    printed: str
    """What the code printed while it was checked."""


def check(
    course: Course, path: Path | None, exercise: str | None, launched: Launched | None = None
) -> Checked:
    """Run the public checks on a file, or on the answer that the current folder holds.

    Which file that is, and which exercise without `exercise`, is told as for a class. The student's
    own machine needs no isolation level. Raise UsageError when it cannot be told.
    """
    # A starter with the answer in it would make the answer look like what was given out.
    course = Course(course.root, is_own_copy=True)
    if exercise is not None:
        course.folder(exercise)
    if path is not None:
        _must_be_a_file(path)
    with Slot(course, Level.PROCESS, hidden=False, launched=launched) as slot:
        matched = _matched(course, path, exercise, slot.forkserver)
        for file in matched.files:
            _must_be_readable(file.file.path, file.file.blob)
        report = slot.grade(matched.exercise, _answer(matched))
        return Checked(report, slot.printed.decode("utf-8", "replace"))


def _must_be_a_file(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it, or run grader check there")
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    # What cannot be read tells no exercise either.
    _must_be_readable(path, path)


def _must_be_readable(shown: PurePath, path: Path) -> None:
    try:
        read_source(path.name, path.read_bytes())
    except Unreadable as error:
        raise UsageError(f"{shown} could not be checked: {error}") from None


def _matched(
    course: Course, path: Path | None, exercise: str | None, forkserver: Forkserver
) -> Matched:
    folder = path.parent.resolve() if path else Path.cwd()
    place = exercise or (folder.name if folder.name in course.exercise_ids else None)

    def handed_in(file: StoredFile) -> HandedIn:
        return HandedIn(YOU, file.path, file, place)

    below = list(map(handed_in, code_below(folder)))
    if path:
        here = [handed_in(StoredFile(PurePosixPath(name_meant(printable(path.name))), path))]
    else:
        here = [file for file in below if len(file.path.parts) == 1]
    exercises = [one.exercise for one in course.folders]
    with Contents(exercises, Given.of(course.folders), forkserver) as contents:
        found = Matcher(exercises, contents, exercise).match(YOU, here, below).matched
    if len(found) == 1:
        return found[0]
    if path:
        choice = ", ".join([m.exercise for m in found] or course.exercise_ids)
        raise UsageError(f"{path}: which exercise is it? Say --exercise with one of: {choice}")
    if found:
        choice = ", ".join(m.exercise for m in found)
        raise UsageError(f"which exercise? Say --exercise with one of: {choice}")
    if not here:
        raise UsageError(
            f"there is no .py file and no notebook in {folder}: go to the folder of your file, or "
            "name the file, as in grader check FILE"
        )
    names = ", ".join(str(f.path) for f in here[:6])
    raise UsageError(
        f"which file? These do not tell their exercise: {names}. Name your file and its exercise, "
        "as in grader check FILE --exercise ID"
    )


def _answer(matched: Matched) -> Answer:
    files = [(clean_line(str(f.path)), f.file.read()) for f in matched.files]
    info = SubmissionInfo(
        id=f"{YOU.label}.{matched.exercise}",
        student=YOU,
        digest=submission_digest(files),
        files=tuple(name for name, _ in files),
    )
    return Answer(info, files, matched.notes)
