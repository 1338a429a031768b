"""Right answers with some of their text changed, graded the whole way, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.grade import Answer

if TYPE_CHECKING:
    from grader.grade import Slot
    from grader.model.report import ScoreReport

SOLUTIONS = Path(__file__).parents[2] / "solutions"


def graded(slot: Slot, exercise_id: str, *changes: tuple[str, str]) -> ScoreReport:
    """Grade the reference of an exercise with each first text replaced by the second."""
    source = (SOLUTIONS / exercise_id / "reference.py").read_text("utf-8")
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    report = slot.grade(exercise_id, Answer.of_file(exercise_id, "ada", "ada.py", source.encode()))
    assert report.status == "graded"
    return report


def failed(report: ScoreReport) -> set[str]:
    """Return the ids of the checks that did not pass."""
    return {check.id for check in report.checks if check.outcome != "passed"}


def names(report: ScoreReport) -> set[str]:
    """Return all misconceptions that are named."""
    return {diagnosis.misconception for diagnosis in report.diagnoses}


def feedback(report: ScoreReport, check_id: str) -> str:
    """Return what the student is told of one check."""
    return next(check.feedback for check in report.checks if check.id == check_id)
