"""Work that cannot be read has one status: no points, the reason told, listed, exit code 3."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import zipfile
from typing import Any

import pytest
import typer

from grader import self_check
from grader.autograder.build import SETTINGS
from grader.autograder.run import run as run_autograder
from grader.cli.grade import grade
from grader.grade import Slot
from grader.lms.pulled import PulledGrader
from grader.lms.xqueue import Item
from grader.sandbox.layers import Level

HIDDEN = """
    from grader.testing import check, expect_close

    @check("squares", points=10)
    def test_square(submission):
        expect_close(submission.square([1.0, 3.0]), [1.0, 9.0], "the squares")
"""
RIGHT = "import numpy as np\ndef square(x):\n    return np.asarray(x) ** 2\n"


def notebook(source: str, outputs: Any = ()) -> bytes:
    cell = {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": {}}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    ).encode()


def zipped(files: dict[str, bytes], *, locked: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    data = bytearray(buffer.getvalue())
    at = -1
    while locked and (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    return bytes(data)


@pytest.fixture(scope="session")
def small_course(tmp_path_factory: Any, write_course: Any) -> Any:
    return write_course(tmp_path_factory.mktemp("course"), HIDDEN)


@pytest.fixture
def run(tmp_path: Any, small_course: Any, capsys: Any) -> Any:
    """Return a function that grades files and returns the exit code, the gradebook and stderr."""
    runs = iter(range(99))

    def graded(files: dict[str, bytes], how: str = "folder", **options: Any) -> Any:
        root, out = tmp_path / f"class{next(runs)}", tmp_path / f"out{next(runs)}"
        for name, data in files.items():
            path = root / (name.replace("/", ".zip", 1) if how == "inner" else name)
            if how == "inner":
                path = root / name.partition("/")[0] / "work.zip"
                data = zipped({name.partition("/")[2]: data})
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if how == "zip":
            root = tmp_path / f"{root.name}.zip"
            root.write_bytes(zipped(files))
        with pytest.raises(typer.Exit) as ended:
            grade(path=root, out=out, jobs=1, course=small_course.root, **options)
        with open(out / "gradebook.csv", newline="", encoding="utf-8") as stream:
            book = {row["student"]: row for row in csv.DictReader(stream)}
        return ended.value.exit_code, book, capsys.readouterr().err, out

    return graded


def plot() -> list[Any]:
    """Return a picture of 25 MiB: kept, it would be copied into every process that forks."""
    unit = "iVBORw0KGgo"
    return [
        {"data": {"image/png": unit * (25 * 2**20 // len(unit) + 1)}, "output_type": "display_data"}
    ]


BIG = b"x = '" + os.urandom(11 << 20).hex().encode() + b"'\n"
UNREAD = {
    "cut off": ("mini.ipynb", notebook(RIGHT)[:-40], "is cut off"),
    "no JSON": ("mini.ipynb", RIGHT.encode(), "name it .py"),
    "empty": ("mini.ipynb", b"", "is empty"),
    "locked": ("mini.zip", zipped({"a.py": b"x"}, locked=True), "protected by a password"),
    "damaged": ("mini.zip", zipped({"a.py": b"x"})[:-9], "is damaged"),
    "no file": ("mini.zip", zipped({}), "holds no file"),
    "hidden files": ("mini.zip", zipped({".git/a.py": b"x"}), "only hidden files"),
    "a picture": ("mini.py", b"\x89PNG\r\n", "is a picture"),
    "too large": ("mini.py", BIG, "is larger than 20 MiB"),
    "a document": ("mini.docx", b"PK\x03\x04", "is neither a .py file nor a notebook"),
}


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        (kind, how)
        for kind, (name, *_) in UNREAD.items()
        for how in ("folder", "zip", "inner")
        if not (how == "inner" and name.endswith(".zip"))  # a kind of its own
    ],
)
def test_it_is_graded_listed_and_said(run: Any, kind: str, how: str) -> None:
    name, data, words = UNREAD[kind]
    code, book, err, out = run({f"ada/{name}": data, "bob/mini.py": RIGHT.encode()}, how)
    assert code == 3
    assert (book["ada"]["mini"], book["bob"]["mini"]) == ("0", "10")
    assert "not read (1):" in err
    assert "ada/" in err
    feedback = (out / "feedback" / "ada.mini.md").read_text("utf-8")
    assert words.replace(".", "") in feedback.replace("\\", "").replace(".", "")


def test_archives_in_archives_are_read_and_too_many_told_how_to_be_handed_in(run: Any) -> None:
    inner = zipped({"mini.py": RIGHT.encode()})
    deep = zipped({"a.zip": zipped({"b.zip": inner})})
    files = {"ada/mini.zip": inner, "bob/mini.zip": deep, "cy/mini.py": RIGHT.encode()}
    code, book, _, out = run(files, "inner")
    assert code == 3
    assert [book[name]["mini"] for name in ("ada", "bob", "cy")] == ["10", "0", "10"]
    assert "archive in archives" in (out / "feedback" / "bob.mini.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("how", "name"),
    [
        ("folder", "mini.ipynb"),
        ("folder", "week 1/my work.ipynb"),
        ("zip", "week 1/my work.ipynb"),
        ("inner", "week 1/my work.ipynb"),
    ],
)
def test_a_notebook_with_one_large_plot_is_graded_in_full(run: Any, how: str, name: str) -> None:
    data = notebook(RIGHT, plot())
    assert len(data) > 25 << 20
    code, book, err, _ = run({f"ada/{name}": data}, how)
    assert (code, book["ada"]["mini"], err) == (0, "10", "")


def test_a_second_run_says_the_same(
    run: Any, tmp_path: Any, small_course: Any, capsys: Any
) -> None:
    _, _, err, out = run({"ada/mini.ipynb": b"{", "bob/mini.py": RIGHT.encode()})
    with pytest.raises(typer.Exit) as ended:
        grade(path=tmp_path / "class0", out=out, jobs=1, course=small_course.root)
    again = capsys.readouterr()
    assert ended.value.exit_code == 3
    assert again.err == err
    assert "0 graded, 2 were graded before" in again.out


EXITS = {
    "data beside work": ({"ada/mini.py": RIGHT, "ada/points.csv": "1"}, 3),
    "a document beside work": ({"ada/mini.py": RIGHT, "ada/report.pdf": "1"}, 3),
    "a list beside students": ({"ada/mini.py": RIGHT, "README.txt": "1"}, 3),
    "hidden files beside work": ({"ada/mini.py": RIGHT, "ada/.DS_Store": "1"}, 0),
    "an environment beside work": ({"ada/mini.py": RIGHT, "ada/venv/x.py": "1"}, 0),
    "only hidden files": ({"ada/mini.py": RIGHT, "bob/.mini.py": RIGHT}, 3),
    "a helper that nothing imports": ({"ada/mini.py": RIGHT, "ada/other.py": "x = 1"}, 0),
    "an older version": ({"ada/mini.py": RIGHT, "ada/mini (1).py": RIGHT}, 0),
    "an empty file": ({"ada/mini.py": ""}, 0),
}


@pytest.mark.parametrize("kind", EXITS)
def test_the_exit_code_tells_whether_all_of_it_was_read(run: Any, kind: str) -> None:
    files, expected = EXITS[kind]
    code, book, err, _ = run({name: text.encode() for name, text in files.items()})
    assert code == expected
    assert ("not read" in err) == (code == 3)
    assert set(book) == {name.partition("/")[0] for name in files if "/" in name}


@pytest.mark.skipif(sys.platform == "darwin", reason="names are Unicode there")
def test_a_name_that_is_no_utf8_costs_nobody_anything(run: Any, tmp_path: Any) -> None:
    files = {f"M{chr(0xDC00 + byte)}ller/mini.py": RIGHT.encode() for byte in (0xFC, 0xF6)}
    files |= {"ada/mini.py": RIGHT.encode(), "ada/\udcff.csv": b"x"}
    code, book, err, out = run(files)
    assert code == 3
    assert {name: row["mini"] for name, row in book.items()} == {
        "M\\xfcller": "10", "M\\xf6ller": "10", "ada": "10",
    }  # fmt: skip
    assert "ada/\\xff.csv" in err
    assert len(list((out / "reports").glob("*.json"))) == 3


@pytest.fixture
def gradescope(tmp_path: Any, write_course: Any) -> Any:
    """Return a function that grades files in Gradescope's folders and returns its results."""
    root = tmp_path / "autograder"
    write_course(root / "source" / "course", HIDDEN)
    settings = {"exercise": "mini", "isolation": "process"}
    (root / "source" / SETTINGS).write_text(json.dumps(settings))

    def graded(name: str, data: bytes) -> Any:
        path = root / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        assert run_autograder(root)
        return json.loads((root / "results" / "results.json").read_text("utf-8"))

    return graded


@pytest.mark.parametrize("kind", UNREAD)
def test_gradescope_gives_the_same_points_and_the_same_sentence(gradescope: Any, kind: str) -> None:
    name, data, words = UNREAD[kind]
    results = gradescope(name, data)
    assert results["score"] == 0
    assert words in json.dumps(results)


def test_gradescope_reads_past_outputs_too(gradescope: Any) -> None:
    assert gradescope("my work.ipynb", notebook(RIGHT, plot()))["score"] == 10


@pytest.mark.parametrize("text", ['{"cells": [{"cell_type"', '{"nbformat": 4}'])
def test_a_queue_answers_with_no_points_and_the_reason(small_course: Any, text: str) -> None:
    told: list[str] = []
    with Slot(small_course, Level.PROCESS) as slot:
        grader = PulledGrader(slot, "mini", lambda _: None, told.append)
        reply = grader(Item("", "7", "key", json.dumps({"student_response": text})))
    assert reply is not None
    assert json.loads(reply)["score"] == 0
    assert "save it again" in reply
    assert told == []


@pytest.mark.parametrize("name", ["mini.ipynb", "M\udcfcller.ipynb"])
def test_a_student_s_own_check_reads_past_outputs(
    tmp_path: Any, write_course: Any, name: str
) -> None:
    course = write_course(tmp_path, HIDDEN, examples=HIDDEN)
    (tmp_path / name).write_bytes(notebook(RIGHT, plot()))
    report = self_check.check(course, tmp_path / name, "mini").report
    assert report.points == 10
    assert report.submission.files == (name.replace("\udcfc", "\\xfc"),)
    report.model_dump_json().encode()


def test_two_students_of_one_name_have_two_rows(run: Any) -> None:
    files = {
        "Wei Chen_101_assignsubmission_file/mini.py": RIGHT.encode(),
        "Wei Chen_102_assignsubmission_file/essay.pdf": b"%PDF",
        "Ada Li_103_assignsubmission_file/mini.py": RIGHT.encode(),
    }
    code, _, _, out = run(files)
    with open(out / "gradebook.csv", newline="", encoding="utf-8") as stream:
        rows = [(row["student"], row["participant"]) for row in csv.DictReader(stream)]
    assert code == 3
    assert sorted(rows) == [("Ada Li", "103"), ("Wei Chen", "101"), ("Wei Chen", "102")]
