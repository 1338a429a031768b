"""Moodle over its web services: `mod_assign_save_grades`, and what is there afterwards.

Every answer is "200". An error is an object with an `errorcode`; `null` is no error, and no
proof either: points above the maximum, and a grade that a teacher has overridden, are passed over.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from grader.export.document import Entry, overview
from grader.export.grades import points_for
from grader.lms.push.pushed import Grade, Held, points_of
from grader.lms.push.service import Answer, PushError, Service, parsed, shaped
from grader.model.exercise import Model

PATH: Final = "/webservice/rest/server.php"
# PHP reads a thousand fields of a form, and drops the others without a word.
AT_ONCE: Final = 50
_HTML: Final = 1
_HINTS: Final = {
    "invalidtoken": "is MOODLE_TOKEN a token of this service?",
    "accessexception": "the service lacks this function, or the token's user webservice/rest:use",
    "nopermissions": "the token's user needs mod/assign:grade in the course",
}


class MoodleConfig(Model):
    """The table `[moodle]` of a push file; the token is in the variable MOODLE_TOKEN."""

    url: str
    """The address of the Moodle, e.g. ``https://moodle.example.org``."""
    assignments: dict[str, int]
    """The id of each assignment, by exercise: its instance, not the number in its address."""
    maximum: dict[str, float] = Field(default_factory=dict)
    """Its maximum grade, by exercise, where the service may not ask for it."""


class Rest:
    """The functions of a Moodle."""

    def __init__(self, service: Service, url: str, token: str) -> None:
        self._service, self._token = service, token
        self._address = url.rstrip("/") + PATH

    def call(self, function: str, **arguments: Any) -> Any:
        """Return what a function answers; raise PushError for an error, which comes with 200."""
        form = {
            "wstoken": self._token,  # never in the address, which servers log
            "wsfunction": function,
            "moodlewsrestformat": "json",
            **dict(flat(arguments)),
        }
        reply = self._service.ask("POST", self._address, data=form)
        found = parsed(reply)
        if not reply.is_success or (found is None and reply.text.strip() != "null"):
            raise PushError(f"Moodle answered {function} with {self._service.said(reply)}")
        if isinstance(found, dict) and ("exception" in found or "errorcode" in found):
            code = str(found.get("errorcode"))
            hint = f" ({_HINTS[code]})" if code in _HINTS else ""
            said = self._service.shown(f"{code}, {found.get('message')}")
            raise PushError(f"Moodle refuses {function}: {said}{hint}")
        return found


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the fields of a form: ``grades[0][userid]=3``, and booleans as 1 and 0."""
    if isinstance(value, Mapping):
        items: Any = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    else:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)
        return
    for key, inner in items:
        yield from flat(inner, f"{name}[{key}]" if name else str(key))


def _none_for_nothing(told: Any) -> Any:
    return None if told == "" else told


class _Assignment(Answer):
    id: int
    grade: float = 0.0


class _Course(Answer):
    assignments: tuple[_Assignment, ...] = ()


class _Courses(Answer):
    courses: tuple[_Course, ...] = ()


class _Grade(Answer):
    userid: str
    grade: Annotated[float | None, BeforeValidator(lambda told: None if told == "" else told)] = (
        None
    )
    attemptnumber: int = 0


class _Grades(Answer):
    grades: tuple[_Grade, ...] = ()


class _Graded(Answer):
    assignments: tuple[_Grades, ...] = ()


class Assignment:
    """One assignment of a Moodle."""

    def __init__(self, rest: Rest, assignment: int) -> None:
        self._rest, self._id = rest, assignment

    def maximum(self) -> float:
        """Return its maximum grade; raise PushError when it is a scale, or not to be seen."""
        found = shaped(self._rest.call("mod_assign_get_assignments") or {}, _Courses)
        ours = [a for c in found.courses for a in c.assignments if a.id == self._id]
        if not ours:
            raise PushError(
                f"the token's user sees no assignment {self._id}: is that its instance, not the "
                "number in its address?"
            )
        grade = ours[0].grade
        if grade <= 0:
            raise PushError(f"the assignment {self._id} is graded with a scale or not at all")
        return grade

    def read(self) -> Mapping[str, Held]:
        """Return what is there, by user id; -1 is Moodle's word for no grade."""
        answer = self._rest.call("mod_assign_get_grades", assignmentids=[self._id])
        held: dict[str, Held] = {}
        latest: dict[str, int] = {}
        for assignment in shaped(answer or {}, _Graded).assignments:
            for one in assignment.grades:
                if one.attemptnumber >= latest.get(one.userid, 0):
                    held[one.userid] = Held(_points(one.grade))
                    latest[one.userid] = one.attemptnumber
        return held

    def write(self, grades: Sequence[Grade], held: Mapping[str, Held]) -> Mapping[str, str]:  # noqa: ARG002
        """Save grades, some at a time; return by student what Moodle said of their call."""
        refused: dict[str, str] = {}
        for start in range(0, len(grades), AT_ONCE):
            some = grades[start : start + AT_ONCE]
            try:
                self._rest.call(
                    "mod_assign_save_grades",
                    assignmentid=self._id,
                    applytoall=False,
                    grades=[g.document for g in some],
                )
            except PushError as error:
                refused |= {g.who: str(error) for g in some}
        return refused


def _points(grade: float | None) -> float | None:
    return grade if grade is not None and grade >= 0 else None


def _paragraph(text: str) -> str:
    """Return text as HTML, which is how Moodle was seen to take it."""
    return html.escape(text).replace("\n", "<br>")


def grade_of(entry: Entry, maximum: float, *, scale: bool) -> Grade | None:
    """Return an entry's grade; None when its student's user id is not known.

    No other identity is taken for one: a participant number is another student's user id.
    """
    who = entry.feedback.submission.student.user_id
    if who is None or not who.isdecimal():
        return None
    where = "the assignment in Moodle"
    posted = points_for(entry.feedback, maximum, scale=scale, where=where)
    comment = overview(entry.feedback)
    document = {
        "userid": who,
        "grade": posted,
        "attemptnumber": -1,
        "addattempt": False,
        "workflowstate": "",
        # Left out, it breaks Moodle's database write.
        "plugindata": {
            "assignfeedbackcomments_editor": {"text": _paragraph(comment), "format": _HTML}
        },
    }
    submission = entry.feedback.submission.id
    most = maximum or points_of(entry)[1]
    return Grade(submission, who, float(posted), most, comment, entry.graded_at, document)
