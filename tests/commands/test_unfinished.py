"""Is nobody graded by an exercise that its author has not finished?"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main

COURSE = Path(__file__).parents[1] / "second_course" / "course"
TOML, HIDDEN = "exercises/centre/exercise.toml", "solutions/centre/test_hidden.py"


@pytest.fixture
def grade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    """Return a function that grades right answers to `exercises`: its exit code and stderr."""

    def _grade(*exercises: str) -> tuple[int, str]:
        for name in exercises:
            path = tmp_path / "class" / "ada" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(COURSE / "solutions" / name / "reference.py", path)
        folders = [str(tmp_path / "class"), "--out", str(tmp_path / "out")]
        command = ["grade", *folders, "--course", str(tmp_path / "course"), "--jobs", "1"]
        monkeypatch.setattr(sys, "argv", ["grader", *command])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return _grade


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return Path(shutil.copytree(COURSE, tmp_path / "course"))


def put_first(path: Path, line: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.touch()
    path.write_text(line + path.read_text("utf-8"), "utf-8")


@pytest.mark.parametrize(
    "file",
    [
        TOML,
        HIDDEN,
        "exercises/centre/test_examples.py",
        "exercises/centre/helpers.py",
        "solutions/centre/cases.toml",
        "solutions/centre/reference.py",
        "solutions/centre/shapes/__init__.py",
    ],
)
def test_a_blank_in_contract_or_checks_is_said_with_its_place(
    grade: Any, course: Path, tmp_path: Path, file: str
) -> None:
    put_first(course / file, "# FILL IN: the limits\n")
    code, err = grade("centre", "words")
    assert code == 2
    assert "centre is not finished, and nothing was graded" in err
    assert f"{file}:1: FILL IN: the limits" in err
    assert not (tmp_path / "out" / "gradebook.csv").exists()


@pytest.mark.parametrize(
    "file",
    [
        "exercises/centre/README.md",
        "exercises/centre/starter.py",
        "solutions/centre/corpus.toml",
        "solutions/centre/mutants/other_key.py",
    ],
)
def test_a_blank_in_what_grades_nobody_is_left_to_verify(
    grade: Any, course: Path, file: str
) -> None:
    put_first(course / file, "# FILL IN: what to do\n")
    assert grade("centre") == (0, "")


def test_an_unfinished_exercise_that_nobody_answers_is_in_nobody_s_way(
    grade: Any, course: Path
) -> None:
    put_first(course / HIDDEN, "# FILL IN: a check\n")
    assert grade("words") == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "place", "have", "promised"),
    [
        ("title", "points = 9\ntitle", f"{TOML}:2", "10", "9"),
        ("[helpers]", "[helpers]", f"{TOML}:1", "9.5", "10"),
        ('id = "centre"', 'points = 10.5\nid = "centre"', f"{TOML}:1", "10", "10.5"),
    ],
)
def test_points_that_do_not_add_up_are_said_with_their_place(
    grade: Any, course: Path, old: str, new: str, place: str, have: str, promised: str
) -> None:
    toml, hidden = course / TOML, course / HIDDEN
    toml.write_text(toml.read_text("utf-8").replace(old, new, 1), "utf-8")
    if have == "9.5":
        text = hidden.read_text("utf-8")
        assert "points=1.5" in text
        hidden.write_text(text.replace("points=1.5", "points=1.0", 1), "utf-8")
    code, err = grade("centre")
    assert code == 2
    assert f"{place}: the checks' points add up to {have}, exercise.toml says {promised}" in err
