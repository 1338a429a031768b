"""Tables in CSV: read whatever program wrote them, written so that no cell becomes a formula."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.bounded import read_bytes
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

MOST_BYTES: Final = 16 * 2**20
"""Of a table that is read; that of a class of ten thousand has some two million."""
_MOST_CELLS: Final = 4_000_000
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# Of a file in two bytes a letter without a mark, this much is looked at to tell their order.
_HEADER: Final = 400
# What spreadsheets read as the start of a formula, also in its full-width forms.
_FORMULA: Final = "-=+@\uff1d\uff0b\uff0d\uff20"
# One that splits at another delimiter than ours knows no quotes but at the start of a cell: so a
# formula may begin after any of these signs, not only at the start of a text.
_BEGINS_FORMULA: Final = re.compile(
    rf"\A(?=[\t\r\n]|[\s\ufeff\"]*+[{_FORMULA}])"
    rf"|(?<=[;|\t\r\n])(?=(?:[^\S\t\r\n]|[\ufeff\"])*+[{_FORMULA}])"
)
# PHP, in which Moodle is written, takes a quote after this sign for no end of a cell.
_BACKSLASH: Final = re.compile(r'\\(?="|\Z)')
_BARE: Final = re.compile(r"[0-9.]*").fullmatch


@dataclass
class Table:
    """A table that an LMS gave: its header, its rows and how it was written."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str

    def column(self, *names: str) -> int | None:
        """Return the index of the first column that has one of these names, whatever its case."""
        known = [title.strip().casefold() for title in self.header]
        return next((known.index(n.casefold()) for n in names if n.casefold() in known), None)


def table_text(path: Path, what: str = "") -> str:
    """Return the text of a file that should be a table; raise UsageError when it cannot be read.

    Spreadsheets save UTF-8, UTF-16 and the letters of Windows, and mark none of them reliably.
    """
    name = f"{what} {path}".strip()
    data = read_bytes(path, MOST_BYTES, name)
    if data.startswith(_WORKBOOKS):
        raise UsageError(f"{name} is a workbook or an archive: save it as CSV")
    return _decoded(data).replace("\0", "")


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    first, second = (data[start:_HEADER:2].count(0) for start in (0, 1))
    if max(first, second) * 4 > len(data[:_HEADER]):  # most letters of a header are ASCII
        return data.decode("utf-16-be" if first > second else "utf-16-le", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_table(text: str, what: str) -> Table:
    """Read CSV that an LMS gave, with commas or semicolons; raise UsageError when it is none."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(MOST_BYTES)  # a cell holds what a page of a course may hold
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    if not rows or len(rows[0]) < 2:
        raise UsageError(f"the file given is not {what}: it has no table")
    width = len(rows[0])
    if width * len(rows) > _MOST_CELLS:
        raise UsageError(f"the file given is not {what}: it has {len(rows)} rows of {width} cells")
    return Table(rows[0], [row + [""] * (width - len(row)) for row in rows[1:]], delimiter)


def write_table(
    rows: Iterable[Sequence[str]], *, delimiter: str = ",", end: str = "\r\n", mark: bool = False
) -> str:
    """Return CSV with every text in quotes; `mark` puts a byte order mark in front."""
    lines = (delimiter.join(map(_quoted, row)) + end for row in rows)
    return ("\ufeff" if mark else "") + "".join(lines)


def _quoted(cell: str) -> str:
    if _BARE(cell):
        return cell
    return '"' + cell.replace('"', '""') + '"'


def safe_cell(text: str) -> str:
    """Return text of which no spreadsheet takes a part for a formula, whatever it splits cells at.

    An apostrophe goes where one would begin. For what an LMS wrote itself this is not done: it
    must come back as it was.
    """
    return _BACKSLASH.sub(r"\\ ", _BEGINS_FORMULA.sub("'", text))


def cell_number(value: float) -> str:
    """Return a number with at most five decimals, as every LMS reads it."""
    return f"{value:.5f}".rstrip("0").rstrip(".")


def read_number(text: str) -> float | None:
    """Return the number in a cell, with a point or a comma; None when it holds none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
