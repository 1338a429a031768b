"""The gradebook: one CSV row per student, with a column of points per exercise.

A blank cell is work that has no grade: not handed in, not yet graded, or an internal error of
ours. It is never a zero, and `status` says which it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from grader.export.cells import cell_number, safe_cell, write_table
from grader.model.asked import due_from_all
from grader.model.submission import Student

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from grader.store import Row

IDENTITIES: Final = tuple(name for name in Student.model_fields if name != "label")


@dataclass
class Line:
    """One student's row of the gradebook."""

    student: Student
    points: dict[str, float] = field(default_factory=dict)
    max_points: dict[str, float] = field(default_factory=dict)
    ungraded: dict[str, str] = field(default_factory=dict)
    """Exercises without a grade, with the reason."""

    @property
    def handed(self) -> set[str]:
        """The exercises that the student handed in."""
        return {*self.points, *self.ungraded}


def gradebook_lines(rows: Iterable[Row]) -> Iterator[Line]:
    """Gather a roster's rows, which come in the order of students, into a line for each."""
    for _, own in groupby(rows, key=_whose):
        found = list(own)
        students = {row.seat.student for row in found}
        # A number that counts in one assignment is nobody's in a table of several.
        several = {"participant": None} if len(students) > 1 else {}
        line = Line(found[0].seat.student.model_copy(update=several))
        for row in found:
            exercise, report = row.seat.exercise, row.report
            if report is None:
                line.ungraded[exercise] = "pending"
                continue
            if report.max_points is not None:
                line.max_points[exercise] = report.max_points
            if report.points is None:
                line.ungraded[exercise] = str(report.status)
            else:
                line.points[exercise] = report.points
        yield line


def _whose(row: Row) -> tuple[str, Student]:
    return row.seat.person, row.seat.student.model_copy(update={"participant": None})


def gradebook_csv(
    lines: Sequence[Line],
    exercises: Sequence[str],
    others: Iterable[tuple[Student, str]] = (),
    named: Collection[str] = (),
) -> str:
    """Return the gradebook as CSV text: UTF-8 without a mark, comma, LF, decimal points.

    `others` are students of whom nothing is graded, with the reason; each has a row of their own.
    `named` are the exercises that the instructor named. A student's maximum is that of these, of
    what no fewer than a tenth handed in, and of what the student handed in besides.
    """
    # The maximum of an exercise is the same for everybody, so whoever has one tells it.
    maxima = {e: m for line in lines for e, m in line.max_points.items()}
    asked = due_from_all(line.handed for line in lines) | {*named}
    others = sorted(others, key=lambda other: (other[0].label, other[0].model_dump_json()))
    everybody = [*(line.student for line in lines), *(student for student, _ in others)]
    known = [name for name in IDENTITIES if any(getattr(s, name) for s in everybody)]
    rows = [["student", *known, *exercises, "total", "max", "fraction", "status"]]
    for line in lines:
        names = _names(line.student, known)
        due = [exercise for exercise in exercises if exercise in asked | line.handed]
        maximum = {exercise: maxima[exercise] for exercise in due if exercise in maxima}
        rows.append([*names, *_numbers(line, exercises, maximum), _status(line, due)])
    blank = [""] * (len(exercises) + 3)
    rows += [[*_names(student, known), *blank, safe_cell(reason)] for student, reason in others]
    return write_table(rows, end="\n")


def _names(student: Student, known: Sequence[str]) -> list[str]:
    return [safe_cell(getattr(student, name) or "") for name in ("label", *known)]


def _numbers(line: Line, exercises: Sequence[str], maxima: dict[str, float]) -> list[str]:
    cells = [cell_number(line.points[e]) if e in line.points else "" for e in exercises]
    if line.ungraded:  # a total without the part that is not graded would look like a grade
        return [*cells, "", _maximum(maxima), ""]
    total, maximum = math.fsum(line.points.values()), math.fsum(maxima.values())
    fraction = cell_number(total / maximum) if maximum else ""
    return [*cells, cell_number(total), _maximum(maxima), fraction]


def _maximum(maxima: dict[str, float]) -> str:
    return cell_number(math.fsum(maxima.values())) if maxima else ""


def _status(line: Line, due: Sequence[str]) -> str:
    missing = [exercise for exercise in due if exercise not in line.handed]
    parts = [f"{reason}: {exercise}" for exercise, reason in sorted(line.ungraded.items())]
    if missing:
        parts.append(f"not handed in: {' '.join(missing)}")
    return "; ".join(parts) or "graded"
