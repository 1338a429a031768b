"""Does `grader verify` tell of automatic mutants in the real course, and of a test made weaker?"""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.catalog import Course
from grader.cli import main
from grader.verify import verify

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a copy of the course, cut down to zero_init."""
    for half in ("exercises", "solutions"):
        shutil.copytree(ROOT / half / "zero_init", tmp_path / half / "zero_init")
    shutil.copy(ROOT / "exercises" / "misconceptions.toml", tmp_path / "exercises")
    (tmp_path / "exercises" / "course.toml").write_text('exercises = ["zero_init"]\n', "utf-8")
    return tmp_path


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Return a function that runs `grader verify`: its exit code and what it printed."""

    def _run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["grader", "verify", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return _run


def make_blind(path: Path, name: str) -> None:
    """Take the body out of one check."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.body = [ast.Pass()]
    path.write_text(ast.unparse(tree), "utf-8")


def test_no_automatic_mutant_of_an_exercise_survives(course: Path) -> None:
    proof = verify(Course(course), "zero_init", 1)
    assert proof.problems == []
    assert proof.automatic is not None
    assert proof.automatic.survivors == proof.automatic.unreached == []
    assert proof.automatic.killed > 20


def test_a_test_made_weaker_is_noticed(course: Path) -> None:
    make_blind(course / "solutions/zero_init/test_hidden.py", "test_weights_zero")
    make_blind(course / "exercises/zero_init/test_examples.py", "test_example_zeros")
    proof = verify(Course(course), "zero_init", 1)
    assert any(problem.startswith("only ") for problem in proof.problems)
    (survivor,) = proof.survivors()
    assert survivor.startswith("survives: initialize_parameters_zeros, line ")
    assert '+        parameters[f"W{l}"] = np.ones' in survivor


def test_the_command_tells_of_survivors_kills_and_the_whole_course(
    course: Path, run: Callable[..., tuple[int, str]]
) -> None:
    make_blind(course / "solutions/zero_init/test_hidden.py", "test_weights_zero")
    make_blind(course / "exercises/zero_init/test_examples.py", "test_example_zeros")
    arguments = ("--all", "--kills", "--seeds", 1, "--jobs", 2, "--course", course)
    code, out = run(*arguments)
    lines = out.splitlines()
    assert code == 1
    assert "hidden checks kill some mutant alone" in lines[0]
    assert any(line.startswith("  survives: ") for line in lines)
    assert any(line.startswith("  weight_shapes: hidden, 1 points, ") for line in lines)
    assert any(line.startswith("  equal to the reference: ") for line in lines)
    assert lines[-1].startswith("total ")


def test_the_quick_inner_loop_leaves_them_out(
    course: Path, run: Callable[..., tuple[int, str]]
) -> None:
    (course / "solutions/zero_init/cases.toml").unlink()
    code, out = run("zero_init", "--no-automatic", "--seeds", 1, "--course", course)
    assert code == 0
    assert "auto" not in out
    assert "total" not in out
