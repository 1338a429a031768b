"""Say things in every locale, and let no name or message that is said steer the terminal.

Commands print by `say` and `note`, in which each line stays one. Below them the streams themselves
write control characters as escapes, so that it holds for stack traces and usage errors, too.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

_ERRORS: Final = "grader.replaced"
_PLAIN: Final = {"✓": "ok", "✗": "x", "…": "...", "─": "-", "—": "-", "·": "-"} | {
    "±": "+-", "≈": "~", "≤": "<=", "²": "^2", "³": "^3", "“": "'", "”": "'"
}  # fmt: skip
# Controls, and signs that reorder a line or are not seen in it. Not among them are the joiners and
# marks of direction with which Persian, Hindi or Hebrew are written, and the tab.
_STEERS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_BEYOND_ASCII: Final = re.compile("[^\n\x20-\x7e]")


class Screen:
    """A stream of text in which nothing steers a terminal.

    It has no `buffer`, by which libraries would go round it.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write text with escapes for what would steer a terminal; line ends stay."""
        self.stream.write(_STEERS.sub(lambda found: _escaped(found[0]), text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts, each as `write` does."""
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self.stream, name)


def work_in_any_locale() -> None:
    """Settle how this process writes and names files; it may begin again to do so."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed: nobody reads what we say
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    _begin_again_in_utf8()
    replace_what_cannot_be_shown()
    for name in ("stdout", "stderr"):
        setattr(sys, name, Screen(unguarded(getattr(sys, name))))


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
    for stream in map(unguarded, (sys.stdout, sys.stderr)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def unguarded(stream: TextIO) -> TextIO:
    """Return the stream below a screen, for what steers a terminal and is ours to the last sign."""
    return stream.stream if isinstance(stream, Screen) else stream


def say(*lines: str) -> None:
    """Print lines to stdout; each stays one line, whatever a name in it holds."""
    _print(lines, sys.stdout)


def note(*lines: str) -> None:
    """Print lines to stderr; each stays one line, whatever a name in it holds."""
    _print(lines, sys.stderr)


def _print(lines: tuple[str, ...], stream: TextIO) -> None:
    screen = cast("TextIO", Screen(unguarded(stream)))
    print(*(line.replace("\n", r"\n") for line in lines), sep="\n", file=screen, flush=True)


def note_error(text: object) -> None:
    """Print an error to stderr; what follows its first line is set in, so that it is part of it."""
    first, *rest = str(text).split("\n")
    note(f"grader: {first}", *(f"  {line}" for line in rest))


def note_progress(line: str) -> None:
    """Write a line over the one before, where stderr is a terminal."""
    if sys.stderr.isatty():
        stream = unguarded(sys.stderr)
        stream.write(f"\r\033[K{line}")
        stream.flush()


def write_json(text: str) -> None:
    """Write JSON to stdout, with escapes for what steers a terminal or has no code in it."""
    escaped = _STEERS
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        escaped = _BEYOND_ASCII
    sys.stdout.write(escaped.sub(lambda found: json.dumps(found[0])[1:-1], text))


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character) or _escaped(character) for character in text), error.end


def _escaped(character: str) -> str:
    code = ord(character)
    # A byte of a file's name that is no text stands as a half character.
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
