"""Text that came from somewhere else, made fit for JSON, XML, a terminal and any LMS.

Everything a student can influence (names, file names, messages, printed lines) passes through
here on its way into a report. Cleaning never fails: a strange character is no reason to leave a
submission ungraded.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, TypeAdapter

LINE_LENGTH: Final = 400
TEXT_LENGTH: Final = 12_000
EVIDENCE_ITEMS: Final = 200

_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # window titles, links
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"
    r"|\x1b[ -/]*[0-~]?"
)
# C0 and C1 controls but tab and newline, surrogates, the two noncharacters that XML 1.0 forbids,
# and marks that reorder the text around them.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
# How Python keeps a byte of a name that it could not decode.
_UNDECODED = re.compile("[\udc80-\udcff]")
# Almost every text is of this kind, and a report has dozens: this is what keeps reading it quick.
_PLAIN = re.compile("[\n\x20-\x7e]*").fullmatch
# As many marks may follow a letter in Unicode's stream-safe text: putting more in order takes time
# that grows with their square.
_MOST_MARKS: Final = 30
_LINE_END = re.compile("\r\n|[\r\u2028\u2029\u0085]")


def clean_text(text: str, limit: int = TEXT_LENGTH) -> str:
    r"""Return `text` in NFC with LF line ends and without control sequences, `limit` long at most.

    Cleaning twice changes nothing. A byte that could not be decoded is written out, as in
    ``M\xfcller``. What is cut off is counted in the last line.
    """
    if len(text) <= limit and text.isascii() and (text.isprintable() or _PLAIN(text)):
        return text
    kept = text[: 4 * limit]  # nobody reads more, and no pattern should have to
    kept = _UNDECODED.sub(lambda m: f"\\x{ord(m[0]) - 0xDC00:02x}", kept)
    kept = _UNFIT.sub("", _ANSI.sub("", _LINE_END.sub("\n", kept)))
    kept = _few_marks(unicodedata.normalize("NFC", _few_marks(kept)))
    if len(kept) <= limit and len(text) <= 4 * limit:
        return kept
    room = limit - 60
    return f"{kept[:room]}\n… (cut here; the whole text has {len(text)} characters)"


def _few_marks(text: str) -> str:
    if text.isascii():
        return text
    marks, kept = 0, []
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def clean_line(text: str, limit: int = LINE_LENGTH) -> str:
    """Return `text` on one line, cleaned, with a … where it was cut."""
    line = " ".join(clean_text(text, 4 * limit).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def clean_evidence(value: Any, depth: int = 4) -> JsonValue:
    """Return plain data for JSON: text cleaned, NaN and infinities as words, size bounded."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 2**53 else clean_line(hex(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return clean_line(value)
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        items = {clean_line(str(key)): item for key, item in value.items()}
        return {k: clean_evidence(items[k], depth - 1) for k in sorted(items)[:EVIDENCE_ITEMS]}
    if isinstance(value, (list, tuple)):
        return [clean_evidence(item, depth - 1) for item in value[:EVIDENCE_ITEMS]]
    return clean_line(str(value))


def _cleaned(clean: Any) -> BeforeValidator:
    return BeforeValidator(lambda value: clean(value) if isinstance(value, str) else value)


def _no_separators(value: str) -> str:
    if _UNFIT.search(value) or value != unicodedata.normalize("NFC", value):
        raise ValueError("holds characters that do not belong in a file name")
    if len(value.encode()) > 240:
        raise ValueError("is longer than a file name may be")
    return value


Line = Annotated[str, _cleaned(clean_line), Field(max_length=LINE_LENGTH)]
"""One line of text."""
Text = Annotated[str, _cleaned(clean_text), Field(max_length=TEXT_LENGTH)]
"""Several lines of text."""
Evidence = Annotated[dict[str, JsonValue], BeforeValidator(clean_evidence)]
"""Numbers, words and small lists under names."""
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=80)]
"""An id of the course: of an exercise, a check, a misconception."""
FileStem = Annotated[
    str,
    Field(pattern=r'^[^./\\<>:"|?*~\- ][^/\\<>:"|?*\n\t]*[^/\\<>:"|?*\n\t. ]$', max_length=240),
    AfterValidator(_no_separators),
]
"""A name that is safe as the stem of a file's name on every system."""
_STEM: Final = TypeAdapter(FileStem)


def file_stem(name: str) -> str:
    """Return a name; raise ValueError when it is not safe as the stem of a file's name."""
    return _STEM.validate_python(name)


def timestamp(moment: datetime) -> str:
    """Return ``2026-11-22T00:49:37.960Z``, the only form of time that we write: UTC.

    Raise ValueError for a time without a zone: it means another moment to every system.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone means another moment to every system")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
