"""A spread is named by the one rule that it follows, and right spreads are accepted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from grader.testing.budget import budgeted
from grader.testing.rules import known_spreads
from grader.testing.spread import (
    WeightLayer,
    WrongSpread,
    as_if_normal,
    matching_rule,
    spread_fits,
    weight_layers,
    wrong_spreads,
)

# All rules differ by a fifth in some layer, and each changes by a third between the networks.
SIZES, OTHER_SIZES = [22, 159, 17, 129], [72, 25, 63]
LAYERS = [(SIZES, layer) for layer in (1, 2, 3)]
TWO_NETWORKS = [*LAYERS, (OTHER_SIZES, 1), (OTHER_SIZES, 2)]
BUDGET = 1e-11


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(21)


def weights(rng: np.random.Generator, stds: list[float]) -> list[np.ndarray]:
    """Draw the weights of the layers of both networks."""
    shapes = [(sizes[layer], sizes[layer - 1]) for sizes, layer in TWO_NETWORKS]
    return [rng.standard_normal(s) * std for s, std in zip(shapes, stds, strict=False)]


@pytest.mark.parametrize("rule", known_spreads(TWO_NETWORKS))
def test_each_rule_is_told_from_all_others(rule: str, rng: np.random.Generator) -> None:
    spreads = known_spreads(TWO_NETWORKS)
    for _ in range(20):
        found = matching_rule(weights(rng, spreads[rule]), spreads, false_fail=1e-6)
        assert found is not None
        assert spreads[found] == pytest.approx(spreads[rule])


def test_he_and_xavier_are_called_so_where_other_rules_mean_the_same(
    rng: np.random.Generator,
) -> None:
    """In first layers the inputs are the first size."""
    spreads = known_spreads([(SIZES, 1), (OTHER_SIZES, 1)])
    for rule in ("sqrt(2 / inputs)", "sqrt(1 / inputs)"):
        assert spreads[rule] == spreads[rule.replace("inputs", "the first size")]
        drawn = [
            w * std for w, std in zip(weights(rng, [1.0] * 5)[::3], spreads[rule], strict=True)
        ]
        assert matching_rule(drawn, spreads, false_fail=1e-6) == rule


def test_no_rule_is_named_when_none_or_two_fit(rng: np.random.Generator) -> None:
    spreads = known_spreads(TWO_NETWORKS)
    assert matching_rule(weights(rng, [0.3] * 5), spreads, false_fail=1e-6) is None
    near = {"one": [0.1] * 5, "other": [0.101] * 5, "far": [1.0] * 5}
    assert matching_rule(weights(rng, [0.1] * 5), near, false_fail=1e-6) is None


@pytest.mark.parametrize("c", [0.01, -3.0, 1e-200])
def test_rand_is_put_on_the_scale_of_randn(c: float, rng: np.random.Generator) -> None:
    drawn = as_if_normal(rng.random((40, 30)) * c)
    assert np.sqrt(np.mean((drawn / c) ** 2)) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.standard_normal((40, 30)),
        lambda rng: np.abs(rng.standard_normal((40, 30))),
        lambda rng: 1 + 0.283 * rng.standard_normal((25, 12)),
        lambda rng: np.zeros((40, 30)),
        lambda rng: rng.standard_exponential((40, 30)),
        lambda rng: rng.uniform(-1, 1, (40, 30)),
        lambda rng: rng.random((4, 3)),
        lambda _: np.zeros((0, 3)),
    ],
    ids=["randn", "absolute", "around one", "zeros", "exponential", "both signs", "few", "empty"],
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


TOLERANCE = 0.9, 1.1
HE = known_spreads(TWO_NETWORKS)["sqrt(2 / inputs)"]


def wrong(
    rng: np.random.Generator, asked: list[float], stds: list[float], **more: object
) -> list[WrongSpread]:
    """Return what is said of two networks whose layers have `stds` where `asked` is asked for."""
    layers = [
        WeightLayer(drawn, sizes, n, right)
        for (sizes, n), drawn, right in zip(TWO_NETWORKS, weights(rng, stds), asked, strict=True)
    ]
    return wrong_spreads(layers, TOLERANCE, false_fail=BUDGET, **more)


def kinds(found: list[WrongSpread]) -> list[str]:
    return [one.kind for one in found]


def test_right_spreads_are_nothing_to_speak_of(rng: np.random.Generator) -> None:
    for _ in range(200):
        assert wrong(rng, HE, HE) == []
    with budgeted() as spent:
        wrong(rng, HE, HE)
    assert sum(spent) == pytest.approx(5 * BUDGET)


@pytest.mark.parametrize("rule", known_spreads(TWO_NETWORKS))
def test_known_rules_are_recognised(rule: str, rng: np.random.Generator) -> None:
    spreads = known_spreads(TWO_NETWORKS)
    right = [0.0005] * 5
    said = wrong(rng, right, spreads[rule])[0].sentences[0]
    assert said == f"the standard deviation is {rule}" or any(
        spreads[other] == pytest.approx(spreads[rule]) for other in spreads if other != rule
    )
    assert kinds(wrong(rng, right, spreads[rule])) == ["rule"] * 3


def test_no_constant_is_taken_for_a_rule(rng: np.random.Generator) -> None:
    for std in np.geomspace(0.003, 3, 60):
        assert "rule" not in kinds(wrong(rng, HE, [std] * 5))


def test_the_spread_of_rand_is_said_as_numpy_gives_it(rng: np.random.Generator) -> None:
    drawn = [abs(rng.uniform(0, 1, w.shape)) for w in weights(rng, HE)]
    layers = [
        WeightLayer(each / math.sqrt(sizes[n - 1]), sizes, n, right)
        for (sizes, n), each, right in zip(TWO_NETWORKS, drawn, HE, strict=True)
    ]
    first = wrong_spreads(layers, TOLERANCE, false_fail=BUDGET)[0]
    assert first.sentences[0] == "the factor of rand is sqrt(1 / inputs)"
    own = f"{np.std(layers[0].weights):.3g} around a mean of {np.mean(layers[0].weights):.3g}"
    assert first.sentences[1].startswith(f"W1 has standard deviation {own}")


def test_wrong_spreads_are_said(rng: np.random.Generator) -> None:
    xavier = [std / math.sqrt(2) for std in HE]
    first, *others = wrong(rng, HE, xavier)
    assert first.sentences[0] == "the standard deviation is sqrt(1 / inputs)"
    assert first.sentences[1].startswith("W1 has standard deviation 0.2")
    assert first.sentences[1].endswith(" where 0.302 and 0.167 are asked for")
    assert [len(other.sentences) for other in others] == [1, 1]
    assert kinds([first, *others]) == ["rule"] * 3
    assert kinds(wrong(rng, HE, [0.01] * 5)) == ["vanishing"] * 3
    assert kinds(wrong(rng, HE, [1.0] * 5)) == ["saturating"] * 3
    assert kinds(wrong(rng, HE, [std * 1.25 for std in HE])) == ["other"] * 3
    half = {"half of it": lambda asked, inputs: asked / 2}
    assert kinds(wrong(rng, HE, [std / 2 for std in HE], rules=half)) == ["rule"] * 3


def test_one_factor_has_one_name(rng: np.random.Generator) -> None:
    """0.3 saturates where there are many inputs, so it is not merely wrong where there are few."""
    assert kinds(wrong(rng, [0.01] * 5, [0.3] * 5)) == ["saturating"] * 3


def test_layers_may_be_wrong_in_different_ways(rng: np.random.Generator) -> None:
    fan_out = known_spreads(TWO_NETWORKS)["sqrt(2 / units)"]
    assert kinds(wrong(rng, HE, [fan_out[0], HE[1], 3.0, fan_out[3], HE[4]])) == [
        "rule",
        "saturating",
    ]
    # One matrix alone is near to some rule or other.
    assert kinds(wrong(rng, HE, [HE[0], HE[1], 1 / 17, HE[3], HE[4]])) == ["other"]


@pytest.mark.parametrize(
    ("asked", "stds", "fixed"),
    [
        ([0.04] * 3 + [0.4] * 2, [1.0] * 5, True),
        ([0.04] * 3 + [0.4] * 2, [0.04] * 5, True),
        ([0.04] * 3 + [0.4] * 2, [0.12] * 3 + [1.2] * 2, False),
        ([0.04] * 3 + [0.15] * 2, HE, False),
        ([0.04] * 5, [1.0] * 5, False),
    ],
)
def test_a_spread_that_nothing_moves_is_fixed(
    asked: list[float], stds: list[float], fixed: bool, rng: np.random.Generator
) -> None:
    assert {one.fixed for one in wrong(rng, asked, stds)} == {fixed}


def test_odd_weights_have_a_spread_too() -> None:
    for odd in (np.full((3, 4), 1e300), np.full(2000, 0.5), np.zeros((20, 10, 10))):
        layer = WeightLayer(odd, SIZES, 1, 0.1)
        assert len(wrong_spreads([layer], TOLERANCE, false_fail=BUDGET)) == 1
    for few in (np.zeros(0), np.array(0.5)):
        wrong_spreads([WeightLayer(few, SIZES, 1, 0.1)], TOLERANCE, false_fail=BUDGET)
    assert wrong_spreads([], TOLERANCE, false_fail=BUDGET) == []


def test_layers_whose_spread_can_be_told_are_found(rng: np.random.Generator) -> None:
    right = dict(zip(("W1", "W2", "W3"), weights(rng, HE), strict=False))
    asked = HE[:3]

    def found(**other: np.ndarray) -> list[int]:
        return [one.number for one in weight_layers(right | other, SIZES, asked)]

    assert found() == [1, 2, 3]
    assert found(W2=right["W2"].T) == [1, 2, 3]
    for odd in (
        np.zeros((17, 159)),
        np.ones((17, 159)),
        rng.integers(-9, 9, (17, 159)),
        rng.standard_normal(17 * 159),
        rng.standard_normal((17, 17)),
        np.outer(rng.standard_normal(17), rng.standard_normal(159)),
        np.array(1.0),
    ):
        assert found(W2=odd) == [1, 3]
    assert weight_layers({}, SIZES, asked) == []
    assert [one.asked for one in weight_layers(right, SIZES, asked)] == asked


def test_what_would_saturate_anyway_is_not_called_so(rng: np.random.Generator) -> None:
    assert kinds(wrong(rng, [1.0] * 5, [1.3] * 5)) == ["other"] * 3
