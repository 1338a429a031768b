r"""The names of what was handed in, as they can be shown, kept and compared anywhere.

A name is no reason to leave anybody out: any script, any kind of space, marks and emoji are read. A
byte that is no UTF-8 is shown as `\xfc`, so that two names that differ in it stay two. Refused is
what could mean another place (`..`) or another line (control characters, which include NUL).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_NAME = 255
"""Characters of a file's or a folder's name; more can be kept in an archive alone."""
_LONGEST_PATH = 2000
_DEEPEST_PATH = 100
"""Characters and folders of a path; an archive could hold one of thirty thousand folders."""
_DRIVE = re.compile(r"\A[A-Za-z]:(?=[/\\])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Place:
    """Where a file was in a folder or an archive."""

    path: str
    """Relative, with forward slashes, without `..`, and without what cannot be shown."""
    refused: str | None = None
    """Why a file of this name is not read."""


def place(name: str) -> Place:
    """Return the place that a name tells; an absolute one is read as if it were relative.

    name: may hold bytes that could not be decoded, as `os.fsdecode` keeps them. A backslash
    separates as in Windows, also where an archive from there was unpacked without regard to it.
    """
    parts = _DRIVE.sub("", name).replace("\\", "/").split("/")
    parts = [printable(part) for part in parts if part not in ("", ".")]
    is_long = sum(map(len, parts)) > _LONGEST_PATH or len(parts) > _DEEPEST_PATH
    if is_long or any(len(part) > LONGEST_NAME for part in parts):
        # What a system writes before a student's own name tells whose it is, and stays.
        short = "/".join(part[:LONGEST_NAME] for part in parts[:20] if part != "..")
        return Place(
            short[:_LONGEST_PATH].rstrip("/"),
            "its name is too long: shorten it and hand it in again",
        )
    path = "/".join(part for part in parts if part != "..")
    if ".." in parts:
        return Place(path, f"its path leads elsewhere ({'/'.join(parts)[:200]})")
    if _CONTROL.search(name):
        return Place(path, "its name holds a control character: rename it and hand it in again")
    return Place(path)


def printable(name: str) -> str:
    """Return a name with its undecoded bytes and control characters in writing."""
    return _UNFIT.sub(_in_writing, name)


def _in_writing(match: re.Match[str]) -> str:
    """Return one character in writing: Python keeps an undecoded byte as U+DC00 and the byte."""
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
