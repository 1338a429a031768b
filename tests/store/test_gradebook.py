"""The gradebook: what has no grade is blank, and no cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.gradebook import gradebook_csv, gradebook_lines, safe_cell
from grader.model.submission import Student
from grader.model.text import clean_line
from grader.store import Row, Seat, utc_now


def row(student, report, exercise="zero_init", **identities):
    seat = Seat(f"{student}.{exercise}", exercise, "k", Student(label=student, **identities))
    return Row(seat, report, utc_now() if report else None, 1)


def book(rows, exercises=("zero_init",), others=None):
    text = gradebook_csv(list(gradebook_lines(rows)), exercises, others or ())
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_per_student_and_a_column_per_exercise(make_report):
    rows = [
        row("ada", make_report("passed", "failed", points=1.5)),
        row("ada", make_report("passed", exercise="random_init"), "random_init"),
        row("bob", make_report("passed", "passed", points=1.5)),
    ]
    ada, bob = book(rows, ["zero_init", "random_init"])
    assert ada == {
        "student": "ada", "zero_init": "1.5", "random_init": "2",
        "total": "3.5", "max": "5", "fraction": "0.7", "status": "graded",
    }  # fmt: skip
    assert bob["random_init"] == ""
    assert bob["status"] == "not handed in: random_init"
    assert bob["max"] == "5"


ASKED = ("zero_init", "random_init", "nn_model", "deep_init")


@pytest.mark.parametrize("count", range(1, 5))
def test_the_maximum_is_that_of_all_that_was_asked_whatever_was_handed_in(make_report, count):
    everything = [row("bob", make_report("passed", exercise=name), name) for name in ASKED]
    some = [row("ada", make_report("passed", exercise=name), name) for name in ASKED[:count]]
    ada, bob = book(some + everything, ASKED)
    assert (bob["max"], bob["fraction"], bob["status"]) == ("8", "1", "graded")
    missing = " ".join(ASKED[count:])
    assert ada["status"] == (f"not handed in: {missing}" if missing else "graded")
    assert (ada["max"], float(ada["fraction"])) == ("8", count / 4)
    assert [ada[name] for name in ASKED] == ["2"] * count + [""] * (4 - count)


@pytest.mark.parametrize(
    ("honest", "hostile"), [(10, 1), (30, 1), (30, 3), (9, 1), (27, 3), (1, 1)]
)
@pytest.mark.parametrize("outcome", ["passed", "failed", "internal_error", None])
def test_what_fewer_than_a_tenth_hand_in_is_in_nobody_else_s_row(
    make_report, honest, hostile, outcome
):
    """It added its points to everybody's maximum, and was "not handed in" by all of them."""
    rows = [row(f"a{n:02}", make_report("passed")) for n in range(honest)]
    alone = book(rows)
    report = make_report(outcome, exercise="nn_model") if outcome else None
    more = [row(f"m{n}", report, "nn_model") for n in range(hostile)]
    more += [row(f"m{n}", make_report("passed")) for n in range(hostile)]
    every = sorted(rows + more, key=lambda one: one.seat.submission)
    mixed = book(every, ["zero_init", "nn_model"])
    assert {one.pop("nn_model") for one in mixed[:honest]} == {""}
    assert (mixed[:honest] == alone) == (10 * hostile < honest + hostile)
    # The control: what the instructor names counts for all.
    text = gradebook_csv(
        list(gradebook_lines(every)), ["zero_init", "nn_model"], named=["nn_model"]
    )
    first, *_, last = csv.DictReader(io.StringIO(text))
    assert first["status"] == "not handed in: nn_model"
    assert {first["max"], last["max"]} == {"2" if outcome is None else "4"}


def test_an_internal_error_is_blank_and_never_a_zero(make_report):
    (line,) = book([row("ada", make_report("internal_error"))])
    assert line["zero_init"] == line["total"] == line["fraction"] == ""
    assert line["status"] == "internal_error: zero_init"


def test_what_is_pending_is_blank(make_report):
    rows = [row("ada", None), row("bob", make_report("failed"))]
    ada, bob = book(rows)
    assert (ada["zero_init"], ada["total"], ada["status"]) == ("", "", "pending: zero_init")
    assert (bob["zero_init"], bob["total"], bob["status"]) == ("0", "0", "graded")


def test_students_of_whom_nothing_matched_are_in_the_book(make_report):
    lines = book(
        [row("ada", make_report("passed"), participant="1")],
        others=[
            (Student(label="zoe", email="z@example.invalid"), "unmatched"),
            (Student(label="ada", participant="2"), "unmatched"),
            (Student(label="ada", participant="3"), "unmatched"),
        ],
    )
    # Two of one name are two, and what is known of each is told.
    assert [(line["student"], line["participant"], line["status"]) for line in lines] == [
        ("ada", "1", "graded"),
        ("ada", "2", "unmatched"),
        ("ada", "3", "unmatched"),
        ("zoe", "", "unmatched"),
    ]
    assert (lines[3]["email"], lines[3]["total"]) == ("z@example.invalid", "")


def test_identities_that_somebody_has_are_columns(make_report):
    report = make_report("passed")
    lines = book([row("ada", report, email="ada@example.invalid"), row("bob", report)])
    assert [line["email"] for line in lines] == ["ada@example.invalid", ""]
    assert "lti_sub" not in lines[0]


names = st.one_of(
    st.text(min_size=1, max_size=20),
    st.tuples(st.sampled_from(["=", "+", "-", "@", "\t", "\r", " =", "\uff1d"]), st.text())
    .map("".join),
).filter(lambda name: name.strip())  # fmt: skip


@given(names)
def test_no_name_becomes_a_formula_and_any_name_survives(name):
    cell = safe_cell(name)
    assert not cell.lstrip()[:1] or cell.lstrip()[0] not in "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
    kept = [text.replace("'", "").replace("\\ ", "\\") for text in (cell, name)]
    assert kept[0] == kept[1]


def test_a_name_keeps_its_letters_and_gets_apostrophes_alone():
    assert safe_cell("O'Brien; Zoë") == "O'Brien; Zoë"
    assert safe_cell("=Ada") == "'=Ada"
    assert safe_cell("Ada;=Bo\t-Cy") == "Ada;'=Bo\t'-Cy"


@given(st.lists(names, min_size=1, max_size=5, unique_by=clean_line))
def test_any_class_gives_a_table_that_reads_back(names):
    rows = [row("a", None, name=name) for name in names]
    lines = book(rows)
    assert len(lines) == len(names)
    assert all(None not in line and None not in line.values() for line in lines)
