"""The scales of saturation: chance decides nothing, and odd answers break nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from staff import staff_module

from grader.catalog import Course
from grader.grade import Answer, Slot
from grader.testing.budget import budgeted
from grader.testing.gradients import numerical_gradient
from grader.testing.runner import load_reference

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "solutions" / "saturation"
HIDDEN = staff_module("saturation", "test_hidden_scale")
REFERENCE = load_reference(FOLDER / "reference.py", {})


def test_the_slope_is_that_of_tanh() -> None:
    Z = np.random.default_rng(1).normal(scale=2.0, size=(4, 5))
    slope = numerical_gradient(lambda at: float(np.tanh(at).sum()), Z)
    np.testing.assert_allclose(REFERENCE.tanh_gradient(Z), slope, rtol=1e-8, atol=1e-11)


def drawn(seed: int) -> Iterator[Any]:
    rng = np.random.default_rng(seed)
    yield from HIDDEN.cases_of_inputs(rng)
    yield from HIDDEN.cases_of_candidates(rng)
    yield from HIDDEN.cases_of_limits(rng)


Draw = Callable[[np.random.Generator, tuple[int, int], float], np.ndarray]
NORMAL: Draw = lambda rng, shape, scale: scale * rng.normal(size=shape)  # noqa: E731
WEIGHTS: dict[str, Draw] = {
    "normal": NORMAL,
    "uniform with this standard deviation": lambda rng, shape, scale: (
        scale * math.sqrt(3) * rng.uniform(-1, 1, shape)
    ),
    "uniform up to this scale": lambda rng, shape, scale: scale * rng.uniform(-1, 1, shape),
    "truncated": lambda rng, shape, scale: scale * rng.normal(size=shape).clip(-2, 2),
}
# What a learner may mean by the share of saturated units.
SHARES: dict[str, Callable[[np.ndarray], float]] = {
    "of all entries": lambda slopes: float(np.mean(slopes < 0.01)),
    "of units, by their mean slope": lambda slopes: float(np.mean(slopes.mean(axis=1) < 0.01)),
    "of units, by their first example": lambda slopes: float(np.mean(slopes[:, 0] < 0.01)),
    "of units, flat for most examples": lambda slopes: float(
        np.mean(np.median(slopes, axis=1) < 0.01)
    ),
}


def choice(case: Any, rng: np.random.Generator, draw: Draw, share: Callable[..., float]) -> float:
    def saturates(scale: float) -> bool:
        W = draw(rng, (case.n_h, len(case.X)), scale)
        return share(1 - np.tanh(W @ case.X) ** 2) > case.limit

    return max(scale for scale in case.scales if not saturates(scale))


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_right_scale_is_certain_in_any_reasonable_way(weights: str, share: str) -> None:
    rng = np.random.default_rng(2)
    for seed in range(3):
        for case in drawn(seed):
            assert choice(case, rng, WEIGHTS[weights], SHARES[share]) == case.answer


def test_the_right_scale_is_certain_over_many_draws() -> None:
    rng = np.random.default_rng(3)
    for seed in range(40):
        for case in (*drawn(seed), *HIDDEN.cases_of_the_default(rng)):
            assert choice(case, rng, NORMAL, SHARES["of all entries"]) == case.answer


def test_what_is_spent_is_far_below_the_allowed() -> None:
    for seed in range(20):
        with budgeted() as spent:
            rng = np.random.default_rng(seed)
            _ = [*drawn(seed), *HIDDEN.cases_of_the_default(rng)]
        assert 0 < sum(spent) < 1e-10


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.2), (0.0, 4.0), (2.0, 1.0), (-5.0, 2.0)])
def test_the_share_of_normal_sums(mean: float, std: float) -> None:
    sums = np.random.default_rng(4).normal(mean, std, 400_000)
    share = np.mean(REFERENCE.tanh_gradient(sums) < 0.01)
    assert abs(share - HIDDEN.normal_share(mean, std)) < 0.004


@pytest.mark.parametrize(
    ("std", "limit", "fits"),
    [(1.5, 0.1, True), (1.2, 0.02, True), (0.9, 0.0, True), (2.0, 0.1, False), (1.3, 0.0, False)],
)
def test_the_bound_holds_for_entries_that_depend_on_each_other(
    std: float, limit: float, fits: bool
) -> None:
    rng, units, examples, draws = np.random.default_rng(5), 40, 6, 4000
    X = np.ones((3, examples)) + rng.normal(scale=0.2, size=(3, examples))
    X *= std / np.linalg.norm(X, axis=0)
    slopes = REFERENCE.tanh_gradient(rng.normal(size=(draws, units, 3)) @ X)
    share = (slopes < 0.01).mean(axis=(1, 2))
    wrong = np.mean(share > limit if fits else share <= limit)
    bound = HIDDEN.chance(HIDDEN.normal_share(0.0, std), limit, units, units * examples, fits=fits)
    assert wrong <= bound + 3 * math.sqrt(bound / draws)
    assert bound < 1 or fits


ANSWERS = {
    "None": "None",
    "text": "'0.1'",
    "an empty array": "np.zeros((0, 3))",
    "complex numbers": "1j",
    "nan": "float('nan')",
    "infinity": "np.full((3, 2), np.inf)",
    "the smallest number": "5e-324",
    "the largest number": "1.7e308",
    "a negative number": "-3",
    "a whole number that is too large": "10 ** 400",
    "a bool": "True",
    "an array of one": "np.array([[0.1]])",
    "objects": "np.array([None, 1])",
    "many dimensions": "np.zeros((1, 2, 1, 2))",
    "a tuple": "(0.1, 0.5)",
    "a dict": "{'scale': 0.1}",
    "now None, now a number": "next(TURNS)",
}
CODE = """
import itertools
import numpy as np
TURNS = itertools.cycle([None, 0.01, 1e-320, 7])
def tanh_gradient(Z): return ANSWER
def saturated_fraction(Z, threshold=0.01): return ANSWER
def choose_scale(X, n_h, candidates=(10, 1, 0.1, 0.01), max_saturated=0.01): return ANSWER
"""


@pytest.fixture(scope="module")
def slot() -> Any:
    """Return what grades."""
    with Slot(Course(ROOT)) as slot:
        yield slot


@pytest.mark.parametrize("answer", ANSWERS)
def test_odd_answers_get_no_points_and_break_nothing(slot: Slot, answer: str) -> None:
    code = CODE.replace("ANSWER", ANSWERS[answer]).encode()
    report = slot.grade("saturation", Answer.of_file("saturation", "odd", "odd.py", code))
    assert report.status == "graded"
    assert {c.id for c in report.checks if c.outcome == "passed"} <= {"inputs_unchanged"}
