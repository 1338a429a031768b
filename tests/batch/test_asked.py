"""Is what a class is asked for the instructor's word, or that of enough, over all runs?"""

from __future__ import annotations

import pytest

from grader.enrolment import asked_for, known_before
from grader.model.asked import asked_of_most, due_from_all
from grader.store import Store


@pytest.fixture
def hall(classroom):
    """Return a class of eleven, one of whom hands in a second exercise."""
    classroom.write(**{f"s{n}": "pass" for n in range(8)}, ada="pass", bob="fail", mal="pass")
    (classroom.folder / "mal" / "beta.py").write_text("fail")
    return classroom


def row_of(hall, student):
    row = hall.book()[student]
    return row["total"], row["max"], row["fraction"], row["status"]


def test_what_one_hands_in_besides_is_in_that_one_s_row_alone(hall):
    (hall.folder / "mal" / "beta.py").unlink()
    hall.grade()
    alone = [row_of(hall, student) for student in ("ada", "bob")]
    (hall.folder / "mal" / "beta.py").write_text("fail")
    summary = hall.grade()
    assert summary.unasked == {"beta"}
    assert [row_of(hall, student) for student in ("ada", "bob")] == alone
    assert row_of(hall, "mal") == ("2", "4", "0.5", "graded")


@pytest.mark.parametrize("whole", [False, True])
def test_what_the_instructor_names_is_asked_of_all(hall, whole):
    hall.grade()
    assert row_of(hall, "ada")[3] == "graded"
    # Not even a name takes away what there was, nor does it last beyond a class.
    hall.grade(scope="beta")
    assert row_of(hall, "ada") == ("2", "4", "0.5", "not handed in: beta")
    assert known_before(hall.out).exercises == {"alpha", "beta"}
    summary = hall.grade(whole=whole)
    assert summary.unasked == ({"beta"} if whole else set())
    assert row_of(hall, "ada")[1] == ("2" if whole else "4")


def test_what_a_tenth_hands_in_over_all_runs_is_in_the_maximum_of_all(hall):
    hall.grade()
    (hall.folder / "bob" / "beta.py").write_text("pass")
    assert hall.grade().unasked == set()
    assert row_of(hall, "ada") == ("2", "4", "0.5", "not handed in: beta")
    with Store(hall.out / "store.sqlite", create=False) as store:
        assert asked_for(store, due_from_all) == {"alpha", "beta"}
        assert asked_for(store, asked_of_most) == {"alpha"}
        assert store.named() == set()
