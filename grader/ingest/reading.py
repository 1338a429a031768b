"""Read a class's files in their layout: as was said, or as their names tell."""

from __future__ import annotations

from dataclasses import replace
from itertools import product, takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.file_names import without_marks
from grader.ingest.layout import Entries, HandedIn, entries
from grader.ingest.layouts import LAYOUTS, gradescope
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
    above, plain = _above(path), LAYOUTS["plain"]
    if layout == "auto" and gradescope.fits(above[0]) and (path.parent / METADATA).is_file():
        raise UsageError(f"{path} is a part of a Gradescope export: name that, and --only LABEL")
    chosen, level, is_recognised = _chosen(layout, listing, clues)
    if layout == "auto" or not is_recognised:
        for way in (LAYOUTS[name] for name in _TOLD_BY_NAME if layout in ("auto", name)):
            if within := _within(listing, path, above, way):
                return way, list(way.read(Entries(within), clues))
    outer = list(takewhile(clues.names.folder_of, above))
    outer = above[: _depth_of_known(path, above, listing, known) or len(outer)]
    name = _label_at(above, len(outer), known) or listing.name
    if name in known.labels and (layout == "auto" or chosen is plain):
        folders = {file.path.parts[0] for file in listing.files if len(file.path.parts) > 1}
        if is_recognised or (folders - {name} and folders <= known.labels):
            raise UsageError(
                f"{path} is called like the student {name}, and holds what may be a class: rename "
                f"it if it is one; else grade the class that {name} is in, with --only {name!r}"
            )
        inner = PurePosixPath(*reversed(outer))
        student = Student(label=name)
        return plain, [HandedIn(student, inner / file.path, file) for file in listing.files]
    read = list(chosen.read(level, replace(clues, name=name)))
    return chosen, [_of_group(file, above, known) if chosen is plain else file for file in read]


def whose(names: FileNames, top: str, path: PurePosixPath) -> str:
    """Return a key of whose a file is, as far as its names tell before a layout is known.

    top: the outermost part of the path, the only one that a system can have named.
    """
    by_system = (way.names(top) for way in LAYOUTS.values() if way.names)
    own = str(path.with_name(names.tell(path.stem).student or path.name))
    return next(filter(None, by_system), own)


def _levels(listing: Listing, clues: Clues) -> list[Entries]:
    """Return where the class may lie: outermost, or in folders that hold all of it."""
    ways = [way.names for way in LAYOUTS.values() if way.names]

    def is_one(name: str) -> bool:
        return clues.is_known(name) or any(fits(name) for fits in ways)

    return list(entries(listing.files, clues.names, is_one))


def _chosen(layout: str, listing: Listing, clues: Clues) -> tuple[Layout, Entries, bool]:
    """Return the layout, where the class lies, and whether a system's layout recognised it.

    The outermost names that a system may have written decide.
    """
    levels, plain = _levels(listing, clues), LAYOUTS["plain"]
    named = None if layout == "auto" else LAYOUTS[layout]
    ways = [named] if named else [way for way in LAYOUTS.values() if way is not plain]
    for level, way in product(levels, ways):
        if way.recognise(level):
            return way, level, way is not plain
    way = named or plain
    some = (one for one in levels if way.names and any(map(way.names, one.tops)))
    return way, next(some, levels[0]), False


def _within(listing: Listing, path: Path, above: Sequence[str], way: Layout) -> list[StoredFile]:
    """Return the files as the class has them, where they lie in what a system names so.

    Canvas has no folders: one with such a name is the instructor's.
    """
    fits = way.names or (lambda _: "")
    deepest = _DEEPEST if way is LAYOUTS["moodle"] else int(not path.is_dir())
    depth = next((n for n, part in enumerate(above[:deepest], 1) if fits(part)), 0)
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


def hint(layout: str, chosen: Layout, listing: Listing, clues: Clues) -> str:
    """Return what speaks against the layout that was recognised: names that do not fit it."""
    if layout != "auto":
        return ""
    tops = _levels(listing, clues)[-1].tops
    for name, way in LAYOUTS.items():
        fitting = {top for top in tops if way.names and way.names(top)}
        if not fitting or (way is not chosen and chosen.names):
            continue
        others = sorted(tops - fitting)
        count = f"{len(fitting)} of {len(tops)} files and folders are named as in {way.title}"
        if way is not chosen:
            return f"{count}: if it is one, say --layout {name}"
        if others:
            shown = ", ".join(others[:3])
            return f"{count}, others are not ({shown}): if it is none, say --layout plain"
    return ""
