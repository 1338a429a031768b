"""LTI Advantage: one AGS 2.0 score document per submission, to be posted to its line item.

A score has points and their maximum; the platform scales. Nothing is written for an internal
error: a `Failed` score clears a grade that the platform already has. An address or a participant
number is never taken for the platform's user id. Where a class came without any identity but the
names of its folders, those names are all there is: they are written, and said to be a guess.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from grader.export.document import (
    OUR_FAULT,
    Document,
    Entry,
    Left,
    Options,
    Target,
    is_graded,
    number,
    overview,
    strict_json,
)
from grader.model.text import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.model.submission import Student

# Moodle compares whole seconds and refuses a score of the same second.
STEP: Final = timedelta(seconds=1)
_GUESS: Final = "userId is the folder's name, since no LTI or LMS id of the student is known"
_CANVAS: Final = "https://canvas.instructure.com/lti/submission"


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield a score per submission; those of one student and exercise in the order of grading."""
    last: dict[tuple[str, str], datetime] = {}
    for entry in sorted(entries, key=lambda e: (e.graded_at, e.feedback.submission.id)):
        feedback = entry.feedback
        student = feedback.submission.student
        user = student.lti_sub or student.user_id or _only_a_label(student)
        if not is_graded(feedback):
            yield Left(feedback.submission.id, OUR_FAULT)
        elif user is None:
            reason = "neither an LTI sub nor a user id of its student is known"
            yield Left(feedback.submission.id, reason)
        else:
            place = (user, feedback.exercise.id)
            moment = max(entry.graded_at, last.get(place, entry.graded_at - STEP) + STEP)
            last[place] = moment
            text = strict_json(score(entry, user, moment))
            guess = "" if student.lti_sub or student.user_id else _GUESS
            yield Document(f"{feedback.submission.id}.json", text, guess)


def _only_a_label(student: Student) -> str | None:
    """Return the label of a student of whom nothing else is known."""
    known = student.model_dump(exclude={"label"}, exclude_none=True)
    return None if known else student.label


def score(entry: Entry, user: str, moment: datetime) -> dict[str, Any]:
    """Return the score document of a graded submission."""
    feedback = entry.feedback
    if feedback.points is None or feedback.max_points is None:
        raise ValueError(f"{feedback.submission.id} has no score")
    return {
        "userId": user,
        "timestamp": timestamp(moment),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": number(feedback.points),
        "scoreMaximum": number(feedback.max_points),
        # Always there: Moodle erases a comment when a later score has none.
        "comment": overview(feedback),
        # Canvas would count the score as one more attempt of the student; others ignore this.
        _CANVAS: {"new_submission": False},
    }


TARGET = Target(export, "LTI 1.3: AGS 2.0 scores")
