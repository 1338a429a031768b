"""Is each slip of learners' training code called by its name, and paid for where it is made?

What is not expected to fail has to pass, and what is not expected to be named has to have no name:
one too many accuses somebody of what they did not do.
"""

from __future__ import annotations

import re
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


# What is divided by: of two functions or of one, in every exercise that has a mean.

PROPAGATED = {"example_propagate", "cost", "dw", "db"}
BACK = {"dW1", "db1", "dW2", "db2", "example_output_gradients", "example_hidden_gradients"}
LINE = {
    *("example_loss", "example_step", "loss", "step_weights", "step_biases"),
    *("several_outputs_loss", "several_outputs_step"),
}


@pytest.mark.parametrize(
    ("exercise", "old", "new", "checks"),
    [
        (LOGISTIC, "m = X.shape[1]", "m = X.shape[0]", PROPAGATED),
        (LOGISTIC, "m = X.shape[1]", "m = len(X)", PROPAGATED),
        (LOGISTIC, "m = X.shape[1]", "m = X.size", PROPAGATED),
        (LOGISTIC, "m = X.shape[1]", "m = w.shape[0]", PROPAGATED),
        (LOGISTIC, "m = X.shape[1]", "m = 209", PROPAGATED),
        (LOGISTIC, "m = X.shape[1]", "m = X.shape[1] ** 2", PROPAGATED),
        (LOGISTIC, "(A - Y).T / m", "(A - Y).T / len(X)", {"example_propagate", "dw"}),
        (LOGISTIC, "float(np.sum(A - Y) / m)", "np.mean(A - Y) / m", {"example_propagate", "db"}),
        (BACKPROP, "m = X.shape[1]", "m = X.shape[0]", BACK),
        (BACKPROP, "m = X.shape[1]", "m = X.size", BACK),
        (BACKPROP, "/ Y.shape[1]", "/ 400", {"example_cost", "cost"}),
        ("uniform_init", "inputs.shape[0]", "inputs.shape[1]", LINE),
        ("uniform_init", "inputs.shape[0]", "inputs.size", LINE),
        (
            "uniform_init",
            "sum(axis=0) / examples",
            "mean(axis=0) / examples",
            LINE & {"example_step", "step_biases", "several_outputs_step"},
        ),
        (NETWORK, "m = X.shape[1]", "m = X.shape[0]", {"gradient_step"}),
        (NETWORK, "m = X.shape[1]", "m = len(X)", {"gradient_step"}),
        (NETWORK, "m = X.shape[1]", "m = X.size", {"gradient_step"}),
    ],
)
def test_another_number_than_m(
    slot: Slot, exercise: str, old: str, new: str, checks: set[str]
) -> None:
    report = graded(slot, exercise, (old, new))
    assert names(report) == {"wrong-batch-mean"}
    assert failed(report) == checks


# Which of several arrays goes uphill: the others do not pay.


@pytest.mark.parametrize(
    ("changes", "checks"),
    [
        ([("b = b - learning_rate", "b = b + learning_rate")], {"step_of_b"}),
        ([("w = w - learning_rate", "w = w + learning_rate")], {"step_of_w"}),
        (
            [(f"{name} = {name} - learning", f"{name} = {name} + learning") for name in "wb"],
            {"step_of_w", "step_of_b"},
        ),
        (
            [('b = b - learning_rate * grads["db"]', 'b = b - learning_rate * -grads["db"]')],
            {"step_of_b"},
        ),
    ],
)
def test_uphill_with_one_of_two(
    slot: Slot, changes: list[tuple[str, str]], checks: set[str]
) -> None:
    report = graded(slot, LOGISTIC, *changes)
    assert names(report) == {"ascends"}
    assert failed(report) == checks | {"example_optimize"}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('b = b - learning_rate * grads["db"] / 2', None),
        ('b = b - grads["db"]', "ignores-learning-rate"),
        ('b = b - 3 * learning_rate * float(grads["dw"].sum())', None),
        ("pass", "bias-not-updated"),
    ],
)
def test_whatever_b_does_w_does_not_pay(slot: Slot, line: str, name: str | None) -> None:
    report = graded(slot, LOGISTIC, ('b = b - learning_rate * grads["db"]', line))
    assert failed(report) == {"step_of_b", "example_optimize"}
    assert names(report) == ({name} if name else set())


@pytest.mark.parametrize("uphill", [("b1",), ("b2",), ("W1",), ("W2",), ("b1", "b2"), ("W1", "W2")])
def test_uphill_with_some_of_four(slot: Slot, uphill: tuple[str, ...]) -> None:
    step = "value - LEARNING_RATE * grads[name]"
    turned = f"value - (-1 if name in {uphill} else 1) * LEARNING_RATE * grads[name]"
    report = graded(slot, NETWORK, (step, turned))
    assert names(report) == {"ascends"}
    assert f"the steps of {', '.join(uphill)} are wrong" in feedback(report, "gradient_step")


def test_uphill_with_one_of_the_biases(slot: Slot) -> None:
    step, turned = "value - learning_rate", "value - (-1 if name == 'b2' else 1) * learning_rate"
    report = graded(slot, BACKPROP, (step, turned))
    assert names(report) == {"ascends"}
    assert failed(report) == {"update_biases", "example_update"}


# A sum in the place of an activation.

FORWARD = {"forward_output", "example_forward"}


@pytest.mark.parametrize(
    ("old", "new", "checks", "name"),
    [
        ('parameters["W2"] @ A1', 'parameters["W2"] @ Z1', FORWARD, "z-for-a"),
        ("return A2, {", "return Z2, {", FORWARD, "z-for-a"),
        # Nothing else than the cache tells them from these.
        ("A1 = np.tanh(Z1)", "A1 = Z1", FORWARD, "wrong-activation"),
        ("A2 = sigmoid(Z2)", "A2 = Z2", FORWARD, "wrong-activation"),
    ],
)
def test_an_activation_that_is_not_handed_on(
    slot: Slot, old: str, new: str, checks: set[str], name: str
) -> None:
    report = graded(slot, BACKPROP, (old, new))
    assert names(report) == {name}
    assert failed(report) == checks


@pytest.mark.parametrize(
    ("kept", "entry", "name"),
    [
        ('"A1": Z1', "A1", "z-for-a"),
        ('"A1": Z1.copy()', "A1", "z-for-a"),
        ('"A1": 1 - A1**2', "A1", None),
        ('"A2": Z2', "A2", "z-for-a"),
        ('"A2": 1 - A2', "A2", None),
        ('"Z2": Z2 * 2', "Z2", None),
    ],
)
def test_the_entry_of_the_cache_that_is_wrong_is_named(
    slot: Slot, kept: str, entry: str, name: str | None
) -> None:
    right = f'"{entry}": {entry}'
    report = graded(slot, BACKPROP, (right, kept))
    assert failed(report) == {"forward_cache"}
    assert f'cache["{entry}"] has' in feedback(report, "forward_cache")
    assert names(report) == ({name} if name else set())


SUMS = '(parameters["W1"] @ X + parameters["b1"])'


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ([('parameters["W2"] @ A1 ', f'parameters["W2"] @ {SUMS} ')], "z-for-a"),
        ([("dZ2 @ A1.T", f"dZ2 @ {SUMS}.T")], "z-for-a"),
        (
            [(f"np.tanh{SUMS}", SUMS), (" * (1 - A1**2)", "")],
            "wrong-activation",
        ),
    ],
)
def test_a_sum_in_training(slot: Slot, changes: list[tuple[str, str]], name: str) -> None:
    report = graded(slot, NETWORK, *changes)
    assert names(report) == {name}
    assert "gradient_step" in failed(report)


# The start of a network.

DRAW = "rng.normal(scale=0.01, size=(units, inputs))"


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        ("rng.normal(scale=0.01 if layer == 1 else 1.0, size=(units, inputs))", "W2 starts at"),
        ("rng.normal(scale=0.01 if layer == 1 else 5.0, size=(units, inputs))", "W2 starts at"),
        ("rng.random((units, inputs)) * (0.01 if layer == 1 else 2)", "W2 starts at"),
        ("rng.normal(scale=(2 / units) ** 0.5, size=(units, inputs))", "W2 starts at"),
        ("rng.random((units, inputs))", "standard deviation of 0.2"),
    ],
)
def test_a_start_that_is_too_large(slot: Slot, draw: str, said: str) -> None:
    report = graded(slot, NETWORK, (DRAW, draw))
    assert names(report) == {"saturating-scale"}
    assert "starts_small" in failed(report)
    assert said in feedback(report, "starts_small")


@pytest.mark.parametrize(
    ("draw", "std"),
    [
        ("np.random.rand(units, inputs)", 0.289),
        ("np.random.random((units, inputs))", 0.289),
        ("np.random.uniform(0, 1, (units, inputs))", 0.289),
        ("np.random.uniform(-1, 1, (units, inputs))", 0.577),
        ("2 * np.random.rand(units, inputs)", 0.577),
        ("np.random.randn(units, inputs)", 1.0),
    ],
)
def test_the_standard_deviation_that_is_told_is_the_student_s_own(
    slot: Slot, draw: str, std: float
) -> None:
    told = feedback(graded(slot, NETWORK, (DRAW, draw)), "starts_small")
    found = [float(number) for number in re.findall(r"standard deviation of ([\d.]+)", told)]
    assert found == pytest.approx([std, std], rel=0.25)


@pytest.mark.parametrize(
    "draw",
    [
        "rng.normal(scale=(2 / inputs) ** 0.5, size=(units, inputs))",
        "rng.normal(scale=(1 / inputs) ** 0.5, size=(units, inputs))",
        "rng.uniform(-1, 1, size=(units, inputs)) * (6 / (inputs + units)) ** 0.5",
        "rng.normal(scale=0.2, size=(units, inputs))",
        "rng.normal(scale=0.01, size=(units, inputs)) * (layer == 1)",
    ],
)
def test_a_start_that_is_small_enough(slot: Slot, draw: str) -> None:
    assert "starts_small" not in failed(graded(slot, NETWORK, (DRAW, draw)))


def test_what_is_not_run_says_which_check_it_needs(slot: Slot) -> None:
    report = graded(slot, NETWORK, ("X.shape[0], n_h, Y.shape[0]", "X.shape[0], 4, Y.shape[0]"))
    title = next(check.title for check in report.checks if check.id == "parameter_shapes")
    waiting = [check for check in report.checks if check.outcome == "not_run"]
    assert len(waiting) == 5
    assert {check.feedback for check in waiting} == {f'not run: needs "{title}"'}
