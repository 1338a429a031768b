"""Is the first line of a function judged as it is meant: its defaults, and arguments of its own?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from changed import failed, feedback, graded, names

from grader.catalog import Course
from grader.grade import Slot

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGISTIC, BACKPROP, NETWORK = "logistic_zero_init", "backprop_step", "nn_model"


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    """Start a slot for the whole course."""
    with Slot(Course(Path(__file__).parents[2])) as started:
        yield started


TANH_DEFAULTS = "candidates=(10, 1, 0.1, 0.01), max_saturated=0.01"


@pytest.mark.parametrize(
    ("exercise", "old", "new", "check", "argument"),
    [
        (NETWORK, "num_iterations=10000", "num_iterations=1000", "default_iterations", ""),
        (NETWORK, "num_iterations=10000", "num_iterations=5", "default_iterations", ""),
        (NETWORK, "num_iterations=10000", "num_iterations=-1", "default_iterations", "-1"),
        (NETWORK, "num_iterations=10000", "num_iterations='all'", "default_iterations", "'all'"),
        (LOGISTIC, "num_iterations=100", "num_iterations=2000", "defaults", "num_iterations"),
        (LOGISTIC, "rate=0.009", "rate=0.5", "defaults", "learning_rate"),
        (BACKPROP, "rate=1.2", "rate=0.01", "update_default_rate", "learning_rate"),
        ("uniform_init", "init_range=0.1", "init_range=0.5", "default_range", "init_range"),
        ("uniform_init", "rate=0.02", "rate=0.2", "default_rate", "learning_rate"),
        ("gradient_descent", "x0=4.0", "x0=0.0", "defaults", "x0"),
        ("gradient_descent", "rate=0.05", "rate=0.1", "defaults", "learning_rate"),
        ("gradient_descent", "num_steps=100", "num_steps=1000", "defaults", "num_steps"),
        ("deep_init", "scale=0.01", "scale=0.1", "deep_default", "scale"),
        ("saturation", "max_saturated=0.01", "max_saturated=0.1", "default_limit", "max_saturated"),
        ("saturation", "saturated=0.01", "saturated=0.02", "default_limit", "max_saturated"),
        ("saturation", "saturated=0.01", "saturated=0", "default_limit", "max_saturated"),
        ("saturation", "(10, 1, 0.1, 0.01)", "(1, 0.1, 0.01, 0.001)", "scale", "candidates"),
        ("constant_init", "tol=1e-12", "tol=1e-6", "tolerance", "tol"),
    ],
)
def test_another_default(
    slot: Slot, exercise: str, old: str, new: str, check: str, argument: str
) -> None:
    report = graded(slot, exercise, (old, new))
    assert names(report) == {"wrong-signature"}
    assert failed(report) == {check}
    assert "default" in feedback(report, check)
    assert argument in feedback(report, check)


@pytest.mark.parametrize("default", ["np.int64(10_000)", "np.array(10000)", "10**4", "ITERATIONS"])
def test_a_default_that_may_be_right(slot: Slot, default: str) -> None:
    first_line = ("num_iterations=10000", f"num_iterations={default}")
    report = graded(slot, NETWORK, first_line, ("1.2", "1.2\nITERATIONS = 10_000"))
    assert report.points == report.max_points


def test_another_threshold_shows_in_the_example_too(slot: Slot) -> None:
    report = graded(slot, "saturation", ("threshold=0.01", "threshold=0.1"))
    assert names(report) == {"wrong-signature"}
    assert failed(report) == {"share", "example_share"}


@pytest.mark.parametrize(
    ("exercise", "old", "new", "argument", "check"),
    [
        (BACKPROP, "rate=1.2", "rate", "learning_rate", "update_default_rate"),
        (LOGISTIC, "rate=0.009", "rate=None", "learning_rate", "defaults"),
        (BACKPROP, "rate=1.2", "rate=None", "learning_rate", "update_default_rate"),
        ("uniform_init", "rate=0.02", "rate", "learning_rate", "default_rate"),
        ("uniform_init", "init_range=0.1", "init_range", "init_range", "default_range"),
        (
            "gradient_descent",
            "x0=4.0, learning_rate=0.05, num_steps=100",
            "x0, learning_rate, num_steps",
            "x0",
            "defaults",
        ),
        ("deep_init", "scale=0.01", "scale", "scale", "deep_default"),
        (NETWORK, "num_iterations=10000", "num_iterations", "num_iterations", "default_iterations"),
        ("constant_init", "tol=1e-12", "tol", "tol", "copies_counted"),
        (
            "saturation",
            TANH_DEFAULTS,
            "candidates, max_saturated",
            "candidates and max_saturated",
            "scale",
        ),
    ],
)
def test_no_default_at_all(
    slot: Slot, exercise: str, old: str, new: str, argument: str, check: str
) -> None:
    report = graded(slot, exercise, (old, new))
    assert names(report) == {"wrong-signature"}
    headline, *lines = feedback(report, check).partition("\n\nhint")[0].splitlines()
    assert headline == f"{argument} cannot be left out"
    assert len(lines) == 1
    assert lines[0].startswith("  yours: ")


# `nn_model` with a learning rate of its own.

INSIDE = (
    ("LEARNING_RATE * grads", "learning_rate * grads"),
    ("def take_step(parameters, X, Y)", "def take_step(parameters, X, Y, learning_rate)"),
)


def with_rate(header: str, rate: str, iterations: str = "num_iterations") -> list[tuple[str, str]]:
    end = "\n    return"
    return [
        ("X, Y, n_h, num_iterations=10000, print_cost=False", header),
        ("range(num_iterations)", f"range({iterations})"),
        (f"take_step(parameters, X, Y){end}", f"take_step(parameters, X, Y, {rate}){end}"),
        *INSIDE,
    ]


@pytest.mark.parametrize(
    ("header", "rate"),
    [
        ("X, Y, n_h, learning_rate, num_iterations=10000, print_cost=False", "learning_rate"),
        ("learning_rate, X, Y, n_h, num_iterations=10000, print_cost=False", "learning_rate"),
        ("X, Y, n_h, lr, num_iterations=10000, print_cost=False", "lr"),
        ("X, Y, n_h, num_iterations=10000, print_cost=False, *, alpha", "alpha"),
        ("X, Y, n_h, step, num_iterations=10000, print_cost=False", "step"),
        ("X, Y, n_h, learningRate, num_iterations=10000, print_cost=False", "learningRate"),
        ("X, Y, n_h, num_iterations=10000, print_cost=False, **kw", 'kw.get("rate", 1.2)'),
        ("X, Y, n_h, num_iterations=10000, learning_rate=1.2, print_cost=False", "learning_rate"),
        ("X, Y, n_h, learning_rate=1.2, num_iterations=10000, print_cost=False", "learning_rate"),
    ],
)
def test_a_rate_may_be_asked_for(slot: Slot, header: str, rate: str) -> None:
    report = graded(slot, NETWORK, *with_rate(header, rate))
    assert report.points == report.max_points


def test_a_rate_in_front_of_iterations_that_cannot_be_left_out(slot: Slot) -> None:
    header = "X, Y, n_h, learning_rate, iterations, print_cost=False"
    report = graded(slot, NETWORK, *with_rate(header, "learning_rate", "iterations"))
    assert failed(report) == {"default_iterations"}
    assert "iterations cannot be left out" in feedback(report, "default_iterations")


def test_a_default_rate_is_its_authors_answer(slot: Slot) -> None:
    header = "X, Y, n_h, learning_rate=0.01, num_iterations=10000, print_cost=False"
    report = graded(slot, NETWORK, *with_rate(header, "learning_rate"))
    assert names(report) == {"wrong-step-size"}
    assert "gradient_step" in failed(report)
