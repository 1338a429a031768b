"""Feedback in Markdown says what the JSON says and lets no text of a student act as markup."""

from __future__ import annotations

from grader.model.feedback import (
    AS_ABOVE,
    feedback_for_student,
    feedback_markdown,
    fenced,
    once,
    points_text,
)
from grader.report_text import report_text


def test_markdown_of_a_graded_report(make_report):
    report = make_report("passed", "failed", "timeout", notes=["f is defined twice"])
    assert feedback_markdown(feedback_for_student(report)) == (
        "# Zero initialisation\n\n"
        "**2 of 6 points** · 1 of 3 checks passed.\n\n"
        "- f is defined twice\n\n"
        "## Checks\n\n"
        "✓ **check number 1** — 2 / 2\n\n"
        "✗ **check number 2** — 0 / 2\n\n"
        "```text\nW1 has shape (4,) instead of (4, 1)\n```\n\n"
        "✗ **check number 3** — 0 / 2 (timeout): as above\n\n"
        "---\nada · zero\\_init.py\n"
    )


def test_what_the_check_above_says_is_not_said_again():
    assert list(once(["", "a", "a", "a", "", "a", "b", "a"])) == [
        "", "a", AS_ABOVE, AS_ABOVE, "", "a", "b", "a",
    ]  # fmt: skip


def test_one_reason_for_all_checks_stands_once(make_report):
    report = make_report("passed", "failed", "timeout")
    for text in (feedback_markdown(feedback_for_student(report)), report_text(report)):
        assert text.count("W1 has shape (4,)") == text.count(AS_ABOVE) == 1


def test_markdown_of_an_ungraded_report_has_no_points(make_report):
    text = feedback_markdown(feedback_for_student(make_report("passed", "internal_error")))
    assert "problem on our side" in text
    assert "0" not in text
    assert "points" not in text


def test_text_of_a_student_cannot_leave_its_block():
    text = "```\n# full marks\n````"
    assert fenced(text) == f"`````text\n{text}\n`````"


def test_names_are_text_and_not_markup(make_report):
    report = make_report("passed", identities={}, notes=["<script>alert(1)</script> [x](y) **z**"])
    text = feedback_markdown(feedback_for_student(report))
    assert "<script>" not in text.replace("\\<", "")
    assert "**z**" not in text


def test_points_are_written_as_people_write_them():
    assert [points_text(p) for p in (3.0, 2.5, 1 / 3, 0.0, 100.0, None)] == [
        "3", "2.5", "0.333", "0", "100", "-",
    ]  # fmt: skip
