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
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.layout import Clues, Entries, HandedIn, other, student_of
from grader.model.submission import Student
from grader.model.text import clean_line

_NAME: Final = re.compile(
    r"(?P<who>[^_/]*)(?:_(?P<participant>\d+))?_assignsubmission_(?P<plugin>[a-z]+)"
    r"(?:_(?P<file>.+)|_?)"
)
_BLIND: Final = "Participant"


def fits(name: str) -> str:
    """Return whose a folder or file is that Moodle names so; nothing when it names none so."""
    match = _NAME.fullmatch(name)
    return f"{match['who']}_{match['participant'] or ''}" if match else ""


def recognise(level: Entries) -> bool:
    """Whether most files lie in a folder, or have a name, of this kind."""
    return level.most_fit(fits)


def read(level: Entries, clues: Clues) -> Iterator[HandedIn]:
    """Yield each file with its student's participant number."""
    for file in level.files:
        top, inner = level.place(file)
        match = _NAME.fullmatch(top)
        if match is None:
            yield other(file, top, inner, clues.names)
            continue
        flat = PurePosixPath(match["file"]) if match["file"] else PurePosixPath()
        path = flat / inner if inner.parts else flat
        typed = match["plugin"] == "onlinetext" and file.path.suffix == ".html"
        yield HandedIn(_student(match), path if path.parts else file.path, file, is_receipt=typed)


def _student(match: re.Match[str]) -> Student:
    who, participant = clean_line(match["who"]), match["participant"]
    blind = f"{_BLIND} {participant}"
    if who == _BLIND:
        return student_of(blind, participant=participant)
    return student_of(who or blind, name=who or None, participant=participant)
