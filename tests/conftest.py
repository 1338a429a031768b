"""Records that tests of several folders need."""

from __future__ import annotations

from typing import Any

import pytest

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

DIGEST = "sha256:" + "0" * 64


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
