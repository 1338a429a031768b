"""PrairieLearn: one `results.json` per submission, as an external grader writes it.

After a fault of ours the submission is said to be not gradable: it then costs no attempt and gets
no score. Every test has points and a maximum, because one without them hides those of all.
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.model.feedback import CheckFeedback, StudentFeedback


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield a file per submission, in a folder of its own: the file's name cannot be chosen."""
    for entry in entries:
        path = f"{entry.feedback.submission.id}/results.json"
        yield Document(path, strict_json(results(entry.feedback)))


def results(feedback: StudentFeedback) -> dict[str, Any]:
    """Return the results.json of one submission; `score` is a ratio from 0 to 1."""
    if not is_graded(feedback) or feedback.fraction is None:
        return {"gradable": False, "message": feedback.summary}
    return {
        "gradable": True,
        "score": number(feedback.fraction),
        "message": feedback.summary,
        "output": overview(feedback),
        "tests": [_test(check) for check in feedback.checks],
    }


def _test(check: CheckFeedback) -> dict[str, Any]:
    return {
        "name": check.title,
        "points": number(check.points),
        "max_points": number(check.max_points),
        "output": capped(check.feedback),
    }


TARGET = Target(export, "PrairieLearn: results.json of an external grader")
