"""Canvas: the gradebook CSV, filled in where one was given, else a new one.

From the gradebook that Canvas gave only the students' columns and the ones that are filled are
kept, so that the import cannot touch another assignment; its row of points possible is repeated as
it was, since another number there would change the assignment. Without it, Canvas makes a new
assignment of every column, and every student has a row.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.export.cells import Table, read_number, read_table, safe_cell, write_table
from grader.export.document import Document, Entry, Left, Options, Target
from grader.export.grades import Grades, by_student, points_for, titles, with_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE: Final = "canvas.csv"
_NUMBER: Final = re.compile(r" \((\d+)\)\Z")
_READ_ONLY: Final = re.compile(r"read\s+only", re.IGNORECASE)
_NEW: Final = (
    "no gradebook of Canvas was given with --into, so that the import will make new assignments"
)
# How Canvas finds a student, in this order: the column, and our identity.
_KEYS: Final = (("ID", "user_id"), ("SIS User ID", "sis_id"), ("SIS Login ID", "login"))
_HEADER: Final = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:
    """Yield one table."""
    left: list[Left] = []
    identities = [identity for _, identity in _KEYS]
    if options.into:
        found = by_student(entries, left, identities)
        text = _filled(read_table(options.into, "a gradebook of Canvas"), found, options, left)
        yield from with_left(Document(FILE, text), left)
    else:
        found = by_student(entries, left, identities, options.students)
        yield from with_left(Document(FILE, _new(found, left), _NEW), left)


def _new(found: list[Grades], left: list[Left]) -> str:
    names = titles(found)
    rows = [[*_HEADER, *map(safe_cell, names.values())]]
    for grades in found:
        student = grades.student
        ids = [getattr(student, identity) or "" for _, identity in _KEYS]
        if not any(ids):
            reason = "neither a Canvas id, nor a SIS id, nor a login of its student is known"
            left += grades.left(reason)
            continue
        cells = [
            points_for(grades.by_exercise[e], None, scale=False, where="")
            if e in grades.by_exercise
            else ""
            for e in names
        ]
        who = safe_cell(student.name or student.label)
        rows.append([who, *map(safe_cell, ids), "", *cells])
    return write_table(rows)


def _filled(table: Table, found: list[Grades], options: Options, left: list[Left]) -> str:
    section = table.column("Section")
    if "student" not in table.header[0].casefold() or section is None:
        raise UsageError("the file given with --into is not a gradebook of Canvas")
    columns = {e: _assignment(table, e, title, options) for e, title in titles(found).items()}
    kept = [*range(section + 1), *sorted(columns.values())]
    possible = next((row for row in table.rows if "Points Possible" in row[0]), None)
    for column in columns.values():
        if possible and _READ_ONLY.search(possible[column]):
            raise UsageError(f"Canvas ignores the column {table.header[column]!r}: it is read only")
    by_key = _students(table)
    used = [table.header] + ([possible] if possible else [])
    for grades in found:
        row = _row_of(grades, by_key)
        if row is None:
            reason = "its student is not in the gradebook that was given"
            left += grades.left(reason)
            continue
        for exercise, feedback in grades.by_exercise.items():
            column = columns[exercise]
            maximum = read_number(possible[column]) if possible else None
            where = f"the column {table.header[column]!r}"
            row[column] = points_for(feedback, maximum, scale=options.scale, where=where)
        used.append(row)
    return write_table([[row[i] for i in kept] for row in used], delimiter=table.delimiter)


def _assignment(table: Table, exercise: str, title: str, options: Options) -> int:
    """Return the column of an exercise: named by the instructor, or called like the exercise."""
    wanted = [options.column] if options.column else [exercise, title]
    for index, header in enumerate(table.header):
        name, number = _parts(header)
        texts = {header.strip().casefold(), name.strip().casefold(), number}
        if {text.casefold() for text in wanted} & texts:
            return index
    have = [header for header in table.header if _parts(header)[1]]
    raise UsageError(
        f"no column of the gradebook is called {' or '.join(map(repr, wanted))}; name one of these "
        f"with --column: {'; '.join(have) or 'it has no assignment'}"
    )


def _parts(header: str) -> tuple[str, str | None]:
    """Return the title and the number of an assignment; no number for another column."""
    header = header.strip()
    match = _NUMBER.search(header)
    return (header[: match.start()], match[1]) if match else (header, None)


def _students(table: Table) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for header, identity in _KEYS:
        column = table.column(header)
        if column is not None:
            found |= {(identity, row[column].strip()): row for row in table.rows if row[column]}
    return found


def _row_of(grades: Grades, by_key: dict[tuple[str, str], list[str]]) -> list[str] | None:
    for _, identity in _KEYS:
        text = getattr(grades.student, identity)
        if text and (identity, text) in by_key:
            return by_key[identity, text]
    return None


TARGET = Target(
    export, "Canvas: the gradebook CSV", file=FILE, into="the gradebook that Canvas exported"
)
