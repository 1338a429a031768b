"""Read a class's files in their layout: as was said, or as their names tell."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.file_names import without_marks
from grader.ingest.layout import HandedIn, entries
from grader.ingest.layouts import LAYOUTS
from grader.ingest.stored import METADATA
from grader.model.submission import Student
from grader.model.text import clean_line
from grader.source import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.ingest.file_names import FileNames
    from grader.ingest.gathered import Known
    from grader.ingest.layout import Clues, Layout
    from grader.ingest.listing import Listing
    from grader.ingest.stored import StoredFile

# These write into the name of each folder whose it is, so that one folder tells as much as all.
_TOLD_BY_NAME: Final = ("moodle", "canvas")
_DEEPEST: Final = 5
"""How far a path may lie within what a student handed in."""


def read_layout(
    layout: str, listing: Listing, path: Path, clues: Clues, known: Known
) -> tuple[Layout, list[HandedIn]]:
    """Read the files in the layout that was named or that recognises them.

    A path within a class is read as the class would be, so that its student is the same.
    """
    above, files, names = _above(path), listing.files, clues.names
    if layout != "auto":
        chosen = LAYOUTS[layout]
    elif (path.parent / METADATA).is_file():
        raise UsageError(f"{path} is a part of a Gradescope export: name that, and --only LABEL")
    else:
        chosen = next(way for way in LAYOUTS.values() if way.recognise(_own(way, files, names)))
    plain = LAYOUTS["plain"]
    for way in (LAYOUTS[name] for name in _TOLD_BY_NAME):
        told = chosen is way and not way.recognise(listing.files)
        within = _within(listing, above, way)
        if (told or (chosen is plain and layout == "auto")) and way.recognise(within):
            return way, list(way.read(within, clues))
    outer = list(takewhile(names.folder_of, above))
    outer = above[: _depth_of_known(path, above, listing, known) or len(outer)]
    name = _label_at(above, len(outer), known) or listing.name
    folders = {file.path.parts[0] for file in listing.files if len(file.path.parts) > 1}
    if chosen is not plain or name not in known.labels or (folders and folders <= known.labels):
        own = _own(chosen, files, names)
        read = list(chosen.read(own, replace(clues, name=name)))
        if chosen is plain:
            return chosen, [_of_group(file, above, known) for file in read]
        nobody, there = Student(label=name), {*own}
        aside = [HandedIn(nobody, f.path, f, is_stray=True) for f in files if f not in there]
        return chosen, [*(_called(file, names) for file in read), *aside]
    inner = PurePosixPath(*reversed(outer))
    student = Student(label=name)
    return chosen, [HandedIn(student, inner / file.path, file) for file in listing.files]


def _within(listing: Listing, above: Sequence[str], way: Layout) -> list[StoredFile]:
    """Return the files as the class has them, in the folder that a system names so."""
    fits = way.names or (lambda _: False)
    depth = next((n for n, part in enumerate(above[:_DEEPEST], 1) if fits(part)), 0)
    inner = PurePosixPath(*reversed(above[:depth]))
    return [replace(file, path=inner / file.path) for file in listing.files if depth]


def _depth_of_known(path: Path, above: Sequence[str], listing: Listing, known: Known) -> int:
    """Return how far above a known student's folder is, in which there is what counted before.

    A folder of the instructor's may be called like a student.
    """
    for depth in range(min(len(above), _DEEPEST)):
        if (label := _label_at(above, depth, known)) in known.labels:
            inner = PurePosixPath(*reversed(above[:depth]))
            before = {*known.files(label)} if depth else ()
            there = any(str(inner / f.path) in before for f in listing.files)
            folder = _folders(path)[depth]
            return depth if there or any((folder / name).is_file() for name in before) else 0
    return 0


def _label_at(above: Sequence[str], depth: int, known: Known) -> str:
    """Return what a folder calls its student: one of a group may be known with the group's name.

    A copy's marks are no part of a name unless it is known by them.
    """
    called = [_as_known(part, known) for part in above[depth : depth + 2]]
    of_group = "/".join(reversed(called))
    return of_group if of_group in known.labels else next(iter(called), "")


def _of_group(file: HandedIn, above: Sequence[str], known: Known) -> HandedIn:
    """Return a file with its student's name in the class, which may hold that of a group."""
    for folder in above[:_DEEPEST]:
        if (label := f"{folder}/{file.student.label}") in known.labels:
            return replace(file, student=Student(label=label))
    return file


def _as_known(name: str, known: Known) -> str:
    """Return a name of a path as a student is known by it: a copy's marks are no part of that."""
    return name if name in known.labels else without_marks(name)


def _own(way: Layout, files: Sequence[StoredFile], names: FileNames) -> Sequence[StoredFile]:
    """Return the files without the course's and programs that lie beside a system's names."""
    if (fits := way.names) is None:
        return files
    return [
        f
        for f in files
        if any(map(fits, f.path.parts))
        or not (names.is_given(f.path.name) or names.is_program(f.path.stem))
    ]


def _called(file: HandedIn, names: FileNames) -> HandedIn:
    """Return a file; one of which nothing but a name of the course's tells whose is nobody's."""
    name = file.file.path.name
    is_nobody = file.student == Student(label=clean_line(PurePosixPath(name).stem) or "unnamed")
    return replace(file, is_stray=True) if is_nobody and names.is_given(name) else file


def _folders(path: Path) -> list[Path]:
    """Return the folders that hold the files at `path`, the innermost first, a zip as one."""
    path = path.resolve()
    if path.suffix.lower() == ".zip" and path.is_file():
        path = path.with_suffix("")
    elif path.is_file():
        path = path.parent
    return [path, *path.parents][:-1]


def _above(path: Path) -> list[str]:
    """Return the names of these folders."""
    return [clean_line(printable(folder.name)) for folder in _folders(path)]


def hint(chosen: Layout, listing: Listing) -> str:
    """Return what speaks against the layout that was recognised: names that do not fit it."""
    for name, layout in LAYOUTS.items():
        level = entries(listing.files, layout.names) if layout.names else None
        if level is None or not level.fitting or (layout is not chosen and chosen.names):
            continue
        total = len(level.fitting | level.others)
        count = f"{len(level.fitting)} of {total} files and folders are named as in {layout.title}"
        if layout is not chosen:
            return f"{count}: if it is one, say --layout {name}"
        if level.others:
            shown = ", ".join(sorted(level.others)[:3])
            return f"{count}, others are not ({shown}): if it is none, say --layout plain"
    return ""
