"""What every exporter takes and gives; none of it holds anything that is for staff only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from grader.model.feedback import StudentFeedback

# What every system that was measured takes, counted in bytes of UTF-8.
MAX_TEXT_BYTES: Final = 64 * 1024
_CUT: Final = "\n… (cut here; the whole text is in the feedback file)"


@dataclass(frozen=True)
class Entry:
    """One submission: what the student may know, and when it was graded."""

    feedback: StudentFeedback
    graded_at: datetime


@dataclass(frozen=True)
class Document:
    """A file of an export: its path, relative and with forward slashes, and its text."""

    path: str
    text: str
    caveat: str = ""
    """What a reader should know before this is sent anywhere."""


@dataclass(frozen=True)
class Left:
    """A submission that this target cannot take, and why."""

    submission: str
    reason: str


Exporter = Callable[[Iterable[Entry]], Iterator[Document | Left]]


def strict_json(data: dict[str, Any]) -> str:
    """Return JSON that every parser reads alike: UTF-8, no NaN, a final newline."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def number(value: float) -> int | float:
    """Return whole points as an integer: there are systems that refuse ``25.0``."""
    return int(value) if value == int(value) else value


def capped(text: str) -> str:
    """Return `text` cut to what a system takes."""
    data = text.encode()
    if len(data) <= MAX_TEXT_BYTES:
        return text
    return data[: MAX_TEXT_BYTES - len(_CUT.encode())].decode(errors="ignore") + _CUT


def timestamp(moment: datetime) -> str:
    """Return ``2026-11-22T00:49:37.960Z``: UTC, with milliseconds, as all systems read it."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone means another moment to every system")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def overview(feedback: StudentFeedback) -> str:
    """Return the whole submission's feedback as plain text: summary, notes, misconceptions."""
    lines = [feedback.summary, *(f"- {note}" for note in feedback.notes)]
    for found in feedback.diagnoses:
        lines += ["", f"{found.title} ({found.misconception})", found.explanation]
        lines += [f"- {sentence}" for sentence in found.evidence]
    return capped("\n".join(lines))
