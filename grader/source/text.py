"""Decode the bytes of a text file, whatever editor wrote them."""

from __future__ import annotations

import codecs
import re

from grader.source.cells import Unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COOKIE = re.compile(rb"\A(?:[^\n]*+\n)?[ \t\f]*+#[^\n]*?coding[:=][ \t]*+([-\w.]{1,40})")
_WEB_PAGE = re.compile(r"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
_SAFE_ENCODING = re.compile(
    r"(?:utf-8|ascii|cp\d+|iso8859-\d+|koi8-[rtu]|mac-\w+|gb\w+|big5\w*|shift_\w+|euc_\w+)"
)
# Codecs such as punycode or unicode_escape are slow or change the text; none is in honest use.
_CONTROL = bytes({*range(32)} - {9, 10, 12, 13, 27}) + b"\x7f"
_KINDS = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)


def decode(name: str, data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of `data` and notes on how it was decoded; raise `Unreadable`."""
    for start, kind in _KINDS:
        if data.startswith(start):
            raise _not_text(name, f"is {kind}")
    text, notes = _decoded(name, data)
    if "\0" in text:
        raise _not_text(name, f"holds a zero byte (at character {text.index(chr(0)) + 1:,})")
    if _count_controls(data) * 50 > len(data) and not data.startswith(_UTF16_OR_32):
        raise _not_text(name, "is mostly control characters")
    if _WEB_PAGE.match(text[:1000]):
        raise Unreadable(
            f"{name} is a web page, not Python: open it in Jupyter and download the notebook "
            "itself (File, Download)"
        )
    return text, notes


_UTF16_OR_32 = tuple(bom for bom, encoding in _BOMS if encoding != "utf-8")


def _decoded(name: str, data: bytes) -> tuple[str, tuple[str, ...]]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = data[len(bom) :].decode(encoding, "replace")
            damaged = f"{name} has damaged characters, which were replaced"
            return text, (damaged,) if "\ufffd" in text else ()
    declared, notes = _declared(name, data)
    for encoding in (declared, "utf-8"):
        try:
            return data.decode(encoding), notes
        except ValueError:
            continue
    try:
        text, encoding = data.decode("cp1252"), "cp1252"
    except ValueError:
        text, encoding = data.decode("latin-1"), "latin-1"  # which has every byte
    return text, (*notes, f"{name} is not UTF-8; it was read as {encoding}: save it as UTF-8")


def _declared(name: str, data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the encoding that a ``# coding:`` line names, if it can be used."""
    cookie = _COOKIE.match(data[:1000])
    if cookie is None:
        return "utf-8", ()
    wanted = cookie[1].decode("ascii", "replace")
    try:
        encoding = codecs.lookup(wanted).name
    except LookupError:
        encoding = ""
    if not _SAFE_ENCODING.fullmatch(encoding):
        return "utf-8", (f"{name} names an encoding that is not known here ({wanted})",)
    return encoding, ()


def _count_controls(data: bytes) -> int:
    return len(data) - len(data.translate(None, _CONTROL))


def _not_text(name: str, what: str) -> Unreadable:
    return Unreadable(f"{name} {what}, not Python: hand in the .py file or the notebook itself")
