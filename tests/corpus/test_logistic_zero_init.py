"""The reference gradients belong to the reference cost, and a slip is paid for where it is made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from grader.catalog import Course
from grader.grade import Answer, Slot
from grader.testing.gradients import numerical_gradients
from grader.testing.runner import load_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.model.report import ScoreReport

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "solutions" / "logistic_zero_init"
ID = "logistic_zero_init"
DIM, M = 3, 8


@pytest.fixture
def reference() -> Any:
    """Return what the reference solution defines."""
    return load_reference(SOLUTIONS / "reference.py", {})


@pytest.fixture
def problem() -> tuple[np.ndarray, np.ndarray]:
    """Return inputs, and labels that no line parts."""
    rng = np.random.default_rng(11)
    return rng.normal(size=(DIM, M)), np.array([[0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]])


@pytest.fixture(scope="module")
def graded() -> Iterator[Callable[[str], ScoreReport]]:
    """Return a function that grades a mutant by its name."""
    with Slot(Course(ROOT)) as slot:

        def grade(name: str) -> ScoreReport:
            data = (SOLUTIONS / "mutants" / f"{name}.py").read_bytes()
            return slot.grade(ID, Answer.of_file(ID, name, f"{name}.py", data))

        yield grade


def test_gradients_are_those_of_the_cost(reference: Any, problem: Any) -> None:
    rng = np.random.default_rng(12)
    for _ in range(5):
        at = {"w": rng.normal(size=(DIM, 1)), "b": rng.normal()}

        def cost(p: dict[str, Any]) -> float:
            return float(reference.propagate(p["w"], float(p["b"]), *problem)[1])

        grads, _ = reference.propagate(at["w"], at["b"], *problem)
        for name, numerical in numerical_gradients(cost, at).items():
            np.testing.assert_allclose(grads[f"d{name}"], numerical, rtol=1e-8, atol=1e-11)


def test_zeros_lead_where_every_start_leads(reference: Any, problem: Any) -> None:
    rng = np.random.default_rng(13)
    starts = [reference.initialize_with_zeros(DIM), (rng.normal(size=(DIM, 1)) * 3, -2.0)]

    ends = [reference.optimize(*start, *problem, 6_000, 0.3)[0] for start in starts]

    np.testing.assert_allclose(ends[0]["w"], ends[1]["w"], rtol=1e-6)
    np.testing.assert_allclose(ends[0]["b"], ends[1]["b"], rtol=1e-6)


@pytest.mark.parametrize(
    ("mutant", "costs"),
    [
        ("no_batch_mean", {"example_propagate", "dw", "db"}),
        ("sign", {"example_propagate", "dw", "db"}),
        ("cost_sign", {"example_propagate", "cost"}),
        ("bias_as_it_is", {"example_propagate", "db"}),
        ("transposed", {"example_propagate", "dw"}),
        ("no_sigmoid", {"example_propagate", "cost", "dw", "db"}),
        ("one_more", {"example_optimize", "iterations"}),
        ("bias_stays", {"example_optimize", "step_of_b"}),
        ("weights_stay", {"example_optimize", "step_of_w"}),
    ],
)
def test_a_slip_is_paid_for_where_it_is_made(
    graded: Callable[[str], ScoreReport], mutant: str, costs: set[str]
) -> None:
    failed = {check.id for check in graded(mutant).checks if check.outcome != "passed"}
    assert failed == costs


@pytest.mark.parametrize(
    ("mutant", "line"),
    [
        ("squared_error", "dw is the gradient of your own cost: it is the cost that differs"),
        ("no_batch_mean", "your cost is right, but dw is not its gradient"),
        ("transposed", ""),
    ],
)
def test_wrong_gradients_are_set_against_the_own_cost(
    graded: Callable[[str], ScoreReport], mutant: str, line: str
) -> None:
    (feedback,) = [check.feedback for check in graded(mutant).checks if check.id == "dw"]
    assert line in feedback
    assert ("cost" in feedback) == bool(line)
