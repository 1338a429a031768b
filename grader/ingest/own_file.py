"""Find the file that a person checks, their own, and what it imports."""

from __future__ import annotations

from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.answers.contents import Contents
from grader.ingest.answers.given import Given
from grader.ingest.layout import HandedIn
from grader.ingest.listing import code_below
from grader.ingest.matching import Matched, Matcher
from grader.ingest.stored import StoredFile
from grader.model.submission import Student
from grader.source import Unreadable, name_meant, printable, read_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.catalog import Course
    from grader.sandbox.forkserver import Forkserver

_YOU: Final = Student(label="you")


def match_own(
    course: Course,
    path: Path | None,
    exercise: str | None,
    forkserver: Forkserver | None = None,
) -> Matched:
    """Return the answer in `path`, or that of the current folder, after what it imports.

    Which file that is, and which exercise without `exercise`, is told as for a class. Raise
    UsageError when it cannot be told, or when one of the files cannot be read.
    """
    if path is not None:
        _must_be_a_file(path)
    matched = _matched(course, path, exercise, forkserver)
    for file in matched.files:
        _must_be_readable(file.file.path, file.file.blob)
    return matched


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
    course: Course, path: Path | None, exercise: str | None, forkserver: Forkserver | None
) -> Matched:
    folder = path.parent.resolve() if path else Path.cwd()
    place = exercise or (folder.name if folder.name in course.exercise_ids else None)

    def handed_in(file: StoredFile) -> HandedIn:
        return HandedIn(_YOU, file.path, file, place)

    below = list(map(handed_in, code_below(folder)))
    if path:
        here = [handed_in(StoredFile(PurePosixPath(name_meant(printable(path.name))), path))]
    else:
        here = [file for file in below if len(file.path.parts) == 1]
    exercises = [one.exercise for one in course.folders]
    with Contents(exercises, Given.of(course.folders), forkserver) as contents:
        found = Matcher(exercises, contents, exercise).match(_YOU, here, below).matched
    if len(found) == 1:
        return found[0]
    raise _untold(course, path, found, here, folder)


def _untold(
    course: Course,
    path: Path | None,
    found: Sequence[Matched],
    here: Sequence[HandedIn],
    folder: Path,
) -> UsageError:
    if path:
        choice = ", ".join([m.exercise for m in found] or course.exercise_ids)
        return UsageError(f"{path}: which exercise is it? Say --exercise with one of: {choice}")
    if found:
        choice = ", ".join(m.exercise for m in found)
        return UsageError(f"which exercise? Say --exercise with one of: {choice}")
    if not here:
        return UsageError(
            f"there is no .py file and no notebook in {folder}: go to the folder of your file, or "
            "name the file, as in grader check FILE"
        )
    names = ", ".join(str(f.path) for f in here[:6])
    return UsageError(
        f"which file? These do not tell their exercise: {names}. Name your file and its exercise, "
        "as in grader check FILE --exercise ID"
    )
