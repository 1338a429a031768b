"""Work in every locale and with every stream: what an encoding lacks is replaced, names are UTF-8.

All is settled here once, before any command runs.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ERRORS: Final = "grader.replaced"
_PLAIN: Final = {"✓": "ok", "✗": "x", "…": "...", "─": "-", "—": "-", "·": "-"} | {
    "±": "+-", "≈": "~", "≤": "<=", "²": "^2", "³": "^3", "“": "'", "”": "'"
}  # fmt: skip


def work_in_any_locale() -> None:
    """Settle how this process writes and names files; it may begin again to do so."""
    _fill_closed_streams()
    _begin_again_in_utf8()
    replace_what_cannot_be_shown()


def _fill_closed_streams() -> None:
    """Lead closed streams to nowhere; raise UsageError when it is only stdout, with the result.

    Otherwise the first file that is opened would get the number of one, and what is printed.
    """
    closed = [number for number in range(3) if not _is_open(number)]
    for _ in closed:  # a system gives out the lowest number that is free
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    if 1 in closed and 2 not in closed:
        raise UsageError("stdout is closed: leave it open, or lead it to a file or to /dev/null")
    if sys.stdout is sys.__stdout__ and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = _Named(**_taken(sys.stdout))
    if sys.stderr is sys.__stderr__ and isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _Heedless(**_taken(sys.stderr))


def _taken(stream: io.TextIOWrapper) -> dict[str, Any]:
    """Return what makes another stream of a stream that is used no more."""
    names = ("encoding", "errors", "line_buffering", "write_through")
    kept = {name: getattr(stream, name) for name in names}
    return {"buffer": stream.detach(), **kept}


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


class _Named(io.TextIOWrapper):
    """Says of an error that it was met in writing to stdout."""

    def write(self, text: str, /) -> int:
        """Write; raise OSError with the stream's name."""
        with _by_name():
            return super().write(text)

    def flush(self) -> None:
        """Flush; raise OSError with the stream's name."""
        with _by_name():
            super().flush()


@contextmanager
def _by_name() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        error.filename = "stdout"
        raise


class _Heedless(io.TextIOWrapper):
    """Drops what cannot be written: a run goes on when nobody can read what it says."""

    def write(self, text: str, /) -> int:
        """Write as far as that can be."""
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Flush as far as that can be."""
        with suppress(OSError):
            super().flush()


def _begin_again_in_utf8() -> None:
    """Start this process anew with UTF-8 names where the locale has others.

    The names of a class could neither be read nor written there. The terminal keeps its encoding.
    """
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get("PYTHONUTF8") == "1":
        return
    changed = {"PYTHONUTF8": "1", "PYTHONIOENCODING": sys.stdout.encoding}
    os.execve(sys.executable, sys.orig_argv, os.environ | changed)  # noqa: S606


def replace_what_cannot_be_shown() -> None:
    """Make stdout and stderr write any text: ``ok`` for ✓, an escape for what is nothing alike."""
    codecs.register_error(_ERRORS, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def write_json(text: str) -> None:
    """Write JSON to stdout, with escapes for all that is not ASCII where some of it has no code."""
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = re.sub(r"[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], text)
    sys.stdout.write(text)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character) or _escaped(character) for character in text), error.end


def _escaped(character: str) -> str:
    # A byte of a file's name that is no text stands as a half character.
    byte = ord(character) - 0xDC00
    if 0x80 <= byte <= 0xFF:
        return f"\\x{byte:02x}"
    return character.encode("ascii", "backslashreplace").decode()
