"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from grader.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

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
    # Dots in front keep a half-written file out of every listing of reports.
    draft = path.with_name(f".{os.getpid()}.draft")
    try:
        try:
            draft.write_bytes(data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def write_text_if_changed(path: Path, text: str) -> bool:
    """Write `text` unless the file holds it already; return whether it was written."""
    try:
        if path.read_bytes() == text.encode():
            return False
    except OSError:
        pass
    write_text(path, text)
    return True


def append_line(path: Path, line: str) -> None:
    """Add a line to a file; raise StoreError when that cannot be."""
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(f"{line}\n")
    except OSError as error:
        raise unwritable(path, error) from error


def remove(path: Path) -> None:
    """Remove a file if it is there; raise StoreError when that cannot be."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def make_folder(path: Path) -> Path:
    """Create a folder and its parents; raise StoreError when that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def unwritable(path: Path, error: OSError) -> StoreError:
    """Return the error to raise at staff for a file that cannot be written."""
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
    return StoreError(f"{path} cannot be written: {reason}")
