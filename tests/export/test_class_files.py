"""Files about a whole class: each trap of the systems that read them has a test with its name."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from grader.errors import UsageError
from grader.export import TARGETS, Document, Left, Options
from grader.model.submission import Student

# As Moodle 4.5 writes it: with a byte order mark, a participant in another order than the class.
WORKSHEET = """\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum grade,\
Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments
Participant 5,Bo 李,S1003,bo@x.invalid,Submitted for grading,,2.00,Yes,"Sunday, 1 March",-,
Participant 3,"Lovelace, Ada",S1001,ada@x.invalid,Draft,1.00,2.00,Yes,-,-,"<p>old</p>"
Participant 9,Cy,S1009,cy@x.invalid,Submitted for grading,0.50,2.00,No,-,-,
"""
GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (11),Zero initialisation (12),Final Score
    Points Possible,,,,,5,2,(read only)
"Lovelace, Ada",4,S1001,ada,DL101,5,,71.2
"Müller, Zoë",5,S1002,zoe,DL101,4,1.5,64.0
"""


def rows(document: Document, delimiter: str = ",") -> list[list[str]]:
    text = io.StringIO(document.text.removeprefix("\ufeff"), newline="")
    return list(csv.reader(text, delimiter=delimiter))


def one_file(target: str, *entries: Any, **options: Any) -> tuple[Document, dict[str, str]]:
    first, *left = TARGETS[target].export(list(entries), Options(**options))
    assert isinstance(first, Document)
    return first, {item.submission: item.reason for item in left if isinstance(item, Left)}


@pytest.fixture
def ada(entry: Any) -> Any:
    return entry("passed", identities={"participant": "3", "user_id": "4", "sis_id": "S1001"})


def test_the_worksheet_keeps_every_other_cell_as_it_was(ada: Any) -> None:
    document, left = one_file("moodle-worksheet", ada, into=WORKSHEET)
    before = list(csv.reader(io.StringIO(WORKSHEET.removeprefix("\ufeff"))))
    after = rows(document)
    assert after[2][5] == "2"
    after[2][5] = before[2][5]
    assert after == before
    assert document.text.startswith("\ufeff")
    assert left == {}
    assert "Updated 1 grades" in document.caveat


def test_the_worksheet_is_joined_on_the_participant_and_on_nothing_else(entry: Any) -> None:
    other = entry(
        "passed", identities={"user_id": "3", "email": "ada@x.invalid", "sis_id": "S1001"}
    )
    document, left = one_file("moodle-worksheet", other, into=WORKSHEET)
    assert rows(document)[2][5] == "1.00"
    assert "participant number of its student is not known" in left["ada.zero_init"]


def test_an_overridden_grade_and_an_unknown_participant_are_said_not_sent(entry: Any) -> None:
    locked = entry("passed", identities={"participant": "9"})
    unknown = entry("passed", student="eve", identities={"participant": "77"})
    document, left = one_file("moodle-worksheet", locked, unknown, into=WORKSHEET)
    assert rows(document)[3][5] == "0.50"
    assert "cannot be changed" in left["ada.zero_init"]
    assert "participant 77 is not in the worksheet" in left["eve.zero_init"]


def test_a_grade_above_the_maximum_is_refused_or_scaled(entry: Any) -> None:
    ten = entry("passed", "failed", points=5.0, identities={"participant": "3"})
    with pytest.raises(UsageError, match=r"maximum of 2 points, the exercise zero_init has 10"):
        one_file("moodle-worksheet", ten, into=WORKSHEET)
    document, _ = one_file("moodle-worksheet", ten, into=WORKSHEET, scale=True)
    assert rows(document)[2][5] == "1"


def test_a_worksheet_in_another_language_needs_the_name_of_its_column(ada: Any) -> None:
    german = WORKSHEET.replace("Grade,Maximum grade", "Bewertung,Bestwertung", 1)
    german = german.replace("Participant", "Teilnehmer/in")
    with pytest.raises(UsageError, match="--column: Identifier; Full name"):
        one_file("moodle-worksheet", ada, into=german)
    document, _ = one_file("moodle-worksheet", ada, into=german, column="Bewertung")
    assert rows(document)[2][5] == "2"


def test_a_group_s_number_is_no_participant(entry: Any) -> None:
    ada = entry("passed", student="A", identities={"participant": "3", "name": "Ada Lovelace"})
    group = entry("passed", student="B", identities={"participant": "5", "name": "Group 5"})
    document, left = one_file("moodle-worksheet", ada, group, into=WORKSHEET)
    assert [row[5] for row in rows(document)[1:]] == ["", "2", "0.50"]
    assert list(left) == ["B.zero_init"]
    assert "is that a group?" in left["B.zero_init"]
    pages, left = one_file("moodle-feedback", ada, group, into=WORKSHEET)
    with zipfile.ZipFile(io.BytesIO(pages.data)) as archive:
        assert archive.namelist() == ["Ada Lovelace_3_assignfeedback_file/zero_init.html"]
    assert list(left) == ["B.zero_init"]
    blind, _ = one_file("moodle-feedback", ada)
    assert "groups" in blind.caveat


@pytest.mark.parametrize(
    ("target", "identity"),
    [
        ("moodle-worksheet", "participant"),
        ("moodle-feedback", "participant"),
        ("csv", "email"),
        ("canvas-csv", "user_id"),
        ("canvas-api", "sis_id"),
    ],
)
def test_of_two_rows_of_one_student_the_last_would_win_so_neither_is_written(
    entry: Any, target: str, identity: str
) -> None:
    value = "ada@x.invalid" if identity == "email" else "3"
    twins = [entry("passed", student=s, identities={identity: value}) for s in ("one", "two")]
    options = {"into": WORKSHEET} if target == "moodle-worksheet" else {}
    document, left = one_file(target, *twins, **options)
    assert sorted(left) == ["one.zero_init", "two.zero_init"]
    assert value in left["one.zero_init"]
    none, _ = one_file(target, **options)
    assert document.data == none.data


def test_canvas_ignores_a_column_that_is_read_only_so_it_is_refused(ada: Any) -> None:
    with pytest.raises(UsageError, match="read only"):
        one_file("canvas-csv", ada, into=GRADEBOOK, column="Final Score")


@pytest.mark.parametrize("text", ["", "no table", "a,b\n"])
def test_something_else_is_no_worksheet(ada: Any, text: str) -> None:
    with pytest.raises(UsageError):
        one_file("moodle-worksheet", ada, into=text)


def test_canvas_gets_only_the_columns_that_are_filled(ada: Any) -> None:
    document, left = one_file("canvas-csv", ada, into=GRADEBOOK)
    assert rows(document) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Zero initialisation (12)"],
        ["    Points Possible", "", "", "", "", "2"],
        ["Lovelace, Ada", "4", "S1001", "ada", "DL101", "2"],
    ]
    assert left == {}


def test_canvas_would_change_an_assignment_s_maximum_so_another_one_is_refused(entry: Any) -> None:
    ten = entry("passed", "failed", points=5.0, identities={"user_id": "5"})
    with pytest.raises(UsageError, match=r"'Zero initialisation \(12\)' has a maximum of 2"):
        one_file("canvas-csv", ten, into=GRADEBOOK)
    document, _ = one_file("canvas-csv", ten, into=GRADEBOOK, scale=True)
    assert rows(document)[2][-1] == "1"


@pytest.mark.parametrize("column", ["Lab 1 (11)", "lab 1", "11"])
def test_an_assignment_is_named_by_title_or_number(entry: Any, column: str) -> None:
    five = entry("passed", points=5.0, identities={"sis_id": "S1002"})
    document, _ = one_file("canvas-csv", five, into=GRADEBOOK, column=column)
    assert rows(document)[0][-1] == "Lab 1 (11)"
    assert rows(document)[2][0] == "Müller, Zoë"


def test_canvas_would_make_a_new_assignment_so_an_unknown_one_is_refused(ada: Any) -> None:
    with pytest.raises(UsageError, match=r"name one of these with --column: Lab 1 \(11\)"):
        one_file("canvas-csv", ada, into=GRADEBOOK, column="Lab 2")
    document, _ = one_file("canvas-csv", ada)
    assert "will make new assignments" in document.caveat


def test_who_is_not_in_the_gradebook_is_listed(entry: Any) -> None:
    stranger = entry("passed", student="eve", identities={"user_id": "99"})
    document, left = one_file("canvas-csv", stranger, into=GRADEBOOK)
    assert len(rows(document)) == 2
    assert "not in the gradebook" in left["eve.zero_init"]


def test_a_gradebook_with_semicolons_stays_one(ada: Any) -> None:
    document, _ = one_file("canvas-csv", ada, into=GRADEBOOK.replace(",", ";"))
    assert rows(document, ";")[2] == ["Lovelace; Ada", "4", "S1001", "ada", "DL101", "2"]


def test_no_number_has_a_thousands_separator(entry: Any) -> None:
    rich = entry("passed", points=1234.5, identities={"user_id": "4", "email": "a@x.invalid"})
    for target in ("canvas-csv", "csv", "nbgrader-csv"):
        document, _ = one_file(target, rich)
        assert "1234.5" in document.text


def test_grade_data_knows_a_student_by_canvas_id_else_by_sis_id(entry: Any) -> None:
    by_sis = entry("passed", student="bob", identities={"sis_id": "S1002"})
    nobody = entry("passed", student="eve", identities={"email": "eve@x.invalid", "login": "eve"})
    both = entry("failed", identities={"user_id": "4", "sis_id": "S1001"})
    document, left = one_file("canvas-api", both, by_sis, nobody)
    data = json.loads(document.text)["grade_data"]
    assert {who: grade["posted_grade"] for who, grade in data.items()} == {
        "4": "0",
        "sis_user_id:S1002": "2",
    }
    assert list(left) == ["eve.zero_init"]


def test_the_columns_of_the_csv_do_not_follow_who_comes_first(entry: Any) -> None:
    who = (("ada", "zeta"), ("bob", "alpha"))
    answers = [entry("passed", student=s, exercise=e) for s, e in who]
    document, _ = one_file("csv", *answers)
    header = rows(document)[0]
    assert header.index("alpha") < header.index("zeta")


def test_the_csv_says_how_many_cells_are_blank(entry: Any) -> None:
    whole = [entry("passed", exercise=e, identities={"email": "a@x"}) for e in ("one", "two")]
    half = entry("failed", student="bob", exercise="two", identities={"email": "b@x"})
    document, left = one_file("csv", *whole, half)
    assert [row[:3] for row in rows(document)[1:]] == [["a@x", "2", "2"], ["b@x", "", "0"]]
    assert left == {}
    assert "1 cells are blank, and it wipes the grades there" in document.caveat
    document, _ = one_file("csv", whole[0])
    assert "blank" not in document.caveat


def test_no_row_of_the_csv_is_nobody_s(entry: Any) -> None:
    known = entry("passed", student="ada", identities={"email": "a@x"})
    named = entry("passed", student="folder 7", identities={"name": "Bo Ray"})
    folder = entry("passed", student="Anna Meier")
    document, _ = one_file("csv", known, named, folder)
    assert [row[:3] for row in rows(document)] == [
        ["Email address", "Full name", "zero_init"],
        ["a@x", "ada", "2"],
        ["", "Bo Ray", "2"],
        ["", "Anna Meier", "2"],
    ]
    document, _ = one_file("csv", folder)
    assert [row[0] for row in rows(document)] == ["Full name", "Anna Meier"]


@pytest.mark.parametrize("target", ["csv", "canvas-csv"])
def test_a_list_of_students_has_a_row_for_each_with_a_grade_or_without(
    entry: Any, target: str
) -> None:
    ada = Student(label="ada", user_id="4", email="a@x")
    cy, eve = (Student(label=name, user_id=name, email=f"{name}@x") for name in ("cy", "eve"))
    graded = entry("passed", identities={"user_id": "4", "email": "a@x"})
    ours = entry("internal_error", student="cy", identities={"user_id": "cy", "email": "cy@x"})
    document, left = one_file(target, graded, ours, students=(ada, cy, eve))
    column = rows(document)[0].index("zero_init" if target == "csv" else "Zero initialisation")
    assert [row[column] for row in rows(document)[1:]] == ["2", "", ""]
    assert list(left) == ["cy.zero_init"]


@pytest.mark.parametrize(("target", "key"), [("csv", "email"), ("canvas-csv", "user_id")])
def test_who_cannot_be_told_from_another_is_named_without_a_grade_too(
    entry: Any, target: str, key: str
) -> None:
    students = (Student(label="ada", **{key: "4"}), Student(label="bob", **{key: "4"}))
    document, left = one_file(target, entry("passed", identities={key: "4"}), students=students)
    assert len(rows(document)) == 1
    assert list(left) == ["ada.zero_init", "bob"]


@pytest.mark.parametrize("target", ["csv", "canvas-csv"])
def test_a_student_with_another_participant_number_in_each_assignment_is_one(
    entry: Any, target: str
) -> None:
    known = {"user_id": "4", "email": "a@x"}
    both = [
        entry("passed", exercise=e, identities={**known, "participant": n})
        for e, n in (("one", "3"), ("two", "8"))
    ]
    document, left = one_file(target, *both)
    assert len(rows(document)) == 2
    assert left == {}


def test_nbgrader_s_own_columns_are_quoted(entry: Any) -> None:
    comma = entry("passed", identities={"name": "Ada Lovelace, Countess", "login": "ada"})
    document, _ = one_file("nbgrader-csv", comma)
    [row] = list(csv.DictReader(io.StringIO(document.text)))
    assert (row["student_id"], row["score"], row["max_score"]) == ("ada", "2", "2")


def test_feedback_files_are_named_as_moodle_finds_the_student(entry: Any) -> None:
    odd = entry("passed", identities={"name": "Zoë_Müller/O'Neil", "participant": "1"})
    document, left = one_file("moodle-feedback", odd, entry("passed", student="bob"))
    with zipfile.ZipFile(io.BytesIO(document.data)) as archive:
        assert archive.namelist() == ["Zoë Müller O'Neil_1_assignfeedback_file/zero_init.html"]
    assert "participant number" in left["bob.zero_init"]
    again, _ = one_file("moodle-feedback", odd)
    assert again.data == document.data
