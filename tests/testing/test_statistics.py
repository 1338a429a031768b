"""Statistical judgements keep the false-fail probability they state, and fail wrong work.

Simulation can see a tail of 1e-3 but not one of 1e-11, so each bound is confirmed three times:
by simulation at budgets that can be measured, by the exact or limiting distribution at the
budgets that are used, and by wrong draws, which must be failed.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from grader.testing.budget import budgeted
from grader.testing.statistics import (
    judge_centre,
    judge_neighbours,
    judge_relation,
    judge_scale,
    judge_signs,
    looks_drawn,
    root_mean_square,
    saturated_share,
    shared_draws,
    spread_in_words,
)

BUDGET = 1e-11
REPEATS = 40_000
Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]

SYMMETRIC: dict[str, Draw] = {  # all of standard deviation 1
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.uniform(-(3**0.5), 3**0.5, shape),
    "signs": lambda rng, shape: rng.choice([-1.0, 1.0], shape),
    "laplace": lambda rng, shape: rng.laplace(0.0, 0.5**0.5, shape),
}
LIGHT = {name: SYMMETRIC[name] for name in ("normal", "uniform", "signs")}


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


def lean(draws: np.ndarray) -> np.ndarray:
    """Compute what judge_signs judges, for each row."""
    return draws.sum(axis=1) / np.sqrt(draws.shape[1] * (draws**2).sum(axis=1))


def at_most(count: int, repeats: int, probability: float) -> bool:
    """Whether a count is compatible with a probability of at most `probability` (5 sigma)."""
    return count <= repeats * probability + 5 * math.sqrt(repeats * probability)


@pytest.mark.parametrize("draw", SYMMETRIC.values(), ids=SYMMETRIC)
@pytest.mark.parametrize("size", [5, 60])
@pytest.mark.parametrize("false_fail", [0.1, 1e-2, 1e-3])
def test_signs_keep_their_budget(
    draw: Draw, size: int, false_fail: float, rng: np.random.Generator
) -> None:
    draws = draw(rng, (REPEATS, size))
    bound = judge_signs(draws[0], false_fail=false_fail).high
    assert at_most(int((np.abs(lean(draws)) > bound).sum()), REPEATS, false_fail)


@pytest.mark.parametrize("draw", SYMMETRIC.values(), ids=SYMMETRIC)
def test_neighbours_keep_their_budget(draw: Draw, rng: np.random.Generator) -> None:
    draws = draw(rng, (REPEATS, 40))
    bound = judge_neighbours(draws[0], false_fail=2e-2).high
    products = draws[:, :-1] * draws[:, 1:]
    assert at_most(int((np.abs(lean(products)) > bound).sum()), REPEATS, 1e-2)


def test_the_bound_on_signs_holds_in_the_normal_limit() -> None:
    judged = judge_signs(np.ones(2000), false_fail=BUDGET)
    assert math.erfc(judged.high * math.sqrt(2000) / math.sqrt(2)) <= BUDGET


@pytest.mark.parametrize("draw", LIGHT.values(), ids=LIGHT)
@pytest.mark.parametrize("size", [20, 200])
@pytest.mark.parametrize("false_fail", [0.1, 1e-2, 1e-3])
def test_scale_keeps_its_budget(
    draw: Draw, size: int, false_fail: float, rng: np.random.Generator
) -> None:
    draws = draw(rng, (REPEATS, size))
    judged = judge_scale(draws[0], 1.0, 1.0, false_fail=false_fail)
    rms = np.sqrt((draws**2).mean(axis=1))
    outside = int(((rms < judged.low) | (rms > judged.high)).sum())
    assert at_most(outside, REPEATS, false_fail)


@pytest.mark.parametrize("size", [20, 200, 2000, 20_000])
@pytest.mark.parametrize("false_fail", [1e-3, 1e-9, BUDGET])
def test_scale_holds_for_normal_draws_exactly(size: int, false_fail: float) -> None:
    judged = judge_scale(np.ones(size), 1.0, 1.0, false_fail=false_fail)
    above = chi_square_above(size * judged.high**2, size)
    below = chi_square_below(size * judged.low**2, size)
    assert above + below <= false_fail


def test_scale_fails_a_right_standard_deviation_practically_never() -> None:
    """The band of an exercise is a factor 2 each way; the exact 0.01 is deep inside it."""
    judged = judge_scale(np.ones(2000), 0.005, 0.02, false_fail=2e-11)
    above = chi_square_above(2000 * (judged.high / 0.01) ** 2, 2000)
    below = chi_square_below(2000 * (judged.low / 0.01) ** 2, 2000)
    assert above + below < 1e-200


def chi_square_above(x: float, even: int) -> float:
    """Sum P(chi2 > x) for an even number of degrees of freedom, a Poisson tail."""
    return sum(_poisson(x / 2, j) for j in range(even // 2))


def chi_square_below(x: float, even: int) -> float:
    if x <= 0:
        return 0.0
    return sum(_poisson(x / 2, j) for j in range(even // 2, even // 2 + 5000))


def _poisson(mean: float, k: int) -> float:
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))


@pytest.mark.parametrize("draw", SYMMETRIC.values(), ids=SYMMETRIC)
def test_right_draws_pass_at_the_budget_in_use(draw: Draw, rng: np.random.Generator) -> None:
    for _ in range(200):
        first, second = draw(rng, (43, 29)) * 0.01, draw(rng, (37, 43)) * 0.01
        assert judge_centre(first, false_fail=BUDGET).ok
        assert judge_neighbours(first, false_fail=BUDGET).ok
        assert judge_scale(first, 0.005, 0.02, false_fail=BUDGET).ok
        assert shared_draws(first, second, false_fail=BUDGET) is None


def test_judgements_spend_what_they_are_given(rng: np.random.Generator) -> None:
    first, second = rng.standard_normal((43, 29)), rng.standard_normal((37, 43))
    for judge in (
        lambda: judge_centre(first, false_fail=BUDGET),
        lambda: judge_neighbours(first, false_fail=BUDGET),
        lambda: judge_relation(first, first[::-1], false_fail=BUDGET),
        lambda: judge_scale(first, 0.5, 2, false_fail=BUDGET),
    ):
        with budgeted() as spent:
            judge()
        assert sum(spent) == pytest.approx(BUDGET)
    with budgeted() as spent:
        shared_draws(first, second, false_fail=BUDGET)
    assert sum(spent) == pytest.approx(BUDGET + 1e-12)


WRONG_CENTRE = {
    "rand": lambda rng: rng.random(2000) * 0.01,
    "shifted": lambda rng: rng.standard_normal(2000) * 0.01 + 0.005,
    "absolute": lambda rng: np.abs(rng.standard_normal(2000)),
    "constant": lambda _: np.full(2000, -1e-200),
}


@pytest.mark.parametrize("draw", WRONG_CENTRE.values(), ids=WRONG_CENTRE)
def test_lopsided_draws_are_failed(
    draw: Callable[[np.random.Generator], np.ndarray], rng: np.random.Generator
) -> None:
    assert not judge_centre(draw(rng), false_fail=BUDGET).ok


@pytest.mark.parametrize("std", [0.0, 1e-8, 0.003, 0.03, 1.0, 1e200])
def test_wrong_scales_are_failed(std: float, rng: np.random.Generator) -> None:
    draws = rng.standard_normal(2000) * std
    assert not judge_scale(draws, 0.005, 0.02, false_fail=BUDGET).ok


@pytest.mark.parametrize(
    "values",
    [
        np.linspace(-1, 1, 2000),
        np.sin(np.arange(2000) / 9),
        np.resize([1.0, -1.0], 2000),
        np.repeat(np.random.default_rng(0).standard_normal(400), 5),
    ],
    ids=["ramp", "wave", "alternating", "repeated"],
)
def test_patterns_are_failed(values: np.ndarray) -> None:
    assert not judge_neighbours(values, false_fail=BUDGET).ok


def test_lopsided_draws_are_not_taken_for_patterns_or_copies(rng: np.random.Generator) -> None:
    for draw in (rng.random, rng.standard_exponential, lambda size: np.full(size, 0.1)):
        first, second = draw(size=2000), draw(size=2000)
        assert judge_neighbours(first, false_fail=BUDGET).ok
        assert judge_relation(first, second, false_fail=BUDGET).ok


def test_relation_sees_scaled_and_negated_copies(rng: np.random.Generator) -> None:
    draws = rng.standard_normal(500)
    assert not judge_relation(draws, -0.3 * draws, false_fail=BUDGET).ok


SHARED = {
    "number by number": lambda w: np.resize(w, (37, 43)) * 7,
    "rows against columns": lambda w: np.resize(w, (43, 37)).T,
    "columns against rows": lambda w: np.resize(w.T, (37, 43)),
    "row by row": lambda w: np.pad(-w, ((0, 0), (0, 14)))[:37],
    "in another order": lambda w: np.random.default_rng(3).permutation(np.resize(w, 1247)),
}


@pytest.mark.parametrize("how", SHARED)
def test_shared_draws_are_found(how: str, rng: np.random.Generator) -> None:
    first = rng.standard_normal((43, 29))
    shared = shared_draws(first, SHARED[how](first), false_fail=BUDGET)
    assert shared is not None
    assert shared.how == how


def test_coarse_numbers_are_not_taken_for_shared_ones(rng: np.random.Generator) -> None:
    first, second = (np.round(rng.standard_normal(shape), 2) for shape in [(43, 29), (37, 43)])
    assert shared_draws(first, second, false_fail=BUDGET) is None


@pytest.mark.parametrize("size", [1000, 3000])
def test_common_numbers_are_out_of_reach_of_chance(size: int) -> None:
    """Whatever the coarseness: few repetitions inside both and many across is improbable."""

    def probability(expected: float) -> float:  # of numbers in common across
        inside = sum(_poisson(expected / 2, k) for k in range(size // 1000 + 1))
        return inside**2 * sum(_poisson(expected, k) for k in range(size // 20, size))

    assert max(probability(expected) for expected in np.geomspace(0.01, size, 300)) < 1e-12


def test_root_mean_square_survives_extreme_numbers() -> None:
    assert root_mean_square(np.array([3e-300, -4e-300])) == pytest.approx(3.5355e-300, rel=1e-4)
    assert root_mean_square(np.array([3e300, -4e300])) == pytest.approx(3.5355e300, rel=1e-4)
    assert root_mean_square(np.array([])) == 0.0


def test_a_spread_is_said_as_numpy_gives_it() -> None:
    leaning = np.linspace(0, 1, 2000).reshape(20, 100)
    assert spread_in_words(leaning) == "0.289 around a mean of 0.5"
    assert spread_in_words(-10 * leaning) == "2.89 around a mean of -5"
    assert spread_in_words(leaning - 0.5) == "0.289"
    few = np.array([[1, 2, 3, 4]]) - 2
    assert spread_in_words(few) == f"{np.std(few):.3g}"
    assert spread_in_words(np.array([3e300, -3e300])) == "3e+300"
    assert spread_in_words(np.full((2, 3), 7)) == "0 around a mean of 7"
    assert spread_in_words(np.array([])) == "0"


def test_saturated_share_agrees_with_simulation(rng: np.random.Generator) -> None:
    z = rng.standard_normal((1000, 25)) @ rng.standard_normal((25, 200))
    share = float((1 - np.tanh(z) ** 2 < 0.01).mean())
    assert saturated_share(1.0, 25) == pytest.approx(share, abs=0.02)
    assert saturated_share(0.0, 25) == 0.0


def test_a_few_numbers_look_drawn_only_without_repetition_or_order() -> None:
    assert looks_drawn(np.random.default_rng(0).standard_normal((4, 1)) * 1e-200)
    for values in ([], [0.1, 0.2], [0.5, 0.5, 0.5], [0.0, 0.0, 0.3], [1, 2, 3, 4]):
        assert not looks_drawn(np.array(values))
