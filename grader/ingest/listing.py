"""List what was handed in: the files of a folder, or of a zip unpacked to numbered files.

Members of a zip never get a name of their own on this disk, so no name can do harm; links are
never followed. Zips inside are unpacked too, one level deep: students hand them in. A file that
cannot be taken stays in the list with the reason: it is somebody's.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.source import Limits, Unreadable, iter_members

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE: Final = (".py", ".ipynb")
SUBMISSION_LIMITS: Final = Limits()
CLASS_LIMITS: Final = Limits(archive_mib=32_000, archive_entries=500_000, expanded_mib=64_000)
_MAX_BAD_MEMBERS: Final = 50
# What systems and tools leave behind; nobody hands these in on purpose.
_LITTER: Final = {"__MACOSX", "__pycache__", "site-packages", "node_modules", "venv"}
_LITTER_FILES: Final = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class StoredFile:
    """A file that was handed in: its path there, and where its bytes are on this disk."""

    path: PurePosixPath
    blob: Path
    problem: str | None = None
    """Why the file cannot be taken."""

    def read(self) -> bytes:
        """Return the bytes, at most one more than a reader takes: a longer file is too large."""
        with self.blob.open("rb") as stream:
            return stream.read((SUBMISSION_LIMITS.file_mib << 20) + 1)


@dataclass
class Listing:
    """The files at a path, sorted, under the name of what holds them."""

    name: str
    files: list[StoredFile] = field(default_factory=list)


def list_files(path: Path, scratch: Path, without: Path | None = None) -> Listing:
    """List a file, a folder (but for the folder `without`) or a zip, unpacked into `scratch`.

    Raise UsageError when there is nothing or it cannot be read.
    """
    path = path.resolve()
    listing = Listing(path.stem)
    numbers = count()
    if path.is_dir():
        listing.name = path.name
        found = _walk(path, without.resolve() if without else None)
    elif path.is_file() and path.suffix.lower() == ".zip":
        found = _class_zip(path, scratch, numbers)
    elif path.is_file():
        listing.name = path.parent.name
        found = iter([StoredFile(PurePosixPath(path.name), path)])
    else:
        raise UsageError(f"there is nothing at {path}")
    for file in found:
        if _litter(file.path):
            continue
        is_zip = file.path.suffix.lower() == ".zip" and file.problem is None
        listing.files += _inner_zip(file, scratch, numbers) if is_zip else [file]
    if not listing.files:
        raise UsageError(f"{path} holds no files")
    listing.files.sort(key=lambda f: f.path)
    return listing


def _walk(root: Path, without: Path | None) -> Iterator[StoredFile]:
    """Yield the files below a folder; links and what is not a file have a problem."""
    unread: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unread.append):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        for path in (here / name for name in names + links):
            inner = PurePosixPath(path.relative_to(root).as_posix())
            yield StoredFile(inner, path, _unfit(path))
        folders[:] = [
            name for name in folders if not _litter(PurePosixPath(name)) and here / name != without
        ]
    for error in unread:
        inner = PurePosixPath(Path(error.filename).relative_to(root).as_posix())
        yield StoredFile(inner, Path(error.filename), f"it cannot be read: {error.strerror}")


def _unfit(path: Path) -> str | None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "it is a link, and links are not followed"
    if not stat.S_ISREG(mode):
        return "it is not a plain file"
    return None if os.access(path, os.R_OK) else "it cannot be read: permission denied"


def _litter(path: PurePosixPath) -> bool:
    hidden = any(part.startswith(".") or part in _LITTER for part in path.parts)
    return hidden or path.name.lower() in _LITTER_FILES


def _inner_zip(file: StoredFile, scratch: Path, numbers: Iterator[int]) -> list[StoredFile]:
    """Return what a student's zip holds, below the zip's name without its suffix."""
    below = file.path.with_suffix("")
    found = []
    try:
        for member in iter_members(file.blob, SUBMISSION_LIMITS):
            inner = below / member.path
            if not _litter(inner):
                found.append(StoredFile(inner, _save(member.data, scratch, numbers)))
    except Unreadable as error:
        return [StoredFile(file.path, file.blob, error.reason)]
    return found


def _class_zip(path: Path, scratch: Path, numbers: Iterator[int]) -> Iterator[StoredFile]:
    """Yield the members of a class's zip; one that cannot be read does not stop the others."""
    done: set[str] = set()
    last = ""

    def wanted(name: str) -> bool:
        nonlocal last
        last = name
        return name not in done and not _litter(PurePosixPath(name))

    for _ in range(_MAX_BAD_MEMBERS):
        last = ""
        try:
            for member in iter_members(path, CLASS_LIMITS, wanted=wanted):
                done.add(member.path)
                yield StoredFile(PurePosixPath(member.path), _save(member.data, scratch, numbers))
        except Unreadable as error:
            if not last or last in done:
                raise UsageError(f"{path} cannot be read: {error.reason}") from None
            done.add(last)
            yield StoredFile(PurePosixPath(last), path, error.reason)
        else:
            return
    raise UsageError(f"{path} cannot be read: more than {_MAX_BAD_MEMBERS} of its files are bad")


def _save(data: bytes, scratch: Path, numbers: Iterator[int]) -> Path:
    blob = scratch / f"{next(numbers):06}"
    blob.write_bytes(data)
    return blob
