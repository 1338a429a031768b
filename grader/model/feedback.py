"""What a student is told: a type without any field for staff, and its text in Markdown.

Exporters are given this type and nothing else, so none of them can reach a diagnostic.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from grader.model.exercise import Model
from grader.model.report import (
    SCHEMA_VERSION,
    CheckResult,
    ExerciseInfo,
    Fraction,
    Outcome,
    Points,
    ScoreReport,
    Status,
    Visibility,
)
from grader.model.submission import SubmissionInfo
from grader.model.text import Line, Slug, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OUR_FAULT: Final = (
    "Your submission could not be graded because of a problem on our side. "
    "It was not counted as an attempt."
)
AS_ABOVE: Final = "as above"
_TICKS: Final = re.compile("`+")
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>#|&~!])")
_MARKS: Final = {Outcome.PASSED: "✓", Outcome.NOT_RUN: "·"}


class CheckFeedback(Model):
    """The outcome of one check as the student reads it."""

    id: Slug
    title: Line
    outcome: Outcome
    points: Points
    max_points: Points
    visibility: Visibility
    misconception: Slug | None
    feedback: Text


class DiagnosisFeedback(Model):
    """A misconception that was recognised, in sentences."""

    misconception: Slug
    title: Line
    explanation: Text
    evidence: tuple[Line, ...]
    checks: tuple[Slug, ...]


class StudentFeedback(Model):
    """The part of a report that is for the student."""

    schema_version: Literal["1.1"] = SCHEMA_VERSION
    submission: SubmissionInfo
    exercise: ExerciseInfo
    points: Points | None
    max_points: Points | None
    fraction: Fraction | None
    status: Status
    summary: Line
    """One sentence: how many checks passed, or that the problem is ours."""
    notes: tuple[Line, ...]
    checks: tuple[CheckFeedback, ...]
    diagnoses: tuple[DiagnosisFeedback, ...]


def feedback_for_student(report: ScoreReport) -> StudentFeedback:
    """Copy the student's part of a report, field by field.

    An ungraded report tells no outcomes: some of them are ours, and none of them counted.
    """
    graded = report.status is Status.GRADED
    return StudentFeedback(
        submission=report.submission,
        exercise=report.exercise,
        points=report.points,
        max_points=report.max_points,
        fraction=report.fraction,
        status=report.status,
        summary=_summary(report),
        notes=report.notes,
        checks=tuple(_check(c) for c in report.checks) if graded else (),
        diagnoses=tuple(_diagnoses(report)) if graded else (),
    )


def _summary(report: ScoreReport) -> str:
    if report.status is Status.INTERNAL_ERROR:
        return OUR_FAULT
    passed = sum(check.outcome is Outcome.PASSED for check in report.checks)
    return f"{passed} of {len(report.checks)} checks passed."


def _check(check: CheckResult) -> CheckFeedback:
    return CheckFeedback(
        id=check.id,
        title=check.title,
        outcome=check.outcome,
        points=check.points,
        max_points=check.max_points,
        visibility=check.visibility,
        misconception=check.misconception,
        feedback=check.feedback,
    )


def _diagnoses(report: ScoreReport) -> Iterator[DiagnosisFeedback]:
    for found in report.diagnoses:
        yield DiagnosisFeedback(
            misconception=found.misconception,
            title=found.title,
            explanation=found.explanation,
            evidence=tuple(dict.fromkeys(f.sentence for f in found.evidence if f.sentence)),
            checks=found.checks,
        )


def points_text(points: float | None) -> str:
    """Return points as people write them: ``3``, ``2.5``, at most three decimals."""
    return "-" if points is None else f"{points:.3f}".rstrip("0").rstrip(".")


def feedback_markdown(feedback: StudentFeedback) -> str:
    """Return the feedback as Markdown; text of the student's own stands in code blocks."""
    parts = [f"# {_escape(feedback.exercise.title)}", feedback.summary]
    if feedback.points is not None:
        total = f"{points_text(feedback.points)} of {points_text(feedback.max_points)} points"
        parts[1] = f"**{total}** · {feedback.summary}"
    if feedback.notes:
        parts.append("\n".join(f"- {_escape(note)}" for note in feedback.notes))
    if feedback.diagnoses:
        parts.append("## What we recognised")
        parts += [_diagnosis_markdown(found) for found in feedback.diagnoses]
    if feedback.checks:
        parts.append("## Checks")
        texts = once(check.feedback.strip("\n") for check in feedback.checks)
        parts += [_check_markdown(*pair) for pair in zip(feedback.checks, texts, strict=True)]
    files = ", ".join(_escape(name) for name in feedback.submission.files)
    parts.append(f"---\n{_escape(feedback.submission.student.label)} · {files}")
    return "\n\n".join(parts) + "\n"


def _diagnosis_markdown(found: DiagnosisFeedback) -> str:
    lines = [f"**{_escape(found.title)}** ({found.misconception})", _escape(found.explanation)]
    lines += [f"- {_escape(sentence)}" for sentence in found.evidence]
    return "\n".join(lines[:2]) + ("\n\n" + "\n".join(lines[2:]) if lines[2:] else "")


def once(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts about one check after the other; what the one before said is not said again."""
    before = ""
    for text in texts:
        yield AS_ABOVE if text and text == before else text
        before = text


def _check_markdown(check: CheckFeedback, text: str) -> str:
    mark = _MARKS.get(check.outcome, "✗")
    points = f"{points_text(check.points)} / {points_text(check.max_points)}"
    head = f"{mark} **{_escape(check.title)}** — {points}"
    if check.outcome not in (Outcome.PASSED, Outcome.FAILED):
        head += f" ({str(check.outcome).replace('_', ' ')})"
    if text == AS_ABOVE:
        return f"{head}: {AS_ABOVE}"
    if not text:
        return head
    return f"{head}\n\n{fenced(text)}"


def fenced(text: str) -> str:
    """Return `text` as a Markdown code block that it cannot leave."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _escape(text: str) -> str:
    """Keep Markdown and HTML in a student's text from being more than text."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
