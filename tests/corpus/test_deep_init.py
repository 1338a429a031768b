"""Does the reference do what the lesson says, and are its checks as exact as they claim?"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from staff import staff_module

from grader.testing.draws import undrawn_layers
from grader.testing.failures import CheckFailed
from grader.testing.mistakes import mistake_models
from grader.testing.runner import load_reference
from grader.testing.spread import weight_layers, wrong_spreads

ROOT = Path(__file__).resolve().parents[2]
WIDE = [100] * 31


@pytest.fixture(scope="module")
def reference() -> Any:
    """Return what the reference solution defines."""
    return load_reference(ROOT / "solutions" / "deep_init" / "reference.py", {})


@pytest.fixture(scope="module")
def hidden() -> Any:
    """Return what the modules of hidden checks define."""
    draws, stds = (staff_module("deep_init", f"test_hidden{part}") for part in ("", "_stds"))
    return SimpleNamespace(**vars(draws) | vars(stds))


def signal(reference: Any, parameters: dict[str, np.ndarray], activation: str) -> list[float]:
    X = np.random.default_rng(0).standard_normal((100, 300))
    return reference.activation_std(X, parameters, activation)


def test_the_rules_keep_a_signal_through_thirty_layers(reference: Any) -> None:
    np.random.seed(0)
    he = reference.initialize_parameters_he(WIDE)
    xavier = reference.initialize_parameters_xavier(WIDE)
    assert min(signal(reference, he, "relu")) > 0.3
    assert max(signal(reference, he, "relu")) < 3
    assert signal(reference, xavier, "tanh")[-1] > 0.1
    assert signal(reference, xavier, "relu")[-1] < 1e-3


def test_one_constant_vanishes_and_another_saturates(reference: Any) -> None:
    np.random.seed(0)
    small = reference.initialize_parameters_deep(WIDE)
    large = reference.initialize_parameters_deep(WIDE, 10.0)
    for activation in ("tanh", "relu"):
        assert signal(reference, small, activation)[9] < 1e-9
    assert min(signal(reference, large, "tanh")) > 0.99


def test_activations_are_those_of_a_loop(reference: Any) -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(3, 6))
    shapes = {"W1": (4, 3), "b1": (4, 1), "W2": (2, 4), "b2": (2, 1)}
    p = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    for activation, g in {"tanh": np.tanh, "relu": lambda z: max(z, 0.0)}.items():
        A, stds = X.tolist(), []
        for W, b in ((p["W1"], p["b1"]), (p["W2"], p["b2"])):
            columns = []
            for x in zip(*A, strict=True):
                sums = [sum(w * a for w, a in zip(row, x, strict=True)) for row in W]
                columns.append([g(z + float(s)) for z, [s] in zip(sums, b, strict=True)])
            A = [list(row) for row in zip(*columns, strict=True)]
            entries = [a for row in A for a in row]
            mean = sum(entries) / len(entries)
            stds.append((sum((a - mean) ** 2 for a in entries) / len(entries)) ** 0.5)
        assert reference.activation_std(X, p, activation) == pytest.approx(stds, rel=1e-12)


DISTRIBUTIONS = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.uniform(-(3**0.5), 3**0.5, shape),
    "signs": lambda rng, shape: rng.choice([-1.0, 1.0], shape),
    "single precision": lambda rng, shape: rng.standard_normal(shape).astype(np.float32),
}
NETWORKS = ([22, 159, 17, 129], [72, 25, 63])


@pytest.mark.parametrize("draw", DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)
def test_right_draws_pass_and_neighbours_of_the_rule_do_not(hidden: Any, draw: Any) -> None:
    """The numbers that the checks use: no right answer of 300 fails, each wrong one does."""
    rng = np.random.default_rng(5)

    def drawn(sizes: list[int], factor: float) -> dict[str, np.ndarray]:
        pairs = enumerate(zip(sizes[1:], sizes, strict=False), 1)
        return {f"W{n}": draw(rng, pair) * hidden.he(pair[1]) * factor for n, pair in pairs}

    def kinds(sizes: list[int], factor: float) -> set[str]:
        layers = weight_layers(drawn(sizes, factor), sizes, [hidden.he(n) for n in sizes])
        found = wrong_spreads(layers, hidden.TOLERANCE, false_fail=hidden.FALSE_FAIL)
        return {one.kind for one in found}

    for _ in range(150):
        sizes = [44, 60, 49, 55]
        assert not [*undrawn_layers(drawn(sizes, 1), sizes, false_fail=hidden.FALSE_FAIL)]
        assert [kinds(sizes, 1.0) for sizes in NETWORKS] == [set(), set()]
    for factor in (2**-0.5, 2**0.5):
        for _ in range(30):
            assert any(kinds(sizes, factor) for sizes in NETWORKS)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_each_wrong_list_is_told_from_all_others(hidden: Any, activation: str) -> None:
    for seed in range(20):
        X, parameters = hidden.network(np.random.default_rng(seed), 3, biases=True)
        for flag, name in hidden.SWITCHES.items():
            # The network's own activation is no mistake.
            if flag != activation:
                value = hidden.spreads(X, parameters, activation, **{flag: True})
                models = mistake_models(
                    lambda X=X, p=parameters, **on: hidden.spreads(X, p, activation, **on),
                    hidden.SWITCHES,
                    combine=1,
                )
                found = [m for m in models if np.array_equal(m.value, value)]
                assert [m.ids for m in found] == [(name,)], (seed, flag)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"layer1": 0.5}, "wrong-return-type"),
        (0.5, "wrong-return-type"),
        (None, "wrong-return-type"),
        ("0.5", "wrong-return-type"),
        ([[0.5], [0.5], [0.5]], "wrong-return-type"),
        ([np.zeros((2, 3))] * 3, "wrong-return-type"),
        (np.zeros((3, 3)), "wrong-return-type"),
        ([0.5, float("nan"), 0.5], "nan-or-inf"),
        ([np.zeros(17)] * 3, "wrong-statistic"),
    ],
)
def test_what_is_no_list_of_numbers_is_named(hidden: Any, value: Any, name: str) -> None:
    X, parameters = hidden.network(np.random.default_rng(1), 3, biases=False)
    with pytest.raises(CheckFailed) as failed:
        hidden.read_stds(value, parameters, X)
    assert [diagnosis.misconception for diagnosis in failed.value.diagnoses] == [name]


@pytest.mark.parametrize(
    "value",
    [
        [0.5, 0.25, 1.0],
        (0.5, 0.25, 1.0),
        np.array([0.5, 0.25, 1.0]),
        np.array([[0.5], [0.25], [1.0]]),
        [np.array(0.5), np.float32(0.25), 1],
        [np.array([[0.5]]), np.array([0.25]), 1.0],
    ],
)
def test_other_lists_are_read_as_they_are_meant(hidden: Any, value: Any) -> None:
    X, parameters = hidden.network(np.random.default_rng(1), 3, biases=False)
    assert hidden.read_stds(value, parameters, X).tolist() == [0.5, 0.25, 1.0]
