"""Moodle: the offline grading worksheet of an assignment, filled in.

Every cell but the grade stays as it was downloaded: the times in it are how Moodle knows that
nobody graded in between, and a feedback column that is written again loses its formatting. What
Moodle would pass over without a word is said here instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.export.cells import Table, read_number, write_table
from grader.export.document import Document, Entry, Left, Options, Target
from grader.export.grades import by_student, points_for, with_left
from grader.export.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE: Final = "worksheet.csv"
_WHERE: Final = "the assignment in the worksheet"


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:
    """Yield the worksheet."""
    left: list[Left] = []
    worksheet = Worksheet(options.into)
    table = worksheet.table
    grade = _grade_column(table, options)
    sent = 0
    for grades in by_student(entries, left, ["participant"]):
        (feedback,) = grades.by_exercise.values()
        row, reason = worksheet.row_of(grades.student)
        if row is None:
            left.append(Left(feedback.submission.id, reason))
        elif _locked(table, row):
            reason = "the worksheet says that its grade cannot be changed: it was overridden"
            left.append(Left(feedback.submission.id, reason))
        else:
            maximum = read_number(row[grade + 1])
            new = points_for(feedback, maximum, scale=options.scale, where=_WHERE)
            sent += read_number(row[grade]) != float(new)
            row[grade] = new
    text = write_table([table.header, *table.rows], delimiter=table.delimiter, mark=True)
    caveat = f"{sent} grades are new: Moodle must say 'Updated {sent} grades' when it has read it"
    yield from with_left(Document(FILE, text, caveat), left)


def _grade_column(table: Table, options: Options) -> int:
    """Return the column of the grade; the one after it is the maximum in every language."""
    column = table.column(options.column or "Grade")
    if column is None or column + 1 >= len(table.header):
        raise UsageError(
            f"the worksheet has no column {options.column or 'Grade'!r}; name the column of the "
            f"grades with --column: {'; '.join(table.header)}"
        )
    return column


def _locked(table: Table, row: list[str]) -> bool:
    column = table.column("Grade can be changed")
    return column is not None and row[column].strip().casefold() == "no"


TARGET = Target(
    export,
    "Moodle: the grading worksheet of an assignment",
    file=FILE,
    one_exercise=True,
    into="the worksheet that Moodle gave",
    needs_into=True,
)
