"""nbgrader's tree: `submitted/<student>/<assignment>/<notebook>.ipynb` with a `timestamp.txt`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.file_names import FileNames
from grader.ingest.layout import Clues, Entries, HandedIn, other, student_of
from grader.ingest.stored import StoredFile

_STEP: Final = "submitted"
_STEPS: Final = frozenset((_STEP, "source", "release", "autograded", "feedback"))
_STAMP: Final = "timestamp.txt"
_OF_THE_COURSE: Final = ("nbgrader_config.py", "gradebook.db")


def recognise(level: Entries) -> bool:
    """Whether most folders on top are steps, or most hold assignments with their time stamp."""
    return _has_steps(level) or level.most_fit(_stamped(level).__contains__)


def read(level: Entries, clues: Clues) -> Iterator[HandedIn]:
    """Yield the files of submitted assignments; other steps of nbgrader are not submissions."""
    has_steps = _has_steps(level)
    for file in level.files:
        top, inner = level.place(file)
        if not has_steps:
            yield _handed_in(file, top, inner, clues.names)
        elif top == _STEP and len(inner.parts) > 1:
            yield _handed_in(file, inner.parts[0], PurePosixPath(*inner.parts[1:]), clues.names)
        elif top not in _STEPS and top not in _OF_THE_COURSE:
            yield other(file, top, inner, clues.names)


def _handed_in(file: StoredFile, student: str, inner: PurePosixPath, names: FileNames) -> HandedIn:
    """Return a file of a student's folder, in the folder of an assignment."""
    if not inner.parts:
        return other(file, student, inner, names)
    assignment = names.folder_of(inner.parts[0]) if len(inner.parts) > 1 else None
    is_stamp = inner.name == _STAMP and len(inner.parts) == 2
    return HandedIn(student_of(student), inner, file, assignment, is_receipt=is_stamp)


def _has_steps(level: Entries) -> bool:
    others = Entries(level.files, level.wrapper, level.tops.difference(_OF_THE_COURSE))
    return _STEP in level.tops and others.most_fit(_STEPS.__contains__)


def _stamped(level: Entries) -> set[str]:
    """Return the folders that hold an assignment with a time stamp beside the work."""
    found = [(f, *level.place(f)) for f in level.files if not level.is_packed(f)]
    # Sakai has one, too, and the work in a folder below.
    stamps = {(top, inner.parent) for _, top, inner in found if inner.name == _STAMP}
    return {
        top
        for file, top, inner in found
        if file.is_code and len(inner.parts) == 2 and (top, inner.parent) in stamps
    }
