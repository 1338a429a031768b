"""CSV: a row per student with a column per exercise, as Moodle's gradebook import reads it.

Moodle takes all of a file or nothing, wipes a grade for an empty cell, and after an import ignores
what later comes by other ways (worksheet, AGS) for that item: so a student without a grade has no
row, and with several exercises only those with a grade in each of them have one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.export.document import Document, Entry, Left, Options, Target, overview
from grader.export.grades import (
    Grades,
    by_student,
    cell_number,
    safe_cell,
    titles,
    with_left,
    write_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE: Final = "grades.csv"
IDENTITIES: Final = {
    "email": "Email address",
    "sis_id": "ID number",
    "login": "Username",
    "user_id": "User id",
    "name": "Full name",
}
_EXACT: Final = [name for name in IDENTITIES if name != "name"]
_CAVEAT: Final = (
    "an import into an assignment or an LTI item of Moodle overrides its grades for good: "
    "import into items of their own"
)


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield one table."""
    left: list[Left] = []
    found = by_student(entries, left, _EXACT)
    exercises = titles(found)
    known = [name for name in IDENTITIES if any(getattr(g.student, name) for g in found)]
    rows = [_header(known, list(exercises))]
    for grades in found:
        missing = [e for e in exercises if e not in grades.by_exercise]
        if missing:
            reason = f"an empty cell would wipe a grade, and there is none for {missing[0]}"
            left += [Left(f.submission.id, reason) for f in grades.by_exercise.values()]
        else:
            rows.append(_row(grades, known, list(exercises)))
    yield from with_left(Document(FILE, write_table(rows), _CAVEAT), left)


def _header(known: list[str], exercises: list[str]) -> list[str]:
    names = [IDENTITIES[name] for name in known] or ["Student"]
    return [*names, *exercises, "Feedback"]


def _row(grades: Grades, known: list[str], exercises: list[str]) -> list[str]:
    names = [getattr(grades.student, name) or "" for name in known] or [grades.student.label]
    own = [grades.by_exercise[e] for e in exercises]
    points = [cell_number(feedback.points or 0.0) for feedback in own]
    texts = [f"{f.exercise.title}\n{overview(f)}" for f in own]
    return [*map(safe_cell, names), *points, safe_cell("\n\n".join(texts))]


TARGET = Target(export, "CSV, as Moodle's gradebook and spreadsheets import it", file=FILE)
