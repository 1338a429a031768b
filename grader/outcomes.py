"""Turn what happened to the checks into the words and records of a report."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import grader
from grader.catalog import Misconception
from grader.model.exercise import Exercise
from grader.model.report import CheckResult, Diagnosis, Finding, GraderInfo, Outcome
from grader.sandbox.definitions import Definitions
from grader.testing.checks import Check
from grader.testing.runner import CheckOutcome, Run

OUR_FAULT = (
    "This check could not be run because of a problem on our side. "
    "It was not counted as an attempt."
)
NOTES = 20


@cache
def grader_info() -> GraderInfo:
    """Return the versions that a report records."""
    return GraderInfo(
        version=grader.__version__, python=platform.python_version(), numpy=np.__version__
    )


def ended(run: Run, check: Check) -> CheckOutcome:
    """Return how a check ended; one that pytest never reached is our fault."""
    silent = CheckOutcome(check, Outcome.INTERNAL_ERROR, diagnostic="pytest did not run this check")
    return run.outcomes.get(check.id, silent)


def result(ended: CheckOutcome, *, public: bool) -> CheckResult:
    """Return the report's record of a check."""
    check, outcome = ended.check, Outcome(ended.outcome)
    names = [d.misconception for d in ended.failure.diagnoses] if ended.failure else []
    return CheckResult(
        id=check.id,
        title=check.title,
        outcome=outcome,
        points=check.points if outcome is Outcome.PASSED else 0.0,
        max_points=check.points,
        visibility=check.visibility or ("public" if public else "hidden"),
        misconception=names[0] if names else None,
        feedback=_feedback(ended, outcome),
        diagnostic=ended.failure.diagnostic if ended.failure else ended.diagnostic,
    )


def diagnoses(
    checks: Iterable[CheckOutcome], catalogue: Mapping[str, Misconception]
) -> list[Diagnosis]:
    """Return each misconception once, with all checks that named it and their evidence."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for ended in checks:
        for diagnosis in ended.failure.diagnoses if ended.failure else ():
            found.setdefault(diagnosis.misconception, []).append((ended.check.id, diagnosis))
    return [_diagnosis(name, named, catalogue.get(name)) for name, named in found.items()]


def _diagnosis(name: str, named: list[tuple[str, Any]], known: Misconception | None) -> Diagnosis:
    findings = [
        Finding(check=check, sentence=d.sentence, values=_plain(d.evidence))
        for check, d in named
        if d.sentence or d.evidence
    ]
    return Diagnosis(
        misconception=name,
        title=known.title if known else name,
        explanation=known.explanation if known else "",
        evidence=tuple(findings),
        checks=tuple(dict.fromkeys(check for check, _ in named)),
    )


def _feedback(ended: CheckOutcome, outcome: Outcome) -> str:
    if outcome is Outcome.PASSED:
        return ""
    if outcome is Outcome.INTERNAL_ERROR:
        return OUR_FAULT
    if outcome is Outcome.NOT_RUN:
        return f"not run: {ended.diagnostic.removeprefix('Skipped: ')}"
    text = ended.failure.feedback if ended.failure else "this does not hold for your code"
    return f"{text}\n\nhint: {ended.check.hint}" if ended.check.hint else text


def reading_notes(definitions: Definitions, exercise: Exercise) -> list[str]:
    """Tell the student how the file was read, where that may surprise."""
    wanted = [name for f in exercise.functions for name in (f.name, *f.aliases)]
    # A file of helpers need not be there: what it gives comes with the exercise.
    given = Path(exercise.helpers.file).stem if exercise.helpers else ""
    missing = [name for name in definitions.missing_modules if name != given]
    return list(_notes(definitions, wanted, missing))[:NOTES]


def _notes(definitions: Definitions, wanted: list[str], missing: list[str]) -> Iterator[str]:
    for broken in definitions.broken:
        if broken.needs:
            yield too_new(broken.place, broken.needs)
        else:
            yield f"{broken.place} is not valid Python and was left out: {broken.message}"
    for name in wanted:
        found = definitions.functions.get(name)
        if found and found.count > 1:
            yield f"{name} is defined {found.count} times; the one at {found.place} counts"
    # A lab leans on data that is not there; what needs it says so when it is called.
    for failed in (entry for entry in definitions.failed if entry.kind != "other"):
        yield f"{failed.place} could not be executed and was left out: {failed.error}"
    if missing:
        names = ", ".join(missing[:8])
        yield f"not available here, so that only what uses them fails: {names}"


def too_new(what: str, version: str) -> str:
    """Say which Python a piece or a function needs, and which is here."""
    here = ".".join(platform.python_version_tuple()[:2])
    return f"{what} needs Python {version}, and Python {here} grades here"


def _plain(value: Any) -> Any:
    """Return evidence as plain data: numpy's numbers and arrays become Python's."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return value
