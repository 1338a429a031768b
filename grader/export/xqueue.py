"""Open edX: the reply of an external grader to XQueue, one JSON document per submission.

The server that is in use takes a ratio and multiplies it; an old one takes points. Points sent to
the new one were stored as 340 of 20, so a ratio is what is written unless points are asked for.
The message is one well-formed element, because the classic problem type parses it as XML.
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
    is_graded,
    number,
    strict_json,
)
from grader.export.html import fragment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.model.feedback import StudentFeedback


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:
    """Yield a reply per graded submission; a fault of ours has none, and the queue asks again."""
    for entry in entries:
        feedback = entry.feedback
        if is_graded(feedback):
            text = strict_json(reply(feedback, points=options.score == "points"))
            yield Document(f"{feedback.submission.id}.json", text)
        else:
            yield Left(feedback.submission.id, OUR_FAULT)


def reply(feedback: StudentFeedback, *, points: bool = False) -> dict[str, Any]:
    """Return the three parts of a reply, all of which the platform requires."""
    if feedback.points is None or feedback.fraction is None:
        raise ValueError(f"{feedback.submission.id} has no score")
    return {
        "correct": feedback.points == feedback.max_points,
        "score": number(feedback.points if points else feedback.fraction),
        "msg": fragment(feedback),
    }


TARGET = Target(export, "Open edX: the reply to XQueue")
