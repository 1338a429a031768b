"""What a layout is: how the paths of a class's files tell whose they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grader.ingest.answers.contents import Contents
from grader.ingest.file_names import FileNames
from grader.ingest.gathered import NOBODY, Known
from grader.ingest.litter import LISTS
from grader.ingest.stored import NOTHING, StoredFile
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
    is_doubtful: bool = False
    """Whether its name may be another student's, and its student is made up for it alone."""
    is_stray: bool = False
    """Whether it lies beside the students and is nobody's: a list of names, a README."""


def student_of(label: str, **known: str | None) -> Student:
    """Return the student whom a name calls; one that shows nothing is written out."""
    return Student(label=clean_line(label) or clean_line(ascii(label)), **known)


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
    known: Known = NOBODY
    """What earlier runs had."""
    user_ids: Collection[str] = ()
    """Those of an LMS that are in the roster."""
    hints: list[str] = field(default_factory=list)
    """What a layout found that may have been meant otherwise, for the instructor."""

    def is_as_given(self, file: StoredFile) -> bool:
        """Whether a file is as the course gives it out; of what is no code the name tells it."""
        if not file.is_code:
            return self.names.is_given(file.path.name)
        return self.contents.charged_to(student_of(file.path.stem)).is_given_out(file)


def gives_no_names(_: str) -> str:
    """Return whose a folder is where the system lets people name it."""
    return ""


@dataclass(frozen=True)
class Layout:
    """A way in which a system lays out a class."""

    title: str
    """What it is, for people."""
    recognise: Callable[[Entries], bool]
    """Whether files are laid out in this way; the instructor's word is not needed then."""
    read: Callable[[Entries, Clues], Iterable[HandedIn]]
    """Whose each file is."""
    fits: Callable[[str], str] = gives_no_names
    """Whose a folder or file is by the name that the system gives it; nothing for another name."""


@dataclass(frozen=True)
class Entries:
    """What lies beside each other in a class: outermost, or in the one folder around all of it.

    Their names are all that tells a layout and whose work is: a system or the instructor wrote
    them. What lies below is one student's, who may have called it anything.
    """

    files: Sequence[StoredFile]
    wrapper: PurePosixPath = field(default_factory=PurePosixPath)
    """The folder or archive around everything that can be a student's, as zips often have one."""
    tops: frozenset[str] = frozenset()
    """The entries that can be students'."""

    def most_fit(self, fits: Callable[[str], object]) -> bool:
        """Whether it is the system's class: a few may be named otherwise, most may not."""
        fitting = sum(bool(fits(top)) for top in self.tops)
        return 2 * fitting > len(self.tops)

    def place(self, file: StoredFile) -> tuple[str, PurePosixPath]:
        """Return the name of the entry in which a file lies, and the path within it."""
        # An archive may hold a file of the wrapper's own name beside it.
        inside = self.wrapper in file.path.parents
        top, *inner = (file.path.relative_to(self.wrapper) if inside else file.path).parts
        return top, PurePosixPath(*inner)

    def is_packed(self, file: StoredFile) -> bool:
        """Whether a file lies in an archive, which a student handed in."""
        return file.archive is not None and (
            not self.wrapper.is_relative_to(file.archive.with_suffix(""))
        )


def entries(
    files: Sequence[StoredFile], names: FileNames, is_one: Callable[[str], bool]
) -> Iterator[Entries]:
    """Yield what lies beside each other outermost, and then in each folder that holds all of it.

    is_one: whether a name is known as that of one entry, into which nobody looks. Lists and
    programs may lie beside a folder that holds all; any other file may be a student's.
    """
    there, depth = list(files), 0
    while True:
        kept = [f for f in there if is_one(f.path.name) or not is_nobody_s(f, depth, names)]
        wrapper = PurePosixPath(*there[0].path.parts[:depth])
        tops = frozenset(file.path.parts[depth] for file in kept)
        yield Entries(files, wrapper, tops)
        is_in_one = len(tops) == 1 and all(len(file.path.parts) > depth + 1 for file in kept)
        if not is_in_one or any(map(is_one, tops)):
            return
        there, depth = kept, depth + 1


def is_nobody_s(file: StoredFile, depth: int, names: FileNames) -> bool:
    """Whether a file lies at a depth by itself, called like a list, a program or the course's."""
    name = file.path.name
    if len(file.path.parts) > depth + 1 or file.archive:
        return False
    if name == NOTHING or _is_course_s(name, names):
        return True
    is_list = file.path.suffix.lower() in LISTS or not names.tell(file.path.stem).student
    return is_list and not file.is_code


def _is_course_s(name: str, names: FileNames) -> bool:
    return names.is_given(name) or names.is_program(PurePosixPath(name).stem)


def other(
    file: StoredFile,
    top: str,
    inner: PurePosixPath,
    names: FileNames,
    *,
    is_known: bool = False,
) -> HandedIn:
    """Return a file where the system puts none: code is somebody's unless it is the course's."""
    student = student_of(top if inner.parts else PurePosixPath(top).stem)
    path = inner if inner.parts else PurePosixPath(top)
    is_somebody_s = file.is_code and not _is_course_s(file.path.name, names)
    return HandedIn(student, path, file, is_stray=not (is_somebody_s or is_known))
