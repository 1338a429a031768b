"""Does `grader verify` prove the course, and notice when a check, a name or a secret is wrong?"""

from __future__ import annotations

import ast
import os
import re
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


def without_bodies(path: Path, which: slice) -> set[str]:
    """Take away the bodies of some hidden checks, and return their ids."""
    tree = ast.parse(path.read_text("utf-8"))
    checks = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.decorator_list
              and n.name.startswith("test_")]  # fmt: skip
    for node in checks[which]:
        node.body = [ast.Pass()]
    path.write_text(ast.unparse(tree), "utf-8")
    return {node.name.removeprefix("test_") for node in checks[which]}


@pytest.mark.parametrize("which", [slice(0, None, 2), slice(1, None, 2)])
def test_each_check_without_a_body_is_noticed(course: Path, which: slice) -> None:
    emptied = without_bodies(course / "solutions/zero_init/test_hidden.py", which)
    assert len(emptied) >= 3
    noticed = re.findall(r"check (\w+) kills no mutant", problems(course))
    assert set(noticed) == emptied


def test_slips_in_all_parts_of_an_exercise_are_noticed_at_once(course: Path) -> None:
    """A survivor, a wrong name, points that do not add up, an answer in the public half."""
    public, staff = course / "exercises/zero_init", course / "solutions/zero_init"
    reference = (staff / "reference.py").read_text("utf-8")
    survivor = min((staff / "mutants").iterdir())
    nearly_copy(staff / "reference.py", survivor)

    corpus = staff / "corpus.toml"
    text = corpus.read_text("utf-8")
    last = text.rindex('misconception = "')
    end = text.index("\n", last)
    corpus.write_text(f'{text[:last]}misconception = "ascends"{text[end:]}', "utf-8")

    contract = public / "exercise.toml"
    text = contract.read_text("utf-8")
    contract.write_text(text.replace("\n[[functions]]", "points = 11\n\n[[functions]]", 1), "utf-8")

    examples = public / "test_examples.py"
    examples.write_text(f"{examples.read_text('utf-8')}\n\n{reference}", "utf-8")

    said = problems(course)
    assert f"mutant {survivor.stem} survives" in said
    assert "instead of ascends" in said
    assert "exercise.toml says 11" in said
    assert "holds a part of solutions" in said


def test_a_reference_that_loses_points_is_noticed(course: Path) -> None:
    folder = course / "solutions/zero_init"
    nearly_copy(min((folder / "mutants").iterdir()), folder / "reference.py")
    assert "the reference, seed 0" in problems(course)


def test_a_corpus_entry_without_a_file_is_noticed(course: Path) -> None:
    min((course / "solutions/zero_init/variants").iterdir()).unlink()
    assert "has no file" in problems(course)
