"""GitHub Classroom: the `result` that a grading step hands to the reporter, one per submission.

It is JSON in base64 on one line. The reporter leaves out a runner whose maximum is zero or no whole
number of points, so such a submission is listed instead. A fault of ours is the status `error`
without tests: the job fails, and no points are added.
"""

from __future__ import annotations

import base64
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
    strict_json,
)
from grader.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.model.feedback import CheckFeedback, StudentFeedback


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield the step's output per submission."""
    for entry in entries:
        feedback = entry.feedback
        if is_graded(feedback) and feedback.max_points != int(feedback.max_points or 0):
            reason = f"its {feedback.max_points} points are no whole number, which is required"
            yield Left(feedback.submission.id, reason)
            continue
        text = strict_json(result(feedback))
        yield Document(f"{feedback.submission.id}.txt", base64.b64encode(text.encode()).decode())


def result(feedback: StudentFeedback) -> dict[str, Any]:
    """Return what is encoded."""
    if not is_graded(feedback):
        return {"version": 1, "status": "error", "max_score": 0, "tests": []}
    passed = feedback.points == feedback.max_points
    return {
        "version": 1,
        "status": "pass" if passed else "fail",
        "max_score": int(feedback.max_points or 0),
        "tests": [_test(check) for check in feedback.checks],
    }


def _test(check: CheckFeedback) -> dict[str, Any]:
    ended = {Outcome.PASSED: "pass", Outcome.FAILED: "fail"}
    return {
        "name": check.title,
        "status": ended.get(check.outcome, "error"),
        "score": number(check.points),
        "message": capped(check.feedback),
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "execution_time": 0,
    }


TARGET = Target(export, "GitHub Classroom: the output of a grading step, in base64")
