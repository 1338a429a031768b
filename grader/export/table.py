"""CSV: a row per student with a column per exercise, for spreadsheets and Moodle's gradebook.

Every student has a row, with a name or what their folder is called where no identity is known, and
a blank cell where there is no grade. Moodle takes all of a file or nothing, wipes a grade for a
blank cell, and after an import ignores what later comes by other ways (worksheet, AGS) for that
item: so the caveat counts the blank cells, and a table that was asked for one exercise holds only
those who have a grade for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.export.cells import cell_number, safe_cell, write_table
from grader.export.document import Document, Entry, Left, Options, Target, overview
from grader.export.grades import Grades, by_student, titles, with_left

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
_BLANK: Final = (
    "; {} cells are blank, and it wipes the grades there: import one --exercise at a time"
)


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:
    """Yield one table."""
    left: list[Left] = []
    found = by_student(entries, left, _EXACT, options.students)
    exercises = sorted(titles(found))
    known = _identities(found)
    rows = [_row(grades, known, exercises) for grades in found]
    text = write_table([_header(known, exercises), *rows])
    blank = sum(e not in grades.by_exercise for grades in found for e in exercises)
    yield from with_left(Document(FILE, text, _CAVEAT + _BLANK.format(blank) * bool(blank)), left)


def _identities(found: list[Grades]) -> list[str]:
    """Return the columns that tell students, so that no row is nobody's."""
    students = [grades.student for grades in found]
    known = [name for name in _EXACT if any(getattr(s, name) for s in students)]
    if any(s.name or not any(getattr(s, name) for name in known) for s in students):
        known.append("name")
    return known


def _header(known: list[str], exercises: list[str]) -> list[str]:
    return [*(IDENTITIES[name] for name in known), *exercises, "Feedback"]


def _row(grades: Grades, known: list[str], exercises: list[str]) -> list[str]:
    student = grades.student
    named = student.model_copy(update={"name": student.name or student.label})
    names = [getattr(named, name) or "" for name in known]
    own = [grades.by_exercise.get(e) for e in exercises]
    points = ["" if feedback is None else cell_number(feedback.points or 0.0) for feedback in own]
    texts = [f"{f.exercise.title}\n{overview(f)}" for f in own if f]
    # A line that begins with a dash is a formula to a spreadsheet that knows nothing of our quotes.
    texts = [text.replace("\n- ", "\n• ") for text in texts]
    return [*map(safe_cell, names), *points, safe_cell("\n\n".join(texts))]


TARGET = Target(export, "CSV, as Moodle's gradebook and spreadsheets import it", file=FILE)
