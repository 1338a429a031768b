"""List what was handed in: the files of a folder, or of a zip unpacked to numbered files.

Members of a zip never get a name of their own on this disk, so no name can do harm; links are
never followed. Zips inside are unpacked too, and zips in those: students hand them in. Only what
can be code is unpacked. All else stays in the list with the reason why it is not read: it is
somebody's. So do empty folders and those of tools, which may be all that a student handed in.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.litter import CODE, is_hidden, is_tool, litter
from grader.ingest.stored import OTHER_ARCHIVES, StoredFile, called, fault_of_disk, stored
from grader.ingest.unpacking import EMPTY_FOLDER, ONLY_HIDDEN, Unpacking, nothing
from grader.source import Place, name_meant, place, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from grader.ingest.unpacking import Whose
    from grader.source import Apart

# Of a folder that is not handed in as a whole: a download folder may hold anything.
DEEPEST: Final = 3
MOST_FILES: Final = 500
MOST_SEEN: Final = 20_000


class NoFiles(UsageError):
    """There is a folder or an archive, and no file in it."""


@dataclass
class Listing:
    """The files at a path, sorted, under the name of what holds them."""

    name: str
    files: list[StoredFile] = field(default_factory=list)


def list_files(
    path: Path,
    scratch: Path,
    apart: Apart,
    without: Collection[Path] = (),
    whose: Whose = lambda top, path: "",  # noqa: ARG005
) -> Listing:
    """List a file, a folder (but for the folders `without`) or a zip, unpacked into `scratch`.

    What students packed is walked by `apart`; `whose` each archive is, as far as names tell: one
    student's unless it is given. Raise UsageError when there is nothing or it cannot
    be read, NoFiles when there is no file in it.
    """
    path = path.resolve()
    listing, unpacking = Listing(printable(path.stem)), Unpacking(scratch, apart, whose)
    if path.is_dir():
        listing.name = printable(path.name)
        found = _walk(path, {folder.resolve() for folder in without})
    elif path.is_file() and path.suffix.lower() == ".zip":
        found = unpacking.class_zip(path)
    elif path.is_file() and path.suffix.lower() in OTHER_ARCHIVES:
        raise UsageError(f"{path} is an archive of another kind: pack the class as a zip")
    elif path.is_file():
        listing.name = printable(path.parent.name)
        found = iter([stored(place(path.name), path)])
    else:
        raise UsageError(f"there is nothing at {path}")
    files = dict.fromkeys(unpacking.inner_zips(found))
    if not files:
        raise NoFiles(f"{path} holds no files")
    listing.files = sorted(files, key=lambda f: f.path)
    return listing


def code_below(folder: Path) -> Iterator[StoredFile]:
    """Yield the Python files and notebooks of a folder, as far as it looks like one's work."""
    count = seen = 0
    for here_, folders, names in os.walk(folder):
        here = Path(here_)
        inner = PurePosixPath(printable(here.relative_to(folder).as_posix()))
        hidden = len(inner.parts) >= DEEPEST
        folders[:] = [] if hidden else sorted(f for f in folders if f[0] not in "._")
        for name in sorted(names):
            meant = name_meant(printable(name))
            if Path(meant).suffix.lower() in CODE and name[0] != "." and _is_file(here / name):
                count += 1
                yield StoredFile(inner / meant, here / name, called=called(name, meant))
        seen += len(names) + len(folders)
        if count >= MOST_FILES or seen >= MOST_SEEN:
            return


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  # never raises, unlike the method of a path


def _walk(root: Path, without: Collection[Path]) -> Iterator[StoredFile]:
    """Yield the files below a folder; links and what is not a file have a problem."""
    unread: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unread.append):
        here = Path(folder)
        links = [name for name in folders if os.path.islink(here / name)]  # noqa: PTH114  # never raises
        if not folders and not names and not is_hidden(_place(here, root).path):
            yield from nothing(_place(here, root).path, root, EMPTY_FOLDER)
        folders[:] = [name for name in folders if here / name not in without]
        for name in names + folders:
            found = _place(here / name, root)
            if (left_in := litter(found.path)) is not None:
                yield from nothing(left_in, root, ONLY_HIDDEN)
            elif name in names or name in links:
                yield stored(found, here / name, _unfit(here / name))
        folders[:] = [name for name in folders if not is_tool(name)]
    for error in unread:
        path = Path(error.filename)
        yield stored(_place(path, root), path, fault_of_disk(error))


def _place(path: Path, root: Path) -> Place:
    return place(path.relative_to(root).as_posix())


def _unfit(path: Path) -> str | None:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return fault_of_disk(error)
    if stat.S_ISLNK(mode):
        return "it is a link, and links are not followed"
    if not stat.S_ISREG(mode):
        return "it is not a plain file"
    return None if os.access(path, os.R_OK) else "it cannot be read: permission denied"
