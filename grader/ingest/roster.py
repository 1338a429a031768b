"""The roster: a table of the class that joins the identities which a layout does not know.

Any CSV will do whose columns are named as Canvas, Moodle or Gradescope name them. Students are
found by an identity that both sides know, which is exact, else by their name; who fits two rows is
not joined. A folder of which no layout tells more may be named by an e-mail address, a login or the
school's id.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.export.grades import read_table
from grader.export.worksheet import participant_in
from grader.model.names import name_keys, same_name
from grader.model.submission import Student
from grader.model.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# The names of columns, in the order in which they are looked for.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("full name", "name", "student", "student name"),
    "email": ("email address", "email", "e-mail", "mail"),
    "login": ("sis login id", "username", "login", "user name"),
    "user_id": ("user id", "user_id", "canvas id", "lms id"),
    "sis_id": ("sis user id", "id number", "sid", "student id", "sis id", "idnumber"),
    "participant": ("identifier", "participant"),
    "lti_sub": ("lti sub", "lti_sub", "sub", "lti user id"),
}
# Canvas calls its own number just ID, and only in a table that has its column Section.
_CANVAS: Final = ("id", "section")
# Exact on both sides, in the order in which they are trusted.
_EXACT: Final = ("participant", "lti_sub", "user_id", "sis_id", "email", "login")
# What a folder may be named by that a person made; a number of the LMS is not among them.
_LABELS: Final = ("sis_id", "email", "login")


@dataclass
class Roster:
    """The students of a class."""

    students: list[Student]
    _by_key: dict[tuple[str, str], list[Student]] = field(init=False)

    def __post_init__(self) -> None:
        self._by_key = defaultdict(list)
        for student in self.students:
            for key in dict.fromkeys(_keys(student)):
                self._by_key[key].append(student)

    def find(self, student: Student) -> Student | None:
        """Return the row of a student; None when there is none or more than one."""
        for key in _keys(student):
            found = self._by_key.get(key, [])
            if key[0] == "participant" and not all(_may_be(student, row) for row in found):
                return None
            if len(found) == 1:
                return found[0]
            if found and key[0] != "name":
                return None
        return None


def join(student: Student, row: Student) -> Student:
    """Return the student with what the roster knows besides; the layout's own word is kept."""
    known = row.model_dump(exclude={"label"}, exclude_none=True)
    own = student.model_dump(exclude_none=True)
    return Student(**(known | own))


def read_roster(path: Path) -> Roster:
    """Read a roster; raise UsageError when it is none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the roster {path} cannot be read: {error}") from None
    table = read_table(text, "a roster")
    columns = {
        name: column
        for name, titles in COLUMNS.items()
        if (column := table.column(*titles)) is not None
    }
    canvas, section = (table.column(title) for title in _CANVAS)
    if canvas is not None and section is not None:
        columns.setdefault("user_id", canvas)
    if not columns:
        raise UsageError(
            f"the roster {path} has none of the columns it may have: "
            + ", ".join(titles[0] for titles in COLUMNS.values())
        )
    return Roster(list(_students(table.rows, columns)))


def _students(rows: Iterable[list[str]], columns: dict[str, int]) -> Iterator[Student]:
    for row in rows:
        cells = {name: clean_line(row[column]) for name, column in columns.items()}
        if "participant" in cells:
            cells["participant"] = participant_in(cells["participant"])
        known = {name: text for name, text in cells.items() if text}
        # Canvas's second line is about the assignments.
        if known and "Points Possible" not in row[0]:
            yield Student(label=known.get("name") or next(iter(known.values())), **known)


def _may_be(student: Student, row: Student) -> bool:
    """Whether names allow it: Moodle's number may be a group's, or of another assignment."""
    return not (student.name and row.name) or same_name(student.name, row.name)


def _keys(student: Student) -> Iterator[tuple[str, str]]:
    for identity in _EXACT:
        text = getattr(student, identity)
        if text:
            yield identity, _exact(identity, text)
    if not student.model_dump(exclude={"label"}, exclude_none=True):
        yield from ((identity, _exact(identity, student.label)) for identity in _LABELS)
    names = [text for text in (student.name, student.label) if text]
    yield from (
        ("name", key) for key in dict.fromkeys(k for text in names for k in name_keys(text))
    )


def _exact(identity: str, text: str) -> str:
    return text.casefold() if identity in ("email", "login") else text
