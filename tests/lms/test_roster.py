"""Is a student joined with the right member of a course, or with none?"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from grader.lms.push.roster import read_roster
from grader.lms.push.service import PushError
from grader.model.submission import Student

LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
MEMBERS: list[dict[str, Any]] = [
    {"user_id": "4", "roles": ["Learner"], "email": "ada@example.org",
     "lis_person_sourcedid": "S4"},
    {"user_id": "5", "roles": [LEARNER], "email": "bob@example.org", "lis_person_sourcedid": "S5"},
    {"user_id": "6", "roles": ["Instructor"], "email": "tea@example.org"},
    {"user_id": "7", "roles": ["Learner"], "email": "gone@example.org", "status": "Inactive"},
    {"user_id": "8", "roles": ["Learner"], "email": "twin@example.org"},
    {"user_id": 9, "roles": ["Learner"], "email": "twin@example.org", "name": None},
    {"user_id": "10", "roles": ["Learner"]},
]  # fmt: skip


def paged(request: httpx.Request) -> httpx.Response:
    assert request.headers["Accept"].endswith("membershipcontainer+json")
    start = int(request.url.params.get("from", "0"))
    more = {"Link": f'</members?limit=2&from={start + 2}>; rel="next"'}
    found = {"id": "x", "context": {"id": "1"}, "members": MEMBERS[start : start + 2]}
    return httpx.Response(200, json=found, headers=more if start + 2 < len(MEMBERS) else {})


@pytest.mark.parametrize(
    ("identities", "user"),
    [
        ({"email": "ADA@example.org"}, "4"),
        ({"sis_id": "S5"}, "5"),
        ({"email": "ada@example.org", "sis_id": "S4"}, "4"),
        ({"lti_sub": "4", "email": "bob@example.org"}, "4"),
        ({"user_id": "10"}, "10"),
    ],
)
def test_a_student_is_a_member_by_one_identity(
    service: Any, identities: dict[str, str], user: str
) -> None:
    roster = read_roster(service(paged), "/members?limit=2")
    assert roster.user_of(Student(label="x", **identities)) == (user, "")


def test_a_role_may_be_a_short_name_or_a_whole_address(service: Any) -> None:
    """Moodle's services say Learner, its launch the address; both are students."""
    roster = read_roster(service(paged), "/members")
    short, whole = (roster.user_of(Student(label="x", sis_id=f"S{n}")) for n in (4, 5))
    assert (short, whole) == (("4", ""), ("5", ""))


def test_members_come_in_pages(service: Any) -> None:
    roster = read_roster(service(paged), "/members?limit=2")
    assert roster.user_of(Student(label="x", user_id="10")) == ("10", "")


@pytest.mark.parametrize(
    ("identities", "why"),
    [
        ({}, "no member of the course fits its student by its address and its school's id"),
        ({"participant": "4", "login": "4", "name": "4"}, "no member"),
        ({"user_id": "11"}, "no member of the course fits its student by its user id"),
        ({"email": "twin@example.org"}, "more than one member"),
        ({"email": "ada@example.org", "sis_id": "S5"}, "more than one member"),
        ({"email": "tea@example.org"}, "no active learner"),
        ({"user_id": "7"}, "no active learner"),
    ],
)
def test_who_is_nobody_is_told_why(service: Any, identities: dict[str, str], why: str) -> None:
    user, said = read_roster(service(paged), "/members").user_of(Student(label="x", **identities))
    assert user is None
    assert why in said


def test_an_answer_without_members_is_said(service: Any) -> None:
    with pytest.raises(PushError, match="answers with no members"):
        read_roster(service(lambda request: httpx.Response(200, json={})), "/members")
