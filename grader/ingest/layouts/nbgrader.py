"""nbgrader's tree: `submitted/<student>/<assignment>/<notebook>.ipynb` with a `timestamp.txt`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.layout import HandedIn
from grader.ingest.listing import StoredFile
from grader.model.submission import Student

_STEP: Final = "submitted"
_STAMP: Final = "timestamp.txt"


def recognise(files: Sequence[StoredFile]) -> bool:
    """Whether there is a folder `submitted`, or every assignment has its time stamp."""
    if any(_below_step(file.path) for file in files):
        return True
    stamped = {file.path.parent for file in files if file.path.name == _STAMP}
    return bool(stamped) and all(
        len(file.path.parts) >= 3 and PurePosixPath(*file.path.parts[:2]) in stamped
        for file in files
    )


def read(
    files: Sequence[StoredFile],
    ids: Collection[str],
    name: str,  # noqa: ARG001
) -> Iterator[HandedIn]:
    """Yield the files of submitted assignments; other steps of nbgrader are not submissions."""
    has_steps = any(_below_step(file.path) for file in files)
    for file in files:
        path = _below_step(file.path) if has_steps else file.path
        if path is None or path.name == _STAMP:
            continue
        student, *inner = path.parts
        assignment = inner[0] if len(inner) > 1 and inner[0] in ids else None
        rest = PurePosixPath(*inner) if inner else path
        yield HandedIn(Student(label=student), rest, file, assignment)


def _below_step(path: PurePosixPath) -> PurePosixPath | None:
    """Return the path below `submitted`, which may lie in a folder of the course."""
    for index, part in enumerate(path.parts[:2]):
        if part == _STEP and len(path.parts) > index + 2:
            return PurePosixPath(*path.parts[index + 1 :])
    return None
