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
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.layout import HandedIn
from grader.ingest.listing import StoredFile
from grader.model.submission import Student

_NAME: Final = re.compile(
    r"(?P<who>[^_/]*)(?:_(?P<participant>\d+))?_assignsubmission_(?P<plugin>[a-z]+)"
    r"(?:_(?P<file>.+)|_?)"
)
_BLIND: Final = "Participant"


def recognise(files: Sequence[StoredFile]) -> bool:
    """Whether every file lies in a folder, or has a name, of this kind."""
    return bool(files) and all(_matched(file) for file in files)


def read(
    files: Sequence[StoredFile],
    ids: Collection[str],  # noqa: ARG001
    name: str,  # noqa: ARG001
) -> Iterator[HandedIn]:
    """Yield each file with its student's participant number."""
    for file in files:
        found = _matched(file)
        if found is None:
            yield HandedIn(Student(label=file.path.parts[0]), file.path, file)
            continue
        match, inner = found
        flat = PurePosixPath(match["file"]) if match["file"] else PurePosixPath()
        path = flat / inner if inner.parts else flat
        yield HandedIn(_student(match), path if path.parts else file.path, file)


def _matched(file: StoredFile) -> tuple[re.Match[str], PurePosixPath] | None:
    """Return the match of the part that Moodle named, and the path below it."""
    for index, part in enumerate(file.path.parts[:2]):
        match = _NAME.fullmatch(part)
        if match:
            return match, PurePosixPath(*file.path.parts[index + 1 :])
    return None


def _student(match: re.Match[str]) -> Student:
    who, participant = match["who"].strip(), match["participant"]
    if who == _BLIND:
        return Student(label=f"{_BLIND} {participant}", participant=participant)
    return Student(
        label=who or f"{_BLIND} {participant}", name=who or None, participant=participant
    )
