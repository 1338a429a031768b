"""What every exporter takes and gives; none of it holds anything that is for staff only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from grader.model.report import Status

if TYPE_CHECKING:
    from grader.model.feedback import StudentFeedback
    from grader.model.submission import Student

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
    content: str | bytes
    caveat: str = ""
    """What a reader should know before this is sent anywhere."""

    @property
    def data(self) -> bytes:
        """The file's bytes; text is UTF-8."""
        return self.content.encode() if isinstance(self.content, str) else self.content

    @property
    def text(self) -> str:
        """The file's text."""
        return self.data.decode()


@dataclass(frozen=True)
class Left:
    """A submission that this target cannot take, and why."""

    submission: str
    reason: str


@dataclass(frozen=True)
class Options:
    """What an instructor says about an export besides its target."""

    into: str = ""
    """The text of a file that the other system gave, to be filled in."""
    column: str = ""
    """The column of that file which takes the grades, where its name does not tell."""
    scale: bool = False
    """Points are scaled to the other system's maximum; without it another maximum is refused."""
    score: Literal["ratio", "points"] = "ratio"
    """What a system that takes one number is sent."""
    students: tuple[Student, ...] = ()
    """Who has a row in a list of students even without a grade."""


Exporter = Callable[[Iterable[Entry], Options], Iterator[Document | Left]]


@dataclass(frozen=True)
class Target:
    """Another system: how its documents are made, and what they are about."""

    export: Exporter
    about: str
    """One line for people."""
    file: str = ""
    """The name of the one file for the whole class; empty when there is one per submission."""
    one_exercise: bool = False
    """Its documents are about one assignment, so that grades of two exercises would be mixed."""
    into: str = ""
    """What the file that has to be given, or may be, is; empty when none is taken."""
    needs_into: bool = False


OUR_FAULT: Final = "it ended in an internal error, so that nothing is sent; grade it again"


def is_graded(feedback: StudentFeedback) -> bool:
    """Whether there are points to be sent; a fault of ours never is."""
    return feedback.status is Status.GRADED and feedback.points is not None


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


def overview(feedback: StudentFeedback) -> str:
    """Return the whole submission's feedback as plain text: summary, notes, misconceptions."""
    lines = [feedback.summary, *(f"- {note}" for note in feedback.notes)]
    for found in feedback.diagnoses:
        lines += ["", f"{found.title} ({found.misconception})", found.explanation]
        lines += [f"- {sentence}" for sentence in found.evidence]
    return capped("\n".join(lines))
