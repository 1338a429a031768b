"""A mistake is named only when no other explanation gives the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.testing.mistakes import Mistake, indistinguishable, mistake_models

X = np.array([[1.0, -2.0, 4.0], [0.5, 3.0, -1.0]])


def mean_of_squares(
    *, total: bool = False, signed: bool = False, cubed: bool = False, flat: bool = True
) -> np.ndarray:
    powers = X**3 if cubed else X**2
    value = powers.sum(axis=1, keepdims=not flat) / (1 if total else X.shape[1])
    return -value if signed else value


def names(models: object) -> list[tuple[str, ...]]:
    return [model.ids for model in models]  # type: ignore[attr-defined]


def test_singles_come_before_pairs_and_carry_the_value_of_the_wrong_formula() -> None:
    models = list(mistake_models(mean_of_squares, {"total": "no-mean", "signed": "sign"}))

    assert names(models) == [("no-mean",), ("sign",), ("no-mean", "sign")]
    np.testing.assert_allclose(models[2].value, -(X**2).sum(axis=1))


def test_combine_limits_how_many_mistakes_are_switched_on_at_once() -> None:
    switches = {"total": "no-mean", "signed": "sign", "cubed": "cube"}

    assert {len(ids) for ids in names(mistake_models(mean_of_squares, switches, combine=1))} == {1}
    assert {len(ids) for ids in names(mistake_models(mean_of_squares, switches, combine=3))} == {
        1,
        2,
        3,
    }


def test_a_switch_without_effect_is_no_mistake() -> None:
    def formula(*, dead: bool = False, doubled: bool = False) -> float:
        return 2.0 if doubled else 1.0 + 0.0 * dead

    models = mistake_models(formula, {"dead": "dead-id", "doubled": "doubled-id"})

    assert names(models) == [("doubled-id",)]


def test_a_pair_that_undoes_itself_is_not_named() -> None:
    def formula(*, here: bool = False, there: bool = False) -> float:
        return 3.0 * (-1 if here else 1) * (-1 if there else 1)

    # Both single flips give -3, and nothing tells them apart; the pair is right again.
    assert names(mistake_models(formula, {"here": "sign-here", "there": "sign-there"})) == []


def test_flags_of_one_misconception_may_coincide_and_are_kept_once() -> None:
    def formula(*, relu: bool = False, linear: bool = False) -> float:
        return 5.0 if relu or linear else 1.0

    models = mistake_models(formula, {"relu": "wrong-activation", "linear": "wrong-activation"})

    assert names(models) == [("wrong-activation",)]


def test_a_pair_of_flags_of_one_misconception_names_it_once() -> None:
    def formula(*, hidden: bool = False, output: bool = False) -> float:
        return 1.0 + 2.0 * hidden + 5.0 * output

    models = mistake_models(formula, {"hidden": "wrong-activation", "output": "wrong-activation"})

    assert set(names(models)) == {("wrong-activation",)}


def test_two_pairs_with_the_same_value_are_both_dropped() -> None:
    weights = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}

    def formula(**on: bool) -> float:
        return 1.0 + sum(weights[flag] for flag in on)

    found = {model.ids: model.value for model in mistake_models(formula, {f: f for f in weights})}

    assert ("a", "d") not in found  # 1 + 4 equals 2 + 3
    assert ("b", "c") not in found
    assert ("a", "b") not in found  # 1 + 2 equals c alone
    assert found[("c",)] == 4.0


def test_values_nearer_than_float32_noise_count_as_the_same() -> None:
    def formula(*, one: bool = False, other: bool = False) -> float:
        return 2.0 + (1e-4 if other else 0.0) if one or other else 1.0

    assert names(mistake_models(formula, {"one": "id-one", "other": "id-other"})) == []


def test_shapes_keep_values_apart() -> None:
    def formula(*, flat: bool = False) -> np.ndarray:
        return mean_of_squares(flat=flat)

    (model,) = mistake_models(formula, {"flat": "bias-shape"})

    assert np.shape(model.value) == (2,)


def test_models_that_are_not_numbers_are_dropped_without_a_warning() -> None:
    def formula(*, log: bool = False) -> np.ndarray:
        return np.log(X) if log else X

    assert names(mistake_models(formula, {"log": "wrong-cost"})) == []


def test_empty_values_are_all_the_same() -> None:
    def formula(*, doubled: bool = False) -> np.ndarray:
        return np.zeros((0, 3)) * (2 if doubled else 1)

    assert names(mistake_models(formula, {"doubled": "scale"})) == []


def test_nothing_is_computed_for_a_right_answer() -> None:
    def formula(**_: bool) -> float:
        pytest.fail("the formula was evaluated before a model was asked for")

    mistake_models(formula, {"flag": "id"})


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=5), st.integers(1, 3))
def test_models_of_any_formula_can_be_told_apart(effects: list[int], combine: int) -> None:
    def formula(**on: bool) -> np.ndarray:
        return np.array([7.0, 1.0]) + sum(effects[int(flag[1:])] for flag in on)

    switches = {f"f{i}": f"id-{i}" for i in range(len(effects))}

    assert (
        indistinguishable(mistake_models(formula, switches, combine), formula(), 1e-4, 1e-9) == []
    )


def test_indistinguishable_names_the_pairs_and_knows_the_right_value() -> None:
    models = [
        Mistake(("sign",), -1.0),
        Mistake(("no-mean", "sign"), np.array(-1.0 - 1e-9)),
        Mistake(("dead",), 1.0),
        Mistake(("sign",), -1.0),
        Mistake(("shape",), np.array([1.0])),
    ]

    pairs = indistinguishable(models, 1.0, rtol=1e-6, atol=0.0)

    assert ("the right value", "dead") in pairs
    assert ("sign", "no-mean + sign") in pairs
    assert all("shape" not in pair for pair in pairs)
    assert ("sign", "sign") not in pairs


def test_indistinguishable_depends_on_the_tolerance() -> None:
    models = [Mistake(("half-percent",), 1.005)]

    assert indistinguishable(models, 1.0, rtol=1e-3, atol=0.0) == []
    assert indistinguishable(models, 1.0, rtol=1e-2, atol=0.0) == [
        ("the right value", "half-percent")
    ]


def test_pairs_are_not_computed_while_a_single_mistake_explains_the_value() -> None:
    calls: list[int] = []

    def formula(**on: bool) -> float:
        calls.append(len(on))
        return 1.0 + sum(2.0 ** int(flag[1:]) for flag in on)

    next(mistake_models(formula, {f"f{i}": f"id-{i}" for i in range(5)}))

    assert max(calls) == 1


def test_combinations_without_a_meaning_are_left_out() -> None:
    def formula(*, sigmoid: bool = False, relu: bool = False) -> float | None:
        return None if sigmoid and relu else 1.0 + sigmoid + 4.0 * relu

    models = mistake_models(formula, {"sigmoid": "wrong-activation", "relu": "wrong-cost"})

    assert names(models) == [("wrong-activation",), ("wrong-cost",)]
