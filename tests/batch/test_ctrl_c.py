"""Does Ctrl-C end a submission that would take minutes, and is all kept that was finished?"""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time

import pytest

HIDDEN = """
import pathlib
from grader.testing import check

def begin(submission):
    (pathlib.Path(__file__).parents[2] / "begun").touch()
    assert submission.square(3.0) == 9.0

@check("a", points=1)
def test_a(submission): begin(submission)
@check("b", points=1)
def test_b(submission): begin(submission)
@check("c", points=1)
def test_c(submission): begin(submission)
@check("d", points=1)
def test_d(submission): begin(submission)
"""
# A call that nobody ends takes longer than the test waits.
PATIENT = """
[[functions]]
name = "square"
parameters = [{ name = "x" }]
returns = { kind = "array" }
[limits]
call_wall_seconds = 100
submission_wall_seconds = 400
"""
WITHIN = 50
WAITS = {
    "sleeps": "import time\ndef square(x): time.sleep(999)",
    "waits for a lock": (
        "import threading\ndef square(x):\n    lock = threading.Lock()\n"
        "    while lock.acquire(): pass"
    ),
    "computes": "def square(x):\n    while True: pass",
    "reads what nobody sends": "import os\ndef square(x): return os.read(100, 1)",
}


@pytest.fixture
def room(tmp_path, write_course):
    """Write a course of long calls, and one student who answers well."""
    limits = "call_cpu_seconds = 100\nsubmission_cpu_seconds = 400\n"
    write_course(tmp_path / "course", HIDDEN, exercise=PATIENT + limits, points=4)
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "mini.py").write_text("def square(x): return x * x")
    return tmp_path


def start(room, *arguments):
    course = ("--course", str(room / "course"))
    command = [sys.executable, "-m", "grader.cli", *map(str, arguments), *course]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, start_new_session=True, **pipes)


def press_ctrl_c(run, begun):
    while not begun.exists():
        assert run.poll() is None, run.communicate()
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    try:
        said = run.communicate(timeout=WITHIN)
    finally:
        run.kill()
    assert "Traceback" not in "".join(said)
    return said


@pytest.mark.parametrize("way", WAITS)
def test_a_class_ends_and_keeps_what_is_graded(room, way):
    grade = ("grade", room / "class", "--out", room / "out", "--jobs", 1)
    grade = (*grade, "--require-isolation", "process")
    first = start(room, *grade)
    first.communicate(timeout=WITHIN)
    assert first.returncode == 0
    (room / "course" / "begun").unlink()
    (room / "class" / "bob").mkdir()
    (room / "class" / "bob" / "mini.py").write_text(WAITS[way])
    run = start(room, *grade)
    press_ctrl_c(run, room / "course" / "begun")
    assert run.returncode == 130
    with (room / "out" / "gradebook.csv").open(newline="") as stream:
        rows = {row["student"]: row["status"] for row in csv.DictReader(stream)}
    assert rows == {"ada": "graded", "bob": "pending: mini"}


def test_a_check_of_ones_own_file_ends_too(room, write_course):
    write_course(room / "course", "", exercise=PATIENT, examples=HIDDEN, points=4)
    answer = room / "mini.py"
    answer.write_text(WAITS["sleeps"])
    run = start(room, "check", answer)
    press_ctrl_c(run, room / "course" / "begun")
    assert run.returncode == 130
