"""results.json: each trap of Gradescope's format has a test with its name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export import TARGETS, Options
from grader.export.document import MAX_TEXT_BYTES
from grader.export.gradescope import export, results
from grader.model.feedback import OUR_FAULT
from grader.model.report import Outcome

TOP = {
    "score", "execution_time", "output", "output_format", "test_output_format",
    "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format",
    "tags", "visibility", "extra_data",
}  # fmt: skip
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def test_a_graded_submission(entry):
    assert results(entry("passed", "failed", points=2.5)) == {
        "output": "1 of 2 checks passed.",
        "output_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {
            "schema_version": "1.1",
            "submission": "ada.zero_init",
            "digest": "sha256:" + "0" * 64,
            "exercise": "zero_init",
            "status": "graded",
            "graded_at": "2026-11-22T12:00:00.960Z",
        },
        "score": 2.5,
        "visibility": "visible",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": [
            {
                "name": "check number 1", "number": "1", "score": 2.5, "max_score": 2.5,
                "status": "passed", "visibility": "visible",
            },
            {
                "name": "check number 2", "number": "2", "score": 0, "max_score": 2.5,
                "status": "failed", "visibility": "visible",
                "output": "W1 has shape (4,) instead of (4, 1)",
            },
        ],
    }  # fmt: skip


def test_an_internal_error_has_no_score_and_no_tests_so_that_it_is_no_zero(entry):
    document = results(entry("passed", "internal_error"))
    assert document["output"] == OUR_FAULT
    assert not {"score", "tests", "leaderboard"} & document.keys()


def test_hidden_checks_are_visible_tests_so_that_the_student_sees_the_total(entry):
    document = results(entry("passed", "failed"))
    assert document["visibility"] == "visible"
    assert {test["visibility"] for test in document["tests"]} == {"visible"}


def test_a_failed_check_worth_nothing_is_not_passed(entry):
    feedback = entry("passed", "failed").feedback
    worthless = feedback.checks[1].model_copy(update={"max_points": 0.0})
    checks = (feedback.checks[0], worthless)
    copied = feedback.model_copy(update={"checks": checks})
    test = results(type(entry("passed"))(copied, entry("passed").graded_at))["tests"][1]
    assert (test["score"], test["max_score"], test["status"]) == (0, 0, "failed")


def test_text_is_text_and_not_html(entry):
    document = results(entry("failed", notes=["<img src=x onerror=alert(1)>"]))
    assert "<img" in document["output"]
    assert document["output_format"] == "text"
    assert document["test_output_format"] == "text"
    assert document["test_name_format"] == "text"


def test_staff_diagnostics_are_not_in_it(entry):
    assert "STAFF ONLY" not in json.dumps(results(entry("passed", "failed", "timeout")))


def test_long_text_is_cut_to_what_the_system_takes(entry):
    document = results(entry("failed", notes=["ü" * 390 + str(n) for n in range(200)]))
    assert len(document["output"].encode()) <= MAX_TEXT_BYTES
    assert "cut here" in document["output"]


def test_each_file_has_the_name_that_gradescope_reads(entry):
    paths = [d.path for d in export([entry("passed"), entry("failed", student="李雷")], Options())]
    assert paths == ["ada.zero_init/results.json", "李雷.zero_init/results.json"]


@given(outcomes=st.lists(st.sampled_from(list(Outcome)), max_size=6), points=st.floats(0.01, 100))
def test_any_report_keeps_to_the_format(entry, outcomes, points):
    (document,) = TARGETS["gradescope"].export([entry(*outcomes, points=points)], Options())
    data = json.loads(document.text, parse_constant=pytest.fail)
    assert data.keys() <= TOP
    assert None not in data.values()
    assert data["output_format"] in FORMATS
    tests = data.get("tests", [])
    assert ("score" in data) == bool(tests)
    for test in tests:
        assert test.keys() <= TEST
        assert None not in test.values()
        assert 0 <= test["score"] <= test["max_score"]
        assert test["status"] in ("passed", "failed")
    if tests:
        assert abs(sum(test["score"] for test in tests) - data["score"]) < 1e-6
