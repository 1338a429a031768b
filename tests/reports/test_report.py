"""A report that breaks any rule of the contract cannot be made, written or read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.model.feedback import OUR_FAULT, feedback_for_student
from grader.model.report import Outcome, ScoreReport, parse_report, report_json

OUTCOMES = [str(o) for o in Outcome]
GRADED = [o for o in OUTCOMES if o != "internal_error"]


@given(
    outcomes=st.lists(st.sampled_from(OUTCOMES), max_size=8),
    points=st.floats(0.001, 1000),
    label=st.text(st.characters(codec=None, categories=None), max_size=30),
    notes=st.lists(st.text(max_size=60), max_size=3),
)
def test_any_report_survives_its_json(make_report, outcomes, points, label, notes):
    identities = {"name": label, "email": label}
    report = make_report(*outcomes, points=points, identities=identities, notes=notes)
    text = report_json(report)
    assert parse_report(text) == report
    assert report_json(parse_report(text)) == text
    assert text.endswith("}\n")
    text.encode("utf-8")


def test_points_add_up_and_only_a_pass_has_points(make_report):
    report = make_report("passed", "failed", "timeout", "passed", points=1.5)
    assert (report.points, report.max_points, report.fraction) == (3.0, 6.0, 0.5)
    assert report.status == "graded"


@pytest.mark.parametrize("outcomes", [(), ("passed", "internal_error")])
def test_an_internal_error_has_no_score(make_report, outcomes):
    report = make_report(*outcomes)
    assert (report.status, report.points, report.fraction) == ("internal_error", None, None)


def change(data, path, value):
    """Set the value at a path such as ``checks.0.points`` and return the data."""
    *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    place = data
    for parent in parents:
        place = place[parent]
    place[last] = value
    return data


BROKEN = [
    ("points", 3.0, "the checks make it 2"),
    ("points", None, "points is None"),
    ("points", True, "valid number"),
    ("points", "2.0", "valid number"),
    ("points", -1.0, "greater than or equal to 0"),
    ("max_points", 5.0, "max_points is 5.0"),
    ("max_points", None, "max_points is None"),
    ("fraction", 0.25, "fraction is 0.25"),
    ("fraction", 1.5, "less than or equal to 1"),
    ("status", "internal_error", "has no points and no fraction"),
    ("status", "fine", "Input should be"),
    ("checks.0.points", 1.0, "is passed with 1 points"),
    ("checks.1.points", 2.0, "is failed with 2 points"),
    ("checks.1.id", "check_1", "two checks have the same id"),
    ("checks.1.outcome", "internal_error", "cannot be graded"),
    ("checks.1.visibility", "secret", "Input should be"),
    ("schema_version", "0.9", "Input should be"),
    ("score", 1.0, "Extra inputs"),
    ("submission.id", "../../etc/passwd", "match pattern"),
    ("submission.id", "a\x00b.zero_init", "file name"),
    ("submission.digest", "md5:00", "match pattern"),
    ("submission.files", [], "at least 1 item"),
    ("execution.wall_seconds", -1, "greater than or equal to 0"),
]


@pytest.mark.parametrize(("path", "value", "message"), BROKEN)
def test_a_broken_rule_is_refused(make_report, path, value, message):
    data = change(json.loads(report_json(make_report("passed", "failed"))), path, value)
    with pytest.raises(ValidationError, match=message):
        parse_report(json.dumps(data))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize("field", ["points", "max_points", "fraction"])
def test_a_number_that_is_not_finite_is_refused(make_report, field, number):
    text = report_json(make_report("passed"))
    value = json.loads(text)[field]
    broken = text.replace(f'"{field}": {value}', f'"{field}": {number}')
    assert broken != text
    with pytest.raises(ValidationError):
        parse_report(broken)


def diagnosis(**changes):
    return {
        "misconception": "zero-weights",
        "title": "Weights of zero",
        "explanation": "Every unit computes the same.",
        "evidence": [{"check": "check_1", "sentence": "W1 is zero", "values": {"max": 0.0}}],
        "checks": ["check_1"],
        **changes,
    }


@pytest.mark.parametrize(
    ("diagnoses", "message"),
    [
        ([diagnosis(checks=["elsewhere"])], "a check that is not here"),
        ([diagnosis(checks=[])], "at least 1 item"),
        ([diagnosis(checks=["check_2"])], "evidence from another check"),
        ([diagnosis(), diagnosis()], "diagnosed twice"),
    ],
)
def test_a_diagnosis_belongs_to_its_checks(make_report, diagnoses, message):
    good = json.loads(report_json(make_report("failed", "failed")))
    ScoreReport.model_validate({**good, "diagnoses": [diagnosis()]}, strict=False)
    with pytest.raises(ValidationError, match=message):
        ScoreReport.model_validate({**good, "diagnoses": diagnoses}, strict=False)


def test_the_student_is_told_the_sentence_and_not_the_staff_part(make_report):
    report = make_report("failed", "passed", diagnostic="STAFF ONLY").model_copy(
        update={"diagnoses": ()}
    )
    data = json.loads(report_json(report)) | {"diagnoses": [diagnosis()]}
    feedback = feedback_for_student(ScoreReport.model_validate(data))
    text = feedback.model_dump_json()
    assert "STAFF ONLY" not in text
    assert "diagnostic" not in text
    assert feedback.diagnoses[0].evidence == ("W1 is zero",)
    assert feedback.summary == "1 of 2 checks passed."


def test_evidence_is_told_once_and_only_in_sentences(make_report):
    data = json.loads(report_json(make_report("failed", "failed")))
    sentences = ["W1 is zero", "", "W1 is zero"]
    evidence = [{"check": "check_1", "sentence": sentence} for sentence in sentences]
    report = ScoreReport.model_validate(data | {"diagnoses": [diagnosis(evidence=evidence)]})
    assert feedback_for_student(report).diagnoses[0].evidence == ("W1 is zero",)


def test_an_internal_error_is_told_as_ours_and_tells_no_outcome(make_report):
    feedback = feedback_for_student(make_report("passed", "internal_error"))
    assert feedback.summary == OUR_FAULT
    assert feedback.checks == ()
