"""Is a student given a row of the roster only where one row alone can be theirs?"""

from __future__ import annotations

import pytest

from grader.ingest.roster import Roster
from grader.model.submission import Student

ADA = Student(label="Ada Lovelace", name="Ada Lovelace", email="ada@x", participant="7")
BO = Student(label="Bo Li", name="Bo Li", email="bo@x", participant="7")
AMY = Student(label="Amy Ray", name="Amy Ray", email="amy@x", participant="8")
BLIND = Student(label="Participant 7", participant="7")


def test_a_number_that_two_rows_have_is_nobody_s() -> None:
    """Moodle gives a group one number."""
    assert Roster([ADA, BO, AMY]).find(BLIND) is None
    assert Roster([ADA, AMY]).find(BLIND) == ADA
    assert Roster([BO, AMY]).find(BLIND) == BO


@pytest.mark.parametrize(
    ("known", "row"),
    [
        ({"email": "bo@x"}, BO),
        ({"email": "ADA@x"}, ADA),
        ({"email": "amy@x"}, AMY),
        ({"name": "Bo Li"}, None),  # of a group's number a name is too little
        ({"email": "eve@x"}, None),
    ],
)
def test_an_identity_tells_which_of_two_rows_with_one_number(
    known: dict[str, str], row: Student | None
) -> None:
    student = Student(label="somebody", participant="7", **known)
    assert Roster([ADA, BO, AMY]).find(student) == row
