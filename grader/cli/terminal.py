"""Work in every locale: what a terminal's encoding lacks is replaced, and file names are UTF-8.

Both are settled here once, before any command runs.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
from typing import Final

_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_ERRORS: Final = "grader.replaced"
_PLAIN: Final = {"✓": "ok", "✗": "x", "…": "...", "─": "-", "—": "-", "·": "-"} | {
    "±": "+-", "≈": "~", "≤": "<=", "²": "^2", "³": "^3", "“": "'", "”": "'"
}  # fmt: skip


def work_in_any_locale() -> None:
    """Settle how this process writes and names files; it may begin again to do so."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed: nobody reads what we say
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    _begin_again_in_utf8()
    replace_what_cannot_be_shown()


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
        text = _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
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
