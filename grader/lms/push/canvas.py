"""Canvas over its REST services: one bulk update per assignment, waited for, and read back.

Canvas appends a comment each time that it is sent one, so a comment goes along only where the
submission does not have it already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from grader.export.canvas_api import student_key
from grader.export.document import Entry, overview
from grader.export.grades import points_for
from grader.lms.push.pushed import Grade, Held, has_comment, points_of
from grader.lms.push.service import Answer, PushError, Service, shaped
from grader.model.exercise import Model

POLLS: Final = 300
_SIS: Final = "sis_user_id:"
_ENDED: Final = ("completed", "failed")


class CanvasConfig(Model):
    """The table `[canvas]` of a push file; the token is in the variable CANVAS_TOKEN."""

    url: str
    """The address of the Canvas, e.g. ``https://canvas.example.org``."""
    course_id: int
    """The number in the course's address."""
    assignments: dict[str, int]
    """The number in each assignment's address, by exercise."""


class _Comment(Answer):
    comment: str | None = None


class _User(Answer):
    sis_user_id: str | None = None


class _Submission(Answer):
    user_id: str | None = None
    score: float | None = None
    entered_score: float | None = None
    submission_comments: tuple[_Comment, ...] | None = None
    user: _User | None = None


class Assignment:
    """One assignment of a course."""

    def __init__(self, service: Service, course: int, assignment: int) -> None:
        self._service = service
        self._path = f"/api/v1/courses/{course}/assignments/{assignment}"

    def maximum(self) -> float | None:
        """Return its points possible."""
        reply = self._service.ask("GET", self._path)
        points = self._service.json(reply, dict).get("points_possible")
        return float(points) if isinstance(points, int | float) else None

    def read(self) -> Mapping[str, Held]:
        """Return what is there, by user id and, where it is shown, by SIS id."""
        found: dict[str, Held] = {}
        params = {"include[]": ["submission_comments", "user"], "per_page": "100"}
        for reply in self._service.pages(f"{self._path}/submissions", params=params):
            for submission in self._service.json(reply, list):
                told = shaped(submission, _Submission)
                found[str(told.user_id)] = held = _held(told)
                if told.user and told.user.sis_user_id:
                    found[f"{_SIS}{told.user.sis_user_id}"] = held
        return found

    def write(self, grades: Sequence[Grade], held: Mapping[str, Held]) -> Mapping[str, str]:
        """Send all grades at once and wait for their end; return who is not in the assignment."""
        refused = {g.who: "Canvas shows no such student there" for g in grades if g.who not in held}
        data = {g.who: _update(g, held[g.who]) for g in grades if g.who not in refused}
        if data:
            path = f"{self._path}/submissions/update_grades"
            # Sent twice, comments would be there twice; run again, they are read first.
            reply = self._service.ask("POST", path, json={"grade_data": data}, once=True)
            if reply.status_code == httpx.codes.UNAUTHORIZED:
                raise PushError(f"Canvas refuses CANVAS_TOKEN: {self._service.said(reply)}")
            failed = self._wait(self._service.json(reply, dict))
            refused |= dict.fromkeys(data, failed) if failed else {}
        return refused

    def _wait(self, progress: dict[str, Any]) -> str:
        """Wait until an update has ended; return what Canvas says where it did not go well."""
        for attempt in range(POLLS):
            if progress.get("workflow_state") in _ENDED:
                well = progress["workflow_state"] == "completed"
                return (
                    "" if well else f"Canvas says: {self._service.shown(progress.get('message'))}"
                )
            self._service.sleep(min(1.0 + attempt / 10, 5.0))
            reply = self._service.ask("GET", f"/api/v1/progress/{progress.get('id')}")
            progress = self._service.json(reply, dict)
        raise PushError("Canvas has not ended the update of grades: run this again later")


def _held(submission: _Submission) -> Held:
    # What was entered, before a policy for late work takes points off.
    entered = "entered_score" in submission.model_fields_set
    points = submission.entered_score if entered else submission.score
    comments = submission.submission_comments or ()
    return Held(points, None, tuple(str(c.comment) for c in comments))


def _update(grade: Grade, held: Held) -> dict[str, Any]:
    """Return a student's part of the update; the comment only where it is not there yet."""
    new = {} if has_comment(grade, held) else {"text_comment": grade.comment}
    return {**grade.document, **new}


def grade_of(entry: Entry, maximum: float | None, *, scale: bool) -> Grade | None:
    """Return an entry's grade in the assignment's points; None when its student is unknown."""
    who = student_key(entry.feedback.submission.student)
    if who is None:
        return None
    where = "the assignment in Canvas"
    posted = points_for(entry.feedback, maximum, scale=scale, where=where)
    most = maximum or points_of(entry)[1]
    return Grade(
        entry.feedback.submission.id,
        who,
        float(posted),
        most,
        overview(entry.feedback),
        entry.graded_at,
        {"posted_grade": posted},
    )
