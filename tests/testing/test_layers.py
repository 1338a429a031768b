"""The layers of a network are found in a dict, and what is wrong with its keys is told."""

from __future__ import annotations

import numpy as np
import pytest

from grader.testing.layers import layers_present, listed, upright, wrong_layers

WRONG = {
    "W1 b1": ("missing", "missing: W2, b2"),
    "W2 b2": ("missing", "missing: W1, b1"),
    "W1 b1 W2 b2 W3 b3": ("extra", "too many: W3, b3"),
    "W0 b0 W1 b1 W2 b2": ("extra", "too many: W0, b0"),
    "W0 b0 W1 b1": ("other", "missing: W2, b2; too many: W0, b0"),
    "W1 W2": ("other", "missing: b1, b2"),
    "w1 b1 w2 b2": ("other", "missing: W1, W2"),
    "": ("other", "missing: W1, b1, W2, b2"),
}


@pytest.mark.parametrize("keys", WRONG)
def test_wrong_keys_are_told(keys: str) -> None:
    wrong = wrong_layers(dict.fromkeys(keys.split()), 2)
    assert wrong is not None
    assert (wrong.kind, wrong.words) == WRONG[keys]


@pytest.mark.parametrize("keys", ["W1 b1 W2 b2", "b2 W2 b1 W1", "W1 b1 W2 b2 L layers W b W1000 x"])
def test_right_keys_are_told_nothing(keys: str) -> None:
    assert wrong_layers(dict.fromkeys(keys.split()), 2) is None


def test_the_layers_that_are_there_are_found() -> None:
    arrays = {f"W{layer}": np.full(2, layer) for layer in (0, 1, 3, 4)}
    assert [(layer, w[0]) for layer, w in layers_present(arrays, "W", 3)] == [(1, 1), (3, 3)]
    assert layers_present(arrays, "b", 3) == []


def test_transposed_weights_are_turned() -> None:
    assert upright(np.zeros((3, 5)), [3, 5], 1).shape == (5, 3)
    assert upright(np.zeros((5, 3)), [3, 5], 1).shape == (5, 3)
    assert upright(np.zeros(3), [3, 5], 1).shape == (3,)


def test_many_keys_are_cut() -> None:
    assert listed([]) == "none"
    assert listed(map(str, range(20))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"
