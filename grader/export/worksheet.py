"""Moodle's grading worksheet: its rows, and who of a class has one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.export.cells import Table, read_table
from grader.model.names import same_name

if TYPE_CHECKING:
    from grader.model.submission import Student

_PARTICIPANT: Final = re.compile(r"\D*(\d+)\s*")
UNKNOWN: Final = "the participant number of its student is not known: grade the zip of Moodle"


class Worksheet:
    """A worksheet, joined on the participant number that stands in the names of the zip's folders.

    A group's folder has the group's number in the same place: so a row of another name is not
    taken for the student's. Without names, as in blind marking, the number is all there is.
    """

    def __init__(self, text: str) -> None:
        """Read a worksheet; raise UsageError when it is none."""
        self.table: Table = read_table(text, "a grading worksheet of Moodle")
        self._rows = {number: row for row in self.table.rows if (number := participant_in(row[0]))}

    def row_of(self, student: Student) -> tuple[list[str] | None, str]:
        """Return a student's row, or None and the reason."""
        number = student.participant
        if number is None:
            return None, UNKNOWN
        row = self._rows.get(number)
        if row is None:
            return None, f"participant {number} is not in the worksheet that was given"
        # In which column the name is depends on the site's language.
        if student.name and not any(same_name(student.name, cell) for cell in row):
            return None, f"participant {number} there is not {student.name!r}: is that a group?"
        return row, ""


def participant_in(identifier: str) -> str:
    """Return the number in a cell such as ``Participant 4``, in any language."""
    match = _PARTICIPANT.fullmatch(identifier)
    return match[1] if match else ""
