"""Is a table read whoever wrote it, and is none written that a spreadsheet would calculate?"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.export import TARGETS, Document, Options, cells
from grader.export.cells import read_table, safe_cell, table_text, write_table
from grader.gradebook import gradebook_csv
from grader.ingest import read_roster

TEXT = "Student,Email address,ID number\r\nZoë Müller,z@x.at,S1\r\nÁda Ó Brién,a@x.at,S2\r\n"
WRITTEN = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "Windows": TEXT.encode("cp1252"),
    "UTF-16 with a mark": TEXT.encode("utf-16"),
    "UTF-16, the other order": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "UTF-16 without a mark, the other order": TEXT.encode("utf-16-be"),
    "semicolons of Windows": TEXT.replace(",", ";").encode("cp1252"),
    "tabs in UTF-16, as a spreadsheet saves": TEXT.replace(",", "\t").encode("utf-16"),
    "line ends of an old Mac": TEXT.replace("\r\n", "\r").encode(),
    "zero bytes": TEXT.replace("S1", "S1\0").encode(),
}
NAMES = ["Zoë Müller", "Áda Ó Brién"]


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_table_is_read_in_the_encoding_that_it_has(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes(WRITTEN[kind])
    found = read_roster(path).students
    assert [student.name for student in found] == NAMES
    assert [student.sis_id for student in found] == ["S1", "S2"]
    assert [row[0] for row in read_table(table_text(path), "a table").rows] == NAMES


def test_of_a_table_in_no_encoding_what_can_be_read_is(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes(b"Student,ID number\nZo\x81\xff,S1\n")
    assert [student.sis_id for student in read_roster(path).students] == ["S1"]


@pytest.mark.parametrize("letters", [131_073, 400_000])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_may_hold_a_page(tmp_path: Path, letters: int, quote: str) -> None:
    path = tmp_path / "class.csv"
    path.write_text(f"Student,ID number,About\nAda,S1,{quote}{'x' * letters}{quote}\n", "utf-8")
    csv.field_size_limit(2**17)
    with pytest.raises(csv.Error, match="field larger than field limit"):  # what it would be
        list(csv.reader(io.StringIO(path.read_text("utf-8"))))
    assert len(read_table(table_text(path), "a table").rows[0][2]) == letters
    assert read_roster(path).students[0].sis_id == "S1"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"x" * (cells.MOST_BYTES + 1), "is larger than 16 MiB"),
        (b"PK\x03\x04" + b"\0" * 400, "is a workbook or an archive: save it as CSV"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 400, "is a workbook or an archive: save it as CSV"),
        (b"," * 100_000 + b"\nx" * 1_000, "it has 1001 rows of 100001 cells"),
        (b"", "it has no table"),
        (b"\0" * 1_000, "it has no table"),
        (b"\xff\xfe\x00", "it has no table"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=said) as refused:
        read_roster(path)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_or_never_ends_is_refused(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "no.csv", "No such file"),
        (tmp_path, "Is a directory"),
        (Path("/dev/zero"), "larger than"),
    ):
        with pytest.raises(UsageError, match=said):
            table_text(path, "the roster")


HOSTILE = {
    "at the start": "=1+1",
    "after a semicolon": "x;=1+1;y",
    "after a tab": "x\t=1+1\ty",
    "after a bar": "x|@SUM(1)|y",
    "on a line of its own": "x\n+1+1",
    "behind spaces": "x; \u00a0 -1+1",
    "behind a quote": 'x;"=1+1";y',
    "behind two": 'x;""=1+1',
    "full width": "x;\uff1d1+1",
    "after a closing quote": '";=1+1;"',
    "several": ";=1;=2\n=3",
}
SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def formulas(text: str) -> list[str]:
    """Return the cells that a spreadsheet calculates, whatever it splits at and quotes with."""
    text = text.removeprefix("\ufeff")
    found = []
    for delimiter in ",;\t|":
        rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
        if delimiter != ",":  # one that knows no quotes takes nothing of ours for one table
            rows += [line.split(delimiter) for line in text.splitlines()]
        cells = (cell.lstrip(' \u00a0\ufeff"') for row in rows for cell in row)
        found += [cell for cell in cells if cell.startswith(SIGNS)]
    return found


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_part_of_a_cell_becomes_a_formula(entry: Any, kind: str) -> None:
    evil = HOSTILE[kind]
    plain = io.StringIO()
    csv.writer(plain).writerow(["Ada", evil, "5"])
    quoted = f'"Ada","{evil.replace(chr(34), chr(34) * 2)}",5\r\n'
    assert formulas(plain.getvalue())  # what it would be
    assert formulas(quoted)  # and with quotes alone
    assert formulas(write_table([["Ada", safe_cell(evil), "5"]])) == []
    known = {"name": evil, "login": evil, "email": evil, "sis_id": evil, "user_id": evil}
    one = entry("failed", student="ada", identities=known)
    object.__setattr__(one.feedback.exercise, "title", evil)
    object.__setattr__(one.feedback, "notes", (evil,))
    for target in ("csv", "nbgrader-csv", "canvas-csv"):
        document, *_ = TARGETS[target].export([one], Options())
        assert isinstance(document, Document)
        assert formulas(document.text) == []
    student = one.feedback.submission.student
    assert formulas(gradebook_csv([], ["zero_init"], [(student, evil)])) == []


@pytest.mark.parametrize("name", ["Ada Lovelace", "O'Brien; Zoë", "李 (Bo)", "Anne-Marie", "עדה"])
def test_an_honest_name_is_written_as_it_is(name: str) -> None:
    assert safe_cell(name) == name


def test_what_a_system_wrote_comes_back_as_it_was(entry: Any) -> None:
    text = "Identifier,Full name,Grade,Maximum grade,About\nParticipant 3,x;=1+1;y,,2,=1\n"
    ada = entry("passed", identities={"participant": "3"})
    document, *_ = TARGETS["moodle-worksheet"].export([ada], Options(into=text))
    assert isinstance(document, Document)
    table = read_table(document.text, "a worksheet")
    assert table.rows == [["Participant 3", "x;=1+1;y", "2", "2", "=1"]]
    assert document.text.endswith('"Participant 3","x;=1+1;y",2,2,"=1"\r\n')


@pytest.mark.parametrize("text", ["x\\", 'x\\"', "x\\\\", '\\"\\'])
def test_no_cell_of_ours_runs_on_where_a_backslash_hides_its_end(text: str) -> None:
    assert '\\"' in write_table([[text]])  # what it would be
    assert '\\"' not in write_table([[safe_cell(text)]])


@given(st.lists(st.lists(st.text(), min_size=2, max_size=4), min_size=1, max_size=4))
def test_every_table_is_read_as_it_was_written(rows: list[list[str]]) -> None:
    for delimiter in ",;\t":
        text = write_table(rows, delimiter=delimiter)
        there = [*csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
        assert there == rows


@given(st.lists(st.text(alphabet='=+-@;|\t\n\r" \\x1\uff1d'), min_size=1, max_size=4))
def test_no_row_of_any_texts_holds_a_formula(row: list[str]) -> None:
    assert formulas(write_table([[safe_cell(text) for text in row]])) == []
