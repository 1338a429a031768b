"""Job functions that stand in for the grader: each file's text says what becomes of its job."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from zlib import crc32

import grader
from grader.catalog import Course
from grader.errors import CourseError, SandboxError
from grader.jobs import Job
from grader.model.report import (
    CheckResult,
    Execution,
    ExerciseInfo,
    GraderInfo,
    Outcome,
    ScoreReport,
    report_json,
)
from grader.signing import Key


def fake_job(text: str) -> str:
    """Do what the submission's file says: ``pass``, ``fail``, ``die``, ``raise`` and so on.

    The report is signed where the job has a key, but after the word ``unsigned``.
    """
    job = Job.model_validate_json(text)
    for word in job.files[-1].data.decode().split():
        verb, _, rest = word.partition("=")
        if verb == "unsigned":
            job = job.model_copy(update={"key": None})
        elif verb in WORDS:
            WORDS[verb](job, rest)
        else:
            return _signed(job, _report(job, verb))
    return _signed(job, _report(job, "pass"))


def _signed(job: Job, report: str) -> str:
    return "".join(Key.private(job.key).sign(report)) if job.key else report


def byte_job(text: str) -> str:
    """Let what a file holds decide, whatever it is: about every second one passes."""
    job = Job.model_validate_json(text)
    return _report(job, "pass" if crc32(job.files[-1].data) % 2 else "fail")


def _report(job: Job, word: str) -> str:
    outcome = {"fail": Outcome.FAILED, "internal": Outcome.INTERNAL_ERROR}.get(word, Outcome.PASSED)
    folder = Course(job.course).folder(job.exercise)
    if word == "garbage":
        return "this is no report"
    submission = job.submission
    exercise = ExerciseInfo(id=folder.id, title=folder.exercise.title, digest=folder.digest)
    if word == "elsewhere":
        exercise = exercise.model_copy(update={"id": "beta"})
    if word == "outdated":
        exercise = exercise.model_copy(update={"digest": "sha256:" + "0" * 64})
    if word == "another":
        submission = submission.model_copy(update={"id": f"mallory.{job.exercise}"})
    check = CheckResult(
        id="a_check",
        title="a check",
        outcome=outcome,
        points=2.0 if outcome is Outcome.PASSED else 0.0,
        max_points=2.0,
        visibility="hidden",
        diagnostic=f"word {word}",
    )
    return report_json(
        ScoreReport.of(
            submission,
            exercise,
            [] if word == "empty" else [check],
            Execution(
                layers=("process",),
                limits=folder.exercise.limits,
                wall_seconds=0.0,
                cpu_seconds=0.0,
                peak_memory_mib=0.0,
            ),
            GraderInfo(version=grader.__version__, python="3", numpy="2"),
            notes=job.notes,
        )
    )


def _die(_: Job, __: str) -> None:
    os._exit(1)


def _halt(_: Job, __: str) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _raise(_: Job, __: str) -> None:
    raise SandboxError("the sandbox went away")


def _broken_course(_: Job, __: str) -> None:
    raise CourseError("test_hidden.py: there is no check")


def _once(job: Job, rest: str) -> None:
    """Go wrong in the way ``once=HOW,FILE`` says, the first time only."""
    how, mark = rest.split(",")
    if not Path(mark).exists():
        Path(mark).touch()
        WORDS[how](job, "")


def _interrupt(_: Job, __: str) -> None:
    raise KeyboardInterrupt


def _count(_: Job, mark: str) -> None:
    with open(mark, "a") as stream:
        stream.write("x")


WORDS = {
    "die": _die,
    "halt": _halt,
    "raise": _raise,
    "broken-course": _broken_course,
    "once": _once,
    "interrupt": _interrupt,
    "sleep": lambda _, seconds: time.sleep(float(seconds)),
    "count": _count,
}
