"""nbgrader's tree: `submitted/<student>/<assignment>/<notebook>.ipynb` with a `timestamp.txt`.

A file of that name which holds no time is the student's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.layout import Clues, Entries, HandedIn, other, student_of
from grader.ingest.stored import STAMP, StoredFile
from grader.model.submission import Student
from grader.source import Unreadable

_STEP: Final = "submitted"
_STEPS: Final = frozenset((_STEP, "source", "release", "autograded", "feedback"))
_OF_THE_COURSE: Final = ("nbgrader_config.py", "gradebook.db")
_TIME: Final = re.compile(
    rb"\s{0,9}20\d\d\D?[01]\d\D?[0-3]\d\D{0,3}[0-2]\d\D?\d\d(?:\D?\d\d(?:[.,]?\d{1,9})?)?"
    rb"(?: ?[\w/+:-]{1,40})?\s{0,9}"
)


def recognise(level: Entries) -> bool:
    """Whether most folders on top are steps, or most hold assignments with their time stamp."""
    return _has_steps(level) or level.most_fit(_stamped(level).__contains__)


def read(level: Entries, clues: Clues) -> Iterator[HandedIn]:
    """Yield the files of submitted assignments; other steps of nbgrader are not submissions."""
    has_steps = _has_steps(level)
    for file in level.files:
        top, inner = level.place(file)
        if not has_steps:
            yield _handed_in(file, top, inner, clues)
        elif top == _STEP and inner.parts:
            yield _handed_in(file, inner.parts[0], PurePosixPath(*inner.parts[1:]), clues)
        else:
            is_its_own = (top in _STEPS and inner.parts) or top in _OF_THE_COURSE
            found = other(file, top, inner, clues.names)
            yield replace(found, is_stray=True, is_receipt=True) if is_its_own else found


def _handed_in(file: StoredFile, student: str, inner: PurePosixPath, clues: Clues) -> HandedIn:
    """Return a file of a student's folder, in the folder of an assignment."""
    if not inner.parts:
        return other(file, student, inner, clues.names)
    who = student_of(student)
    assignment = clues.names.folder_of(inner.parts[0]) if len(inner.parts) > 1 else None
    is_there = inner.name == STAMP and len(inner.parts) == 2
    is_stamp = is_there and _is_stamp(file, who, clues)
    return HandedIn(who, inner, file, assignment, is_receipt=is_stamp)


def _is_stamp(file: StoredFile, student: Student, clues: Clues) -> bool:
    contents = clues.contents.charged_to(student)
    try:
        return not file.problem and contents.apart(holds_a_time, file)
    except (Unreadable, OSError):
        return False


def holds_a_time(file: StoredFile) -> bool:
    """Whether a file holds a time and nothing else."""
    return _TIME.fullmatch(file.read()) is not None


def _has_steps(level: Entries) -> bool:
    others = Entries(level.files, level.wrapper, level.tops.difference(_OF_THE_COURSE))
    return _STEP in level.tops and others.most_fit(_STEPS.__contains__)


def _stamped(level: Entries) -> set[str]:
    """Return the folders that hold an assignment with a time stamp beside the work."""
    found = [(f, *level.place(f)) for f in level.files if not level.is_packed(f)]
    # Sakai has one, too, and the work in a folder below.
    stamps = {(top, inner.parent) for _, top, inner in found if inner.name == STAMP}
    return {
        top
        for file, top, inner in found
        if file.is_code and len(inner.parts) == 2 and (top, inner.parent) in stamps
    }
