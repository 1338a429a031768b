"""Gradescope's export: `submission_metadata.yml` and a folder `submission_<id>` for each.

A submission of several students is graded for each of them. The metadata of a large class is tens
of megabytes, because it holds every earlier result; only who handed in what is read from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from grader.errors import UsageError
from grader.ingest.layout import Clues, Entries, HandedIn, other
from grader.ingest.stored import METADATA, NOTHING, Kind, StoredFile
from grader.source import Unreadable

_NAME: Final = re.compile(r"submission_\d+")
_PATIENCE: Final = 15
"""It is a whole class's: the largest takes a minute."""
_NO_FILES: Final = "the export lists this submission, and holds no file of it"


def fits(name: str) -> bool:
    """Whether Gradescope names the folder of a submission so."""
    return _NAME.fullmatch(name) is not None


def recognise(level: Entries) -> bool:
    """Whether the metadata lies beside folders of submissions."""
    return _metadata(level) is not None and level.most_fit(fits)


def read(level: Entries, clues: Clues) -> Iterator[HandedIn]:
    """Yield each file for each of its submitters; raise UsageError when nobody can be told."""
    from grader.ingest.layouts.metadata import read_metadata  # no other layout needs YAML

    metadata = _metadata(level)
    if metadata is None:
        raise UsageError(f"a Gradescope export holds {METADATA}, and there is none")
    try:
        listed = clues.contents.apart(read_metadata, metadata, patience=_PATIENCE)
    except Unreadable as error:
        what, _, _ = str(error).partition(":")  # what follows is for a student
        raise UsageError(f"{metadata.path} cannot be read: {what}") from None
    submitters = {top: who for top, who in listed.items() if fits(top)}
    for file in level.files:
        if file is metadata:
            continue
        top, inner = level.place(file)
        students = submitters.get(top)
        if not students:
            yield other(file, top, inner, clues.names, is_known=fits(top))
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


def _metadata(level: Entries) -> StoredFile | None:
    """Return the metadata: a student may hand in a file of this name, which tells nothing."""
    path = level.wrapper / METADATA
    return next((file for file in level.files if file.path == path), None)


def _turn(top: str) -> int:
    """Return the number of a submission: they count up, so that the highest is the newest."""
    return int(top.removeprefix("submission_")[:18]) if fits(top) else 0
