"""Weights that were drawn give nothing; others are told by how they were made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.testing.budget import budgeted
from grader.testing.draws import few, related, undrawn, undrawn_layers

BUDGET = 1e-10
SHAPE = 41, 34
Draw = Callable[[np.random.Generator], np.ndarray]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(22)


def copied(rng: np.random.Generator, axis: int) -> np.ndarray:
    weights = rng.standard_normal(SHAPE)
    turned = np.moveaxis(weights, axis, 0)
    turned[3] = turned[1]
    return weights


DRAWN: dict[str, Draw] = {
    "normal": lambda rng: rng.standard_normal(SHAPE) * 0.01,
    "uniform": lambda rng: rng.uniform(-1, 1, SHAPE),
    "signs": lambda rng: rng.choice([-0.1, 0.1], SHAPE),
    "leaning": lambda rng: rng.random(SHAPE),
    "single precision": lambda rng: rng.standard_normal(SHAPE).astype(np.float32),
    "one row": lambda rng: rng.standard_normal((1, 900)),
    "one column": lambda rng: rng.standard_normal((900, 1)),
    "flat": lambda rng: rng.standard_normal(900),
}
UNDRAWN: dict[str, tuple[list[str], Draw]] = {
    "zeros": (["zero"], lambda _: np.zeros(SHAPE)),
    "whole zeros": (["integers", "zero"], lambda _: np.zeros(SHAPE, int)),
    "whole numbers": (["integers"], lambda rng: rng.integers(-90, 90, SHAPE)),
    "number": (["constant"], lambda _: np.array(0.5)),
    "constant": (["constant"], lambda _: np.full(SHAPE, -3.0)),
    "empty": (["empty"], lambda _: np.zeros((0, 3))),
    "one row repeated": (["rows"], lambda rng: np.tile(rng.standard_normal(34), (41, 1))),
    "one column repeated": (["rows"], lambda rng: np.repeat(rng.standard_normal((41, 1)), 34, 1)),
    "rank one": (["rows"], lambda rng: np.outer(rng.standard_normal(41), rng.standard_normal(34))),
    "two rows equal": (["rows"], lambda rng: copied(rng, 0)),
    "two columns equal": (["columns"], lambda rng: copied(rng, 1)),
    "ramp": (["pattern"], lambda _: np.linspace(-1, 1, 41 * 34).reshape(SHAPE)),
    "wave": (["pattern"], lambda _: np.sin(np.arange(41 * 34.0)).reshape(SHAPE)),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_draws_give_nothing(draw: Draw, rng: np.random.Generator) -> None:
    for _ in range(200):
        assert list(undrawn(draw(rng), false_fail=BUDGET)) == []


@pytest.mark.parametrize(("kinds", "make"), UNDRAWN.values(), ids=UNDRAWN)
def test_others_are_told_by_how_they_were_made(
    kinds: list[str], make: Draw, rng: np.random.Generator
) -> None:
    for _ in range(20):
        weights = make(rng)
        assert [found.kind for found in undrawn(weights, false_fail=BUDGET)] == kinds


def test_repetition_is_told_by_itself(rng: np.random.Generator) -> None:
    assert related(rng.standard_normal(SHAPE)) is None
    assert related(np.zeros(34)) is None
    for axis, kind in enumerate(("rows", "columns")):
        repeated = related(copied(rng, axis))
        assert repeated is not None
        assert repeated.kind == kind


def test_related_rows_are_said(rng: np.random.Generator) -> None:
    some, all_of_them = copied(rng, 0), np.outer([1.0, 2.0, 3.0], rng.standard_normal(5))
    [found] = undrawn(some, false_fail=BUDGET)
    assert found.words == "repeats itself: rows 1, 3 are equal"
    assert found.groups[0].units == (1, 3)
    [found] = undrawn(all_of_them, false_fail=BUDGET)
    assert found.words == "repeats itself: all 3 rows are multiples of each other"


def test_the_budget_is_spent_once(rng: np.random.Generator) -> None:
    with budgeted() as spent:
        list(undrawn(rng.standard_normal(SHAPE), false_fail=BUDGET))
    assert sum(spent) == pytest.approx(BUDGET)


def test_the_first_numbers_are_shown() -> None:
    assert few(np.array([[1.0, 0.123456], [3, 4]])) == "[1, 0.1235, 3, 4]"
    assert few(np.arange(6)) == "[0, 1, 2, 3, …]"
    assert few(np.zeros(0)) == "[]"


SIZES = [42, 117, 75, 30]


def layers(rng: np.random.Generator) -> dict[str, np.ndarray]:
    pairs = enumerate(zip(SIZES[1:], SIZES, strict=False), 1)
    return {f"W{n}": rng.standard_normal(shape) for n, shape in pairs}


def kinds(parameters: dict[str, np.ndarray]) -> list[str]:
    return [kind for kind, _ in undrawn_layers(parameters, SIZES, false_fail=BUDGET)]


def test_layers_drawn_one_by_one_give_nothing(rng: np.random.Generator) -> None:
    for _ in range(50):
        drawn = layers(rng)
        assert kinds(drawn) == []
        assert kinds({name: w.T for name, w in drawn.items()}) == []
    with budgeted() as spent:
        kinds(drawn)
    assert sum(spent) == pytest.approx(6 * BUDGET, rel=0.1)


def test_copied_units_are_told_once(rng: np.random.Generator) -> None:
    """Also where the weights are transposed, and where the next layer repeats its columns."""
    drawn = layers(rng)
    drawn["W2"][5] = drawn["W2"][2]
    drawn["W3"][:, 5] = drawn["W3"][:, 2]
    assert kinds(drawn) == ["copies"]
    assert kinds({name: w.T for name, w in drawn.items()}) == ["copies"]
    columns = layers(rng)
    columns["W3"][:, 5] = columns["W3"][:, 2]
    assert kinds(columns) == ["columns"]
    outputs = layers(rng)
    outputs["W3"][5] = outputs["W3"][2]
    assert kinds(outputs) == ["rows"]


def test_numbers_of_another_layer_are_found(rng: np.random.Generator) -> None:
    drawn = layers(rng)
    drawn["W3"] = 0.1 * np.resize(drawn["W1"], (30, 75))
    [(kind, words)] = undrawn_layers(drawn, SIZES, false_fail=BUDGET)
    assert kind == "shared"
    assert words == "2250 numbers of W1 come back in W3, number by number"


def test_layers_that_are_odd_in_themselves_share_nothing(rng: np.random.Generator) -> None:
    pairs = enumerate(zip(SIZES[1:], SIZES, strict=False), 1)
    ramps = {f"W{n}": np.linspace(-1, 1, h * x).reshape(h, x) for n, (h, x) in pairs}
    assert kinds(ramps) == ["pattern"] * 3
    assert kinds({f"W{n}": np.zeros((5, 5)) for n in (1, 2)}) == ["zero"] * 2
    assert kinds({}) == []
