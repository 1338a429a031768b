"""Read a file that somebody named or handed over: at once, and no more of it than there may be."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from grader.errors import UsageError, unreadable

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES: Final = 64 * 2**20
"""Of a file that has no bound of its own."""


def read_bytes(path: Path, most: int = MOST_BYTES, name: str = "") -> bytes:
    """Return what a file holds; raise UsageError when it cannot be read or holds more than that.

    A named pipe is read when somebody writes into it, such as the shell, and is empty when nobody
    does: it would be waited for without an end.
    """
    name = name or str(path)
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise unreadable(name, error) from None
    if len(data) > most:
        size = f"{most >> 20} MiB" if most >= 2**20 else f"{most >> 10} KiB"
        raise UsageError(f"{name} is larger than {size}: it is not what it should be")
    return data


def _open_at_once(path: str, flags: int) -> int:
    at_once = getattr(os, "O_NONBLOCK", 0)  # Windows has no such pipes
    found = os.open(path, flags | at_once)
    if at_once:
        os.set_blocking(found, True)
    return found


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """Return the text of a file, byte for byte; raise UsageError when there is none."""
    data = read_bytes(path, most)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: it is not UTF-8 text (byte {error.start})") from None


def read_json(path: Path, most: int = MOST_BYTES) -> Any:
    """Return what a file of JSON holds; raise UsageError when it holds none."""
    try:
        return json.loads(read_text(path, most))
    except ValueError as error:
        raise unreadable(path, error) from None
    except RecursionError:
        raise UsageError(f"{path} cannot be read: it nests too deeply") from None
