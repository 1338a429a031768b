"""The score report: what grading one submission found, for staff, machines and the exporters.

It is the product's contract, so every rule that a reader may rely on is validated here: numbers are
finite, points add up, outcome and points agree, and an internal error never has a score. The
time of grading is the store's business: grading twice gives the same report, timings aside.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from grader.model.exercise import Limits, Model
from grader.model.submission import Digest, Student, SubmissionInfo
from grader.model.text import Evidence, Line, Slug, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCHEMA_VERSION: Final = "1.1"

Points = Annotated[float, Field(ge=0, le=1e6, strict=True)]
Fraction = Annotated[float, Field(ge=0, le=1, strict=True)]
Visibility = Literal["public", "hidden"]
Measure = Annotated[float, Field(ge=0)]


class Outcome(StrEnum):
    """What became of a check. The last one is our fault and has no score."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """The student's code raised."""
    TIMEOUT = "timeout"
    MEMORY_EXCEEDED = "memory_exceeded"
    OUTPUT_EXCEEDED = "output_exceeded"
    CRASHED = "crashed"
    NOT_RUN = "not_run"
    """A check that this one needs did not pass."""
    INTERNAL_ERROR = "internal_error"


class Status(StrEnum):
    """Whether a report has a score."""

    GRADED = "graded"
    INTERNAL_ERROR = "internal_error"


class ExerciseInfo(Model):
    """The exercise as it stood when the submission was graded."""

    id: Slug
    title: Line
    digest: Digest


class CheckResult(Model):
    """The outcome of one check. A check is all or nothing."""

    id: Slug
    title: Line
    outcome: Outcome
    points: Points
    max_points: Points
    visibility: Visibility
    """`hidden`: the inputs are secret; title, outcome, points and feedback are for the student."""
    misconception: Slug | None = None
    feedback: Text = ""
    """For the student."""
    diagnostic: Text = ""
    """For staff only."""

    @model_validator(mode="after")
    def _outcome_and_points_agree(self) -> Self:
        due = self.max_points if self.outcome is Outcome.PASSED else 0.0
        if self.points != due:
            raise ValueError(f"check {self.id} is {self.outcome} with {self.points:g} points")
        return self


class Finding(Model):
    """What made one check name a misconception."""

    check: Slug
    sentence: Line
    """For the student."""
    values: Evidence = Field(default_factory=dict)
    """For staff and for statistics: the numbers behind the sentence."""


class Diagnosis(Model):
    """A misconception that was recognised, with what shows it."""

    misconception: Slug
    title: Line
    explanation: Text
    evidence: tuple[Finding, ...] = ()
    checks: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """The checks that named it."""


class Execution(Model):
    """Under which layers and limits the code ran, and what it used."""

    layers: tuple[Slug, ...]
    limits: Limits
    wall_seconds: Measure
    cpu_seconds: Measure
    peak_memory_mib: Measure
    observed: tuple[Line, ...] = ()
    """What student code was seen to do besides computing, such as "rebound numpy.allclose".

    These are facts for staff and change no grade. Code can hide from them: no fact proves nothing.
    """


class GraderInfo(Model):
    """The versions that a regrade needs to give the same report."""

    version: Line
    python: Line
    numpy: Line


class ScoreReport(Model):
    """Everything that grading one submission found."""

    schema_version: Literal["1.1"] = SCHEMA_VERSION
    submission: SubmissionInfo
    exercise: ExerciseInfo
    points: Points | None
    max_points: Points | None
    """Null only when grading broke down before the checks were known."""
    fraction: Fraction | None
    """points / max_points."""
    status: Status
    notes: tuple[Line, ...] = ()
    """Sentences for the student about how the file was read."""
    checks: tuple[CheckResult, ...]
    diagnoses: tuple[Diagnosis, ...] = ()
    execution: Execution
    grader: GraderInfo
    diagnostic: Text = ""
    """For staff only: what went wrong with the submission as a whole."""

    @classmethod
    def of(
        cls,
        submission: SubmissionInfo,
        exercise: ExerciseInfo,
        checks: Sequence[CheckResult],
        execution: Execution,
        grader: GraderInfo,
        *,
        diagnoses: Iterable[Diagnosis] = (),
        notes: Iterable[str] = (),
        diagnostic: str = "",
    ) -> Self:
        """Add up the checks; the report is ungraded when one is an internal error or none ran."""
        graded = bool(checks) and all(c.outcome is not Outcome.INTERNAL_ERROR for c in checks)
        points = math.fsum(c.points for c in checks)
        max_points = math.fsum(c.max_points for c in checks)
        return cls(
            submission=submission,
            exercise=exercise,
            points=points if graded else None,
            max_points=max_points if checks else None,
            fraction=points / max_points if graded and max_points else None,
            status=Status.GRADED if graded else Status.INTERNAL_ERROR,
            notes=tuple(notes),
            checks=tuple(checks),
            diagnoses=tuple(diagnoses),
            execution=execution,
            grader=grader,
            diagnostic=diagnostic,
        )

    def of_student(self, student: Student) -> Self:
        """Return the report with all that is known of its student by now."""
        if student == self.submission.student:
            return self
        submission = self.submission.model_copy(update={"student": student})
        return self.model_copy(update={"submission": submission})

    @model_validator(mode="after")
    def _refers_to_its_own_checks(self) -> Self:
        ids = [check.id for check in self.checks]
        if len(set(ids)) != len(ids):
            raise ValueError("two checks have the same id")
        named = [diagnosis.misconception for diagnosis in self.diagnoses]
        if len(set(named)) != len(named):
            raise ValueError("a misconception is diagnosed twice")
        for diagnosis in self.diagnoses:
            if not set(diagnosis.checks) <= set(ids):
                raise ValueError(f"{diagnosis.misconception} refers to a check that is not here")
            if not {finding.check for finding in diagnosis.evidence} <= set(diagnosis.checks):
                raise ValueError(f"{diagnosis.misconception} has evidence from another check")
        return self

    @model_validator(mode="after")
    def _points_add_up(self) -> Self:
        if self.checks or self.max_points is not None:
            _same("max_points", self.max_points, math.fsum(c.max_points for c in self.checks))
        if self.status is Status.INTERNAL_ERROR:
            if (self.points, self.fraction) != (None, None):
                raise ValueError("an internal error has no points and no fraction")
            return self
        if any(check.outcome is Outcome.INTERNAL_ERROR for check in self.checks):
            raise ValueError("a check ended in an internal error, so the report cannot be graded")
        if not self.max_points:
            raise ValueError("a graded report has max_points above 0")
        _same("points", self.points, math.fsum(c.points for c in self.checks))
        _same("fraction", self.fraction, (self.points or 0) / self.max_points)
        return self


def _same(name: str, stated: float | None, due: float) -> None:
    if stated is None or not math.isclose(stated, due, rel_tol=1e-9, abs_tol=1e-9):
        raise ValueError(f"{name} is {stated}, the checks make it {due:g}")


def canonical_json(model: Model) -> str:
    """Return the one JSON text of a record: fields in order of declaration, LF, a final newline."""
    return model.model_dump_json(indent=1) + "\n"


def report_json(report: ScoreReport) -> str:
    """Return the canonical JSON of a report."""
    return canonical_json(report)


def parse_report(text: str | bytes) -> ScoreReport:
    """Read a report; raise pydantic.ValidationError when any rule is broken."""
    return ScoreReport.model_validate_json(text)
