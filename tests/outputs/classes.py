"""The sample class as each LMS would hand it out, and what that LMS gives to be filled in."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.catalog import Course
from grader.sample import STUDENTS, write_sample
from grader.store import Row, Store

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Person:
    """A student with one identity of every kind; no two kinds have a number in common."""

    number: int
    name: str

    @property
    def known(self) -> dict[str, str]:
        return {
            "name": self.name,
            "email": f"student{self.number}@example.org",
            "login": f"u{self.number}",
            "user_id": str(1000 + self.number),
            "sis_id": f"S{2000 + self.number}",
            "participant": str(100 - self.number),
            "lti_sub": f"sub-{3000 + self.number}",
        }

    @property
    def sortable(self) -> str:
        """The name as Canvas sorts it: family name first."""
        first, _, last = self.name.rpartition(" ")
        return f"{last}, {first}" if first else last


# Half of the class hands in every other file, as on a chessboard of students and exercises, since
# it is graded from five layouts. The one whose notebook was cut off is among them, with it.
CUT_OFF = "Lê Thị Hương"
PEOPLE = {
    name: Person(number, name)
    for number, name in enumerate(STUDENTS, 1)
    if (number - STUDENTS.index(CUT_OFF)) % 2
}
COLUMNS = {
    "name": "Full name",
    "email": "Email address",
    "login": "SIS Login ID",
    "user_id": "User id",
    "sis_id": "ID number",
    "participant": "Identifier",
    "lti_sub": "LTI sub",
}


@dataclass(frozen=True)
class HandedIn:
    """One file of the sample class."""

    person: Person
    exercise: str
    ending: str
    data: bytes

    @property
    def name(self) -> str:
        return self.exercise + self.ending


def sample(scratch: Path) -> tuple[Path, list[HandedIn]]:
    """Write a quarter of the sample class; return its folder and whose each of its files is."""
    course = Course(ROOT)
    folder = scratch / "class"
    rows, columns = list(PEOPLE), course.exercise_ids
    found = []
    for path in write_sample(course, folder):
        flat = {f"{name}_{e}": (name, e) for name in STUDENTS for e in course.exercise_ids}
        inner = path.relative_to(folder)
        name, exercise = flat.get(inner.stem, (inner.parts[0], inner.stem))
        if name not in PEOPLE or (rows.index(name) + columns.index(exercise)) % 2:
            path.unlink()
            continue
        found.append(HandedIn(PEOPLE[name], exercise, path.suffix, path.read_bytes()))
    for place in sorted(folder.rglob("*"), reverse=True):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
    return folder, found


def roster() -> str:
    """Return a table of all identities."""
    return table(
        [list(COLUMNS.values()), *([p.known[c] for c in COLUMNS] for p in PEOPLE.values())]
    )


def canvas(files: list[HandedIn]) -> Iterator[tuple[str, bytes]]:
    for attachment, file in enumerate(files, 50_000):
        who = re.sub(r"\W", "", file.person.sortable.lower())
        late = "LATE_" * (file.person.number % 7 == 0)
        user = file.person.known["user_id"]
        yield f"{who}_{late}{user}_{attachment}_{file.name}", file.data


def moodle(files: list[HandedIn]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        who = file.person.name.replace("'", "")
        folder = f"{who}_{file.person.known['participant']}_assignsubmission_file"
        yield f"{folder}/{file.name}", file.data


def gradescope(files: list[HandedIn]) -> Iterator[tuple[str, bytes]]:
    lines = []
    for person in dict.fromkeys(file.person for file in files):
        lines += [
            f"submission_{person.number}:",
            "  :submitters:",
            f"  - :name: {json.dumps(person.name)}",
            f"    :sid: {person.known['sis_id']}",
            f"    :email: {person.known['email']}",
            "  :created_at: 2026-11-20 10:11:12.000000000 Z",
        ]
    yield "assignment_7_export/submission_metadata.yml", "\n".join(lines).encode()
    for file in files:
        yield f"assignment_7_export/submission_{file.person.number}/{file.name}", file.data


def nbgrader(files: list[HandedIn]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        folder = f"submitted/{file.person.known['login']}/{file.exercise}"
        yield f"{folder}/{file.name}", file.data
        yield f"{folder}/timestamp.txt", b"2026-11-20 15:58:23.948203 UTC"


LAYOUTS = {"canvas": canvas, "moodle": moodle, "gradescope": gradescope, "nbgrader": nbgrader}


def packed(layout: str, files: list[HandedIn], folder: Path) -> Path:
    """Write a class as a zip of a layout; nbgrader's is a tree on the instructor's disk."""
    members = LAYOUTS[layout](files)
    if layout == "nbgrader":
        for name, data in members:
            path = folder / "nbgrader" / PurePosixPath(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder / "nbgrader"
    with zipfile.ZipFile(folder / f"{layout}.zip", "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return folder / f"{layout}.zip"


def gradebook(titles: dict[str, str], points: dict[str, float]) -> str:
    """Return Canvas's gradebook: every student, a column per exercise, all cells empty."""
    columns = [f"{titles[exercise]} ({n})" for n, exercise in enumerate(points, 77)]
    possible = ["    Points Possible", "", "", "", "", *(f"{p:g}" for p in points.values())]
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns], possible]
    for person in PEOPLE.values():
        ids = [person.known[kind] for kind in ("user_id", "sis_id", "login")]
        rows.append([person.sortable, *ids, "DL101", *[""] * len(columns)])
    return table(rows)


def worksheet(maximum: float) -> str:
    """Return Moodle's worksheet of one assignment, in the order of participants."""
    header = "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    header += "Last modified (submission),Last modified (grade),Feedback comments"
    rows = [header.split(",")]
    for person in reversed(PEOPLE.values()):
        who = [f"Participant {person.known['participant']}", person.name, person.known["email"]]
        rows.append([*who, "Submitted", "", f"{maximum:.2f}", "Yes", "Monday, 2 March", "-", ""])
    return "\ufeff" + table(rows)


def table(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def grade(source: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `grader grade` on a class of this course."""
    command = [sys.executable, "-m", "grader.cli", "grade", str(source), "--out", str(out)]
    command += [*options, "--course", str(ROOT)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)


def graded_rows(out: Path) -> list[Row]:
    """Return what a class was graded, without what has no report."""
    with Store(out / "store.sqlite", create=False) as store:
        return [row for row in store.rows() if row.report is not None]
