"""Does a function repeat its draws inside `repeatable`, and is it seen when it cannot?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.grade import Slot

if TYPE_CHECKING:
    from collections.abc import Iterator

EXERCISE = """
[[functions]]
name = "train"
parameters = [{ name = "steps" }]
returns = { kind = "array" }
"""
# Each check passes when the statement in its title holds.
HIDDEN = """
import numpy as np
from grader.testing import check, expect

@check("Equal calls inside are equal, and a longer one goes on from the same start", points=1)
def test_inside(submission):
    with submission.repeatable():
        first, longer, again = (submission.train(steps) for steps in (2, 3, 2))
    expect(np.array_equal(first, again), "differ")
    expect(np.allclose(longer - first, 1), "not one step apart")

@check("Equal calls outside differ", points=1)
def test_outside(submission):
    before = submission.train(2)
    with submission.repeatable():
        inside = submission.train(2)
    after = submission.train(2)
    draws = [before, inside, after]
    expect(len({a.tobytes() for a in draws}) == 3, "some are equal")

@check("Two blocks differ from each other", points=1)
def test_blocks(submission):
    draws = []
    for _ in range(2):
        with submission.repeatable():
            draws += [submission.train(2), submission.train(2)]
    expect(np.array_equal(draws[0], draws[1]), "differ inside")
    expect(not np.array_equal(draws[1], draws[2]), "equal across")

@check("A block that is left by a failure is left", points=1)
def test_left(submission):
    try:
        with submission.repeatable():
            raise KeyError
    except KeyError:
        pass
    expect(not np.array_equal(submission.train(2), submission.train(2)), "equal")
"""
TRAIN = """
import time
import numpy as np
{before}
def train(steps):
    {draw}
    return w + steps
"""
DRAWS = {
    "global generator": "w = np.random.randn(3)",
    "default_rng": "w = np.random.default_rng().normal(size=3)",
    "RandomState": "w = np.random.RandomState().randn(3)",
    "python's random": "import random; w = np.array([random.random() for _ in range(3)])",
    "seeded anew from entropy": "np.random.seed(); w = np.random.rand(3)",
}
STUBBORN = {
    "the clock": ("", "w = np.random.default_rng(time.perf_counter_ns()).normal(size=3)"),
    "the system": ("import os", "w = np.frombuffer(os.urandom(9), np.uint8) / 1.0"),
    "a generator that lives on": (
        "rng = np.random.default_rng(0)",
        "w = rng.normal(size=3)",
    ),
}


@pytest.fixture(scope="module")
def slot(tmp_path_factory: pytest.TempPathFactory, write_course: Any) -> Iterator[Slot]:
    """Start a slot for an exercise whose function draws."""
    course = write_course(tmp_path_factory.mktemp("course"), HIDDEN, exercise=EXERCISE)
    with Slot(course) as started:
        yield started


def outcomes(slot: Slot, answer: Any) -> dict[str, str]:
    report = slot.grade("mini", answer)
    assert report.status == "graded"
    return {check.id: str(check.outcome) for check in report.checks}


@pytest.mark.parametrize("how", DRAWS)
def test_what_was_drawn_is_drawn_again(slot: Slot, make_answer: Any, how: str) -> None:
    answer = make_answer(TRAIN.format(before="", draw=DRAWS[how]))
    assert set(outcomes(slot, answer).values()) == {"passed"}


@pytest.mark.parametrize("how", STUBBORN)
def test_a_source_of_its_own_shows_in_equal_calls_that_differ(
    slot: Slot, make_answer: Any, how: str
) -> None:
    before, draw = STUBBORN[how]
    found = outcomes(slot, make_answer(TRAIN.format(before=before, draw=draw)))
    assert found["inside"] == found["blocks"] == "failed"
    assert found["outside"] == "passed"


def test_a_seed_of_its_own_repeats_everywhere(slot: Slot, make_answer: Any) -> None:
    draw = "np.random.seed(3); w = np.random.randn(3)"
    found = outcomes(slot, make_answer(TRAIN.format(before="", draw=draw)))
    assert found["inside"] == "passed"
    assert found["outside"] == "failed"
