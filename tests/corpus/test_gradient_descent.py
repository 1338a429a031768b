"""The reference slope is that of the parabola, and what the lesson says of walks holds."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest

from grader.testing.gradients import numerical_gradient
from grader.testing.runner import load_reference

ROOT = Path(__file__).resolve().parents[2]
BOTTOM = -0.3


@pytest.fixture
def reference() -> Any:
    """Return what the reference solution defines."""
    return load_reference(ROOT / "solutions" / "gradient_descent" / "reference.py", {})


@pytest.mark.parametrize("x", [-4.0, BOTTOM, 0.0, 2.5])
def test_the_slope_is_that_of_the_parabola(reference: Any, x: float) -> None:
    numerical = numerical_gradient(lambda at: float(reference.f(at)), x)
    assert reference.f_prime(x) == pytest.approx(float(numerical), abs=1e-9)


@pytest.mark.parametrize("start", [-300.0, BOTTOM, 4.0, 1e6])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.19])
def test_every_start_ends_at_the_bottom_below_the_border(
    reference: Any, start: float, rate: float
) -> None:
    path = reference.gradient_descent(start, rate, 400)
    assert path.shape == (401,)
    assert path[0] == start
    assert path[-1] == pytest.approx(BOTTOM, abs=1e-9)


def test_at_the_border_it_swings_and_above_it_escapes(reference: Any) -> None:
    swings = reference.gradient_descent(4.0, 0.2, 11)
    np.testing.assert_allclose(swings, np.resize([4.0, -4.6], 12))
    escapes = np.abs(reference.gradient_descent(4.0, 0.21, 50) - BOTTOM)
    assert (np.diff(escapes) > 0).all()


def test_one_step_is_enough_at_half_the_border(reference: Any) -> None:
    assert reference.gradient_descent(4.0, 0.1, 1)[-1] == pytest.approx(BOTTOM)


@pytest.mark.parametrize("rate", [0.02, 0.15, 0.21])
def test_the_picture_shows_true_walks(reference: Any, rate: float) -> None:
    matplotlib.use("agg")
    picture = runpy.run_path(str(ROOT / "exercises" / "gradient_descent" / "picture.py"))
    walk = picture["walk"](4.0, rate, 12)
    np.testing.assert_allclose(walk, reference.gradient_descent(4.0, rate, 12))
    np.testing.assert_allclose(picture["height"](walk), reference.f(walk))
