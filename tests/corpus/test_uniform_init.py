"""The reference step follows the gradient of its own loss, and the lesson's model is learnt."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest

from grader.testing.gradients import numerical_gradients
from grader.testing.runner import load_reference

ROOT = Path(__file__).resolve().parents[2]
RATE = 0.02


@pytest.fixture
def reference() -> Any:
    """Return what the reference solution defines."""
    return load_reference(ROOT / "solutions" / "uniform_init" / "reference.py", {})


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture
def lesson(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the inputs and targets that the lesson asks to be drawn."""
    inputs = rng.uniform(-10, 10, (1000, 2))
    return inputs, inputs @ [[2.0], [-3.0]] + 5


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_the_step_follows_the_gradient_of_the_loss(
    reference: Any, rng: np.random.Generator, n_outputs: int
) -> None:
    inputs, targets = rng.normal(size=(6, 4)), rng.normal(size=(6, n_outputs))
    start = {"weights": rng.normal(size=(4, n_outputs)), "biases": rng.normal(size=n_outputs)}

    def loss(given: dict[str, np.ndarray]) -> float:
        return float(reference.train_step(inputs, targets, **given)[2])

    weights, biases, _ = reference.train_step(inputs, targets, **start, learning_rate=RATE)
    after = {"weights": weights, "biases": biases}
    for name, numerical in numerical_gradients(loss, start).items():
        taken = (start[name] - after[name]) / RATE
        np.testing.assert_allclose(taken, numerical, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("reach", [0.1, 4.0])
def test_every_start_learns_the_model_of_the_lesson(
    reference: Any, lesson: tuple[np.ndarray, np.ndarray], reach: float
) -> None:
    weights, biases = reference.initialize_uniform(2, 1, reach)
    losses = []
    for step in range(700):
        weights, biases, loss = reference.train_step(*lesson, weights, biases)
        losses.append(loss)
        if step == 9:
            np.testing.assert_allclose(weights, [[2], [-3]], atol=0.2)
            assert abs(biases[0] - 5) > 0.5
    np.testing.assert_allclose(np.append(weights, biases), [2, -3, 5], atol=1e-3)
    assert (np.diff(losses) < 0).all()


def test_the_picture_shows_true_paths(reference: Any, rng: np.random.Generator) -> None:
    matplotlib.use("agg")
    picture = runpy.run_path(str(ROOT / "exercises" / "uniform_init" / "picture.py"))
    inputs = np.random.default_rng(7).uniform(-10, 10, (1000, 2))
    targets = inputs @ [[2.0], [-3.0]] + 5
    start = rng.uniform(-4, 4, 3)
    weights, biases = start[:2, None], start[2:]
    path = picture["learn"](start, picture["bowl"](np.random.default_rng(7)))
    for k in (1, 2, 3):
        weights, biases, _ = reference.train_step(inputs, targets, weights, biases)
        np.testing.assert_allclose(path[k], np.append(weights, biases))
