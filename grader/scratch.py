"""A folder for one run's own files: gone when the run ends, or with the next run after a kill.

Whoever makes one holds a lock on it, which ends with the process however that ends. A sweep takes
only folders of this user and of this form of name, and only those on which it can take the lock:
a run that lives is left alone, one that waits or is stopped, too.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import StoreError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "grader-scratch-"
_OURS: Final = re.compile(rf"{PREFIX}[a-z0-9_]{{8}}")  # as `mkdtemp` names them


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give an empty folder to the block; raise OSError where there is no place for one."""
    if sys.platform == "win32":  # there are no such locks
        with tempfile.TemporaryDirectory() as made:
            yield Path(made)
        return
    _sweep(Path(tempfile.gettempdir()))
    folder, lock = _made()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for the block and leave nothing in it; raise StoreError when another does."""
    lock = None
    if sys.platform != "win32":
        with suppress(OSError):  # a disk may have no locks
            try:
                lock = _locked(folder)
            except BlockingIOError:
                raise StoreError(f"another run is writing into {folder}; wait for it") from None
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _made() -> tuple[Path, int | None]:
    """Make a folder and lock it; without a lock on a disk that has none, where none is swept."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            return folder, _locked(folder)
        except (BlockingIOError, FileNotFoundError):
            continue  # another run has swept it before it was locked
        except OSError:
            return folder, None


def _locked(folder: Path) -> int:
    """Return an open descriptor that holds the lock of a folder; raise OSError when it cannot."""
    found = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.lstat(folder)  # it may have been taken away before it was locked
    except OSError:
        os.close(found)
        raise
    return found


def _sweep(place: Path) -> None:
    """Take away what runs of this user left behind that were killed."""
    left: list[str] = []
    with suppress(OSError), os.scandir(place) as entries:
        left += [entry.path for entry in entries if _OURS.fullmatch(entry.name)]
    for path in left:
        with suppress(OSError):
            lock = _locked(Path(path))
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)
