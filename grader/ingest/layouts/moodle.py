"""Moodle's "Download all submissions": a folder per student, or flat files.

    <Full name>_<participant>_assignsubmission_file/<path>      Moodle 4.1 and newer
    <Full name>_<participant>_assignsubmission_file_/<path>     older
    <Full name>_<participant>_assignsubmission_file_<file>      without folders
    Participant_<participant>_...                               graded without names

The number counts in this assignment alone. It is not the user id, and the worksheet is joined on
it. A group's folder has the group's number in this place, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.layout import Clues, HandedIn, entries, other
from grader.ingest.stored import StoredFile
from grader.model.submission import Student

_NAME: Final = re.compile(
    r"(?P<who>[^_/]*)(?:_(?P<participant>\d+))?_assignsubmission_(?P<plugin>[a-z]+)"
    r"(?:_(?P<file>.+)|_?)"
)
_BLIND: Final = "Participant"


def fits(name: str) -> bool:
    """Whether Moodle names a student's folder or file so."""
    return _NAME.fullmatch(name) is not None


def recognise(files: Sequence[StoredFile]) -> bool:
    """Whether most files lie in a folder, or have a name, of this kind."""
    return entries(files, fits).most_fit


def read(
    files: Sequence[StoredFile],
    clues: Clues,  # noqa: ARG001
) -> Iterator[HandedIn]:
    """Yield each file with its student's participant number."""
    level = entries(files, fits)
    for file in files:
        top, inner = level.place(file)
        match = _NAME.fullmatch(top)
        if match is None:
            yield other(file, top, inner)
            continue
        flat = PurePosixPath(match["file"]) if match["file"] else PurePosixPath()
        path = flat / inner if inner.parts else flat
        typed = match["plugin"] == "onlinetext" and file.path.suffix == ".html"
        yield HandedIn(_student(match), path if path.parts else file.path, file, is_receipt=typed)


def _student(match: re.Match[str]) -> Student:
    who, participant = match["who"].strip(), match["participant"]
    if who == _BLIND:
        return Student(label=f"{_BLIND} {participant}", participant=participant)
    return Student(
        label=who or f"{_BLIND} {participant}", name=who or None, participant=participant
    )
