"""Unpack zips of a class to numbered files: the class's own, and those that students handed in.

A student's zips are walked apart, under limits, and have one budget for all that is in them, zips
in them as well. Whose they are is told later; until then whom the outermost name calls is charged,
and each folder above, which may be one student's or a class's. A class has as much as its temporary
folder has room for, and what is small is unpacked first: whoever hands in too much has it listed,
and takes up nobody's room.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import count, takewhile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError, unreadable
from grader.ingest.litter import litter
from grader.ingest.spending import OF_A_FOLDER, OF_A_STUDENT, Owners, Spending
from grader.ingest.stored import HIDDEN, NOTHING, Kind, StoredFile, fault_of_disk, stored
from grader.source import Budget, Limits, Place, Unreadable, iter_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grader.source import Apart, Entry

    Whose = Callable[[str, PurePosixPath], str]
    """From the outermost part of a path, and the path, a key of whose it is."""

CLASS_LIMITS: Final = Limits(file_mib=256, archive_mib=32_000, archive_entries=2_000_000)
ZIP_LIMITS: Final = Limits(archive_entries=100_000, expanded_mib=1000)
"""Of a student's zips with all that is in them."""
ZIP_SECONDS: Final = 60.0
"""Of processor time, for a student's zips; the largest takes some five."""
EMPTY_FOLDER: Final = "the folder holds no file: hand in your .py file or notebook"
EMPTY_ARCHIVE: Final = "the archive holds no file: pack yours and hand in the new archive"
ONLY_HIDDEN: Final = (
    "there are only hidden files and folders of tools (such as venv): hand in your own file"
)
_TOO_MANY: Final = (
    "all the archives together hold more than is read: hand in the code of this exercise alone"
)
_OF_THE_FOLDER: Final = (
    "the archives of its folder together hold more than is read: grade it by itself"
)
_INNER_ZIP: Final = "it is an archive in archives: hand in the file itself"
_DEEPEST_ZIP: Final = 3
"""How deep a student's zips may lie in each other."""
_MOST_ZIPS: Final = 20
"""How many may lie in one that was handed in."""
_OF_THE_ROOM: Final = 0.8
"""How much of the temporary folder's room a class may take."""


class Unpacking:
    """Unpacks what can be code to numbered files in one folder."""

    def __init__(self, scratch: Path, apart: Apart, whose: Whose) -> None:
        self._scratch, self._apart, self._whose, self._numbers = scratch, apart, whose, count()
        # Jobs and reports need room as well.
        room = int(shutil.disk_usage(scratch).free * _OF_THE_ROOM)
        self._budget = Budget(room, CLASS_LIMITS.archive_entries, is_shared=True)
        self._sizes = Spending(ZIP_LIMITS.expanded_mib << 20)
        self._entries = Spending(ZIP_LIMITS.archive_entries)
        self._seconds = Spending(ZIP_SECONDS)

    def class_zip(self, path: Path) -> Iterator[StoredFile]:
        """Yield what a class's zip holds; one file that cannot be read does not stop the others.

        Raise UsageError when none can.
        """
        folders: set[str] = set()
        filled: set[str] = set()
        found: list[tuple[int, StoredFile]] = []
        try:
            for entry in iter_entries(path, CLASS_LIMITS, self._budget):
                filled.update(map(str, PurePosixPath(entry.path).parents))
                if (folder := litter(entry.path)) is not None:
                    yield from nothing(folder, path, ONLY_HIDDEN)
                elif entry.is_folder:
                    folders.add(entry.path)
                elif entry.path:
                    found.append((entry.number, _member(entry, path, self._blob())))
        except Unreadable as error:
            raise UsageError(f"{path} cannot be read: {error.reason}") from None
        except OSError as error:
            raise unreadable(path, error) from None
        yield from (file for _, file in sorted(found, key=lambda one: one[0]))
        for folder in sorted(folders - filled):
            yield from nothing(folder, path, EMPTY_FOLDER)

    def inner_zips(self, files: Iterable[StoredFile]) -> Iterator[StoredFile]:
        """Yield files, for each zip among them what it holds, below its name without the suffix."""
        zips: list[tuple[int, StoredFile]] = []
        folders: list[tuple[str, ...]] = []
        for file in files:
            folders.append(file.path.parent.parts)
            if is_zip(file):
                zips.append((file.blob.stat().st_size, file))
            else:
                yield file
        depth = _shared_depth(folders)
        for _, file in sorted(zips, key=lambda one: one[0]):
            yield from self._inner_zip(file, depth)

    def _inner_zip(self, file: StoredFile, depth: int) -> list[StoredFile]:
        """Return what a zip holds; depth: how many folders hold all of the class."""
        own: Owners = {self._whose(file.path.parts[depth], file.path): OF_A_STUDENT}
        above = [PurePosixPath(*part) for part in _beginnings(file.path.parts, depth)]
        owners = own | dict.fromkeys(above, OF_A_FOLDER)
        if self._is_over(own):
            return [replace(file, kind=Kind.BROKEN, problem=_TOO_MANY)]
        if self._is_over(owners):
            return [not_here(file, _OF_THE_FOLDER)]
        budget, blob, before = self._budget_of(own, owners), self._blob(), self._apart.spent
        try:
            found, left = self._apart.call(unpack, file, blob, budget)
        except (Unreadable, OSError) as error:
            for part in self._scratch.glob(f"{blob.name}-*"):  # nobody reads it
                part.unlink()
            if isinstance(error, Unreadable):
                return [replace(file, kind=Kind.BROKEN, problem=error.reason)]
            return [not_here(file, fault_of_disk(error))]
        finally:
            self._seconds.charge(owners, self._apart.spent - before)
        size, entries = budget.size - left.size, budget.entries - left.entries
        self._sizes.charge(owners, size)
        self._entries.charge(owners, entries)
        self._budget.size -= size
        self._budget.entries -= entries
        return found

    def _is_over(self, owners: Owners) -> bool:
        return any(one.is_over(owners) for one in (self._seconds, self._sizes, self._entries))

    def _budget_of(self, own: Owners, owners: Owners) -> Budget:
        """Return what a zip may hold: what its owner has left, or less where others take it too."""
        mine = Budget(int(self._sizes.left(own)), int(self._entries.left(own)))
        size = min(int(self._sizes.left(owners)), self._budget.size)
        entries = min(int(self._entries.left(owners)), self._budget.entries)
        is_mine = (mine.size, mine.entries) == (size, entries)
        return mine if is_mine else Budget(size, entries, is_shared=True)

    def _blob(self) -> Path:
        return self._scratch / f"{next(self._numbers):06}"


def _shared_depth(folders: Sequence[tuple[str, ...]]) -> int:
    """Return how many folders, one in the other, hold all files."""
    levels = zip(*folders, strict=False)
    return sum(1 for _ in takewhile(lambda level: len({*level}) == 1, levels))


def _beginnings(parts: tuple[str, ...], depth: int) -> Iterator[tuple[str, ...]]:
    """Yield the folders of a path below those that hold all of the class."""
    for number in range(depth + 1, len(parts)):
        yield parts[:number]


def is_zip(file: StoredFile) -> bool:
    """Whether a file is a zip that can be looked into."""
    return file.path.suffix.lower() == ".zip" and file.kind is Kind.CODE


def unpack(file: StoredFile, blob: Path, budget: Budget) -> tuple[list[StoredFile], Budget]:
    """Return what a student's zip holds, unpacked to files whose names begin with `blob`'s.

    Return, too, what is left of `budget`. Raise OSError when its disk does not give it.
    """
    left = replace(budget)
    return _Walk(blob, left).files(file), left


class _Walk:
    """A walk through one student's zip and those in it."""

    def __init__(self, blob: Path, budget: Budget) -> None:
        self._blob, self._budget, self._numbers = blob, budget, count()
        self._zips = 0

    def files(self, file: StoredFile, depth: int = 1) -> list[StoredFile]:
        """Return what a zip holds, in the order in which it was packed, or the zip itself."""
        self._zips += depth > 1
        found, problem = list[tuple[int, list[StoredFile]]](), EMPTY_ARCHIVE
        try:
            for entry in iter_entries(file.blob, ZIP_LIMITS, self._budget):
                if litter(entry.path) is not None:
                    problem = ONLY_HIDDEN
                elif entry.path and not entry.is_folder:
                    found.append((entry.number, self._below(entry, file, depth)))
        except Unreadable as error:
            found, problem = [], error.reason
        files = [f for _, inner in sorted(found, key=lambda one: one[0]) for f in inner]
        if all(one.problem == HIDDEN for one in files):
            return [replace(file, kind=Kind.BROKEN, problem=ONLY_HIDDEN if files else problem)]
        return files

    def _below(self, entry: Entry, file: StoredFile, depth: int) -> list[StoredFile]:
        may_be_zip = entry.path.lower().endswith(".zip") and not entry.refused
        if may_be_zip and (depth == _DEEPEST_ZIP or self._zips >= _MOST_ZIPS):
            inner = StoredFile(PurePosixPath(entry.path), file.blob, Kind.BROKEN, _INNER_ZIP)
        else:
            blob = self._blob.with_name(f"{self._blob.name}-{next(self._numbers):06}")
            inner = _member(entry, file.blob, blob)
        below = replace(inner, path=file.path.with_suffix("") / inner.path, archive=file.path)
        if not is_zip(below):
            return [below]
        # It is the student's who handed in the outermost one.
        return [replace(f, archive=file.path) for f in self.files(below, depth + 1)]


def _member(entry: Entry, archive: Path, blob: Path) -> StoredFile:
    """Return a member of an archive, unpacked if it can be code."""
    found = stored(Place(entry.path, entry.refused), archive)
    if found.kind is not Kind.CODE:
        return found
    try:
        data = entry.read()
    except Unreadable as error:
        return replace(found, kind=Kind.BROKEN, problem=error.reason)
    except OSError as error:
        return not_here(found, f"it was not read: {error.strerror}")
    try:
        blob.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"the temporary folder {blob.parent} cannot be written: {error.strerror}: name another "
            "in the environment variable TMPDIR"
        ) from None
    return replace(found, blob=blob)


def not_here(file: StoredFile, problem: str) -> StoredFile:
    """Return a file that this machine cannot read."""
    return replace(file, kind=Kind.REFUSED, problem=problem, is_ours=True)


def nothing(folder: str, blob: Path, problem: str) -> Iterator[StoredFile]:
    """Yield what stands in the list for a folder in which there may be nothing to read."""
    if folder not in ("", "."):
        yield StoredFile(PurePosixPath(folder) / NOTHING, blob, Kind.NOTHING, problem)
