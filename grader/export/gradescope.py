"""Gradescope: one `results.json` per submission, as an autograder writes it.

Every test is visible. Its text never tells the inputs of a hidden check, and a single test with
`hidden` visibility would hide the total from the student.

After an internal error the file has neither score nor tests, only a sentence: what Gradescope then
shows is that the autograder failed, for staff to run again. A score of any kind, or an empty list
of tests, would be a zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.export.document import (
    Document,
    Entry,
    Left,
    Options,
    Target,
    capped,
    is_graded,
    number,
    overview,
    strict_json,
)
from grader.model.report import Outcome
from grader.model.text import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.model.feedback import CheckFeedback, StudentFeedback


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield a file per submission, in a folder of its own: the file's name cannot be chosen."""
    for entry in entries:
        path = f"{entry.feedback.submission.id}/results.json"
        yield Document(path, strict_json(results(entry)))


def results(entry: Entry) -> dict[str, Any]:
    """Return the results.json of one submission. Unknown fields are left out, never null."""
    feedback = entry.feedback
    document: dict[str, Any] = {
        "output": overview(feedback),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": _facts(feedback) | {"graded_at": timestamp(entry.graded_at)},
    }
    if not is_graded(feedback) or feedback.points is None:
        return document
    return document | {
        "score": number(feedback.points),
        "visibility": "visible",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": [_test(index, check) for index, check in enumerate(feedback.checks, 1)],
    }


def _test(index: int, check: CheckFeedback) -> dict[str, Any]:
    # Without a status, a failed check that is worth nothing would count as passed (0 of 0).
    test: dict[str, Any] = {
        "name": check.title,
        "number": str(index),
        "score": number(check.points),
        "max_score": number(check.max_points),
        "status": "passed" if check.outcome is Outcome.PASSED else "failed",
        "visibility": "visible",
    }
    if check.feedback:
        test["output"] = capped(check.feedback)
    if check.misconception:
        test["tags"] = [check.misconception]
    return test


def _facts(feedback: StudentFeedback) -> dict[str, str]:
    return {
        "schema_version": feedback.schema_version,
        "submission": feedback.submission.id,
        "digest": feedback.submission.digest,
        "exercise": feedback.exercise.id,
        "status": str(feedback.status),
    }


TARGET = Target(export, "Gradescope: results.json of an autograder")
