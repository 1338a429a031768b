"""Do the lessons tell the truth? Their worked examples are run, their notebooks made again."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader.catalog import Course
from grader.notebooks import notebook_text

ROOT = Path(__file__).parents[2]
COURSE = Course(ROOT)
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
STATEMENT_WORDS = 120


@pytest.mark.parametrize("exercise_id", COURSE.exercise_ids)
def test_worked_examples_print_what_the_lesson_says(exercise_id: str) -> None:
    lesson = (COURSE.folder(exercise_id).public / "README.md").read_text("utf-8")
    examples = EXAMPLE.findall(lesson)
    assert examples
    for code, printed in examples:
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )
        assert result.stdout == printed


@pytest.mark.parametrize("exercise_id", COURSE.exercise_ids)
def test_the_statement_is_short(exercise_id: str) -> None:
    lesson = (COURSE.folder(exercise_id).public / "README.md").read_text("utf-8")
    statement = lesson.split("\n## ")[0].split("\n", 1)[1]
    words = re.sub(r"`[^`]*`", "code", statement).split()
    assert len(words) <= STATEMENT_WORDS


@pytest.mark.parametrize("exercise_id", COURSE.exercise_ids)
def test_the_notebook_is_made_from_lesson_and_starter(exercise_id: str) -> None:
    folder = COURSE.folder(exercise_id)
    path = folder.public / f"{exercise_id}.ipynb"
    assert path.read_text("utf-8") == notebook_text(folder), "run `grader notebook --all`"
    nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("exercise_id", COURSE.exercise_ids)
def test_there_are_three_hints(exercise_id: str) -> None:
    hints = (COURSE.folder(exercise_id).public / "hints.md").read_text("utf-8")
    assert re.findall(r"^## Hint (\d)", hints, re.MULTILINE) == ["1", "2", "3"]


def test_every_misconception_leads_to_an_exercise_of_the_course() -> None:
    linked = {m.exercise for m in COURSE.misconceptions.values()} - {None}
    assert linked <= set(COURSE.exercise_ids)


def test_the_overview_lists_the_exercises_in_order() -> None:
    overview = (ROOT / "exercises" / "README.md").read_text("utf-8")
    assert tuple(re.findall(r"^\| \d+ \| \[(\w+)\]", overview, re.MULTILINE)) == COURSE.exercise_ids
