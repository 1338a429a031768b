"""Is an answer of another shape than a system's said in a sentence, wherever it differs?"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from grader.lms.push import canvas, lti, moodle, roster
from grader.lms.push.pushed import Held
from grader.lms.push.service import PushError, Service
from grader.model.submission import Student

HOME = "https://lms.example.org"
ADA = Student(label="ada", user_id="u1")
ODD: list[Any] = [
    *(None, True, 7, -1, 1.5, "", "x", "1e999", "\x1b[31m\u202e", "\ud800", 10**30),
    *([], {}, [None], [[]], [1, 2], {"a": 1}, {"id": []}, float("nan"), float("inf")),
]
RESULTS = [
    {
        "userId": "u1",
        "resultScore": 1,
        "resultMaximum": 4,
        "comment": "c",
        "timestamp": "2026-11-01T00:00:00Z",
    }
]
SUBMISSIONS = [
    {
        "user_id": 1,
        "score": 0.5,
        "entered_score": 1.0,
        "submission_comments": [{"comment": "c"}],
        "user": {"sis_user_id": "S1"},
    }
]
ASSIGNMENTS = {"courses": [{"id": 2, "assignments": [{"id": 7, "cmid": 70, "grade": 4}]}]}
GRADES = {
    "assignments": [
        {
            "assignmentid": 7,
            "grades": [{"userid": 1, "grade": "2.00000", "attemptnumber": 0}],
        }
    ],
    "warnings": [],
}
MEMBERS = {"members": [{"user_id": "u1", "email": "a@x", "roles": ["Learner"], "status": "Active"}]}


def of_moodle(service: Service) -> moodle.Assignment:
    return moodle.Assignment(moodle.Rest(service, HOME, "t"), 7)


READS: dict[str, tuple[Any, Callable[[Service], Any], Any]] = {
    "canvas": (
        SUBMISSIONS,
        lambda service: canvas.Assignment(service, 3, 12).read().get("sis_user_id:S1"),
        Held(1.0, None, ("c",)),
    ),
    "canvas, its points": (
        {"points_possible": 4},
        lambda service: canvas.Assignment(service, 3, 12).maximum(),
        4.0,
    ),
    "moodle": (GRADES, lambda service: of_moodle(service).read().get("1"), Held(2.0)),
    "moodle, its points": (ASSIGNMENTS, lambda service: of_moodle(service).maximum(), 4.0),
    "lti": (
        RESULTS,
        lambda service: lti.LineItem(service, f"{HOME}/li/1").read().get("u1"),
        Held(1.0, 4.0, ("c",), datetime(2026, 11, 1, tzinfo=UTC)),
    ),
    "lti, its members": (
        MEMBERS,
        lambda service: roster.read_roster(service, f"{HOME}/members").user_of(ADA)[0],
        "u1",
    ),
}


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in an answer."""
    yield above
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for key, part in value.items():
            yield from places(part, (*above, key))


def changed(value: Any, place: tuple[Any, ...], part: Any) -> Any:
    """Return an answer with another part in one place."""
    if not place:
        return part
    whole = copy.deepcopy(value)
    inner = whole
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = part
    return whole


@pytest.mark.parametrize("name", READS)
def test_whatever_stands_anywhere_is_read_or_said(service: Any, name: str) -> None:
    answer, read, right = READS[name]

    def ask(found: Any) -> Any:
        return read(service(lambda request: httpx.Response(200, text=json.dumps(found))))

    assert ask(answer) == right
    said: list[str] = []
    for place in places(answer):
        for odd in ODD:
            try:
                ask(changed(answer, place, odd))
            except PushError as error:
                said.append(str(error))
    assert len(said) > 10
    assert not any("\n" in sentence for sentence in said)


def test_points_that_are_text_would_end_the_process() -> None:
    """The control: what an answer was asked for before its shape was."""
    with pytest.raises(ValueError, match="could not convert"):
        float("x")
    with pytest.raises(AttributeError):
        [None][0].get("user_id")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("grade", "points"), [("0.00000", 0.0), (0, 0.0), ("-1.00000", None), ("", None), (None, None)]
)
def test_no_grade_of_moodle_is_none_and_a_zero_is_one(
    service: Any, grade: Any, points: Any
) -> None:
    answer = changed(GRADES, ("assignments", 0, "grades", 0, "grade"), grade)
    found = service(lambda request: httpx.Response(200, json=answer))
    assert of_moodle(found).read()["1"] == Held(points)
