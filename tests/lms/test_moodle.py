"""Do grades arrive in Moodle's assignments? A stub answers what a running Moodle 4.5 answered."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from grader.errors import UsageError
from grader.lms.push.moodle import AT_ONCE, Assignment, Rest, flat, grade_of
from grader.lms.push.pushed import Became, push
from grader.lms.push.service import PushError


class Moodle:
    """An assignment of four points; every answer is 200."""

    def __init__(self) -> None:
        self.grades: dict[str, str] = {"5": "-1.00000"}
        self.comments: dict[str, str] = {}
        self.overridden: set[str] = set()
        self.saves: list[dict[str, str]] = []
        self.address = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.address = str(request.url)
        form = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        if form["wstoken"] != "s3cret":
            return self.error("invalidtoken", f"Invalid token {form['wstoken']}")
        return {
            "mod_assign_get_assignments": self.assignments,
            "mod_assign_get_grades": self.read,
            "mod_assign_save_grades": self.save,
        }[form["wsfunction"]](form)

    def error(self, code: str, message: str) -> httpx.Response:
        return httpx.Response(200, json={"exception": "x", "errorcode": code, "message": message})

    def assignments(self, form: dict[str, str]) -> httpx.Response:
        found = [{"id": 7, "cmid": 70, "grade": 4}, {"id": 8, "cmid": 80, "grade": -2}]
        return httpx.Response(200, json={"courses": [{"id": 2, "assignments": found}]})

    def read(self, form: dict[str, str]) -> httpx.Response:
        assert form["assignmentids[0]"] == "7"
        grades = [
            {"userid": int(u), "grade": g, "attemptnumber": 0} for u, g in self.grades.items()
        ]
        found = [{"assignmentid": 7, "grades": grades}] if grades else []
        return httpx.Response(200, json={"assignments": found, "warnings": []})

    def save(self, form: dict[str, str]) -> httpx.Response:
        self.saves.append(form)
        for i in range(AT_ONCE + 1):
            if f"grades[{i}][userid]" not in form:
                break
            text = f"grades[{i}][plugindata][assignfeedbackcomments_editor][text]"
            if text not in form:
                return self.error("dmlwriteexception", "Error writing to database")
            user, grade = form[f"grades[{i}][userid]"], form[f"grades[{i}][grade]"]
            if not 0 <= float(grade) <= 4 or user in self.overridden or int(user) > 1000:
                continue
            self.grades[user] = f"{float(grade):.5f}"
            self.comments[user] = form[text]
        return httpx.Response(200, text="null")


@pytest.fixture
def moodle() -> Moodle:
    return Moodle()


@pytest.fixture
def assignment(moodle: Moodle, service: Any) -> Assignment:
    return Assignment(Rest(service(moodle), "https://lms.example.org", "s3cret"), 7)


def graded(entry: Any, **options: Any) -> Any:
    found = grade_of(entry, options.pop("maximum", 4.0), scale=options.pop("scale", False))
    assert found is not None
    return found


def test_a_form_names_what_is_nested_and_knows_no_booleans() -> None:
    nested = {"grades": [{"userid": 3, "plugindata": {"editor": {"text": ""}}}], "all": False}
    assert dict(flat(nested)) == {
        "grades[0][userid]": "3",
        "grades[0][plugindata][editor][text]": "",
        "all": "0",
    }


def test_grades_are_saved_once_and_minus_one_is_no_grade(
    moodle: Moodle, assignment: Assignment, entry: Any
) -> None:
    grades = [graded(entry(3, user_id="4")), graded(entry(0, student="bob", user_id="5"))]
    rows = push(assignment, grades, {}, send=True)
    assert [r.became for r in rows] == [Became.ACCEPTED] * 2
    assert moodle.grades == {"4": "3.00000", "5": "0.00000"}
    assert moodle.saves[0]["applytoall"] == "0"
    assert moodle.saves[0]["grades[0][attemptnumber]"] == "-1"
    rows = push(assignment, grades, {}, send=True)
    assert [r.became for r in rows] == [Became.UNCHANGED] * 2
    assert len(moodle.saves) == 1


def test_null_is_no_proof_when_a_teacher_overrode_a_grade(
    moodle: Moodle, assignment: Assignment, entry: Any
) -> None:
    moodle.grades["4"], moodle.overridden = "2.00000", {"4"}
    (row,) = push(assignment, [graded(entry(3, user_id="4"))], {}, send=True)
    assert (row.became, row.why) == (Became.DIFFERENT, "sent 3 of 4, there is 2")


def test_null_is_no_proof_for_points_above_the_maximum(
    moodle: Moodle, assignment: Assignment, entry: Any
) -> None:
    grade = graded(entry(4, user_id="4"), maximum=5.0, scale=True)
    (row,) = push(assignment, [grade], {}, send=True)
    assert (row.became, row.why) == (Became.DIFFERENT, "sent 5 of 5, there is no grade")


def test_null_is_no_proof_for_a_user_who_is_not_there_and_others_are_saved(
    moodle: Moodle, assignment: Assignment, entry: Any
) -> None:
    grades = [graded(entry(3, user_id="4")), graded(entry(3, student="x", user_id="9999"))]
    rows = {r.who: r.became for r in push(assignment, grades, {}, send=True)}
    assert rows == {"4": Became.ACCEPTED, "9999": Became.DIFFERENT}


@pytest.mark.parametrize("identity", ["participant", "email", "login", "lti_sub", "sis_id"])
def test_a_participant_number_or_any_other_identity_is_no_userid(entry: Any, identity: str) -> None:
    assert grade_of(entry(3, **{identity: "4"}), 4.0, scale=False) is None
    assert grade_of(entry(3, user_id="ada"), 4.0, scale=False) is None


def test_there_is_always_a_comment_since_moodle_breaks_without_and_it_is_escaped(
    moodle: Moodle, assignment: Assignment, entry: Any
) -> None:
    from dataclasses import replace

    found = entry(3, user_id="4")
    spiteful = found.feedback.model_copy(update={"summary": "<script>&", "notes": ("two",)})
    push(assignment, [graded(replace(found, feedback=spiteful))], {}, send=True)
    assert moodle.comments["4"] == "&lt;script&gt;&amp;<br>- two"


def test_another_comment_than_the_last_sent_is_sent_again(
    moodle: Moodle, assignment: Assignment, entry: Any
) -> None:
    """Moodle does not tell the comments that it holds; what was sent is remembered."""
    from dataclasses import replace

    record: dict[str, str] = {}
    grade = graded(entry(3, user_id="4"))
    push(assignment, [grade], record, send=True)
    other = replace(grade, comment="better words")
    (row,) = push(assignment, [other], record, send=True)
    assert row.became is Became.ACCEPTED
    (row,) = push(assignment, [other], record, send=True)
    assert row.became is Became.UNCHANGED


def test_an_error_with_200_is_an_error_and_shows_no_token(service: Any, moodle: Moodle) -> None:
    rest = Rest(service(moodle, secrets=lambda: ("wr0ng",)), "https://lms.example.org", "wr0ng")
    with pytest.raises(PushError, match=r"invalidtoken.*MOODLE_TOKEN") as raised:
        rest.call("mod_assign_get_grades", assignmentids=[7])
    assert "wr0ng" not in str(raised.value)
    assert "wr0ng" not in moodle.address


def test_an_error_for_a_whole_call_is_a_refusal_of_those_who_are_not_there(
    service: Any, moodle: Moodle, entry: Any
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if b"save_grades" in request.content:
            moodle.grades["4"] = "3.00000"
            return moodle.error("invalidparameter", "Invalid parameter value detected")
        return moodle(request)

    sink = Assignment(Rest(service(answer), "https://lms.example.org", "s3cret"), 7)
    grades = [graded(entry(3, user_id="4")), graded(entry(3, student="bob", user_id="5"))]
    rows = {r.who: r for r in push(sink, grades, {}, send=True)}
    assert rows["4"].became is Became.ACCEPTED
    assert rows["5"].became is Became.REFUSED
    assert "invalidparameter" in rows["5"].why


def test_a_class_is_saved_in_parts_since_php_drops_the_thousandth_field(
    moodle: Moodle, assignment: Assignment, entry: Any
) -> None:
    grades = [graded(entry(3, student=f"s{n}", user_id=str(n))) for n in range(10, 130)]
    rows = push(assignment, grades, {}, send=True)
    assert {r.became for r in rows} == {Became.ACCEPTED}
    assert len(moodle.saves) == 3
    assert max(map(len, moodle.saves)) < 1000


def test_another_maximum_a_scale_and_a_course_module_are_refused(
    moodle: Moodle, service: Any, entry: Any
) -> None:
    rest = Rest(service(moodle), "https://lms.example.org", "s3cret")
    assert Assignment(rest, 7).maximum() == 4
    with pytest.raises(PushError, match="with a scale"):
        Assignment(rest, 8).maximum()
    with pytest.raises(PushError, match="sees no assignment 70"):
        Assignment(rest, 70).maximum()
    with pytest.raises(UsageError, match="in Moodle has a maximum of 100"):
        graded(entry(3, user_id="4"), maximum=100.0)


def test_a_page_instead_of_json_is_an_error(service: Any) -> None:
    rest = Rest(
        service(lambda request: httpx.Response(200, html="<html>Maintenance</html>")), "", ""
    )
    with pytest.raises(PushError, match="Maintenance"):
        rest.call("mod_assign_get_grades")
