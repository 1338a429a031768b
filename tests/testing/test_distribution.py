"""Judgements of a whole distribution keep their false-fail probability, and fail other ones.

As in test_statistics, each bound is confirmed by simulation at budgets that can be seen, by exact
probabilities at those that are used, and by draws of another distribution, which must be failed.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.testing.budget import budgeted
from grader.testing.distribution import (
    judge_distribution,
    judge_range,
    misfits,
    uniform_cdf,
    uniform_range,
)

BUDGET = 1e-11
REPEATS = 20_000
UNIT = uniform_cdf(-1.0, 1.0)
Draw = Callable[[np.random.Generator, int], np.ndarray]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(33)


def at_most(count: int, repeats: int, probability: float) -> bool:
    """Whether a count is compatible with a probability of at most `probability` (5 sigma)."""
    return count <= repeats * probability + 5 * math.sqrt(repeats * probability)


def normal_cdf(x: np.ndarray) -> list[float]:
    return [0.5 * math.erfc(-value / math.sqrt(2)) for value in x.tolist()]


def outer(repeats: int, judged: Callable[[], bool]) -> int:
    return sum(not judged() for _ in range(repeats))


@pytest.mark.parametrize("size", [3, 40])
@pytest.mark.parametrize("false_fail", [0.1, 1e-2, 1e-3])
def test_distribution_keeps_its_budget(
    size: int, false_fail: float, rng: np.random.Generator
) -> None:
    failed = outer(
        REPEATS,
        lambda: judge_distribution(rng.uniform(-1, 1, size), UNIT, false_fail=false_fail).ok,
    )
    assert at_most(failed, REPEATS, false_fail)


@pytest.mark.parametrize("size", [1, 5, 50, 900])
@pytest.mark.parametrize("false_fail", [0.1, 1e-3, 1e-9, BUDGET])
def test_distribution_keeps_its_budget_exactly(size: int, false_fail: float) -> None:
    """Both sides by Birnbaum and Tingey's exact formula for one, without Massart's constant."""
    distance = judge_distribution(np.zeros(size), UNIT, false_fail=false_fail).high
    assert 2 * one_sided(size, distance) <= false_fail


def one_sided(n: int, t: float) -> float:
    """P(some share of n draws is more than t above the cdf)."""
    if t >= 1:
        return 0.0
    total = (1 - t) ** n
    for j in range(1, math.floor(n * (1 - t)) + 1):
        rest = 1 - t - j / n
        if rest > 0:
            choose = math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1)
            powers = (j - 1) * math.log(t + j / n) + (n - j) * math.log(rest)
            total += t * math.exp(choose + powers)
    return total


def test_the_exact_formula_is_that_of_two_draws() -> None:
    """For n = 2 it can be checked by hand: (1 - t)^2 + t (1 - 2 t) where t < 1 / 2, doubled."""
    assert one_sided(2, 0.2) == pytest.approx(0.8**2 + 2 * 0.2 * 0.3)
    assert one_sided(1, 0.3) == pytest.approx(0.7)


def test_the_distance_is_that_of_a_small_sample() -> None:
    judged = judge_distribution(np.array([0.9, 0.5, -0.6]), UNIT, false_fail=BUDGET)
    # Shares up to the draws: 0.2 against 0 and 1/3, 0.75 against 1/3 and 2/3, 0.95 against 2/3.
    assert judged.value == pytest.approx(0.75 - 1 / 3)
    assert judged.draws == 3


@pytest.mark.parametrize("size", [2, 30])
@pytest.mark.parametrize("false_fail", [0.1, 1e-2])
def test_range_keeps_its_budget(size: int, false_fail: float, rng: np.random.Generator) -> None:
    failed = outer(
        REPEATS, lambda: judge_range(rng.uniform(2, 5, size), 2, 5, false_fail=false_fail).ok
    )
    assert at_most(failed, REPEATS, false_fail)
    assert failed > REPEATS * false_fail / 2  # the bound is exact but for both ends together


@pytest.mark.parametrize("size", [1, 60, 4000])
@pytest.mark.parametrize("false_fail", [1e-3, BUDGET])
def test_the_slack_is_exact(size: int, false_fail: float) -> None:
    slack = judge_range(np.zeros(size), -1, 1, false_fail=false_fail).slack / 2
    assert (1 - slack) ** size == pytest.approx(false_fail / 2, rel=1e-6)


@pytest.mark.parametrize("size", [5, 300])
def test_own_ranges_keep_their_budget(size: int, rng: np.random.Generator) -> None:
    failed = outer(
        REPEATS, lambda: uniform_range(rng.uniform(-3, 1, size), false_fail=1e-2) is not None
    )
    assert at_most(failed, REPEATS, 1e-2)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_right_draws_pass_at_the_budget_in_use(
    dtype: type[np.floating], rng: np.random.Generator
) -> None:
    for size in (1, 2, 30, 2000):
        for _ in range(100):
            draws = (rng.uniform(-0.1, 0.1, size)).astype(dtype)
            assert judge_range(draws, -0.1, 0.1, false_fail=BUDGET).ok
            assert judge_distribution(draws, uniform_cdf(-0.1, 0.1), false_fail=BUDGET).ok
            assert size == 1 or uniform_range(draws, false_fail=BUDGET) is not None


def test_single_precision_may_round_to_the_end() -> None:
    draws = np.float32([-0.1, 0.1])
    assert draws.astype(np.float64).max() > 0.1
    assert judge_range(draws, -0.1, 0.1, false_fail=BUDGET).ok


NORMAL: dict[str, Draw] = {
    "same standard deviation": lambda rng, n: rng.normal(0, 3**-0.5, n),
    "half the range": lambda rng, n: rng.normal(0, 0.5, n),
    "a third of the range": lambda rng, n: rng.normal(0, 1 / 3, n),
    "cut off": lambda rng, n: cut(rng.normal(0, 0.5, 2 * n))[:n],
    "clipped": lambda rng, n: np.clip(rng.standard_normal(n), -1, 1),
}
OTHER: dict[str, Draw] = NORMAL | {
    "two values": lambda rng, n: rng.choice([-1.0, 1.0], n),
    "three values": lambda rng, n: rng.choice([-1.0, 0.0, 1.0], n),
    "triangular": lambda rng, n: rng.triangular(-1, 0, 1, n),
    "a sine": lambda rng, n: np.sin(rng.uniform(0, 2 * np.pi, n)),
    "a square": lambda rng, n: rng.random(n) ** 2,
}
NARROW: dict[str, Draw] = {
    "half": lambda rng, n: rng.uniform(-0.5, 0.5, n),
    "double": lambda rng, n: rng.uniform(-2, 2, n),
    "from zero": lambda rng, n: rng.uniform(0, 1, n),
    "shifted": lambda rng, n: rng.uniform(-0.9, 1.1, n),
    "a tenth less": lambda rng, n: rng.uniform(-0.9, 0.9, n),
}


def cut(draws: np.ndarray) -> np.ndarray:
    return draws[np.abs(draws) <= 1]


@pytest.mark.parametrize("draw", OTHER.values(), ids=OTHER)
def test_other_distributions_are_failed(draw: Draw, rng: np.random.Generator) -> None:
    draws = draw(rng, 8000)
    assert not judge_distribution(draws, UNIT, false_fail=BUDGET).ok
    assert uniform_range(draws, false_fail=BUDGET) is None


@pytest.mark.parametrize("draw", NARROW.values(), ids=NARROW)
def test_other_ranges_are_failed(draw: Draw, rng: np.random.Generator) -> None:
    draws = draw(rng, 600)
    judged = judge_range(draws, -1, 1, false_fail=BUDGET)
    assert not judged.ok
    assert judged.inside == (np.abs(draws).max() <= 1)
    # What they are is said all the same.
    assert uniform_range(draws, false_fail=BUDGET) == (draws.min(), draws.max())


def test_ends_alone_do_not_make_a_distribution(rng: np.random.Generator) -> None:
    assert judge_range(rng.choice([-1.0, 1.0], 600), -1, 1, false_fail=BUDGET).ok


def test_normal_draws_follow_the_normal_distribution(rng: np.random.Generator) -> None:
    draws = rng.standard_normal(8000)
    assert judge_distribution(draws, normal_cdf, false_fail=BUDGET).ok
    assert not judge_distribution(draws + 0.2, normal_cdf, false_fail=BUDGET).ok


@given(
    draws=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20),
    exponent=st.integers(-20, 20),
)
def test_unit_and_order_change_nothing(draws: list[float], exponent: int) -> None:
    """Every sample is judged alike in every unit: a power of two changes no digit."""
    values, unit = np.array(draws), 2.0**exponent
    plain = judge_distribution(values, uniform_cdf(-1e3, 1e3), false_fail=0.01)
    other = judge_distribution(
        values[::-1] * unit, uniform_cdf(-1e3 * unit, 1e3 * unit), false_fail=0.01
    )
    assert plain == other
    assert 0 <= plain.value <= 1


@given(draws=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_any_finite_draws_can_be_judged(draws: list[float]) -> None:
    values = np.array(draws, dtype=np.float64)
    judged = judge_range(values, -1, 1, false_fail=BUDGET)
    inside = bool(draws) and all(abs(value) <= 1 + 1e-6 for value in draws)
    assert judged.inside == inside
    assert inside or not judged.ok
    own = uniform_range(values, false_fail=BUDGET)
    assert own is None or own == (min(draws), max(draws))


@pytest.mark.parametrize("values", [[], [0.3], [0.3, 0.3, 0.3]])
def test_nothing_and_constants_are_uniform_on_no_range(values: list[float]) -> None:
    assert uniform_range(np.array(values), false_fail=BUDGET) is None


def test_no_draws_are_no_range_and_no_evidence() -> None:
    assert not judge_range(np.array([]), -1, 1, false_fail=BUDGET).ok
    assert judge_distribution(np.array([]), UNIT, false_fail=BUDGET).ok


def kinds(draws: np.ndarray) -> list[str]:
    return [misfit.kind for misfit in misfits(draws, -1, 1, false_fail=BUDGET)]


@pytest.mark.parametrize("draw", OTHER.values(), ids=OTHER)
def test_other_distributions_are_called_so(draw: Draw, rng: np.random.Generator) -> None:
    lopsided = draw is OTHER["a square"]
    assert kinds(draw(rng, 8000)) == ["distribution", *(["centre"] if lopsided else [])]


@pytest.mark.parametrize("draw", NARROW.values(), ids=NARROW)
def test_other_ranges_are_called_so(draw: Draw, rng: np.random.Generator) -> None:
    assert kinds(draw(rng, 8000)) == ["range"]


def test_what_is_seen_is_said(rng: np.random.Generator) -> None:
    def words(draws: np.ndarray) -> list[str]:
        return [misfit.words for misfit in misfits(draws, -1, 1, false_fail=BUDGET)]

    assert words(np.array([-2.0, 2.0] * 400 + [0.5] * 200)) == [
        "have 20 % of their numbers in the middle half of their range, where uniform ones have 50 %"
    ]
    assert words(np.linspace(0, 0.5, 500)) == ["reach from 0 to 0.5"]
    assert words(np.linspace(0, 1, 500) ** 3)[1] == "have 100 % of their numbers above 0"


@pytest.mark.parametrize("values", [[], [0.2], [1e308, -1e308], [5e-324, 0.0], [1, 2, 3]])
def test_misfits_of_odd_draws_can_be_told(values: list[float]) -> None:
    assert "range" not in kinds(np.array(values)) or len(values) > 1


def test_right_draws_have_no_misfit(rng: np.random.Generator) -> None:
    for _ in range(200):
        assert kinds(rng.uniform(-1, 1, 1500)) == []


@pytest.mark.parametrize(
    "judge",
    [
        lambda draws: judge_range(draws, -1, 1, false_fail=BUDGET),
        lambda draws: judge_distribution(draws, UNIT, false_fail=BUDGET),
        lambda draws: uniform_range(draws, false_fail=BUDGET),
        lambda draws: list(misfits(draws, -1, 1, false_fail=BUDGET)),
    ],
    ids=["range", "distribution", "own range", "misfits"],
)
def test_judgements_spend_what_they_are_given(
    judge: Callable[[np.ndarray], object], rng: np.random.Generator
) -> None:
    with budgeted() as spent:
        judge(rng.uniform(-1, 1, 500))
    assert sum(spent) == BUDGET
