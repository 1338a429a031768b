"""A spread is named by the one rule that it follows, and right spreads are accepted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from grader.testing.budget import budgeted
from grader.testing.spread import as_if_normal, known_spreads, matching_rule, spread_fits

SIZES = [42, 117, 75, 30]
LAYERS = [(SIZES, layer) for layer in (1, 2, 3)]
BUDGET = 1e-11


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(21)


def weights(rng: np.random.Generator, stds: list[float]) -> list[np.ndarray]:
    shapes = [(sizes[layer], sizes[layer - 1]) for sizes, layer in LAYERS]
    return [rng.standard_normal(s) * std for s, std in zip(shapes, stds, strict=True)]


@pytest.mark.parametrize("rule", known_spreads(LAYERS))
def test_each_rule_is_told_from_all_others(rule: str, rng: np.random.Generator) -> None:
    spreads = known_spreads(LAYERS)
    for _ in range(20):
        found = matching_rule(weights(rng, spreads[rule]), spreads, false_fail=1e-6)
        assert found is not None
        assert spreads[found] == pytest.approx(spreads[rule])


def test_he_and_xavier_are_called_so_where_other_rules_mean_the_same(
    rng: np.random.Generator,
) -> None:
    """In a first layer the inputs are the first size."""
    first = LAYERS[:1]
    spreads = known_spreads(first)
    assert spreads["sqrt(2 / inputs)"] == spreads["sqrt(2 / the first size)"]
    drawn = weights(rng, [math.sqrt(2 / 42)] * 3)[:1]
    assert matching_rule(drawn, spreads, false_fail=1e-6) == "sqrt(2 / inputs)"


def test_no_rule_is_named_when_none_or_two_fit(rng: np.random.Generator) -> None:
    spreads = known_spreads(LAYERS)
    assert matching_rule(weights(rng, [0.3] * 3), spreads, false_fail=1e-6) is None
    near = {"one": [0.1] * 3, "other": [0.101] * 3, "far": [1.0] * 3}
    assert matching_rule(weights(rng, [0.1] * 3), near, false_fail=1e-6) is None


@pytest.mark.parametrize("c", [0.01, -3.0, 1e-200])
def test_rand_is_put_on_the_scale_of_randn(c: float, rng: np.random.Generator) -> None:
    drawn = as_if_normal(rng.random((40, 30)) * c)
    assert np.sqrt(np.mean((drawn / c) ** 2)) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.standard_normal((40, 30)),
        lambda rng: np.abs(rng.standard_normal((40, 30))),
        lambda rng: rng.standard_exponential((40, 30)),
        lambda rng: rng.uniform(-1, 1, (40, 30)),
        lambda rng: rng.random((4, 3)),
        lambda _: np.zeros((0, 3)),
    ],
    ids=["randn", "absolute", "exponential", "both signs", "few", "empty"],
)
def test_other_draws_stay_as_they_are(draw, rng: np.random.Generator) -> None:
    drawn = draw(rng)
    assert as_if_normal(drawn) is drawn


def test_a_lean_is_not_taken_for_a_wrong_spread(rng: np.random.Generator) -> None:
    for right in (
        rng.random(5000) * 0.2,
        rng.standard_normal(5000) * 0.2 + 0.7,
        np.abs(rng.standard_normal(5000)) * 0.2,
    ):
        assert spread_fits(right, 0.18, 0.22, false_fail=BUDGET)
        assert not spread_fits(right * 3, 0.18, 0.22, false_fail=BUDGET)


@pytest.mark.parametrize("factor", [0.0, 0.5, 1 / math.sqrt(2), math.sqrt(2), 2.0, 1e200])
def test_wrong_spreads_do_not_fit(factor: float, rng: np.random.Generator) -> None:
    drawn = rng.standard_normal(4000) * factor
    assert not spread_fits(drawn, 0.9, 1.1, false_fail=BUDGET)


def test_a_right_spread_costs_its_budget_once(rng: np.random.Generator) -> None:
    with budgeted() as spent:
        assert spread_fits(rng.standard_normal(4000), 0.9, 1.1, false_fail=BUDGET)
    assert sum(spent) == pytest.approx(BUDGET)
