"""A file that was handed in: what it is by its name, and where its bytes are."""

from __future__ import annotations

import contextlib
import errno
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Final

from grader.ingest.answers.given import digest_of
from grader.ingest.litter import CODE, is_hidden
from grader.source import Limits, Place, name_meant

METADATA: Final = "submission_metadata.yml"
"""What Gradescope writes beside the submissions."""
STAMP: Final = "timestamp.txt"
"""What nbgrader writes beside a student's work."""
BY_SYSTEM: Final = (METADATA, STAMP)
"""The only other files that are read."""
NOTHING: Final = "(nothing)"
"""The name under which a folder without files is listed."""
NO_CODE: Final = "it is neither a .py nor an .ipynb file"
HIDDEN: Final = "a name that begins with a dot hides it, and it was not read: take the dot away"
CHANGED: Final = "it was changed while the class was being read"
_OTHER_ARCHIVE: Final = "it is an archive that is not read: pack it as a zip"
OTHER_ARCHIVES: Final = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zst")
_HOLDS_FILES: Final = re.compile(r"\.(?:7z|rar|tgz|tar(?:\.\w+)?)$", re.IGNORECASE)


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
    is_ours: bool = False
    """Whether that is this machine's doing, and no student's: its disk is full or broken."""
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
        return self.kind in (Kind.CODE, Kind.BROKEN) and self.path.name not in BY_SYSTEM

    @property
    def size(self) -> int:
        """How many bytes are read of it; 0 where that cannot be told."""
        if self.problem is None:
            with contextlib.suppress(OSError):
                return self.blob.stat().st_size
        return 0

    def read(self) -> bytes:
        """Return the bytes, at most one more than a reader takes: a longer file is too large.

        Of what is not read, return the reason: another reason makes another submission.
        """
        if self.problem is not None:
            return self.problem.encode()
        with self.blob.open("rb") as stream:
            return stream.read((Limits().most_mib(self.path.name) << 20) + 1)


def read_as(file: StoredFile, digest: bytes) -> bytes:
    """Return the bytes of a file that was read before; raise OSError when it has changed since.

    digest: of what it was then; empty where it could not be read.
    """
    data = file.read()
    if digest and digest_of(data) != digest:
        raise OSError(errno.ESTALE, CHANGED)
    return data


def stored(found: Place, blob: Path, problem: str | None = None) -> StoredFile:
    """Return a file that is still closed, with the problem that its place or kind tells."""
    path = PurePosixPath(found.path)
    if problem := problem or found.refused:
        return StoredFile(path, blob, Kind.REFUSED, problem)
    path = PurePosixPath(name_meant(found.path))
    if is_hidden(found.path):
        return StoredFile(path, blob, Kind.DATA, HIDDEN)
    if path.suffix.lower() in (*CODE, ".zip") or path.name in BY_SYSTEM:
        return StoredFile(path, blob, called=called(PurePosixPath(found.path).name, path.name))
    if path.suffix.lower() not in OTHER_ARCHIVES:
        return StoredFile(path, blob, Kind.DATA, NO_CODE)
    # What is packed by itself is data: `mnist.pkl.gz`.
    holds_files = _HOLDS_FILES.search(path.name) is not None
    return StoredFile(path, blob, Kind.BROKEN if holds_files else Kind.DATA, _OTHER_ARCHIVE)


def fault_of_disk(error: OSError) -> str:
    """Return why a file is not read that its disk does not give: no fault of its student's."""
    return f"it cannot be read: {error.strerror or error}"


def called(name: str, meant: str) -> str:
    """Return a file's name there, where what it means is another one."""
    return name if name != meant else ""
