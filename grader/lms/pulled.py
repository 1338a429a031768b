"""Grade what an XQueue hands out: from its three levels of JSON to a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from grader.export.document import is_graded, strict_json
from grader.export.xqueue import reply
from grader.grade import Answer, Slot
from grader.lms.xqueue import ItemRefused
from grader.model.feedback import feedback_for_student

if TYPE_CHECKING:
    from grader.catalog import Course
    from grader.lms.xqueue import Item
    from grader.model.report import ScoreReport

_WORD: Final = re.compile(r"[A-Za-z0-9_]+")
_NOTEBOOK: Final = re.compile(r"\s*\{")


class PulledGrader:
    """Grades items in this process's slot."""

    def __init__(
        self,
        slot: Slot,
        exercise: str | None,
        keep: Callable[[ScoreReport], None],
        tell: Callable[[str], None],
        *,
        points: bool = False,
    ) -> None:
        """`keep` is given each report; `exercise` is that of the whole queue, if it has one."""
        self._slot, self._exercise, self._points = slot, exercise, points
        self._keep, self._tell = keep, tell

    def __call__(self, item: Item) -> str | None:
        """Return the reply to an item, None when it could not be graded by a fault of ours.

        Raise ItemRefused when there is nothing that a student could have handed in.
        """
        parts = item.parts
        if parts.get("student_response") is None:
            raise ItemRefused("its body holds no student_response")
        exercise = self._exercise or exercise_of(parts, self._slot.course)
        if exercise is None:
            self._tell(f"{item.submission_id}: its payload names no exercise of the course")
            return None
        text = code_of(parts["student_response"])
        name = f"{exercise}.ipynb" if _NOTEBOOK.match(text) else f"{exercise}.py"
        label = f"submission {item.submission_id}"
        try:
            answer = Answer.of_file(exercise, label, name, text.encode())
        except ValidationError:
            raise ItemRefused("its submission_id is no name of a file") from None
        report = self._slot.grade(exercise, answer)
        self._keep(report)
        feedback = feedback_for_student(report)
        return strict_json(reply(feedback, points=self._points)) if is_graded(feedback) else None


def exercise_of(parts: dict[str, Any], course: Course) -> str | None:
    """Return the exercise that the problem's payload names: an id, or a path that holds one."""
    payload = str(parts.get("grader_payload", ""))
    words = set(_WORD.findall(payload))
    named = [exercise for exercise in course.exercise_ids if exercise in words]
    return named[0] if len(named) == 1 else None


def code_of(response: Any) -> str:
    """Return what the student wrote; several fields are read one after the other."""
    if isinstance(response, list):
        return "\n\n".join(code_of(part) for part in response)
    if isinstance(response, str):
        return response.encode("utf-8", "replace").decode()
    return json.dumps(response)
