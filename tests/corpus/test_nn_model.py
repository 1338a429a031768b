"""Is the reference right, does the lesson tell the truth, is blame where it belongs?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from staff import staff_module

from grader.catalog import Course
from grader.grade import Answer, Slot
from grader.testing.gradients import numerical_gradients
from grader.testing.runner import load_reference
from grader.testing.statistics import judge_scale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.model.report import ScoreReport

ROOT = Path(__file__).resolve().parents[2]
ID = "nn_model"
SOLUTIONS = ROOT / "solutions" / ID
RATE = 1.2


@pytest.fixture
def reference() -> Any:
    """Return what the reference solution defines."""
    return load_reference(SOLUTIONS / "reference.py", {})


@pytest.fixture
def flower() -> tuple[np.ndarray, np.ndarray]:
    """Return the flower that learners are given."""
    helpers = load_reference(ROOT / "exercises" / ID / "helpers.py", {})
    X, Y = helpers.load_flower()
    return X, Y


@pytest.fixture(scope="module")
def grade() -> Iterator[Callable[[str], ScoreReport]]:
    """Return a function that grades a source."""
    with Slot(Course(ROOT)) as slot:
        yield lambda text: slot.grade(ID, Answer.of_file(ID, "ada", "ada.py", text.encode()))


def source(kind: str, name: str) -> str:
    return (SOLUTIONS / kind / f"{name}.py").read_text("utf-8")


def failed(report: ScoreReport) -> set[str]:
    assert report.status == "graded"
    return {check.id for check in report.checks if check.outcome != "passed"}


def test_the_flower_has_as_many_petals_as_it_says(flower: tuple[np.ndarray, np.ndarray]) -> None:
    angles = np.arctan2(flower[0][1], flower[0][0])
    petals = max(range(2, 13), key=lambda count: abs(np.exp(1j * count * angles).mean()))
    helpers = (ROOT / "exercises" / ID / "helpers.py").read_text("utf-8")
    assert petals == 7
    assert "points on seven petals" in helpers
    assert "rng.integers(7," in (ROOT / "exercises" / ID / "picture.py").read_text("utf-8")


def test_the_bound_of_the_output_weights_tells_small_from_large() -> None:
    """Chernoff's bound for a chi-square: 200 weights of standard deviation 1 are never so small."""
    hidden = staff_module(ID, "test_hidden")
    weights = np.zeros((1, hidden.UNITS))
    bound = judge_scale(weights, 0.0, hidden.LARGEST_STD, false_fail=1e-10).high
    assert bound < 0.38
    assert (bound**2 * np.exp(1 - bound**2)) ** (hidden.UNITS / 2) < 1e-40


def test_a_step_of_the_reference_is_a_gradient_step(reference: Any) -> None:
    rng = np.random.default_rng(3)
    X, Y = rng.normal(size=(3, 7)), rng.permutation([[0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0]])
    shapes = {"W1": (4, 3), "b1": (4, 1), "W2": (1, 4), "b2": (1, 1)}
    before = {name: rng.normal(size=shape) for name, shape in shapes.items()}

    def cost(p: dict[str, np.ndarray]) -> float:
        return float(reference.compute_cost(reference.forward_propagation(X, p)[1], Y))

    after = reference.take_step(before, X, Y)
    for name, gradient in numerical_gradients(cost, before).items():
        np.testing.assert_allclose(after[name], before[name] - RATE * gradient, rtol=1e-8)


def test_no_line_parts_the_petals_and_five_units_do(reference: Any, flower: Any) -> None:
    X, Y = flower
    np.random.seed(4)
    assert X.shape == (2, Y.size)
    assert set(np.unique(Y)) == {0.0, 1.0}

    line = logistic_accuracy(X, Y)
    network = np.mean(reference.predict(reference.nn_model(X, Y, 5, 1000), X) == Y)

    assert line < 0.75
    assert network > 0.95


def logistic_accuracy(X: np.ndarray, Y: np.ndarray) -> float:
    w, b = np.zeros((1, 2)), 0.0
    for _ in range(2000):
        error = (1 / (1 + np.exp(-(w @ X + b))) - Y) / Y.size
        w, b = w - 0.5 * error @ X.T, b - 0.5 * error.sum()
    return float(np.mean((w @ X + b > 0) == (Y > 0.5)))


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_from_one_constant_all_units_stay_one(reference: Any, flower: Any, value: float) -> None:
    p = {"W1": np.full((3, 2), value), "b1": np.zeros((3, 1)), "W2": np.full((1, 3), value)}
    p["b2"] = np.zeros((1, 1))
    for _ in range(50):
        p = reference.take_step(p, *flower)
    np.testing.assert_allclose(p["W1"], p["W1"][[0, 0, 0]], rtol=1e-9)
    np.testing.assert_allclose(p["W2"], p["W2"][:, [0, 0, 0]], rtol=1e-9)


@pytest.mark.parametrize(
    ("mutant", "lost"),
    [
        ("sigmoid_derivative", {"gradient_step"}),
        ("biases_stay", {"gradient_step"}),
        ("odd_rate", {"gradient_step"}),
        ("one_more", {"iterations"}),
        ("two_units_equal", {"units_differ"}),
        ("random_biases", {"biases_start_at_zero"}),
        ("cut_before_sigmoid", {"predict"}),
        ("flat_predictions", {"predict_shape", "example_predict"}),
        ("probabilities", {"predict", "example_predict"}),
        ("another_default", {"default_iterations"}),
    ],
)
def test_a_slip_is_paid_for_where_it_is_made(
    grade: Callable[[str], ScoreReport], mutant: str, lost: set[str]
) -> None:
    assert failed(grade(source("mutants", mutant))) == lost


NOT_REPEATABLE = {
    "the clock": source("variants", "clock"),
    "a generator that lives on": source("variants", "one_generator"),
    # A coarse clock: the seed changes in the middle of the calls of one check.
    "a seed that changes now and then": source("variants", "clock").replace(
        "np.random.default_rng(time.perf_counter_ns())", "np.random.default_rng(turned())"
    )
    + "\n\nCALLS = [0]\n\n\ndef turned():\n    CALLS[0] += 1\n    return CALLS[0] // 4\n",
}


@pytest.mark.parametrize("how", NOT_REPEATABLE)
def test_who_starts_elsewhere_each_time_loses_nothing(
    grade: Callable[[str], ScoreReport], how: str
) -> None:
    assert failed(grade(NOT_REPEATABLE[how])) == set()


@pytest.mark.parametrize("how", ["the clock", "a generator that lives on"])
def test_and_is_judged_by_what_was_learnt(grade: Callable[[str], ScoreReport], how: str) -> None:
    ascends = NOT_REPEATABLE[how].replace("- learning_rate", "+ learning_rate")
    assert ascends != NOT_REPEATABLE[how]

    lost = failed(grade(ascends))

    assert lost == {"example_star", "learns_line", "learns_flower"}
