"""Does a run end when a job's process is halted (SIGSTOP), and does the halt cost only a retry?"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from grader.executors import kill, local_executor

WITHIN = 60


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr("grader.batch._Run._stall_seconds", lambda _: 3.0)


@pytest.fixture
def _watched():
    """End a test that hangs by its traceback, and not by the patience of who runs all of them."""

    def over(*_):
        raise TimeoutError("the run did not end")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(WITHIN)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


pytestmark = pytest.mark.usefixtures("_watched")


def test_a_job_that_is_halted_once_is_graded(classroom, tmp_path):
    classroom.write(ada=f"once=halt,{tmp_path}/mark", bob="pass", zoe="pass")
    summary = classroom.grade(jobs=2)
    assert (summary.graded, summary.faults) == (3, {})


def test_a_job_that_is_always_halted_costs_no_other(classroom):
    classroom.write(ada="halt", bob="pass", zoe="pass")
    summary = classroom.grade(jobs=2)
    assert (summary.graded, list(summary.faults)) == (2, ["ada.alpha"])


def test_all_jobs_are_halted(classroom, tmp_path):
    classroom.write(**{name: f"once=halt,{tmp_path}/{name}" for name in ("ada", "bob")})
    summary = classroom.grade(jobs=2)
    assert (summary.graded, summary.faults) == (2, {})


def test_a_job_is_halted_while_another_dies(classroom, tmp_path):
    # The pool then breaks, forgets its processes, and waits for the halted one.
    classroom.write(ada=f"once=halt,{tmp_path}/mark", bob="sleep=0.5 die", zoe="pass")
    summary = classroom.grade(jobs=2)
    assert (summary.graded, list(summary.faults)) == (2, ["bob.alpha"])


def halt(process):
    os.kill(process, signal.SIGSTOP)
    while Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the state is read from /proc")
def test_a_process_that_was_asked_to_end_stays_halted():
    # Why a pool is ended by SIGKILL: this is what SIGTERM does.
    pool = local_executor(2)
    process = pool.submit(os.getpid).result(WITHIN)
    halt(process)
    os.kill(process, signal.SIGTERM)
    time.sleep(0.2)
    os.kill(process, 0)
    kill(pool)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
