"""What a layout is: how the paths of a class's files tell whose they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.ingest.listing import StoredFile
from grader.model.submission import Student


@dataclass(frozen=True)
class HandedIn:
    """A file of a student, with its path inside what this student handed in."""

    student: Student
    path: PurePosixPath
    file: StoredFile
    exercise: str | None = None
    """The exercise, when the layout has a place for it."""
    turn: int = 0
    """Of two files of a student with one path, the one with the higher turn counts."""
    notes: tuple[str, ...] = ()
    """What the layout says of how it was handed in: late, by a group."""


@dataclass(frozen=True)
class Layout:
    """A way in which a system lays out a class."""

    title: str
    """What it is, for people."""
    recognise: Callable[[Sequence[StoredFile]], bool]
    """Whether files are laid out in this way; the instructor's word is not needed then."""
    read: Callable[[Sequence[StoredFile], Collection[str], str], Iterable[HandedIn]]
    """From files, the ids of the course and the name of the class: whose each file is."""
