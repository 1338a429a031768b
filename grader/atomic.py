"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from grader.bounded import read_bytes
from grader.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Dots in front keep a half-written file out of every listing of reports.
_DRAFT: Final = re.compile(r"\.[0-9]+\.draft")
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "permission denied",
}


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8; see `write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` so that a reader sees the old file or the new one, never a part.

    Nothing is forced to the disk: the store is what survives a power cut, and files that such a
    cut has damaged are written again from it. Raise StoreError when the file cannot be written.
    """
    draft = path.with_name(f".{os.getpid()}.draft")
    with writing(path):
        try:
            draft.write_bytes(data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def write_text_if_changed(path: Path, text: str) -> bool:
    """Write `text` unless the file holds it already; return whether it was written."""
    with suppress(UsageError):
        data = text.encode()
        if read_bytes(path, len(data)) == data:
            return False
    write_text(path, text)
    return True


def append_line(path: Path, line: str) -> None:
    """Add a line to a file; raise StoreError when that cannot be."""
    with writing(path), path.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(f"{line}\n")


def remove(path: Path) -> None:
    """Remove a file if it is there; raise StoreError when that cannot be."""
    with writing(path):
        path.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Take away what killed writers left half-written in a folder; none may be at work there."""
    with writing(folder):
        left = [path for path in folder.iterdir() if _DRAFT.fullmatch(path.name)]
    for path in left:
        remove(path)


def make_folder(path: Path) -> Path:
    """Create a folder and its parents; raise StoreError when that cannot be."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise StoreError, which names `path`, where what the block writes cannot be written."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise StoreError(f"{path} cannot be written: {reason}") from error
