"""Copies among hidden units are found, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from grader.testing.symmetry import (
    MISCOUNTS,
    UnitGroup,
    explain_group,
    labelled_network,
    near_copies,
    stays_symmetric,
    symmetric_groups,
    train,
)


@pytest.fixture
def rows() -> np.ndarray:
    return np.random.default_rng(5).standard_normal((12, 4))


def network(rows: np.ndarray, outgoing: np.ndarray) -> dict[str, np.ndarray]:
    n_h, n_y = len(rows), len(outgoing)
    return {"W1": rows, "b1": np.zeros((n_h, 1)), "W2": outgoing, "b2": np.zeros((n_y, 1))}


def test_random_rows_form_no_groups(rows: np.ndarray) -> None:
    assert symmetric_groups(rows) == []


@pytest.mark.parametrize(
    ("factor", "relation"), [(1.0, "equal"), (-1.0, "opposite"), (2.5, "multiple")]
)
def test_a_pair_is_found_with_its_relation(rows: np.ndarray, factor: float, relation: str) -> None:
    rows[7] = factor * rows[2]
    assert symmetric_groups(rows) == [UnitGroup((2, 7), relation)]


def test_partial_groups_are_listed_apart(rows: np.ndarray) -> None:
    rows[[3, 5]] = rows[1]
    rows[8] = -rows[4]
    assert symmetric_groups(rows) == [UnitGroup((1, 3, 5), "equal"), UnitGroup((4, 8), "opposite")]


def test_a_group_has_the_closest_relation_that_holds_for_all(rows: np.ndarray) -> None:
    rows[3], rows[5] = rows[1], -rows[1]
    assert symmetric_groups(rows) == [UnitGroup((1, 3, 5), "opposite")]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rank_one_is_a_group_of_multiples(rows: np.ndarray, dtype: type) -> None:
    outer = np.outer(rows[:, 0], rows[0]).astype(dtype)
    assert symmetric_groups(outer) == [UnitGroup(tuple(range(12)), "multiple")]


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1e300])
def test_scale_does_not_matter(rows: np.ndarray, scale: float) -> None:
    rows[7] = rows[2]
    assert symmetric_groups(rows * scale) == [UnitGroup((2, 7), "equal")]


def test_zero_units_are_copies() -> None:
    assert symmetric_groups(np.zeros((3, 2))) == [UnitGroup((0, 1, 2), "equal")]


@pytest.mark.parametrize("inputs", [1, 2])
def test_few_inputs_make_no_multiples(inputs: int) -> None:
    rows = np.outer([1.0, 2.0, -3.0, 1.0], np.ones(inputs))
    assert symmetric_groups(rows) == [UnitGroup((0, 3), "equal")]


def test_biases_and_outgoing_columns_part_units(rows: np.ndarray) -> None:
    rows[7] = rows[2]
    bias, outgoing = np.zeros((12, 1)), np.random.default_rng(6).standard_normal((3, 12))
    assert symmetric_groups(rows, bias) == [UnitGroup((2, 7), "equal")]
    assert symmetric_groups(rows, bias, outgoing) == []
    outgoing[:, 7] = outgoing[:, 2]
    assert symmetric_groups(rows, bias, outgoing) == [UnitGroup((2, 7), "equal")]
    bias[7] = 0.5
    assert symmetric_groups(rows, bias) == []


def test_full_copies_stay_copies_in_training(rows: np.ndarray) -> None:
    rows[:] = rows[0]
    assert stays_symmetric(network(rows, np.full((3, 12), 0.3)), range(12))


def test_zeros_stay_zero_in_the_hidden_layer() -> None:
    trained = train(network(np.zeros((5, 3)), np.zeros((2, 5))), steps=50, learning_rate=1.2)
    assert not trained["W1"].any()
    assert not trained["W2"].any()


def test_different_outgoing_weights_part_equal_rows(rows: np.ndarray) -> None:
    rows[:] = rows[0]
    outgoing = np.random.default_rng(6).standard_normal((3, 12))
    assert not stays_symmetric(network(rows, outgoing), range(12))


def test_arrays_that_do_not_fit_are_not_said_to_stay(rows: np.ndarray) -> None:
    assert not stays_symmetric(network(rows * 0, np.zeros((12, 3))), range(12))
    assert not stays_symmetric({name: np.array(0.0) for name in ("W1", "b1", "W2", "b2")}, [0])


def test_different_rows_stay_different(rows: np.ndarray) -> None:
    assert not stays_symmetric(network(rows, np.full((3, 12), 0.3)), [0, 1])


def test_the_largest_floats_raise_no_warning(rows: np.ndarray) -> None:
    huge = np.sign(rows) * np.finfo(float).max
    assert all(group.relation != "multiple" for group in symmetric_groups(huge))
    assert not stays_symmetric(network(huge, np.full((3, 12), 1e308)), [0, 1])


def test_training_lowers_the_cost_and_survives_huge_weights(rows: np.ndarray) -> None:
    start = network(rows * 0.01, np.full((3, 12), 0.01))
    trained = train(start, steps=200, learning_rate=1.2)
    assert np.abs(trained["W2"]).max() > 0.1
    huge = train(network(rows * 1e6, np.full((3, 12), 1e6)), steps=5, learning_rate=1.2)
    assert all(np.isfinite(array).all() for array in huge.values())
    assert np.array_equal(start["W1"], rows * 0.01)


def test_a_group_is_explained_with_its_own_numbers() -> None:
    rows = np.array([[1.0, 2, 3], [0, 1, 0], [1, 2, 3], [-0.5, -1, -1.5]])
    equal, multiple = UnitGroup((0, 2), "equal"), UnitGroup((0, 3), "multiple")
    assert list(explain_group(equal, rows, "W1")) == [
        "hidden units 0, 2 are copies of each other",
        "W1[0] = [1, 2, 3]",
        "W1[2] = [1, 2, 3]",
    ]
    assert list(explain_group(multiple, rows, "W1"))[1] == "W1[3] = -0.5 * W1[0]"
    many = UnitGroup(tuple(range(9)), "opposite")
    assert next(explain_group(many, np.ones((9, 1)), "W1")) == (
        "hidden units 0, 1, 2, 3, 4 and 4 more are copies of each other up to the sign"
    )


def test_labelled_networks_have_the_copies_that_their_labels_say() -> None:
    for seed in range(50):
        network = labelled_network(np.random.default_rng(seed), [0, 1, 0, 2], [3] * 4, [0, 0, 0, 1])
        p = network.parameters
        assert symmetric_groups(p["W1"], p["b1"]) == [UnitGroup((0, 2), "equal")]
        assert symmetric_groups(p["W2"].T, p["b1"]) == [UnitGroup((0, 1, 2), "equal")]
        assert symmetric_groups(p["W1"], p["b1"], p["W2"]) == [UnitGroup((0, 2), "equal")]
        assert len({4, *p["W1"].shape, *p["W2"].shape}) == 3
        assert len(np.unique(p["W1"], axis=1).T) == len(set(network.inputs))
        assert len(np.unique(p["W2"], axis=0)) == len(set(network.outputs))


@pytest.mark.parametrize("step", [None, 0.5])
def test_near_copies_are_near_and_others_are_not(step: float | None) -> None:
    labels, tol = [0, 0, 0, 1, 2, 2], 1e-3
    for seed in range(50):
        rows = near_copies(
            np.random.default_rng(seed), labels, 9, tol=tol, size=(1.0, 4.0), step=step
        )
        gaps = np.abs(rows[:, None] - rows).max(axis=2)
        same = np.equal.outer(labels, labels)
        assert gaps[same].max() < tol / 40
        assert gaps[~same].min() > 100 * tol
        assert gaps[0, 1] == 0 < gaps[0, 2]
        if step is not None:
            assert np.abs(np.abs(rows[3] - rows[0]) - step).max() < tol / 40


def test_what_is_counted_by_mistake() -> None:
    counts = {name: rule(["a", "b", "a", "a", "c", "b"]) for name, rule in MISCOUNTS.items()}
    assert counts == {
        "neighbours": 5,
        "not_the_first": 4,
        "all": 6,
        "copies": 3,
        "groups": 2,
        "with_a_copy": 5,
        "without_a_copy": 1,
        "largest_group": 3,
        "equal_pairs": 4,
        "all_less_pairs": 2,
        "different_pairs": 11,
        "one_less": 2,
        "whether_different": 0,
    }
