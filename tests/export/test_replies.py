"""Documents about one submission: each trap of the systems that read them has a test."""

from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from grader.export import TARGETS, Left, Options
from grader.export.coursera import document
from grader.export.prairielearn import results
from grader.export.xqueue import reply


def test_xqueue_is_sent_a_ratio_because_points_became_340_of_20(entry: Any) -> None:
    half = entry("passed", "failed", points=17.0).feedback
    assert reply(half)["score"] == 0.5
    assert reply(half, points=True)["score"] == 17
    assert reply(half)["correct"] is False


def test_the_message_for_xqueue_is_one_xml_element(entry: Any) -> None:
    root = ET.fromstring(reply(entry("passed", "failed", "not_run").feedback)["msg"])
    assert root.tag == "div"
    assert "W1 has shape (4,) instead of (4, 1)" in "".join(root.itertext())


def test_prairielearn_s_score_is_a_ratio_and_every_test_has_points(entry: Any) -> None:
    found = results(entry("passed", "failed", points=3.0).feedback)
    assert found["score"] == 0.5
    assert all({"points", "max_points"} <= test.keys() for test in found["tests"])


def test_a_fault_of_ours_costs_no_attempt_in_prairielearn(entry: Any) -> None:
    found = results(entry("internal_error").feedback)
    assert found["gradable"] is False
    assert "problem on our side" in found["message"]


def test_coursera_refuses_bools_and_wants_a_ratio(entry: Any) -> None:
    found = document(entry("passed").feedback)
    assert type(found["fractionalScore"]) is float
    assert found["fractionalScore"] == 1.0
    assert found["feedback"]


def test_the_classroom_s_result_is_one_line_of_base64(entry: Any) -> None:
    (found,) = TARGETS["github-classroom"].export([entry("passed", "timeout")], Options())
    assert "\n" not in found.text
    result = json.loads(base64.b64decode(found.text))
    assert (result["status"], result["max_score"]) == ("fail", 4)
    assert [test["status"] for test in result["tests"]] == ["pass", "error"]
    assert type(result["max_score"]) is int


def test_a_maximum_that_is_no_whole_number_is_listed_for_the_classroom(entry: Any) -> None:
    (found,) = TARGETS["github-classroom"].export([entry("passed", points=2.5)], Options())
    assert isinstance(found, Left)


@pytest.mark.parametrize("outcome", ["passed", "failed", "not_run", "timeout"])
def test_junit_counts_what_it_holds_in_the_order_of_the_schema(entry: Any, outcome: str) -> None:
    (found,) = TARGETS["junit"].export([entry("passed", outcome, points=2.5)], Options())
    suite = ET.fromstring(found.text.encode())[0]
    assert [child.tag for child in suite] == ["properties", "testcase", "testcase"]
    tags = [child.tag for child in suite[2]]
    expected = {"passed": [], "failed": ["failure"], "not_run": ["skipped"], "timeout": ["error"]}
    assert tags == expected[outcome]
    assert suite.get("tests") == "2"
    for kind in ("failure", "error", "skipped"):
        plural = kind if kind == "skipped" else f"{kind}s"
        assert int(suite.get(plural) or 0) == tags.count(kind)


def test_partial_credit_stands_in_the_message_of_junit(entry: Any) -> None:
    (found,) = TARGETS["junit"].export([entry("failed", points=2.5)], Options())
    failure = ET.fromstring(found.text.encode()).find(".//failure")
    assert failure is not None
    assert failure.get("message") == "0/2.5 points"


def test_a_fault_of_ours_is_an_error_without_points_in_junit(entry: Any) -> None:
    (found,) = TARGETS["junit"].export([entry("passed", "internal_error")], Options())
    suite = ET.fromstring(found.text.encode())[0]
    assert suite.find(".//error") is not None
    assert suite.find("properties") is None
