"""AGS score documents: each trap of the platforms that were measured has a test with its name."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export import TARGETS, Document, Left, Options
from grader.export.lti import export, score
from grader.model.report import Outcome
from grader.model.text import timestamp

NOON = datetime(2026, 11, 22, 12, 0, 0, 960_000, tzinfo=UTC)


def documents(*entries):
    return [json.loads(d.text) for d in export(entries, Options()) if isinstance(d, Document)]


def left(*entries):
    return {d.submission: d.reason for d in export(entries, Options()) if isinstance(d, Left)}


def test_a_graded_submission(entry):
    (found,) = export(
        [entry("passed", "failed", points=2.5, identities={"lti_sub": "4"})], Options()
    )
    assert found.path == "ada.zero_init.json"
    assert json.loads(found.text) == {
        "userId": "4",
        "timestamp": "2026-11-22T12:00:00.960Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 2.5,
        "scoreMaximum": 5,
        "comment": "1 of 2 checks passed.",
        "https://canvas.instructure.com/lti/submission": {"new_submission": False},
    }


def test_the_sub_of_the_launch_wins_over_the_user_id(entry):
    both = entry("passed", identities={"lti_sub": "sub-1", "user_id": "4"})
    only = entry("passed", student="bob", identities={"user_id": "5"})
    assert [d["userId"] for d in documents(both, only)] == ["sub-1", "5"]


@pytest.mark.parametrize("identity", ["participant", "email", "login", "sis_id", "name"])
def test_no_other_identity_is_taken_for_a_user_id(entry, identity):
    unknown = entry("passed", identities={identity: "4"})
    assert documents(unknown) == []
    assert "neither an LTI sub nor a user id" in left(unknown)["ada.zero_init"]


def test_a_class_of_which_only_folder_names_are_known_is_exported_with_a_caveat(entry):
    (found,) = export([entry("passed")], Options())
    assert json.loads(found.text)["userId"] == "ada"
    assert "userId is the folder's name" in found.caveat


def test_an_internal_error_sends_nothing_so_that_no_grade_is_cleared(entry):
    broken = entry("passed", "internal_error", identities={"lti_sub": "4"})
    assert documents(broken) == []
    assert "internal error" in left(broken)["ada.zero_init"]
    with pytest.raises(ValueError, match="has no score"):
        score(broken, "4", NOON)


def test_scores_of_a_student_and_line_item_are_a_whole_second_apart_and_in_order(entry):
    def handed_in(student, milliseconds, exercise="zero_init", sub="4"):
        return entry(
            "passed",
            student=student,
            exercise=exercise,
            graded_at=NOON + timedelta(milliseconds=milliseconds),
            identities={"lti_sub": sub},
        )

    found = documents(
        handed_in("ada (2)", 1), handed_in("ada", 0), handed_in("ada (3)", 2),
        handed_in("ada", 0, "random_init"), handed_in("bob", 0, sub="5"),
    )  # fmt: skip
    assert sorted(d["timestamp"] for d in found if d["userId"] == "4") == [
        "2026-11-22T12:00:00.960Z",
        "2026-11-22T12:00:00.960Z",
        "2026-11-22T12:00:01.960Z",
        "2026-11-22T12:00:02.960Z",
    ]
    assert [d["timestamp"] for d in found if d["userId"] == "5"] == ["2026-11-22T12:00:00.960Z"]


@given(st.datetimes(timezones=st.timezones() | st.just(UTC), min_value=datetime(2000, 1, 1)))
def test_any_time_is_utc_with_milliseconds(moment):
    text = timestamp(moment)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert abs(datetime.fromisoformat(text) - moment) < timedelta(milliseconds=1)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        timestamp(datetime(2026, 11, 22))


def test_whole_points_are_integers_since_open_edx_refuses_25_0(entry):
    text = next(export([entry("passed", points=25.0, identities={"lti_sub": "4"})], Options())).text
    assert '"scoreMaximum": 25,' in text
    assert '"scoreGiven": 25,' in text


def test_the_user_id_is_a_string(entry):
    (document,) = documents(entry("passed", identities={"user_id": "4"}))
    assert document["userId"] == "4"


def test_there_is_always_a_comment_since_moodle_erases_one_otherwise(entry):
    (document,) = documents(entry("passed", identities={"lti_sub": "4"}))
    assert document["comment"]


def test_canvas_counts_no_attempt(entry):
    (document,) = documents(entry("passed", identities={"lti_sub": "4"}))
    extension = document["https://canvas.instructure.com/lti/submission"]
    assert extension == {"new_submission": False}


def test_staff_diagnostics_are_not_in_it(entry):
    found = export([entry("failed", "crashed", identities={"lti_sub": "4"})], Options())
    assert "STAFF ONLY" not in next(found).text


@given(outcomes=st.lists(st.sampled_from(list(Outcome)), max_size=6), points=st.floats(0.01, 100))
def test_any_report_gives_a_score_in_range_or_none(entry, outcomes, points):
    one = entry(*outcomes, points=points, identities={"lti_sub": "4"})
    (found,) = TARGETS["lti"].export([one], Options())
    graded = bool(outcomes) and Outcome.INTERNAL_ERROR not in outcomes
    assert isinstance(found, Document) is graded
    if graded:
        data = json.loads(found.text, parse_constant=pytest.fail)
        assert 0 <= data["scoreGiven"] <= data["scoreMaximum"]
        assert data["scoreMaximum"] > 0
