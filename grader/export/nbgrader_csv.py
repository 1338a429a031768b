"""CSV with the columns of nbgrader's own export, quoted, and without zeros for what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.export.cells import cell_number, safe_cell, write_table
from grader.export.document import OUR_FAULT, Document, Entry, Left, Options, Target, is_graded
from grader.export.grades import with_left
from grader.model.text import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE: Final = "grades.csv"
HEADER: Final = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield one table with a row per graded submission."""
    left: list[Left] = []
    rows = [list(HEADER)]
    for entry in entries:
        if is_graded(entry.feedback):
            rows.append(_row(entry))
        else:
            left.append(Left(entry.feedback.submission.id, OUR_FAULT))
    yield from with_left(Document(FILE, write_table(rows)), left)


def _row(entry: Entry) -> list[str]:
    feedback, student = entry.feedback, entry.feedback.submission.student
    points = cell_number(feedback.points or 0.0)
    first, _, last = (student.name or "").rpartition(" ")
    identity = student.login or student.sis_id or student.user_id or student.label
    texts = [identity, last, first, student.email or ""]
    return [
        feedback.exercise.id,
        "",
        timestamp(entry.graded_at),
        *map(safe_cell, texts),
        points,
        "0",
        points,
        cell_number(feedback.max_points or 0.0),
    ]


TARGET = Target(export, "CSV with the columns of nbgrader's export", file=FILE)
