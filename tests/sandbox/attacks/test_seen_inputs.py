"""What does it help to know inputs: of the examples, or of the hidden checks of one's own file?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.catalog import Course

HIDDEN = """
from grader.testing import check, expect_close

@check("square", points=1)
def test_square(submission, rng):
    x = rng.normal(size=3)
    expect_close(submission.square(x), x**2, "square(x)")
"""
SPY = "def square(x): raise ValueError([float(number) for number in x])"
TABLE = """
import numpy as np
SEEN = {seen}
def square(x):
    if np.allclose(x, SEEN): return x * x
    return np.zeros(3)
"""


@pytest.fixture
def learn(mini_course: Any, slots: Any, make_answer: Any) -> Any:
    """Return a function that learns the inputs of one file, as staff may, for another file."""
    slot = slots(of=mini_course(HIDDEN))

    def points(**seed: int) -> float | None:
        spied = slot.grade("mini", make_answer(SPY), **seed)
        numbers = re.search(r"\[-?[\d.e, -]+\]", spied.checks[0].diagnostic)
        assert numbers is not None
        learned = TABLE.format(seen=numbers[0])
        return slot.grade("mini", make_answer(learned), **seed).points

    return points


def test_inputs_learned_from_one_file_are_not_those_of_the_next(learn: Any) -> None:
    assert learn() == 0


def test_they_would_help_if_all_files_had_the_same(learn: Any) -> None:
    assert learn(seed=7) == 1


def test_a_table_of_the_examples_gains_the_examples(
    course: Course, slots: Any, make_answer: Any
) -> None:
    folder = course.folder("random_init")
    wrong = (folder.staff / "mutants" / "zeros.py").read_text("utf-8")
    right = folder.reference.read_text("utf-8")
    examples = (folder.public / "test_examples.py").read_text("utf-8")
    seen = {tuple(map(int, sizes)) for sizes in re.findall(r"\((\d+), (\d+), (\d+)\)", examples)}
    assert seen
    table = f"""{wrong}
_wrong = initialize_parameters
{right}
_right = initialize_parameters
def initialize_parameters(n_x, n_h, n_y):
    return (_right if (n_x, n_h, n_y) in {seen} else _wrong)(n_x, n_h, n_y)
"""
    reports = [
        slots().grade("random_init", make_answer(source), seed=1) for source in (wrong, table)
    ]
    deserved, gained = ({c.id for c in r.checks if c.points} for r in reports)
    assert gained - deserved <= {c.id for c in reports[0].checks if c.visibility == "public"}
