"""Does each command do what it says, and does its exit code tell how it went?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.catalog import Course
from grader.model.schema import json_schema

ROOT = Path(__file__).parents[2]
SOLUTIONS = ROOT / "solutions" / "random_init"
RIGHT, WRONG = SOLUTIONS / "reference.py", SOLUTIONS / "mutants" / "rank_one.py"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the public bundle of the course, with its random_init as the current folder."""
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    monkeypatch.chdir(tmp_path / "exercises" / "random_init")
    return tmp_path


def test_check_passes_a_right_file(run: Any, home: Path) -> None:
    shutil.copy(RIGHT, "random_init.py")
    code, out, _ = run("check", "random_init.py")
    assert code == 0
    assert "2 of 2 public checks passed; the hidden ones run when you hand it in" in out


def test_check_names_the_mistake_of_a_wrong_file(run: Any, home: Path) -> None:
    code, out, _ = run("check", WRONG, "--exercise", "random_init")
    assert code == 1
    assert "(symmetric-hidden-units)" in out


def test_check_without_a_file_takes_the_starter_of_the_folder(run: Any, home: Path) -> None:
    code, out, _ = run("check")
    assert code == 1
    assert "starter.py: Random initialisation" in out
    assert "(not-implemented)" in out


def test_check_reads_the_notebook_and_says_the_cell(run: Any, home: Path) -> None:
    code, out, _ = run("check", "random_init.ipynb")
    assert code == 1
    assert "it is still as it was given out (cell 6, line 1)" in out


def test_check_tells_the_exercise_by_what_a_file_defines(run: Any, home: Path) -> None:
    other = home / "my_work.py"
    shutil.copy(RIGHT, other)
    assert run("check", other)[0] == 0


def test_check_reads_a_file_that_was_given_another_suffix(
    run: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "downloads"
    folder.mkdir()
    shutil.copy(RIGHT, folder / "my_work.py.txt")
    assert run("check", folder / "my_work.py.txt")[0] == 0
    monkeypatch.chdir(folder)
    assert run("check", "--exercise", "random_init")[0] == 0


def test_check_prints_json_that_follows_the_published_schema(run: Any, home: Path) -> None:
    code, out, _ = run("check", WRONG, "--exercise", "random_init", "--json")
    assert code == 1
    jsonschema.validate(json.loads(out), json.loads(json_schema("student-feedback")))
    assert "diagnostic" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.py"], "there is no such file"),
        (["starter.py", "--exercise", "nothing"], "no exercise 'nothing'"),
        (["../notes.md"], "neither a .py file nor a notebook"),
        (["../notes.py"], "which exercise is it?"),
    ],
)
def test_check_says_why_it_could_not(run: Any, home: Path, arguments: list[str], said: str) -> None:
    for name in ("notes.md", "notes.py"):
        (home / "exercises" / name).write_text("text = 1\n")
    code, out, err = run("check", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_check_of_a_folder_with_several_files_asks_which(
    run: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    for name in ("a.py", "b.py"):
        (home / name).write_text("")
    code, _, err = run("check")
    assert code == 2
    assert "which file?" in err
    assert "a.py, b.py" in err


def test_verify_proves_and_says_so(run: Any) -> None:
    arguments = ("zero_init", "--seeds", 2, "--kills", "--course", ROOT)
    code, out, _ = run("verify", *arguments)
    assert code == 0
    assert out.startswith("zero_init            proven")
    assert "weights_zero: " in out


def test_verify_of_several_exercises_runs_them_side_by_side(run: Any, tmp_path: Path) -> None:
    for half in ("exercises", "solutions"):
        shutil.copytree(ROOT / half, tmp_path / half)
    (tmp_path / "solutions/zero_init/reference.py").write_text("x = 1\n")
    arguments = ("zero_init", "random_init", "--seeds", 1, "--jobs", 2, "--course", tmp_path)
    code, out, _ = run("verify", *arguments)
    assert code == 1
    first, *others = [line for line in out.splitlines() if not line.startswith(" ")]
    assert first.startswith("zero_init            NOT PROVEN")
    assert others[0].startswith("random_init          proven")


def test_verify_of_nothing_asks_for_exercises(run: Any) -> None:
    code, _, err = run("verify", "--course", ROOT)
    assert code == 2
    assert "name exercises, or say --all" in err


def test_release_writes_the_public_files_and_nothing_else(run: Any, tmp_path: Path) -> None:
    code, out, _ = run("release", "random_init", "--out", tmp_path / "out", "--course", ROOT)
    assert code == 0
    written = {p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.*")}
    assert {str(tmp_path / "out" / p) for p in written} == set(out.split())
    assert Path("exercises/random_init/random_init.ipynb") in written
    assert not any("solutions" in p.parts for p in written)
    assert Course(tmp_path / "out").exercise_ids == ("random_init",)


def test_release_refuses_an_answer_in_the_public_half(run: Any, tmp_path: Path) -> None:
    course, out = tmp_path / "course", tmp_path / "out"
    for half in ("exercises", "solutions"):
        shutil.copytree(ROOT / half, course / half)
    shutil.copy(RIGHT, course / "exercises" / "random_init" / "starter.py")
    code, _, err = run("release", "--out", out, "--course", course)
    assert code == 2
    assert "nothing was released" in err
    assert [p for p in out.rglob("*") if p.is_file()] == []


def test_release_refuses_to_write_into_the_course(run: Any) -> None:
    code, _, err = run("release", "--out", ROOT / "solutions" / "x", "--course", ROOT)
    assert code == 2
    assert "choose a folder outside" in err


def test_notebook_makes_the_notebook_again(run: Any, home: Path) -> None:
    path = home / "exercises" / "random_init" / "random_init.ipynb"
    before = path.read_text()
    path.write_text("")
    code, out, _ = run("notebook", "random_init")
    assert (code, out) == (0, f"{path}\n")
    assert path.read_text() == before


def test_doctor_tells_people_and_programs_the_same(run: Any) -> None:
    _, text, _ = run("doctor")
    code, out, _ = run("doctor", "--json")
    found = json.loads(out)
    assert code == 0
    for name, layer in found["layers"].items():
        assert f"{'yes' if layer['active'] else 'no '} {name}" in text
        assert layer["active"] or layer["reason"]
    assert f"isolation level reached: {found['level']}" in text


def test_schema_prints_what_is_published(run: Any) -> None:
    assert run("schema")[1] == json_schema("score-report")
    assert run("schema", "--feedback")[1] == json_schema("student-feedback")


@pytest.mark.parametrize(
    ("arguments", "passed", "failed"),
    [
        (["solutions/random_init"], 8, 0),
        (["solutions/random_init", "--submission", str(WRONG)], 7, 1),
        (["exercises/random_init"], 0, 2),
    ],
)
def test_plain_pytest_runs_the_checks_of_an_exercise(
    arguments: list[str], passed: int, failed: int
) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == (1 if failed else 0)
    for count, word in ((passed, "passed"), (failed, "failed")):
        assert not count or f"{count} {word}" in result.stdout


def test_plain_pytest_shows_the_explanation_and_no_traceback() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, "solutions/random_init", "--submission", str(WRONG)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "misconception: symmetric-hidden-units" in result.stdout
    assert "Traceback" not in result.stdout
    assert "grader/testing" not in result.stdout
