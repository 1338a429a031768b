"""A small exercise, a slot that grades it, and what its students are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.grade import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.model.report import ScoreReport

HIDDEN = """
from grader.testing import check, expect_close, expect_unchanged

@check("Square every entry", points=2, hint="Which operator squares an array?")
def test_square(submission, rng):
    x = rng.normal(size=(3, 2))
    expect_close(submission.square(x), x**2, "square(x)")

@check("Leave the argument alone", points=1, needs=["square"])
def test_argument_kept(submission, rng):
    submission.square(rng.normal(size=(3, 2)))
    expect_unchanged(submission)
"""
EXERCISE = """
[[functions]]
name = "square"
aliases = ["squared"]
parameters = [{ name = "x", aliases = ["X", "values"] }]
returns = { kind = "array" }
[limits]
call_wall_seconds = 0.5
memory_mib = 96
output_kib = 16
reply_mib = 1
"""
STARTER = """
def square(x):
    # TODO: return the square of every entry of x.
    raise NotImplementedError
"""


@pytest.fixture(scope="module")
def slot(tmp_path_factory: pytest.TempPathFactory, write_course: Any) -> Iterator[Slot]:
    """Start a slot for the small exercise."""
    root = tmp_path_factory.mktemp("course")
    with Slot(write_course(root, HIDDEN, exercise=EXERCISE, starter=STARTER)) as started:
        yield started


@pytest.fixture
def grade(slot: Slot, make_answer: Any) -> Callable[..., ScoreReport]:
    """Return a function that grades source code, or bytes and the file's name."""
    return lambda *answer: slot.grade("mini", make_answer(*answer))


@pytest.fixture(scope="session")
def told() -> Callable[[ScoreReport], str]:
    """Return a function that gives all that a report tells the student."""
    return _told


def _told(report: ScoreReport) -> str:
    lines = [f"{report.points} of {report.max_points}, {report.status}"]
    for check in report.checks:
        lines += [f"{check.title}: {check.outcome}", *_indented(check.feedback)]
    for diagnosis in report.diagnoses:
        lines.append(f"{diagnosis.title} ({diagnosis.misconception})")
        lines += _indented("\n".join(finding.sentence for finding in diagnosis.evidence))
    return "\n".join([*lines, *(f"note: {note}" for note in report.notes)])


def _indented(text: str) -> list[str]:
    return [f"    {line}".rstrip() for line in text.splitlines()]
