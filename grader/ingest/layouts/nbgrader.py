"""nbgrader's tree: `submitted/<student>/<assignment>/<notebook>.ipynb` with a `timestamp.txt`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.file_names import FileNames
from grader.ingest.layout import Clues, Entries, HandedIn, entries, other
from grader.ingest.stored import StoredFile
from grader.model.submission import Student

_STEP: Final = "submitted"
_STEPS: Final = frozenset((_STEP, "source", "release", "autograded", "feedback"))
_STAMP: Final = "timestamp.txt"
_OF_THE_COURSE: Final = ("nbgrader_config.py", "gradebook.db")


def recognise(files: Sequence[StoredFile]) -> bool:
    """Whether there is a folder `submitted` on top, or most assignments have their time stamp."""
    return _has_steps(files) or _stamped(files) is not None


def read(
    files: Sequence[StoredFile],
    clues: Clues,
) -> Iterator[HandedIn]:
    """Yield the files of submitted assignments; other steps of nbgrader are not submissions."""
    if not _has_steps(files):
        level = Entries(_stamped(files) or PurePosixPath())
        for file in files:
            yield _handed_in(file, *level.place(file), clues.names)
        return
    level = entries(files, _STEPS.__contains__)
    for file in files:
        top, inner = level.place(file)
        if top == _STEP and len(inner.parts) > 1:
            yield _handed_in(file, inner.parts[0], PurePosixPath(*inner.parts[1:]), clues.names)
        elif top not in _STEPS and top not in _OF_THE_COURSE:
            yield other(file, top, inner)


def _handed_in(file: StoredFile, student: str, inner: PurePosixPath, names: FileNames) -> HandedIn:
    """Return a file of a student's folder, in the folder of an assignment."""
    if not inner.parts:
        return other(file, student, inner)
    assignment = names.folder_of(inner.parts[0]) if len(inner.parts) > 1 else None
    is_stamp = inner.name == _STAMP and len(inner.parts) == 2
    return HandedIn(Student(label=student), inner, file, assignment, is_receipt=is_stamp)


def _has_steps(files: Sequence[StoredFile]) -> bool:
    level = entries(files, _STEPS.__contains__)
    found = [level.place(file) for file in files]
    students = {inner.parts[0] for top, inner in found if top == _STEP and len(inner.parts) > 1}
    return len(students) > len(level.others.difference(_OF_THE_COURSE))


def _stamped(files: Sequence[StoredFile]) -> PurePosixPath | None:
    """Return the folder of students in which most assignments have a time stamp."""
    for depth in (0, 1):
        code = [f.path.parts for f in files if f.is_code and len(f.path.parts) > depth]
        stamps = {f.path.parent.parts for f in files if f.path.name == _STAMP}
        # The stamp lies beside the work; Sakai has one, too, and the work in a folder below.
        fitting = {p[depth] for p in code if p[:-1] in stamps and len(p) == depth + 3}
        wrappers = {parts[:depth] for parts in code}
        if len(wrappers) == 1 and len(fitting) > len({parts[depth] for parts in code} - fitting):
            return PurePosixPath(*wrappers.pop())
    return None
