"""Do grades arrive in Canvas? A stub answers what its documentation says; none was at hand."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from grader.errors import UsageError
from grader.lms.push.canvas import Assignment, grade_of
from grader.lms.push.pushed import Became, push
from grader.lms.push.service import PushError

BASE = "/api/v1/courses/3/assignments/12"


class Canvas:
    """An assignment of four points with two students, one on each page."""

    def __init__(self) -> None:
        self.submissions: dict[str, dict[str, Any]] = {
            number: {
                "user_id": int(number),
                "score": None,
                "submission_comments": [],
                "user": {"sis_user_id": sis},
            }
            for number, sis in (("4", "S4"), ("5", None))
        }
        self.updates: list[dict[str, Any]] = []
        self.states = ["queued", "running", "completed"]
        self.ignored: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == BASE:
            return httpx.Response(200, json={"points_possible": 4.0})
        if path == f"{BASE}/submissions":
            return self.page(request)
        if path == f"{BASE}/submissions/update_grades":
            self.update(json.loads(request.content)["grade_data"])
        elif path != "/api/v1/progress/9":
            return httpx.Response(404)
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        message = "could not save: bob" if state == "failed" else None
        return httpx.Response(200, json={"id": 9, "workflow_state": state, "message": message})

    def page(self, request: httpx.Request) -> httpx.Response:
        assert request.url.params.get_list("include[]") == ["submission_comments", "user"]
        if request.url.params.get("page") == "2":
            return httpx.Response(200, json=[self.submissions["5"]])
        link = {"Link": f'<{request.url}&page=2>; rel="next"'}
        return httpx.Response(200, json=[self.submissions["4"]], headers=link)

    def update(self, data: dict[str, Any]) -> None:
        self.updates.append(data)
        for who, grade in data.items():
            found = self.submissions["4" if who == "sis_user_id:S4" else who]
            if who in self.ignored:
                continue
            found["score"] = float(grade["posted_grade"])
            if "text_comment" in grade:
                found["submission_comments"].append({"comment": grade["text_comment"]})


@pytest.fixture
def canvas() -> Canvas:
    return Canvas()


@pytest.fixture
def assignment(canvas: Canvas, service: Any) -> Assignment:
    return Assignment(service(canvas), 3, 12)


def graded(entry: Any, *, scale: bool = False, maximum: float = 4.0) -> Any:
    found = grade_of(entry, maximum, scale=scale)
    assert found is not None
    return found


def test_grades_are_strings_and_the_update_is_waited_for(
    canvas: Canvas, assignment: Assignment, entry: Any, clock: Any
) -> None:
    grades = [graded(entry(3, user_id="4")), graded(entry(4, student="bob", user_id="5"))]
    rows = push(assignment, grades, {}, send=True)
    assert [r.became for r in rows] == [Became.ACCEPTED] * 2
    assert canvas.updates[0]["4"] == {
        "posted_grade": "3",
        "text_comment": "3 of 4 checks passed.",
    }
    assert len(clock.slept) == 3


def test_comments_append_so_the_same_one_is_not_sent_twice(
    canvas: Canvas, assignment: Assignment, entry: Any
) -> None:
    grade = graded(entry(3, user_id="4"))
    push(assignment, [grade], {}, send=True)
    (row,) = push(assignment, [grade], {}, send=True)
    assert row.became is Became.UNCHANGED
    # A teacher changes the points: they are sent again, the comment is not.
    canvas.submissions["4"]["score"] = 1.0
    push(assignment, [grade], {}, send=True)
    assert canvas.updates[1] == {"4": {"posted_grade": "3"}}
    assert len(canvas.submissions["4"]["submission_comments"]) == 1
    # Another text goes along with the points that are there.
    push(assignment, [graded(entry(2, user_id="4"))], {}, send=True)
    assert canvas.updates[2]["4"]["text_comment"] == "2 of 4 checks passed."


def test_a_student_may_be_known_by_the_sis_id_alone(
    canvas: Canvas, assignment: Assignment, entry: Any
) -> None:
    grade = graded(entry(3, sis_id="S4"))
    assert grade.who == "sis_user_id:S4"
    (row,) = push(assignment, [grade], {}, send=True)
    assert row.became is Became.ACCEPTED
    assert list(canvas.updates[0]) == ["sis_user_id:S4"]


@pytest.mark.parametrize("identity", ["participant", "email", "login", "lti_sub"])
def test_no_other_identity_is_taken_for_a_user_id(entry: Any, identity: str) -> None:
    assert grade_of(entry(3, **{identity: "4"}), 4.0, scale=False) is None


def test_who_is_not_in_the_assignment_is_refused(
    canvas: Canvas, assignment: Assignment, entry: Any
) -> None:
    (row,) = push(assignment, [graded(entry(3, user_id="6"))], {}, send=True)
    assert (row.became, row.why) == (Became.REFUSED, "Canvas shows no such student there")
    assert canvas.updates == []


def test_a_job_that_failed_for_one_did_not_fail_for_all(
    canvas: Canvas, assignment: Assignment, entry: Any
) -> None:
    canvas.states, canvas.ignored = ["failed"], {"5"}
    grades = [graded(entry(3, user_id="4")), graded(entry(4, student="bob", user_id="5"))]
    rows = {r.who: r for r in push(assignment, grades, {}, send=True)}
    assert rows["4"].became is Became.ACCEPTED
    assert (rows["5"].became, rows["5"].why) == (
        Became.REFUSED,
        "Canvas says: could not save: bob",
    )


def test_what_a_completed_job_did_not_store_is_accepted_but_different(
    canvas: Canvas, assignment: Assignment, entry: Any
) -> None:
    canvas.ignored = {"5"}
    (row,) = push(assignment, [graded(entry(4, user_id="5"))], {}, send=True)
    assert (row.became, row.why) == (Became.DIFFERENT, "sent 4 of 4, there is no grade")


def test_points_taken_off_for_late_work_are_no_difference(
    canvas: Canvas, assignment: Assignment, entry: Any
) -> None:
    grade = graded(entry(3, user_id="4"))
    push(assignment, [grade], {}, send=True)
    canvas.submissions["4"] |= {"entered_score": 3.0, "score": 2.4, "points_deducted": 0.6}
    (row,) = push(assignment, [grade], {}, send=True)
    assert row.became is Became.UNCHANGED


def test_another_maximum_is_refused_or_scaled(assignment: Assignment, entry: Any) -> None:
    assert assignment.maximum() == 4.0
    with pytest.raises(UsageError, match="the assignment in Canvas has a maximum of 100 points"):
        graded(entry(3, user_id="4"), maximum=100.0)
    assert graded(entry(3, user_id="4"), maximum=100.0, scale=True).points == 75


def test_a_job_without_an_end_and_a_refused_token_are_said(
    canvas: Canvas, assignment: Assignment, entry: Any, service: Any
) -> None:
    canvas.states = ["running"]
    with pytest.raises(PushError, match="has not ended the update"):
        push(assignment, [graded(entry(3, user_id="4"))], {}, send=True)
    refusing = Assignment(service(lambda request: httpx.Response(401, text="Invalid")), 3, 12)
    with pytest.raises(PushError, match="401: Invalid"):
        refusing.maximum()


def test_an_update_whose_answer_was_lost_is_not_repeated(
    canvas: Canvas, entry: Any, service: Any
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        reply = canvas(request)
        if request.method == "POST":
            raise httpx.ReadTimeout("nothing came", request=request)
        return reply

    sink = Assignment(service(answer), 3, 12)
    with pytest.raises(PushError, match="cannot be reached"):
        push(sink, [graded(entry(3, user_id="4"))], {}, send=True)
    (row,) = push(sink, [graded(entry(3, user_id="4"))], {}, send=True)
    assert row.became is Became.UNCHANGED
    assert len(canvas.submissions["4"]["submission_comments"]) == 1
