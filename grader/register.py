"""The students of all runs, as the store keeps them: one entry each, whatever layouts call them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from grader.model.submission import Person, Student
from grader.model.text import file_stem

if TYPE_CHECKING:
    from grader.database import Database


class Register:
    """The tables `people` and `handed`. Writing belongs into a transaction of the caller's."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def people(self) -> list[Person]:
        """Return the students of all runs.

        Raise ValueError for one whose submissions' ids would name no file.
        """
        handed = defaultdict[str, set[Student]](set)
        for identity, stem in self._db.rows("SELECT identity, person FROM handed"):
            handed[stem].add(Student.model_validate_json(identity))
        runs = defaultdict[str, set[int]](set)
        for stem, run in self._db.rows("SELECT DISTINCT person, run FROM roster"):
            runs[stem].add(int(run))
        return [
            Person(
                stem,
                Student.model_validate_json(known),
                frozenset(handed[stem]),
                frozenset(runs[stem]),
            )
            for stem, known in self._db.rows("SELECT person, student FROM people ORDER BY person")
            if _names_files(stem, seated=stem in runs)
        ]

    def know(self, person: Person, *, better: bool = True) -> None:
        """Keep a student; unless what is told is `better`, one who is known stays as known."""
        known = person.student.model_copy(update={"participant": None})
        how = "REPLACE" if better else "IGNORE"
        statement = f"INSERT OR {how} INTO people VALUES (?, ?, ?)"  # noqa: S608
        self._db.write(statement, person.stem, known.label, _identity(known))
        for identity in person.handed:
            statement = "INSERT OR REPLACE INTO handed VALUES (?, ?)"
            self._db.write(statement, _identity(identity), person.stem)

    def merge(self, old: str, new: str) -> None:
        """Make one student of two; where a run found both at an exercise, that of `new` stays."""
        for table in ("roster", "unmatched", "handed"):
            statement = f"UPDATE OR IGNORE {table} SET person = ? WHERE person = ?"  # noqa: S608
            self._db.write(statement, new, old)
        for table in ("roster", "people"):
            self._db.write(f"DELETE FROM {table} WHERE person = ?", old)  # noqa: S608


def _names_files(stem: str, *, seated: bool) -> bool:
    """Whether a stem may stay; in format 1, who was not graded had any label for one."""
    try:
        file_stem(f"{stem}.x")  # as an exercise's id follows
    except ValueError:
        if seated:
            raise
        return False
    return True


def _identity(student: Student) -> str:
    return student.model_dump_json(exclude_none=True)
