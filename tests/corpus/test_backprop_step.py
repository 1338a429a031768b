"""The reference gradients are those of the reference cost, by finite differences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.catalog import Course
from grader.grade import Answer, Slot
from grader.testing.gradients import numerical_gradients
from grader.testing.runner import load_reference

ROOT = Path(__file__).resolve().parents[2]
N_X, N_H, M = 3, 4, 6


@pytest.fixture
def reference() -> Any:
    """Return what the reference solution defines."""
    return load_reference(ROOT / "solutions" / "backprop_step" / "reference.py", {})


@pytest.mark.parametrize("n_y", [1, 2])
def test_gradients_are_those_of_the_cost(reference: Any, n_y: int) -> None:
    rng = np.random.default_rng(20 + n_y)
    X, Y = rng.normal(size=(N_X, M)), rng.integers(0, 2, size=(n_y, M)).astype(float)
    shapes = {"W1": (N_H, N_X), "b1": (N_H, 1), "W2": (n_y, N_H), "b2": (n_y, 1)}
    parameters = {name: rng.normal(size=shape) for name, shape in shapes.items()}

    def cost(given: dict[str, np.ndarray]) -> float:
        return float(reference.compute_cost(reference.forward_propagation(X, given)[0], Y))

    _, cache = reference.forward_propagation(X, parameters)
    grads = reference.backward_propagation(parameters, cache, X, Y)

    for name, numerical in numerical_gradients(cost, parameters).items():
        np.testing.assert_allclose(grads[f"d{name}"], numerical, rtol=1e-8, atol=1e-11)


def test_a_small_step_lowers_the_cost(reference: Any) -> None:
    rng = np.random.default_rng(5)
    X, Y = rng.normal(size=(N_X, M)), rng.integers(0, 2, size=(1, M)).astype(float)
    shapes = {"W1": (N_H, N_X), "b1": (N_H, 1), "W2": (1, N_H), "b2": (1, 1)}
    parameters = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    A2, cache = reference.forward_propagation(X, parameters)
    grads = reference.backward_propagation(parameters, cache, X, Y)

    after = reference.update_parameters(parameters, grads, learning_rate=0.01)

    moved = reference.forward_propagation(X, after)[0]
    assert reference.compute_cost(moved, Y) < reference.compute_cost(A2, Y)


FOURTH_POWER = """
def compute_cost(A2, Y):
    return float(np.sum((A2 - Y) ** 4) / 4 / Y.shape[1])
"""


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("", "your cost is right, but dW1 is not its gradient: nudge a parameter and see"),
        (FOURTH_POWER, "dW1 is the gradient of your own cost: it is the cost that differs"),
    ],
)
def test_a_gradient_without_a_name_is_set_against_the_own_cost(more: str, line: str) -> None:
    mutant = ROOT / "solutions" / "backprop_step" / "mutants" / "squared_error_gradient.py"
    # The gradient of a cost that nobody is known to take, so that no mistake has its numbers.
    text = mutant.read_text("utf-8").replace("(A2 - Y) * A2", "(A2 - Y) ** 3 * A2") + more
    data = text.encode()
    with Slot(Course(ROOT)) as slot:
        report = slot.grade("backprop_step", Answer.of_file("backprop_step", "ada", "a.py", data))
    (feedback,) = [check.feedback for check in report.checks if check.id == "dW1"]
    assert line in feedback
