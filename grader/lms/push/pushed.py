"""Push grades: read what is there, send what differs, read it back, and say what became of it.

Theory of operation. A system that answers "200" may have stored nothing, less, or something else,
so no answer counts: after a write the grades are read again and compared. What is there already is
not sent, so that a second run sends nothing. Where a system tells the comments that it holds, they
are compared too; where it does not, a comment is sent again when it is another than the one last
sent from the same folder. A submission without a grade is never sent: to some systems no points
mean that those which they have are to be cleared.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from grader.export.document import Entry

# Moodle answers 33.333 to a third of a hundred points: it keeps fewer digits than were sent.
TOLERANCE: Final = 0.001
_TAG: Final = re.compile(r"</?(?:p|br|div|span)\b[^<>]*>")


class Became(StrEnum):
    """What became of a grade."""

    UNCHANGED = "unchanged"
    WOULD_SEND = "would_send"
    ACCEPTED = "accepted"
    DIFFERENT = "accepted_but_different"
    REFUSED = "refused"
    LEFT = "left"


SENT: Final = (Became.ACCEPTED, Became.DIFFERENT, Became.REFUSED)


@dataclass(frozen=True)
class Grade:
    """A submission's grade as one system is sent it."""

    submission: str
    who: str
    """The student, as this system names them."""
    points: float
    maximum: float
    comment: str
    graded_at: datetime
    document: Mapping[str, Any] = field(default_factory=dict)
    """The rest of what is sent, where there is more."""


@dataclass(frozen=True)
class Held:
    """What a system says that it holds for a student."""

    points: float | None
    maximum: float | None = None
    """Where it is none, points are those of the grade's own maximum."""
    comments: tuple[str, ...] | None = None
    """None where the system does not tell."""
    moment: datetime | None = None
    """The timestamp on record, where it is told."""


class Sink(Protocol):
    """One assignment of one system."""

    def read(self) -> Mapping[str, Held]:
        """Return what is there, by student."""

    def write(self, grades: Sequence[Grade], held: Mapping[str, Held]) -> Mapping[str, str]:
        """Send grades; return by student why one was refused, as far as the answer tells."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    submission: str
    who: str
    became: Became
    why: str = ""


Record = dict[str, str]
"""By student, the digest of the comment that was last sent; empty where nobody knows if it was."""
_AGAIN: Final = "sent once more: what became of it before is not known"


def push(
    sink: Sink,
    grades: Iterable[Grade],
    record: Record,
    *,
    send: bool,
    save: Callable[[], None] = lambda: None,
) -> list[Row]:
    """Send the grades that differ from what is there; without `send` only say which do.

    `save` keeps the record, before something is sent and after it was read back: a push that is
    killed leaves nobody with the comment of before.
    """
    chosen, rows = _one_each(grades)
    held = sink.read()
    changed = [g for g in chosen if differs(g, held.get(g.who), record)]
    same = [g for g in chosen if g not in changed]
    rows += [Row(g.submission, g.who, Became.UNCHANGED) for g in same]
    if not send:
        return rows + [
            Row(g.submission, g.who, Became.WOULD_SEND, _step(g, held.get(g.who))) for g in changed
        ]
    if not changed:
        return rows
    again = {g.who for g in changed if record.get(g.who) == ""}
    record |= dict.fromkeys((g.who for g in changed), "")
    save()
    refused = sink.write(changed, held)
    there = sink.read()
    for grade in changed:
        why = refused.get(grade.who)
        # An answer to many may be a refusal of one: what has come to be there was not refused.
        if not _has(grade, held.get(grade.who)) and _has(grade, there.get(grade.who)):
            why = None
        row = _result(grade, there.get(grade.who), why)
        if row.became is Became.ACCEPTED:
            record[grade.who] = digest(grade.comment)
            row = replace(row, why=_AGAIN if grade.who in again else "")
        rows.append(row)
    save()
    return rows


def _one_each(grades: Iterable[Grade]) -> tuple[list[Grade], list[Row]]:
    """Set aside whoever has several submissions: the last one graded is nobody's choice."""
    found = list(grades)
    count = Counter(g.who for g in found)
    why = "several submissions are by this student: hand in, or grade, the one that counts"
    rows = [Row(g.submission, g.who, Became.LEFT, why) for g in found if count[g.who] > 1]
    return [g for g in found if count[g.who] == 1], rows


def differs(grade: Grade, held: Held | None, record: Record) -> bool:
    """Whether a grade is to be sent."""
    if held is None or not _has(grade, held):
        return True
    if held.comments is not None:
        return not has_comment(grade, held)
    return record.get(grade.who, digest(grade.comment)) != digest(grade.comment)


def same_points(grade: Grade, held: Held) -> bool:
    """Whether points are equal, each as a part of its maximum."""
    if held.points is None:
        return False
    there = held.points / (held.maximum or grade.maximum)
    return abs(there - grade.points / grade.maximum) <= TOLERANCE


def _has(grade: Grade, held: Held | None) -> bool:
    return held is not None and same_points(grade, held)


def has_comment(grade: Grade, held: Held) -> bool:
    """Whether a grade's comment is among those that are there, whatever its white space."""
    wanted = plain(grade.comment)
    return any(plain(comment) == wanted for comment in held.comments or ())


def plain(text: str) -> str:
    """Return text without what a system may have added: tags, entities, white space."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def digest(text: str) -> str:
    """Return the digest of a comment."""
    return hashlib.sha256(text.encode()).hexdigest()


def _result(grade: Grade, held: Held | None, refused: str | None) -> Row:
    """Return what became of a grade that was sent: what is there counts, no answer does."""

    def row(became: Became, why: str = "") -> Row:
        return Row(grade.submission, grade.who, became, why)

    if refused is not None:
        return row(Became.REFUSED, refused)
    if held is None or not same_points(grade, held):
        return row(Became.DIFFERENT, f"sent {_part(grade)}, there is {_there(held)}")
    if held.comments is not None and not has_comment(grade, held):
        return row(Became.DIFFERENT, "the points are there, with another comment")
    return row(Became.ACCEPTED)


def _step(grade: Grade, held: Held | None) -> str:
    return "the comment is another" if _has(grade, held) else f"{_there(held)} -> {_part(grade)}"


def _part(grade: Grade) -> str:
    return f"{grade.points:g} of {grade.maximum:g}"


def _there(held: Held | None) -> str:
    if held is None or held.points is None:
        return "no grade"
    return f"{held.points:g}" + (f" of {held.maximum:g}" if held.maximum else "")


def points_of(entry: Entry) -> tuple[float, float]:
    """Return the points and the maximum of a graded entry."""
    feedback = entry.feedback
    if feedback.points is None or feedback.max_points is None:
        raise ValueError(f"{feedback.submission.id} has no score")
    return feedback.points, feedback.max_points
