"""Canvas: `grade_data` of one assignment, the body of its bulk update of grades.

Students are known by their Canvas user id, else by `sis_user_id:`; no other identity is taken for
one of these. A grade is a string of points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.export.cells import cell_number
from grader.export.document import (
    Document,
    Entry,
    Left,
    Options,
    Target,
    overview,
    strict_json,
)
from grader.export.grades import by_student, with_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.model.submission import Student

FILE: Final = "grade_data.json"
_CAVEAT: Final = "Canvas appends the comments once more each time that the file is sent"


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield one document for the class."""
    left: list[Left] = []
    data: dict[str, Any] = {}
    for grades in by_student(entries, left, ["user_id", "sis_id"]):
        (feedback,) = grades.by_exercise.values()
        who = student_key(grades.student)
        if who is None:
            reason = "neither a Canvas user id nor a SIS id of its student is known"
            left.append(Left(feedback.submission.id, reason))
        else:
            grade = {
                "posted_grade": cell_number(feedback.points or 0.0),
                "text_comment": overview(feedback),
            }
            data[who] = grade
    document = Document(FILE, strict_json({"grade_data": data}), _CAVEAT)
    yield from with_left(document, left)


def student_key(student: Student) -> str | None:
    """Return how Canvas is told who a student is; None when that is not known."""
    if student.user_id:
        return student.user_id
    return f"sis_user_id:{student.sis_id}" if student.sis_id else None


TARGET = Target(export, "Canvas: grade_data of its REST API", file=FILE, one_exercise=True)
