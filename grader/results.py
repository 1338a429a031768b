"""A stored result: the report that it holds, or why it does not count."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import ValidationError

from grader.model.report import SCHEMA_VERSION, ScoreReport, Status, parse_report
from grader.model.submission import EXACT
from grader.model.text import clean_line

if TYPE_CHECKING:
    from grader.model.submission import Student
    from grader.signing import Key, Signed

UNSIGNED: Final = "it was graded without a signature"
FORGED: Final = "it is not what was signed with this key: it was changed, or signed with another"
MOVED: Final = "what was signed is about another submission or exercise: it was moved"
OTHER: Final = "it was signed for a student with another account, address or id than now"


class Result(NamedTuple):
    """A result as the store holds it, and what it is held to be."""

    submission: str
    exercise: str
    key: str
    student: Student
    """As the student is known today."""
    isolation: str
    """The level of the run that graded it."""
    text: str
    signed: Signed | None


def store_key(submission: str, exercise: str, grader_version: str, isolation: str) -> str:
    """Return the key of a result: two digests, the version and the level that it depends on."""
    parts = f"{submission}\n{exercise}\n{grader_version}\n{isolation}"
    return hashlib.sha256(parts.encode()).hexdigest()


def read_result(result: Result, key: Key | None) -> tuple[ScoreReport | None, str]:
    """Return the report; with a key, only if that signed it, as the result that it is held to be.

    Whoever can write into the store can move a genuine report to another submission or student:
    it says itself whose it is, and of which files, of which exercise, it is the result.
    """
    report, fault = read_report(result.text)
    # What has no points has nothing to be forged, and is graded again.
    if report is None or key is None or report.status is not Status.GRADED:
        return report, fault
    if result.signed is None:
        return None, UNSIGNED
    if not key.is_genuine(result.signed):
        return None, FORGED
    found = report.submission.digest, report.exercise.digest, report.grader.version
    own = report.submission.id, report.exercise.id, store_key(*found, result.isolation)
    if own != (result.submission, result.exercise, result.key):
        return None, MOVED
    if _differ(report.submission.student, result.student):
        return None, OTHER
    return report, ""


def _differ(then: Student, now: Student) -> bool:
    """Whether something by which systems join was known, and is another by now."""
    pairs = [(getattr(then, name), getattr(now, name)) for name in EXACT]
    return any(old and old.casefold() != (new or "").casefold() for old, new in pairs)


def read_report(text: str) -> tuple[ScoreReport | None, str]:
    """Return the report, or why it cannot be read."""
    try:
        return parse_report(text), ""
    except ValidationError as error:
        faults = {fault["loc"]: fault for fault in error.errors()}
    if version := faults.get(("schema_version",)):
        wrote = clean_line(str(version["input"]), 40)
        return None, (
            f"its report has version {wrote}, as another grader wrote it, and this one reads "
            f"{SCHEMA_VERSION}: grade it again"
        )
    return None, f"its report is broken: {next(iter(faults.values()))['msg']}"
