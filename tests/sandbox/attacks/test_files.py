"""Is what is handed in read as data: bounded, in its place, and never as markup or settings?"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from attack_corpus import TOOLS, code, files, notebook, packed

from grader.ingest import gather
from grader.model.feedback import feedback_for_student, feedback_markdown
from grader.source import files as reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.catalog import Course
    from grader.model.report import ScoreReport

AIMS = ("files",)
EXERCISE = "random_init"


@pytest.fixture(scope="module")
def answers(course: Course) -> dict[str, str]:
    folder = course.folder(EXERCISE)
    wrong = (folder.staff / "mutants" / "zeros.py").read_text("utf-8")
    return {"right": folder.reference.read_text("utf-8"), "wrong": wrong}


@pytest.fixture
def grade(slots: Any, make_answer: Any, answers: dict[str, str]) -> Callable[..., ScoreReport]:
    """Return a function that grades the files that a program makes."""

    def graded(attack: dict[str, Any], n: int = 0) -> ScoreReport:
        made = files(attack, **answers, n=n)
        content = make_answer(made[-1][1], made[-1][0])
        return slots().grade(EXERCISE, replace(content, files=made), seed=1)

    return graded


def told(report: ScoreReport) -> str:
    feedback = feedback_for_student(report)
    return feedback.model_dump_json() + feedback_markdown(feedback)


def test_files_are_data(grade: Any, answers: dict[str, str], handed_in: dict[str, Any]) -> None:
    report = grade(handed_in, handed_in.get("n", 0))
    assert report.status == "graded", report.diagnostic
    deserved = grade({"make": 'files = [("a.py", wrong.encode())]'}).points
    due = {"full": report.max_points, "none": 0, "deserved": deserved}
    assert report.points == due[handed_in["points"]], report.checks[0].feedback
    assert handed_in.get("says", "") in told(report)
    markdown = feedback_markdown(feedback_for_student(report))
    unfenced = re.sub(r"(?ms)^(```+)text\n.*?^\1$", "", markdown)
    assert not re.search(r"(?<!\\)<\w|(?<!\\)!\[", unfenced)
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x1b\r\ud800-\udfff]", told(report))


def test_less_of_the_same_is_read(grade: Any, in_small: dict[str, Any]) -> None:
    report = grade(in_small, in_small["small"])
    assert report.points == report.max_points, report.checks[0].feedback


def test_a_class_archive_stays_in_its_place(
    course: Course, answers: dict[str, str], in_class: dict[str, Any], tmp_path: Path
) -> None:
    archive, scratch = tmp_path / "class.zip", tmp_path / "a" / "scratch"
    scratch.mkdir(parents=True)
    honest = ("ada/random_init.py", answers["right"])
    members = eval(in_class["members"], TOOLS | answers)
    archive.write_bytes(packed(honest, *members))
    gathered = gather(archive, scratch, [folder.exercise for folder in course.folders])
    ada = [s for s in gathered.submissions if s.student.label == "ada"]
    assert [s.read()[-1][1].decode() for s in ada if s.exercise == EXERCISE] == [answers["right"]]
    others = [s for s in gathered.submissions if s not in ada]
    assert len(others) == in_class.get("leaves", len(others))
    assert len({s.id.casefold() for s in gathered.submissions}) == len(gathered.submissions)
    written = {p for p in tmp_path.rglob("*") if p.is_file() and scratch not in p.parents}
    assert written == {archive}


def test_a_limit_of_its_own_lets_them_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits are what refuses: with others, the same notebook is read."""
    data = notebook(code("x = 1"), *[{}] * 10_000)
    with pytest.raises(reading.Unreadable):
        reading.read_source("a.ipynb", data)
    wide = reading.Limits(cells=20_000)
    assert len(reading.read_source("a.ipynb", data, wide).cells) == 1
