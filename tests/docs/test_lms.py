"""Do the commands of docs/lms.md take an instructor there and back?"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from page import PAGE, ROOT, follow, section

from grader.export import TARGETS

RIGHT = (ROOT / "solutions" / "zero_init" / "reference.py").read_text("utf-8")
STARTER = (ROOT / "exercises" / "zero_init" / "starter.py").read_text("utf-8")


def zipped(path: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Return a folder inside a course."""
    for half in ("exercises", "solutions"):
        shutil.copytree(ROOT / half, tmp_path / half)
    desk = tmp_path / "desk"
    desk.mkdir()
    return desk


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_canvas(desk: Path) -> None:
    zipped(
        desk / "submissions.zip",
        {"lovelaceada_4_301_zero_init.py": RIGHT, "müllerzoë_LATE_5_302_lab.py": STARTER},
    )
    (desk / "gradebook.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (9),Lab 2 (10)\n"
        "    Points Possible,,,,,10,10\n"
        '"Lovelace, Ada",4,S1,ada,A,,3\n"Müller, Zoë",5,S2,zoe,A,7,4\n',
        "utf-8",
    )
    first, _ = follow(desk, "Canvas")
    assert "read as a Canvas submissions zip" in first.stderr
    rows = table(desk / "upload.csv")
    assert [(row["Student"].strip(), row["Lab 1 (9)"]) for row in rows] == [
        ("Points Possible", "10"),
        ("Lovelace, Ada", "10"),
        ("Müller, Zoë", "0"),
    ]
    assert "Lab 2 (10)" not in rows[0]


def test_moodle(desk: Path) -> None:
    zipped(
        desk / "C1-Lab 1-17.zip",
        {
            "Ada Lovelace_3_assignsubmission_file/lab1.py": RIGHT,
            "Zoë Müller_1_assignsubmission_file/lab 1 (final).py": STARTER,
        },
    )
    (desk / "worksheet.csv").write_text(
        "\ufeffIdentifier,Full name,Grade,Maximum grade,Grade can be changed\n"
        "Participant 1,Zoë Müller,,10.00,Yes\nParticipant 3,Ada Lovelace,,10.00,Yes\n",
        "utf-8",
    )
    _, worksheet, _ = follow(desk, "Moodle")
    assert "Updated 2 grades" in worksheet.stderr
    assert [row["Grade"] for row in table(desk / "upload.csv")] == ["0", "10"]
    with zipfile.ZipFile(desk / "feedback.zip") as archive:
        assert sorted(archive.namelist()) == [
            "Ada Lovelace_3_assignfeedback_file/zero_init.html",
            "Zoë Müller_1_assignfeedback_file/zero_init.html",
        ]


def test_gradescope(desk: Path) -> None:
    zipped(
        desk / "assignment_7_export.zip",
        {
            "assignment_7_export/submission_metadata.yml": "submission_1:\n  :submitters:\n"
            "  - {':name': Ada, ':sid': S1, ':email': ada@x}\n  - {':name': Bo, ':sid': S2}\n",
            "assignment_7_export/submission_1/zero_init.py": RIGHT,
        },
    )
    follow(desk, "Gradescope")
    scores = [json.loads(p.read_text())["score"] for p in desk.glob("results/*/results.json")]
    assert scores == [10, 10]
    with zipfile.ZipFile(desk / "autograder.zip") as archive:
        assert {"setup.sh", "run_autograder"} <= set(archive.namelist())


def test_nbgrader(desk: Path) -> None:
    folder = desk / "submitted" / "ada" / "zero_init"
    folder.mkdir(parents=True)
    (folder / "zero_init.py").write_text(RIGHT, "utf-8")
    follow(desk, "nbgrader")
    [row] = table(desk / "grades.csv")
    assert (row["student_id"], row["assignment"], row["score"]) == ("ada", "zero_init", "10")


def test_every_target_is_in_the_page_and_no_other() -> None:
    words: set[Any] = set(re.findall(r"`([a-z-]+)`", PAGE)) | set(
        re.findall(r"--to ([a-z-]+)", PAGE)
    )
    assert words >= TARGETS.keys()
    outcomes = section("What is sent for which outcome")
    for target in TARGETS:
        assert f"`{target}`" in outcomes
