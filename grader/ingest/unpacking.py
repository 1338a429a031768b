"""Unpack zips of a class to numbered files: the class's own, and those that students handed in.

A student's zip is walked apart, under limits, and has a budget for all that is in it, zips in it as
well. A class has as much as its temporary folder has room for, and what is small is unpacked first:
whoever hands in too much has it listed, and takes up nobody's room.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.litter import litter
from grader.ingest.stored import HIDDEN, NOTHING, Kind, StoredFile, fault_of_disk, stored
from grader.source import Budget, Limits, Place, Unreadable, iter_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.source import Apart, Entry

CLASS_LIMITS: Final = Limits(file_mib=256, archive_mib=32_000, archive_entries=2_000_000)
ZIP_LIMITS: Final = Limits(archive_entries=100_000, expanded_mib=1000)
"""Of a student's zip with all that is in it."""
EMPTY_FOLDER: Final = "the folder holds no file: hand in your .py file or notebook"
EMPTY_ARCHIVE: Final = "the archive holds no file: pack yours and hand in the new archive"
ONLY_HIDDEN: Final = (
    "there are only hidden files and folders of tools (such as venv): hand in your own file"
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

    def __init__(self, scratch: Path, apart: Apart) -> None:
        self._scratch, self._apart, self._numbers = scratch, apart, count()
        # Jobs and reports need room as well.
        room = int(shutil.disk_usage(scratch).free * _OF_THE_ROOM)
        self._budget = Budget(room, CLASS_LIMITS.archive_entries, is_room=True)

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
        yield from (file for _, file in sorted(found, key=lambda one: one[0]))
        for folder in sorted(folders - filled):
            yield from nothing(folder, path, EMPTY_FOLDER)

    def inner_zips(self, files: Iterable[StoredFile]) -> Iterator[StoredFile]:
        """Yield files, for each zip among them what it holds, below its name without the suffix."""
        zips: list[tuple[int, StoredFile]] = []
        for file in files:
            if is_zip(file):
                zips.append((file.blob.stat().st_size, file))
            else:
                yield file
        for _, file in sorted(zips, key=lambda one: one[0]):
            yield from self._inner_zip(file)

    def _inner_zip(self, file: StoredFile) -> list[StoredFile]:
        own = Budget.of(ZIP_LIMITS)
        budget = own if own.size < self._budget.size else replace(self._budget)
        before, blob = budget.size, self._blob()
        try:
            found, left = self._apart.call(unpack, file, blob, budget)
        except (Unreadable, OSError) as error:
            for part in self._scratch.glob(f"{blob.name}-*"):  # nobody reads it
                part.unlink()
            if isinstance(error, Unreadable):
                return [replace(file, kind=Kind.BROKEN, problem=error.reason)]
            return [not_here(file, fault_of_disk(error))]
        self._budget.size -= before - left
        return found

    def _blob(self) -> Path:
        return self._scratch / f"{next(self._numbers):06}"


def is_zip(file: StoredFile) -> bool:
    """Whether a file is a zip that can be looked into."""
    return file.path.suffix.lower() == ".zip" and file.kind is Kind.CODE


def unpack(file: StoredFile, blob: Path, budget: Budget) -> tuple[list[StoredFile], int]:
    """Return what a student's zip holds, unpacked to files whose names begin with `blob`'s.

    Return, too, how much is left of `budget`. Raise Unreadable when it is no zip.
    """
    walk = _Walk(blob, budget)
    return walk.files(file), budget.size


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
