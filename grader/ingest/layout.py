"""What a layout is: how the paths of a class's files tell whose they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.ingest.answers.contents import Contents
from grader.ingest.file_names import FileNames
from grader.ingest.stored import StoredFile
from grader.model.submission import Student
from grader.model.text import clean_line


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
    is_receipt: bool = False
    """Whether the system wrote it for the student: a time stamp, text typed into a box."""
    is_stray: bool = False
    """Whether it lies beside the students and is nobody's: a list of names, a README."""


def student_of(label: str) -> Student:
    """Return the student of whom a name is all that is known."""
    return Student(label=clean_line(label) or "unnamed")


@dataclass(frozen=True)
class Clues:
    """What tells whose files are, beside their paths."""

    name: str
    """That of the folder, zip or file that holds them all."""
    names: FileNames
    """What names mean in the course."""
    contents: Contents
    is_known: Callable[[str], bool] = lambda _: False
    """Whether a student is called so, in an earlier run or in the roster."""


@dataclass(frozen=True)
class Layout:
    """A way in which a system lays out a class."""

    title: str
    """What it is, for people."""
    recognise: Callable[[Sequence[StoredFile]], bool]
    """Whether files are laid out in this way; the instructor's word is not needed then."""
    read: Callable[[Sequence[StoredFile], Clues], Iterable[HandedIn]]
    """Whose each file is."""
    names: Callable[[str], bool] | None = None
    """Whether the system names a student's folder or file so, where that alone tells it."""


@dataclass(frozen=True)
class Entries:
    """What lies beside each other on the level of students: the outermost, or in its wrapper."""

    wrapper: PurePosixPath
    """The folders around everything that can be code, as zips are wont to have one."""
    fitting: frozenset[str] = frozenset()
    """Entries that a system's pattern fits."""
    others: frozenset[str] = frozenset()
    """Other entries in which there is code."""

    @property
    def most_fit(self) -> bool:
        """Whether it is the system's class: a few may be named otherwise, most may not."""
        return len(self.fitting) > len(self.others)

    def place(self, file: StoredFile) -> tuple[str, PurePosixPath]:
        """Return the name of the entry in which a file lies, and the path within it."""
        # An archive may hold a file of the wrapper's own name beside it.
        inside = self.wrapper in file.path.parents
        top, *inner = (file.path.relative_to(self.wrapper) if inside else file.path).parts
        return top, PurePosixPath(*inner)


def entries(files: Sequence[StoredFile], fits: Callable[[str], bool]) -> Entries:
    """Return the entries of a class, those that fit and those that do not.

    A student's own folders are never looked into: what is in there tells nothing of the class.
    """
    code = [file.path.parts for file in files if file.is_code]
    code = code or [file.path.parts for file in files]
    depth = 0
    while (inside := _inside(code, depth, fits)) is not None:
        code, depth = inside, depth + 1
    wrapper = PurePosixPath(*code[0][:depth]) if code else PurePosixPath()
    below = [f.path.parts[depth] for f in files if len(f.path.parts) > depth and _in(f, wrapper)]
    return Entries(
        wrapper,
        frozenset(top for top in below if fits(top)),
        frozenset(parts[depth] for parts in code if not fits(parts[depth])),
    )


def _inside(
    code: list[tuple[str, ...]], depth: int, fits: Callable[[str], bool]
) -> list[tuple[str, ...]] | None:
    """Return what lies in the one folder at `depth` that holds the class, None when none does."""
    inside = [parts for parts in code if len(parts) > depth + 1]
    if len({parts[depth] for parts in inside}) != 1 or any(fits(parts[depth]) for parts in code):
        return None
    strays = len(code) - len(inside)
    return (
        inside
        if strays < max(1, len({p[depth + 1] for p in inside if fits(p[depth + 1])}))
        else None
    )


def _in(file: StoredFile, wrapper: PurePosixPath) -> bool:
    return file.path.is_relative_to(wrapper)


def other(file: StoredFile, top: str, inner: PurePosixPath, *, is_known: bool = False) -> HandedIn:
    """Return a file that lies where the system puts none: code is somebody's, all else nobody's."""
    label = clean_line(top if inner.parts else PurePosixPath(top).stem) or "unnamed"
    path = inner if inner.parts else PurePosixPath(top)
    return HandedIn(Student(label=label), path, file, is_stray=not (file.is_code or is_known))
