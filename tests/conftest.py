"""What tests of several folders need: records, a forkserver, small courses, submissions."""

from __future__ import annotations

import hashlib
import os
import signal
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from grader.catalog import Course
from grader.grade import Answer
from grader.model.exercise import Limits
from grader.model.report import (
    CheckResult,
    Execution,
    ExerciseInfo,
    GraderInfo,
    Outcome,
    ScoreReport,
)
from grader.model.submission import Student, SubmissionInfo
from grader.sandbox.forkserver import Forkserver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Continuous integration repeats itself, so that a change lands or not by what it is; elsewhere,
# property tests look for new examples. Machines are busy: no example has a deadline.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("search", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "search")

DIGEST = "sha256:" + "0" * 64


def pytest_configure(config: pytest.Config) -> None:
    # A shell that starts the tests in the background has it ignored, by what they start as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line(
        "markers", "layers(*names): the machine must enforce these sandbox layers, or it is skipped"
    )


@pytest.fixture(scope="session")
def forkserver() -> Iterator[Forkserver]:
    """Start a forkserver with every layer of this machine."""
    with Forkserver() as running:
        yield running


@pytest.fixture(autouse=True)
def _needed_layers(request: pytest.FixtureRequest) -> None:
    """Skip a test that needs a layer which this machine lacks, and say which and why."""
    marker = request.node.get_closest_marker("layers")
    if marker is None:
        return
    here: Forkserver = request.getfixturevalue("forkserver")
    lacking = [f"{n} ({here.reasons.get(n)})" for n in marker.args if n not in here.layers]
    if lacking:
        pytest.skip(f"this machine lacks a sandbox layer: {', '.join(lacking)}")


@pytest.fixture(scope="session")
def make_answer() -> Callable[..., Answer]:
    """Return a function that makes a submission of source code or bytes."""
    return _answer


def _answer(content: str | bytes, name: str = "answer.py", *others: tuple[str, bytes]) -> Answer:
    data = dedent(content).encode() if isinstance(content, str) else content
    files = [(name, data), *others]
    digest = hashlib.sha256(repr(files).encode()).hexdigest()
    info = SubmissionInfo(
        id="ada.mini",
        student=Student(label="ada"),
        digest=f"sha256:{digest}",
        files=tuple(name for name, _ in files),
    )
    return Answer(info, files)


@pytest.fixture
def mini_course(tmp_path: Path) -> Callable[..., Course]:
    """Return a function that writes a course of one exercise, ``mini``, from its parts."""

    def make(
        hidden: str, *, exercise: str = SQUARE, examples: str = "", starter: str = ""
    ) -> Course:
        return _write_course(
            tmp_path, hidden, exercise=exercise, examples=examples, starter=starter
        )

    return make


@pytest.fixture(scope="session")
def write_course() -> Callable[..., Course]:
    """Return what `mini_course` calls, for courses that several tests share."""
    return _write_course


SQUARE = """
[[functions]]
name = "square"
parameters = [{ name = "x" }]
returns = { kind = "array" }
"""


def _write_course(
    root: Path,
    hidden: str,
    *,
    exercise: str = SQUARE,
    examples: str = "",
    starter: str = "",
    points: float = 10,
) -> Course:
    """Write a course with the exercise ``mini``; limits are short, since tests run into them.

    What the checks' points add up to matters to a class alone.
    """
    limits = "" if "[limits]" in exercise else "[limits]\ncall_wall_seconds = 0.5\n"
    files = {
        "exercises/course.toml": 'title = "A small course"\nexercises = ["mini"]\n',
        "exercises/mini/exercise.toml": (
            f'id = "mini"\ntitle = "Mini"\npoints = {points}\n{exercise}\n{limits}'
        ),
        "exercises/mini/starter.py": starter,
        "exercises/mini/test_examples.py": examples,
        "solutions/mini/reference.py": "",
        "solutions/mini/test_hidden.py": hidden,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    return Course(root)


@pytest.fixture(scope="session")
def make_report() -> Any:
    """Return a function that makes a report from outcomes: ``make_report("passed", "failed")``."""
    return _report


def _report(
    *outcomes: str,
    student: str = "ada",
    exercise: str = "zero_init",
    points: float = 2.0,
    identities: dict[str, str] | None = None,
    **fields: Any,
) -> ScoreReport:
    checks = [
        CheckResult(
            id=f"check_{number}",
            title=f"check number {number}",
            outcome=Outcome(outcome),
            points=points if outcome == "passed" else 0.0,
            max_points=points,
            visibility="hidden",
            feedback="" if outcome == "passed" else "W1 has shape (4,) instead of (4, 1)",
            diagnostic="STAFF ONLY",
        )
        for number, outcome in enumerate(outcomes, 1)
    ]
    return ScoreReport.of(
        SubmissionInfo(
            id=f"{student}.{exercise}",
            student=Student(label=student, **(identities or {})),
            digest=fields.pop("digest", DIGEST),
            files=(f"{exercise}.py",),
        ),
        ExerciseInfo(id=exercise, title="Zero initialisation", digest=DIGEST),
        checks,
        Execution(
            layers=("process",),
            limits=Limits(),
            wall_seconds=0.01,
            cpu_seconds=0.01,
            peak_memory_mib=40.0,
        ),
        GraderInfo(version="0.1.0", python="3.12.1", numpy="2.4.0"),
        **fields,
    )
