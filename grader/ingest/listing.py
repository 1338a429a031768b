"""List what was handed in: the files of a folder, or of a zip unpacked to numbered files.

Members of a zip never get a name of their own on this disk, so no name can do harm; links are
never followed. Zips inside are unpacked too, and zips in those: students hand them in. Only what
can be code is unpacked. All else stays in the list with the reason why it is not read: it is
somebody's. So do empty folders and those of tools, which may be all that a student handed in.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.litter import CODE, is_hidden, is_tool, litter
from grader.source import Limits, Place, Unreadable, iter_entries, name_meant, place, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.source import Entry

METADATA: Final = "submission_metadata.yml"
"""What Gradescope writes beside the submissions, the only other file that is read."""
SUBMISSION_LIMITS: Final = Limits(archive_entries=100_000)
CLASS_LIMITS: Final = Limits(
    file_mib=256, archive_mib=32_000, archive_entries=500_000, expanded_mib=64_000
)
NOTHING: Final = "(nothing)"
"""The name under which a folder without files is listed."""
NO_CODE: Final = "it is neither a .py nor an .ipynb file"
EMPTY_ARCHIVE: Final = "the archive holds no file: pack yours and hand in the new archive"
EMPTY_FOLDER: Final = "the folder holds no file: hand in your .py file or notebook"
ONLY_HIDDEN: Final = (
    "there are only hidden files and folders of tools (such as venv): hand in your own file"
)
HIDDEN: Final = "a name that begins with a dot hides it, and it was not read: take the dot away"
_OTHER_ARCHIVE: Final = "it is an archive that is not read: pack it as a zip"
_INNER_ZIP: Final = "it is an archive in archives: hand in the file itself"
_DEEPEST_ZIP: Final = 3
"""How deep a student's zips may lie in each other; each is held to the limits by itself."""
_MOST_ZIPS: Final = 20
"""How many may lie in one that was handed in."""
_OTHER_ARCHIVES: Final = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zst")
_HOLDS_FILES: Final = re.compile(r"\.(?:7z|rar|tgz|tar(?:\.\w+)?)$", re.IGNORECASE)


# Of a folder that is not handed in as a whole: a download folder may hold anything.
DEEPEST: Final = 3
MOST_FILES: Final = 500
MOST_SEEN: Final = 20_000


class Kind(Enum):
    """What a file of a class is, as far as its name and a first look tell."""

    CODE = "it can be code"
    BROKEN = "it is work that cannot be read, which the student can mend"
    DATA = "it is no code by its name, and is not looked into"
    REFUSED = "it is not read for what it is, such as a link"
    NOTHING = "it shows that somebody is there: an empty folder, hidden files"


@dataclass(frozen=True)
class StoredFile:
    """A file that was handed in: its path there, and where its bytes are on this disk."""

    path: PurePosixPath
    blob: Path
    kind: Kind = Kind.CODE
    problem: str | None = None
    """Why the file is not read."""
    archive: PurePosixPath | None = None
    """The student's zip that it was in; its name without the suffix is a folder of `path`."""
    called: str = ""
    """Its name there, where that has another suffix behind the right one."""
    at: PurePosixPath | None = None
    """Where it would be without folders' marks and archives that are nobody's."""

    @property
    def place(self) -> PurePosixPath:
        """Where it belongs in the class."""
        return self.at or self.path

    @property
    def is_code(self) -> bool:
        """Whether it is somebody's work by its name, be it read or not."""
        return self.kind in (Kind.CODE, Kind.BROKEN) and self.path.name != METADATA

    def read(self) -> bytes:
        """Return the bytes, at most one more than a reader takes: a longer file is too large.

        Of what is not read, return the reason: another reason makes another submission.
        """
        if self.problem is not None:
            return self.problem.encode()
        with self.blob.open("rb") as stream:
            return stream.read((SUBMISSION_LIMITS.most_mib(self.path.name) << 20) + 1)


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
    listing, unpack = Listing(printable(path.stem)), _Unpacking(scratch)
    if path.is_dir():
        listing.name = printable(path.name)
        found = _walk(path, without.resolve() if without else None)
    elif path.is_file() and path.suffix.lower() == ".zip":
        found = _class_zip(path, unpack)
    elif path.is_file() and path.suffix.lower() in _OTHER_ARCHIVES:
        raise UsageError(f"{path} is an archive of another kind: pack the class as a zip")
    elif path.is_file():
        listing.name = printable(path.parent.name)
        found = iter([_file(place(path.name), path)])
    else:
        raise UsageError(f"there is nothing at {path}")
    files: list[StoredFile] = []
    for file in found:
        is_zip = file.path.suffix.lower() == ".zip" and file.kind is Kind.CODE
        files += unpack.inner_zip(file) if is_zip else [file]
    if not files:
        raise UsageError(f"{path} holds no files")
    listing.files = sorted(dict.fromkeys(files), key=lambda f: f.path)
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
            if Path(meant).suffix.lower() in CODE and name[0] != "." and (here / name).is_file():
                count += 1
                yield StoredFile(inner / meant, here / name, called=_called(name, meant))
        seen += len(names) + len(folders)
        if count >= MOST_FILES or seen >= MOST_SEEN:
            return


def _file(found: Place, blob: Path, problem: str | None = None) -> StoredFile:
    """Return a file that is still closed, with the problem that its place or kind tells."""
    path = PurePosixPath(found.path)
    if problem := problem or found.refused:
        return StoredFile(path, blob, Kind.REFUSED, problem)
    path = PurePosixPath(name_meant(found.path))
    if is_hidden(found.path):
        return StoredFile(path, blob, Kind.DATA, HIDDEN)
    if path.suffix.lower() in (*CODE, ".zip") or path.name == METADATA:
        return StoredFile(path, blob, called=_called(PurePosixPath(found.path).name, path.name))
    if path.suffix.lower() not in _OTHER_ARCHIVES:
        return StoredFile(path, blob, Kind.DATA, NO_CODE)
    # What is packed by itself is data: `mnist.pkl.gz`.
    holds_files = _HOLDS_FILES.search(path.name) is not None
    return StoredFile(path, blob, Kind.BROKEN if holds_files else Kind.DATA, _OTHER_ARCHIVE)


def _called(name: str, meant: str) -> str:
    return name if name != meant else ""


def _walk(root: Path, without: Path | None) -> Iterator[StoredFile]:
    """Yield the files below a folder; links and what is not a file have a problem."""
    unread: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unread.append):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        if not folders and not names and not is_hidden(_place(here, root).path):
            yield from _nothing(_place(here, root).path, root, EMPTY_FOLDER)
        folders[:] = [name for name in folders if here / name != without]
        for name in names + folders:
            found = _place(here / name, root)
            if (left_in := litter(found.path)) is not None:
                yield from _nothing(left_in, root, ONLY_HIDDEN)
            elif name in names or name in links:
                yield _file(found, here / name, _unfit(here / name))
        folders[:] = [name for name in folders if not is_tool(name)]
    for error in unread:
        path = Path(error.filename)
        yield _file(_place(path, root), path, f"it cannot be read: {error.strerror}")


def _place(path: Path, root: Path) -> Place:
    return place(path.relative_to(root).as_posix())


def _unfit(path: Path) -> str | None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "it is a link, and links are not followed"
    if not stat.S_ISREG(mode):
        return "it is not a plain file"
    return None if os.access(path, os.R_OK) else "it cannot be read: permission denied"


def _nothing(folder: str, blob: Path, problem: str) -> Iterator[StoredFile]:
    """Yield what stands in the list for a folder in which there may be nothing to read."""
    if folder not in ("", "."):
        yield StoredFile(PurePosixPath(folder) / NOTHING, blob, Kind.NOTHING, problem)


def _class_zip(path: Path, unpack: _Unpacking) -> Iterator[StoredFile]:
    """Yield the members of a class's zip; one that cannot be read does not stop the others."""
    folders: set[str] = set()
    filled: set[str] = set()
    try:
        for entry in iter_entries(path, CLASS_LIMITS):
            filled.update(map(str, PurePosixPath(entry.path).parents))
            if (folder := litter(entry.path)) is not None:
                yield from _nothing(folder, path, ONLY_HIDDEN)
            elif entry.is_folder:
                folders.add(entry.path)
            elif entry.path:
                yield unpack.member(entry, path)
    except Unreadable as error:
        raise UsageError(f"{path} cannot be read: {error.reason}") from None
    for folder in sorted(folders - filled):
        yield from _nothing(folder, path, EMPTY_FOLDER)


class _Unpacking:
    """Unpacks what can be code to numbered files in one folder."""

    def __init__(self, scratch: Path) -> None:
        self._scratch, self._numbers = scratch, count()
        self._inside = 0

    def member(self, entry: Entry, archive: Path) -> StoredFile:
        """Return a member of an archive, unpacked if it can be code."""
        found = _file(Place(entry.path, entry.refused), archive)
        if found.kind is not Kind.CODE:
            return found
        try:
            data = entry.read()
        except Unreadable as error:
            return replace(found, kind=Kind.BROKEN, problem=error.reason)
        blob = self._scratch / f"{next(self._numbers):06}"
        blob.write_bytes(data)
        return replace(found, blob=blob)

    def inner_zip(self, file: StoredFile, depth: int = 1) -> list[StoredFile]:
        """Return what a student's zip holds, below the zip's name without its suffix."""
        found, problem = list[StoredFile](), EMPTY_ARCHIVE
        self._inside = self._inside + 1 if depth > 1 else 0
        try:
            for entry in iter_entries(file.blob, SUBMISSION_LIMITS):
                if litter(entry.path) is not None:
                    problem = ONLY_HIDDEN
                elif entry.path and not entry.is_folder:
                    found += self._inner(entry, file, depth)
        except Unreadable as error:
            found, problem = [], error.reason
        if all(one.problem == HIDDEN for one in found):
            return [replace(file, kind=Kind.BROKEN, problem=ONLY_HIDDEN if found else problem)]
        return found

    def _inner(self, entry: Entry, file: StoredFile, depth: int) -> list[StoredFile]:
        is_zip = entry.path.lower().endswith(".zip") and not entry.refused
        if is_zip and (depth == _DEEPEST_ZIP or self._inside >= _MOST_ZIPS):
            inner = StoredFile(PurePosixPath(entry.path), file.blob, Kind.BROKEN, _INNER_ZIP)
        else:
            inner = self.member(entry, file.blob)
        below = replace(inner, path=file.path.with_suffix("") / inner.path, archive=file.path)
        if not is_zip or below.problem:
            return [below]
        # It is the student's who handed in the outermost one.
        return [replace(f, archive=file.path) for f in self.inner_zip(below, depth + 1)]
