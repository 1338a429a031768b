"""Gradescope's export: `submission_metadata.yml` and a folder `submission_<id>` for each.

A submission of several students is graded for each of them. The metadata of a large class is tens
of megabytes, because it holds every earlier result; only who handed in what is read from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from grader.errors import UsageError
from grader.ingest.layout import Clues, Entries, HandedIn, other
from grader.ingest.stored import METADATA, NOTHING, Kind, StoredFile, fault_of_disk
from grader.model.submission import Student
from grader.source import Unreadable

_NAME: Final = re.compile(r"submission_\d+")
_PATIENCE: Final = 15
"""It is a whole class's: the largest takes a minute."""
_NOBODY: Final = (
    "Nothing else tells whose the submissions are, and nothing was graded: export them again, or "
    "say --layout plain to grade each under its folder's name"
)
_NO_FILES: Final = "the export lists this submission, and holds no file of it"


def fits(name: str) -> str:
    """Return the submission when Gradescope names its folder so, else nothing."""
    return name if _NAME.fullmatch(name) else ""


def recognise(level: Entries) -> bool:
    """Whether the metadata lies beside folders of submissions."""
    return _metadata(level) is not None and level.most_fit(fits)


def read(level: Entries, clues: Clues) -> Iterator[HandedIn]:
    """Yield each file for each of its submitters; raise UsageError when nobody can be told."""
    metadata = _metadata(level)
    if metadata is None:
        raise UsageError(f"a Gradescope export holds {METADATA}, and there is none")
    listed = _submitters(metadata, clues)
    submitters = {top: who for top, who in listed.items() if fits(top)}
    for file in level.files:
        if file is metadata:
            continue
        top, inner = level.place(file)
        students = submitters.get(top)
        if not students:
            yield other(file, top, inner, clues.names, is_known=bool(fits(top)))
            continue
        notes = (f"it was handed in by a group of {len(students)}",) if len(students) > 1 else ()
        for student in students:
            path = inner if inner.parts else PurePosixPath(top)
            yield HandedIn(student, path, file, turn=_turn(top), notes=notes)
    there = {level.place(file)[0] for file in level.files}
    for top in submitters.keys() - there:
        path = level.wrapper / top / NOTHING
        missing = StoredFile(path, metadata.blob, Kind.REFUSED, _NO_FILES)
        for student in submitters[top]:
            yield HandedIn(student, PurePosixPath(top), missing, turn=_turn(top))


def _submitters(metadata: StoredFile, clues: Clues) -> Mapping[str, Sequence[Student]]:
    """Return the students of each folder; raise UsageError when the metadata cannot be read."""
    from grader.ingest.layouts.metadata import read_metadata  # no other layout needs YAML

    why = metadata.problem
    try:
        if why is None:
            return clues.contents.apart(read_metadata, metadata, patience=_PATIENCE)
    except Unreadable as error:
        why, _, _ = str(error).partition(":")  # what follows is for a student
    except OSError as error:
        why = fault_of_disk(error)
    raise UsageError(f"{metadata.path}: {why}. {_NOBODY}")


def _metadata(level: Entries) -> StoredFile | None:
    """Return the metadata: a student may hand in a file of this name, which tells nothing."""
    path = level.wrapper / METADATA
    return next((file for file in level.files if file.path == path), None)


def _turn(top: str) -> int:
    """Return the number of a submission: they count up, so that the highest is the newest."""
    return int(top.removeprefix("submission_")[:18]) if fits(top) else 0
