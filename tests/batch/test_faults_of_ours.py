"""Whatever goes wrong on our side: no zero, no stale grade, and the rest of the class is graded.

The faults are real, and happen in the trusted process when a hidden test sees a student's number;
each student brings about one of them. A file in the course says whether the fault is mended.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HIDDEN = """
import os, pathlib, signal, sys
import numpy as np
from grader.testing import check

def forkserver(submission):
    return submission._session.forkserver

def kill_forkserver(submission):
    os.kill(forkserver(submission).pid, signal.SIGKILL)
    # Its worker may answer for a moment longer.
    for _ in range(10_000):
        submission.square(4.0)

FAULTS = {
    13.0: lambda submission: 1 / 0,
    14.0: lambda submission: os.kill(os.getpid(), signal.SIGKILL),
    15.0: kill_forkserver,
    16.0: lambda submission: bytearray(1 << 60),
    17.0: lambda submission: sys.exit(0),
    18.0: lambda submission: forkserver(submission)._launched.control.close(),
    19.0: lambda submission: pathlib.Path("/proc/self/no such file").write_text("x"),
}

@check("a", points=1)
def test_a(submission):
    assert submission.square(2.0) > 0

@check("b", points=1)
def test_b(submission):
    x = float(submission.square(3.0))
    if x in FAULTS and not (pathlib.Path(__file__).parents[2] / "mended").exists():
        FAULTS[x](submission)
    assert submission.square(5.0) == 25.0
"""
BROUGHT_ABOUT = {
    "a_hidden_test_that_raises": 13.0,
    "the_job_killed": 14.0,
    "the_forkserver_killed": 15.0,
    "out_of_memory": 16.0,
    "a_test_that_exits": 17.0,
    "a_descriptor_lost": 18.0,
    "a_file_that_cannot_be_written": 19.0,
}
HONEST = ("honest_first", "zz_honest_last")


@pytest.fixture(scope="module")
def room(tmp_path_factory: Any, write_course: Any) -> Path:
    """Write a course and a class of which each student but two brings about a fault."""
    root: Path = tmp_path_factory.mktemp("faults")
    write_course(root / "course", HIDDEN, points=2)
    answers = {name: f"def square(x): return {number}" for name, number in BROUGHT_ABOUT.items()}
    answers |= dict.fromkeys(HONEST, "def square(x): return x * x")
    for name, code in answers.items():
        (root / "class" / name).mkdir(parents=True)
        (root / "class" / name / "mini.py").write_text(code)
    return root


def grader(*arguments: object, wrapped: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    code = "from grader.cli import main; main()"
    command = [*wrapped, sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def grade(room: Path, *options: object, **how: Any) -> subprocess.CompletedProcess[str]:
    course = ("--course", room / "course", "--require-isolation", "process")
    return grader("grade", room / "class", "--out", room / "out", *course, *options, **how)


def reports(room: Path) -> dict[str, Any]:
    paths = (room / "out" / "reports").glob("*.json")
    return {path.name.partition(".")[0]: json.loads(path.read_text()) for path in paths}


@pytest.fixture(scope="module")
def run(room: Path) -> subprocess.CompletedProcess[str]:
    """Grade the class."""
    return grade(room, "--jobs", 2)


def test_the_run_ends_and_says_so(run: Any) -> None:
    assert run.returncode == 3
    assert f"{len(BROUGHT_ABOUT)}" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("student", BROUGHT_ABOUT)
def test_a_fault_of_ours_is_no_grade(run: Any, room: Path, student: str) -> None:
    report = reports(room)[student]
    assert report["status"] == "internal_error"
    assert report["points"] is report["fraction"] is None
    assert not {"failed", "error"} & {check["outcome"] for check in report["checks"]}
    feedback = json.loads((room / "out" / "feedback" / f"{student}.mini.json").read_text())
    assert feedback["points"] is None
    assert "problem on our side" in (room / "out" / "feedback" / f"{student}.mini.md").read_text()


@pytest.mark.parametrize("student", HONEST)
def test_the_others_are_graded(run: Any, room: Path, student: str) -> None:
    assert reports(room)[student]["points"] == 2


def test_the_gradebook_leaves_it_blank(run: Any, room: Path) -> None:
    with (room / "out" / "gradebook.csv").open(newline="") as stream:
        rows = {row["student"]: row for row in csv.DictReader(stream)}
    assert {rows[student]["mini"] for student in BROUGHT_ABOUT} == {""}
    assert {rows[student]["mini"] for student in HONEST} == {"2"}


@pytest.mark.parametrize("target", ["gradescope", "lti"])
def test_no_other_system_is_sent_a_grade(run: Any, room: Path, target: str) -> None:
    out = room / target
    ended = grader("export", room / "out", "--to", target, "--out", out)
    assert ended.returncode in (0, 3)
    written = {str(path.relative_to(out)): path.read_text() for path in out.rglob("*.json")}
    assert all(any(student in name for name in written) for student in HONEST)
    for name, text in written.items():
        if not name.startswith(HONEST):
            document = json.loads(text)
            assert not {"score", "tests", "scoreGiven"} & document.keys()


def test_once_mended_only_they_are_graded_again(run: Any, room: Path) -> None:
    # The mark is in no half of the exercise: the key of a result stays, and so do good ones.
    (room / "course" / "mended").touch()
    again = grade(room)
    assert again.returncode == 0, again.stderr
    assert f"{len(BROUGHT_ABOUT)} graded, {len(HONEST)} were graded before" in again.stdout
    assert {report["status"] for report in reports(room).values()} == {"graded"}
    assert {reports(room)[student]["points"] for student in BROUGHT_ABOUT} == {1}


def wrapped(room: Path, *mount: str) -> tuple[str, ...]:
    """Return what runs a command with another view of the output folder."""
    program = shutil.which("bwrap")
    if program is None:
        pytest.skip("bubblewrap, which makes the folder so, is not installed")
    (room / "out").mkdir(exist_ok=True)
    before = (program, "--dev-bind", "/", "/", *mount, str(room / "out"))
    tried = subprocess.run([*before, "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"bubblewrap cannot make the folder so here: {tried.stderr.strip()}")
    return before


@pytest.fixture
def small_room(tmp_path: Path, write_course: Any) -> Path:
    """Write a class of which nobody brings about a fault."""
    write_course(tmp_path / "course", HIDDEN, points=2)
    for number in range(30):
        (tmp_path / "class" / f"s{number}").mkdir(parents=True)
        (tmp_path / "class" / f"s{number}" / "mini.py").write_text("def square(x): return x * x")
    return tmp_path


def test_a_read_only_folder_is_said(small_room: Path) -> None:
    out = str(small_room / "out")
    ended = grade(small_room, wrapped=wrapped(small_room, "--ro-bind", out))
    assert ended.returncode == 2
    assert "read-only" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_full_disk_is_said_and_the_next_run_goes_on(small_room: Path) -> None:
    kept = small_room / "kept"
    kept.mkdir()
    # A disk of 200 KiB; what was written to it is copied off before it is gone.
    script = f'"$@"; code=$?; cp -r {small_room}/out/. {kept}; exit $code'
    disk = (*wrapped(small_room, "--size", str(200 << 10), "--tmpfs"), "sh", "-c", script, "sh")
    ended = grade(small_room, "--jobs", 1, wrapped=disk)
    assert ended.returncode == 2
    assert "disk is full" in ended.stderr
    assert "Traceback" not in ended.stderr
    shutil.rmtree(small_room / "out")
    kept.rename(small_room / "out")
    again = grade(small_room, "--jobs", 1)
    assert again.returncode == 0, again.stderr
    assert {report["points"] for report in reports(small_room).values()} == {2}
    assert len(reports(small_room)) == 30
