"""Hidden checks of constant_init: arrays full of a number, and activations."""

import numpy as np
import pytest

from grader.testing import (
    Faults,
    check,
    chosen,
    close,
    expect_close,
    expect_unchanged,
    few,
    labelled_network,
    mistake_models,
)


@pytest.fixture
def given(rng):
    """Return three different sizes, and two numbers to fill arrays with: no whole numbers."""
    sizes = rng.permutation(np.arange(3, 12))[:3].tolist()
    values = rng.permutation([rng.uniform(0.15, 0.45), -rng.uniform(1.1, 1.4)]).tolist()
    return sizes, values


@check(
    "initialize_constant: W1 and W2 have a row for each unit and a column for each input",
    points=0.5,
    hint="W1 @ X has to give one row per hidden unit. Is n_h then the rows or the columns of W1?",
)
def test_weight_shapes(submission, given):
    n_x, n_h, n_y = given[0]
    expect_shapes(submission, *given, {"W1": (n_h, n_x), "W2": (n_y, n_h)})


@check(
    "initialize_constant: b1 and b2 are columns with a row for each unit",
    points=0.5,
    hint="W1 @ X has a column for every example. Which shape of b1 adds one number per row?",
)
def test_bias_shapes(submission, given):
    _, n_h, n_y = given[0]
    expect_shapes(submission, *given, {"b1": (n_h, 1), "b2": (n_y, 1)})


def expect_shapes(submission, sizes, values, shapes):
    faults, parameters = Faults(), submission.initialize_constant(*sizes, values[0])
    for name, (units, inputs) in shapes.items():
        known = {(inputs, units): "transposed-weights"}
        if name.startswith("b"):
            known = dict.fromkeys([(units,), (1, units), ()], "bias-shape")
        faults.expect_shape(parameters[name], (units, inputs), name, known)
    faults.report("not all arrays fit their layers", call(sizes))


@check(
    "initialize_constant: every weight is the value",
    points=0.75,
    hint="Call it with two different values. Do all numbers of W1 and W2 follow?",
)
def test_weights_filled(submission, given):
    expect_filled(submission, *given, ("W1", "W2"))


@check(
    "initialize_constant: every bias is the value, too",
    points=0.75,
    hint="Call it with two different values. Do all numbers of b1 and b2 follow?",
)
def test_biases_filled(submission, given):
    expect_filled(submission, *given, ("b1", "b2"))


def expect_filled(submission, sizes, values, names):
    """Judge numbers only: shapes have checks of their own."""
    first, second = (submission.initialize_constant(*sizes, value) for value in values)
    faults = Faults()
    for name in names:
        if not filled(first[name], values[0]) or not filled(second[name], values[1]):
            faults.add(*not_filled(name, first[name], second[name], values[0]))
    faults.report("not every number is the value that was given", call(sizes))


def filled(array, value):
    return array.size > 0 and close(array, np.full(array.shape, value))


def not_filled(name, first, second, value):
    """Return the misconception, or None, and what is seen."""
    if first.dtype.kind in "iu" and first.size and filled(first, int(value)):
        return "integer-arrays", f"{name} holds {first.dtype} numbers, which cut off the fraction"
    if first.size and np.array_equal(first, second):
        return "ignores-argument", f"{name} is the same for two values: {few(first)}"
    return None, f"{name} = {few(first)} for one value and {few(second)} for another"


def call(sizes):
    """Show a call: sizes are no secret, numbers would be."""
    n_x, n_h, n_y = sizes
    return f"initialize_constant(n_x={n_x}, n_h={n_h}, n_y={n_y}, value)"


ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "relu": lambda z: np.maximum(z, 0.0),
    "linear": np.positive,
    "tan": np.tan,
}
SWITCHES = dict.fromkeys(ACTIVATIONS, "wrong-activation") | {"no_bias": "ignores-bias"}


@check(
    "hidden_activations: tanh of the sums with their biases",
    points=1.5,
    hint="Compute one sum by hand for one unit and one example. What is added at the end?",
)
def test_activations(submission, reference, rng):
    n_x, n_h, n_y, m = rng.permutation(np.arange(3, 12))[:4].tolist()
    shapes = {"W1": (n_h, n_x), "b1": (n_h, 1), "W2": (n_y, n_h), "b2": (n_y, 1)}
    parameters = {name: rng.normal(scale=0.6, size=shape) for name, shape in shapes.items()}
    X = rng.normal(size=(n_x, m))

    def formula(**on):
        bias = 0.0 if "no_bias" in on else parameters["b1"]
        return chosen(ACTIVATIONS, on, np.tanh)(parameters["W1"] @ X + bias)

    actual, right = (who.hidden_activations(X, parameters) for who in (submission, reference))
    models = mistake_models(formula, SWITCHES)
    expect_close(actual, right, "the hidden activations", mistakes=models)


@check(
    "no function changes the arrays it was given",
    points=0.25,
    hint="Does your line make a new array, or write into the one that the caller handed over?",
)
def test_inputs_unchanged(submission, rng):
    network = labelled_network(rng, [0, 1, 0, 2], [0, 1, 0, 2], [0, 1, 0, 2])
    submission.hidden_activations(rng.normal(size=(len(network.inputs), 9)), network.parameters)
    expect_unchanged(submission)
    submission.count_distinct_hidden_units(network.parameters)
    expect_unchanged(submission)
