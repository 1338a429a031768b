"""Does the engine know no course? Another one, about numbers and words, goes its whole way."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader.catalog import Course
from grader.cli import main
from grader.corpus import read_corpus
from grader.grade import Answer, Slot
from grader.testing.suite import Suite
from grader.verify import verify

HERE = Path(__file__).parent / "course"
COURSE = Course(HERE)
FEW_SEEDS = 3
WORDS = ("tree", "river", "stone", "cloud", "bridge", "garden", "window", "lantern")
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs a command line here: its exit code and stdout."""

    def _run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["grader", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, capsys.readouterr().out

    return _run


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a copy of the course, far from the first one."""
    return Path(shutil.copytree(HERE, tmp_path / "course"))


@pytest.mark.parametrize("exercise_id", COURSE.exercise_ids)
def test_every_exercise_is_proven(course: Path, exercise_id: str) -> None:
    proof = verify(Course(course), exercise_id, FEW_SEEDS)
    assert proof.problems == []
    assert proof.killed == proof.mutants
    assert proof.named == proof.nameable


@pytest.mark.parametrize("exercise_id", COURSE.exercise_ids)
def test_worked_examples_print_what_the_lesson_says(exercise_id: str) -> None:
    lesson = (COURSE.folder(exercise_id).public / "README.md").read_text("utf-8")
    ((code, printed),) = EXAMPLE.findall(lesson)
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout == printed


def test_a_class_is_graded(run: Any, course: Path, tmp_path: Path) -> None:
    wanted = hand_in(course, tmp_path / "class")
    out = tmp_path / "out"
    code, _ = run("grade", tmp_path / "class", "--out", out, "--course", course, "--jobs", 1)
    assert code == 0
    for submission, (full, names) in wanted.items():
        report = json.loads((out / "reports" / f"{submission}.json").read_text("utf-8"))
        assert report["status"] == "graded"
        assert (report["points"] == report["max_points"]) == full
        assert {d["misconception"] for d in report["diagnoses"]} == names
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({submission.partition(".")[0] for submission in wanted})


def hand_in(course: Path, folder: Path) -> dict[str, tuple[bool, set[str]]]:
    """Write a class of every answer there is; return what each submission must get."""
    wanted = {}
    for exercise in Course(course).folders:
        corpus = read_corpus(exercise)
        for path in corpus.variants:
            wanted[f"{path.stem}.{exercise.id}"] = (True, set[str]())
        for path, mutant in corpus.mutants.items():
            wanted[f"{path.stem}.{exercise.id}"] = (False, set(mutant.names))
        for path in (*corpus.variants, *corpus.mutants):
            target = folder / path.stem / f"{exercise.id}.py"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return wanted


def test_the_course_has_the_last_word_on_a_name_of_the_engine(
    run: Any, course: Path, tmp_path: Path
) -> None:
    answer = course / "solutions/centre/mutants/other_key.py"
    code, out = run("check", answer, "--exercise", "centre", "--course", course)
    assert code == 1
    assert "The dict is asked for another name" in out


def test_it_is_released_with_notebooks_and_checked(run: Any, course: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    assert run("release", "--out", bundle, "--course", course)[0] == 0
    files = {p.name for p in bundle.rglob("*") if p.is_file()}
    assert files >= {"centre.ipynb", "words.ipynb", "helpers.py", "starter.py", "course.toml"}
    assert not files & {"reference.py", "test_hidden.py", "corpus.toml", "cases.toml"}
    for path in bundle.rglob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
    starter = bundle / "exercises/words/starter.py"
    code, out = run("check", starter, "--course", bundle)
    assert code == 1
    assert "(not-implemented)" in out
    shutil.copy(HERE / "solutions/words/reference.py", starter)
    assert run("check", starter, "--course", bundle)[0] == 0


def test_notebooks_are_made(run: Any, course: Path) -> None:
    code, out = run("notebook", "--all", "--course", course)
    made = [course / "exercises" / name / f"{name}.ipynb" for name in COURSE.exercise_ids]
    assert (code, out.split()) == (0, [str(path) for path in made])
    cells = nbformat.read(made[1], as_version=4).cells
    assert any(cell.source.startswith("def longest_word(text):") for cell in cells)


def test_a_class_to_try_things_on_is_written(run: Any, course: Path, tmp_path: Path) -> None:
    code, out = run("sample", "--out", tmp_path / "class", "--course", course)
    assert code == 0
    assert "of 40 students" in out


def test_what_lies_above_a_course_has_no_say_in_its_checks(course: Path) -> None:
    """A course may lie in a project whose own tests have a conftest."""
    (course.parent / "conftest.py").write_text("raise RuntimeError('not about the course')\n")
    with Suite(Course(course).folder("words")) as suite:
        assert suite.checks


def test_words_of_a_hidden_text_are_judged_and_not_repeated(course: Path) -> None:
    """Keys from the inputs reach the check as they are, and never the student's feedback."""
    source = b"def count_words(text):\n    return {word: float('nan') for word in text.split()}\n"
    answer = Answer.of_file("words", "ada", "words.py", source)
    with Slot(Course(course)) as slot:
        report = slot.grade("words", answer)
    (check,) = [c for c in report.checks if c.id == "plain"]
    assert check.feedback.startswith("… holds NaN or infinity")
    assert any(f"{word} holds NaN" in check.diagnostic for word in WORDS)
    assert not any(word in check.feedback for word in WORDS)
