"""Does `grader verify` prove the course, and notice when a check, a name or a secret is wrong?"""

from __future__ import annotations

import ast
import os
import shutil
from pathlib import Path

import pytest

from grader.catalog import Course
from grader.verify import verify

ROOT = Path(__file__).parents[2]
# Before a change lands, exercises are proven with automatic mutants and more seeds.
IN_FULL = bool(os.environ.get("CI"))
FEW_SEEDS, MORE_SEEDS = 1, 10
MOST_UNNAMED = 0.05


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a copy of the course that a test may break."""
    for half in ("exercises", "solutions"):
        shutil.copytree(ROOT / half, tmp_path / half)
    return tmp_path


def problems(course: Path, exercise_id: str = "zero_init") -> str:
    return "\n".join(verify(Course(course), exercise_id, FEW_SEEDS, automatic=False).problems)


@pytest.mark.parametrize("exercise_id", Course(ROOT).exercise_ids)
def test_every_exercise_is_proven(exercise_id: str) -> None:
    seeds = MORE_SEEDS if IN_FULL else FEW_SEEDS
    proof = verify(Course(ROOT), exercise_id, seeds, automatic=IN_FULL)
    assert proof.problems == []
    assert proof.killed == proof.named + proof.unnamed == proof.mutants
    # Another course may leave more to itself; this one is about names.
    assert proof.unnamed <= MOST_UNNAMED * proof.mutants


def nearly_copy(answer: Path, target: Path) -> None:
    """Copy an answer with a line more: a bare copy would be called one before anything is tried."""
    target.write_text(f"{answer.read_text('utf-8')}\n\nharmless = True\n", "utf-8")


def hidden_checks() -> list[str]:
    tree = ast.parse((ROOT / "solutions/zero_init/test_hidden.py").read_text("utf-8"))
    return [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.decorator_list
            and n.name.startswith("test_")]  # fmt: skip


@pytest.mark.parametrize("name", hidden_checks())
def test_a_check_without_a_body_is_noticed(course: Path, name: str) -> None:
    path = course / "solutions/zero_init/test_hidden.py"
    tree = ast.parse(path.read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.body = [ast.Pass()]
    path.write_text(ast.unparse(tree), "utf-8")
    assert f"check {name.removeprefix('test_')} kills no mutant" in problems(course)


def test_a_survivor_is_noticed(course: Path) -> None:
    mutants = course / "solutions/zero_init/mutants"
    name = min(mutants.iterdir())
    nearly_copy(course / "solutions/zero_init/reference.py", name)
    assert f"mutant {name.stem} survives" in problems(course)


def test_a_wrong_name_is_noticed(course: Path) -> None:
    path = course / "solutions/zero_init/corpus.toml"
    text = path.read_text("utf-8")
    first = text.index('misconception = "')
    end = text.index("\n", first)
    path.write_text(f'{text[:first]}misconception = "ascends"{text[end:]}', "utf-8")
    assert "instead of ascends" in problems(course)


def test_a_reference_that_loses_points_is_noticed(course: Path) -> None:
    folder = course / "solutions/zero_init"
    nearly_copy(min((folder / "mutants").iterdir()), folder / "reference.py")
    assert "the reference, seed 0" in problems(course)


def test_points_that_do_not_add_up_are_noticed(course: Path) -> None:
    path = course / "exercises/zero_init/exercise.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("\n[[functions]]", "points = 11\n\n[[functions]]", 1), "utf-8")
    assert "exercise.toml says 11" in problems(course)


def test_a_corpus_entry_without_a_file_is_noticed(course: Path) -> None:
    min((course / "solutions/zero_init/variants").iterdir()).unlink()
    assert "has no file" in problems(course)


def test_an_answer_in_the_public_half_is_noticed(course: Path) -> None:
    reference = (course / "solutions/zero_init/reference.py").read_text("utf-8")
    examples = course / "exercises/zero_init/test_examples.py"
    examples.write_text(examples.read_text("utf-8") + "\n\n" + reference, "utf-8")
    assert "holds a part of solutions" in problems(course)
