"""The roster: a table of the class that joins the identities which a layout does not know.

Any CSV will do whose columns are named as Canvas, Moodle or Gradescope name them; a name may stand
in one column or in two. Students are found by an identity that both sides know, which is exact,
else by their name; who fits two rows is not joined, nor are two who fit one row by their names
alone. A student who stands in the table twice is one; rows that share an identity and contradict
each other are refused. A folder of which no layout tells more may be named by an e-mail address, a
login or the school's id.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.export.cells import read_table, table_text
from grader.export.worksheet import participant_in
from grader.ingest.file_names import bare
from grader.model.names import name_keys, same_name, spelling
from grader.model.submission import EXACT, LASTING, Student
from grader.model.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# The names of columns, in the order in which they are looked for; only letters and digits count.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("full name", "name", "student", "student name"),
    "email": ("email address", "email", "mail", "e-mail-adresse", "adresse de courriel"),
    "login": ("sis login id", "username", "login", "anmeldename"),
    "user_id": ("user id", "canvas id", "lms id"),
    "sis_id": ("sis user id", "id number", "sid", "student id", "sis id", "id-nummer"),
    "participant": ("identifier", "participant"),
    "lti_sub": ("lti sub", "sub", "lti user id"),
}
# Gradescope and Moodle write a name in two columns, in the language of the site.
_FIRST_NAME: Final = (
    "first name", "given name", "given names", "forename", "vorname", "prénom", "nombre", "nome",
)  # fmt: skip
_LAST_NAME: Final = (
    "last name", "surname", "family name", "nachname", "familienname", "nom", "apellidos",
    "apellido(s)", "cognome",
)  # fmt: skip
# Canvas calls its own number just ID, and only in a table that has its column Section.
_CANVAS: Final = ("id", "section")
_BETWEEN_WORDS: Final = re.compile(r"\W+")
# What a folder may be named by that a person made; a number of the LMS is not among them.
_LABELS: Final = ("sis_id", "email", "login")


@dataclass
class Roster:
    """The students of a class."""

    students: list[Student]
    _by_key: dict[tuple[str, str], list[Student]] = field(init=False)

    def __post_init__(self) -> None:
        self.students = _distinct(self.students)
        self._by_key = defaultdict(list)
        for student in self.students:
            for key in dict.fromkeys(_keys(student)):
                self._by_key[key].append(student)

    def find(self, student: Student) -> Student | None:
        """Return the row of a student; None when there is none or more than one."""
        return self._match(student)[0]

    def find_exactly(self, student: Student) -> Student | None:
        """Return the row that has an identity of a student; what may be a name is none."""
        row, sure = self._match(student)
        return row if row and sure and not is_part_of_name(student, row) else None

    def near(self, student: Student) -> list[Student]:
        """Return the rows that may be a student's, and cannot be told to be."""
        keys = (key for key in _keys(student) if key[0] != "participant")
        return [*{row: None for key in keys for row in self._by_key.get(key, ())}]

    def join(self, students: Iterable[Student]) -> dict[Student, tuple[Student, Student | None]]:
        """Return each student joined with a row of the roster, and that row, if there is one.

        Students who fit one row exactly are one student. Where one does, or where several fit by
        name, those who fit by name alone are not joined; but a folder named by a login that is a
        first name as well gives way to the full name.
        """
        rows = {student: self._match(student) for student in students}
        exact: dict[Student, Student] = {}
        by_name = Counter(row for row, sure in rows.values() if row and not sure)
        for student, (row, sure) in rows.items():
            if row and sure and by_name[row] == 1 and is_part_of_name(student, row):
                rows[student] = None, False
            elif row and sure:
                exact.setdefault(row, join(student, row))
        found: dict[Student, tuple[Student, Student | None]] = {}
        for student, (row, sure) in rows.items():
            if row and (sure or (row not in exact and by_name[row] == 1)):
                found[student] = exact.get(row) or join(student, row), row
            else:
                found[student] = student, None
        return found

    def _match(self, student: Student) -> tuple[Student | None, bool]:
        """Return a student's row, and whether more than a name says that it is theirs."""
        for key in _keys(student):
            found = self._by_key.get(key, [])
            if key[0] == "participant" and not all(_may_be(student, row) for row in found):
                return None, False
            if key[0] == "name" and len(found) > 1:
                written = spelling(student.name or student.label)
                found = [row for row in found if spelling(row.name or "") == written]
            if len(found) == 1:
                return found[0], key[0] != "name"
        return None, False


def clash(one: Student, other: Student) -> str | None:
    """Return the identity in which two students differ, so that they cannot be one."""
    for identity in LASTING:
        mine, theirs = getattr(one, identity), getattr(other, identity)
        if mine and theirs and _exact(identity, mine) != _exact(identity, theirs):
            return identity
    return None


def lasting_keys(student: Student) -> Iterator[tuple[str, str]]:
    """Yield the identities that nobody else has."""
    for identity in LASTING:
        if text := getattr(student, identity):
            yield identity, _exact(identity, text)


def label_keys(student: Student) -> Iterator[tuple[str, str]]:
    """Yield what a folder of this student may be named by, when nothing else is known of it."""
    for identity in _LABELS:
        text = student.label if is_label(student) else getattr(student, identity)
        if text:
            yield identity, _exact(identity, text)


def shown_name_keys(student: Student) -> Iterator[str]:
    """Yield the keys of the names by which people call a student."""
    for name in dict.fromkeys(text for text in (student.name, student.label) if text):
        yield from (key for key in name_keys(name) if key)


def is_label(student: Student) -> bool:
    """Return whether no more is known of a student than the label."""
    return not student.model_dump(exclude={"label"}, exclude_none=True)


def is_part_of_name(student: Student, row: Student) -> bool:
    """Whether all that is known of a student is one word of a name, which others may share."""
    return is_label(student) and student.label.casefold() in (row.name or "").casefold().split()


def join(student: Student, row: Student) -> Student:
    """Return the student with what the roster knows besides; the layout's own word is kept."""
    known = row.model_dump(exclude={"label"}, exclude_none=True)
    own = student.model_dump(exclude_none=True)
    return Student(**(known | own))


def read_roster(path: Path) -> Roster:
    """Read a roster; raise UsageError when it is none."""
    table = read_table(table_text(path, "the roster"), "a roster")
    wanted = COLUMNS | {"first": _FIRST_NAME, "last": _LAST_NAME}
    columns = {
        name: column
        for name, titles in wanted.items()
        if (column := _column(table.header, titles)) is not None
    }
    canvas, section = (table.column(title) for title in _CANVAS)
    if canvas is not None and section is not None:
        columns.setdefault("user_id", canvas)
    if not columns:
        raise UsageError(
            f"the roster {path} has none of the columns it may have: "
            + ", ".join(titles[0] for titles in wanted.values())
        )
    return Roster(list(_students(table.rows, columns)))


def _column(header: Iterable[str], titles: Iterable[str]) -> int | None:
    """Return the index of the first of these titles that a header has."""
    known = [bare(title) for title in header]
    return next((known.index(bare(title)) for title in titles if bare(title) in known), None)


def _full_name(name: str, first: str, last: str) -> str:
    """Return a name of a column for all of it, or of its parts; `name` may be the last name."""
    if not name:
        return f"{first} {last}".strip()
    words = {*map(bare, _BETWEEN_WORDS.split(name))}
    if last and not first:
        return name if words.issuperset(map(bare, last.split())) else f"{name} {last}"
    is_whole = last or words.issuperset(map(bare, first.split()))
    return name if is_whole else f"{first} {name}"


def _students(rows: Iterable[list[str]], columns: dict[str, int]) -> Iterator[Student]:
    for row in rows:
        cells = {name: clean_line(row[column]) for name, column in columns.items()}
        parts = (cells.pop("first", ""), cells.pop("last", ""))
        cells["name"] = _full_name(cells.get("name", ""), *parts)
        if "participant" in cells:
            cells["participant"] = participant_in(cells["participant"])
        known = {name: text for name, text in cells.items() if text}
        # Canvas's second line is about the assignments.
        if known and "Points Possible" not in row[0]:
            yield Student(label=known.get("name") or next(iter(known.values())), **known)


def _distinct(rows: Iterable[Student]) -> list[Student]:
    """Make one of rows that share an identity; raise UsageError when they contradict each other."""
    found: dict[int, Student] = {}
    places: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows):
        whole, place = row, number
        for same in sorted({places[key] for key in lasting_keys(row) if key in places}):
            if differs := clash(whole, found[same]):
                raise UsageError(
                    f"the roster contradicts itself: {contradiction(whole, found[same], differs)}"
                )
            whole = join(found.pop(same), whole)
            place = min(place, same)
        found[place] = whole
        places |= dict.fromkeys(lasting_keys(whole), place)
    return [found[place] for place in sorted(found)]


def in_full(student: Student) -> str:
    """Name a student with every identity that is known."""
    known = student.model_dump(exclude={"label"}, exclude_none=True)
    texts = [f"{identity} {text}" for identity, text in known.items() if text != student.label]
    return f"{student.label} ({', '.join(texts) or 'of whom no more is known'})"


def contradiction(one: Student, other: Student, identity: str) -> str:
    """Say why two students are not one although they share something."""
    mine, theirs = getattr(one, identity), getattr(other, identity)
    return f"{one.label} ({identity} {mine}) and {other.label} ({identity} {theirs})"


def _may_be(student: Student, row: Student) -> bool:
    """Whether names allow it: Moodle's number may be a group's, or of another assignment."""
    return not (student.name and row.name) or same_name(student.name, row.name)


def _keys(student: Student) -> Iterator[tuple[str, str]]:
    for identity in EXACT:
        text = getattr(student, identity)
        if text:
            yield identity, _exact(identity, text)
    if is_label(student):
        yield from label_keys(student)
    yield from (("name", key) for key in dict.fromkeys(shown_name_keys(student)))


def _exact(identity: str, text: str) -> str:
    return text.casefold() if identity in ("email", "login") else text
