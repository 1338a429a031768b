"""Coursera: one `feedback.json` per submission, as a custom grader's container writes it.

Nothing is written for a fault of ours: the container then ends with another exit code than zero,
and the platform does not record a score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.export.document import (
    OUR_FAULT,
    Document,
    Entry,
    Left,
    Options,
    Target,
    capped,
    is_graded,
    strict_json,
)
from grader.model.feedback import feedback_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.model.feedback import StudentFeedback


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield a file per graded submission, in a folder of its own."""
    for entry in entries:
        feedback = entry.feedback
        if is_graded(feedback):
            path = f"{feedback.submission.id}/feedback.json"
            yield Document(path, strict_json(document(feedback)))
        else:
            yield Left(feedback.submission.id, OUR_FAULT)


def document(feedback: StudentFeedback) -> dict[str, Any]:
    """Return the feedback.json of a graded submission; the score is a ratio, never a bool."""
    if feedback.fraction is None:
        raise ValueError(f"{feedback.submission.id} has no score")
    return {
        "fractionalScore": float(feedback.fraction),
        "feedback": capped(feedback_markdown(feedback)),
    }


TARGET = Target(export, "Coursera: feedback.json of a custom grader")
