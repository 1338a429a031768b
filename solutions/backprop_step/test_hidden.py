"""Hidden checks of backprop_step: each quantity by itself, from inputs that the grader prepares.

The sizes are four different numbers, so that no mistake hides behind a square. There is one output
unit, because learners' own labs assert it, and caches are consistent whichever entry is read.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.model.exercise import Returns
from grader.testing import (
    check,
    chosen,
    close,
    consistency_explained,
    expect_close,
    expect_shape,
    expect_unchanged,
    mistake_models,
)
from grader.testing.contract import validate

N_X, N_H, N_Y, M = 3, 5, 1, 7
DEFAULT_RATE = 1.2
SHAPES = {"W1": (N_H, N_X), "b1": (N_H, 1), "W2": (N_Y, N_H), "b2": (N_Y, 1)}
CACHE = Returns(kind="dict", keys=("Z1", "A1", "Z2", "A2"))


@pytest.fixture
def case(rng, reference):
    X = rng.normal(size=(N_X, M))
    Y = rng.permutation(np.resize([0.0, 1.0, 1.0], M)).reshape(N_Y, M)
    parameters = {name: rng.normal(scale=0.7, size=shape) for name, shape in SHAPES.items()}
    cache = reference.forward_propagation(X, parameters)[1]
    return SimpleNamespace(X=X, Y=Y, parameters=parameters, cache=cache)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


HIDDEN = {
    "hidden_sigmoid": sigmoid,
    "hidden_relu": lambda z: np.maximum(z, 0.0),
    "hidden_linear": np.positive,
}
OUTPUT = {"output_tanh": np.tanh, "output_linear": np.positive}
ACTIVATIONS = dict.fromkeys([*HIDDEN, *OUTPUT], "wrong-activation") | {"no_bias": "missing-bias"}


def output(case, **on):
    p, bias = case.parameters, 0.0 if "no_bias" in on else 1.0
    A1 = chosen(HIDDEN, on, np.tanh)(p["W1"] @ case.X + bias * p["b1"])
    return chosen(OUTPUT, on, sigmoid)(p["W2"] @ A1 + bias * p["b2"])


# A2 is the same where a layer has no activation and where its activation is not handed on. Which
# of them is meant shows in the cache, where the right activation stands.
NOT_HANDED_ON = {"A1": "hidden_linear", "A2": "output_linear"}


def activations(case, cache):
    """Return the mistakes of a forward pass by their flags, as the student's cache tells them."""
    kept, names = cache if isinstance(cache, dict) else {}, dict(ACTIVATIONS)
    for name, flag in NOT_HANDED_ON.items():
        value = kept.get(name)
        if isinstance(value, np.ndarray) and close(value, case.cache[name], 1e-4, 1e-6):
            names[flag] = "z-for-a"
    return names


@check(
    "forward_propagation: A2 comes from tanh, then sigmoid",
    points=1,
    hint="which function squashes Z1, and which one Z2? where is each bias added?",
)
def test_forward_output(submission, case):
    A2, cache = submission.forward_propagation(case.X, case.parameters)
    models = mistake_models(lambda **on: output(case, **on), activations(case, cache))
    expect_close(A2, case.cache["A2"], "A2", mistakes=models)


@check(
    "forward_propagation: the cache holds Z1, A1, Z2 and A2 of this pass",
    points=0.5,
    hint="which four arrays did this pass compute, and is each stored under its own name?",
)
def test_forward_cache(submission, case):
    A2, cache = submission.forward_propagation(case.X, case.parameters)
    cache = validate(CACHE, cache, "the cache")
    expect_shape(cache["A1"], (N_H, M), 'cache["A1"]')
    p, near = case.parameters, {"rtol": 1e-4, "atol": 1e-5}
    expect_close(cache["Z1"], p["W1"] @ case.X + p["b1"], 'cache["Z1"]')
    if close(cache["Z2"], case.cache["Z2"], **near):
        expect_kept("A1", cache, case.cache["A1"], **near)
    # From what the student's own layers hand on: a wrong activation, or one that is not handed on,
    # is paid for where A2 is judged.
    with np.errstate(all="ignore"):
        Z2, from_sums = (p["W2"] @ cache[name] + p["b2"] for name in ("A1", "Z1"))
        own_A2 = sigmoid(cache["Z2"])
    if not close(cache["Z2"], from_sums, **near):
        expect_close(cache["Z2"], Z2, 'cache["Z2"]', **near)
    if not close(cache["A2"], own_A2, **near):
        expect_kept("A2", cache, A2)


def expect_kept(name, cache, activation, **near):
    """Expect an activation of the pass under its name, and not the sum that it comes from."""
    values = {False: activation, True: cache[f"Z{name[1]}"]}
    models = mistake_models(lambda z=False: values[z], {"z": "z-for-a"})
    expect_close(cache[name], activation, f'cache["{name}"]', mistakes=models, **near)


COSTS = {
    "squared": lambda p, y: (p - y) ** 2,
    "squared_half": lambda p, y: (p - y) ** 2 / 2,
    "absolute": lambda p, y: np.abs(p - y),
    "only_ones": lambda p, y: -y * np.log(p),
    "only_zeros": lambda p, y: -(1 - y) * np.log(1 - p),
    "log2": lambda p, y: -(y * np.log2(p) + (1 - y) * np.log2(1 - p)),
    "log10": lambda p, y: -(y * np.log10(p) + (1 - y) * np.log10(1 - p)),
}
# By what a sum is divided; the lab that most learners know has 400 examples.
COST_DIVISORS = {"total": 1, "by_400": 400, "twice": M * M}
DIVISORS = COST_DIVISORS | {"by_features": N_X, "by_entries": N_X * M}
COST_SWITCHES = (
    dict.fromkeys(COSTS, "wrong-cost")
    | dict.fromkeys(COST_DIVISORS, "wrong-batch-mean")
    | {"total": "cost-not-averaged", "negative": "cost-sign"}
)


def cost(case, **on):
    formula = chosen(COSTS, on, lambda p, y: -(y * np.log(p) + (1 - y) * np.log(1 - p)))
    losses = formula(case.cache["A2"], case.Y)
    value = losses.sum() / chosen(COST_DIVISORS, on, M)
    return -value if "negative" in on else value


@check(
    "compute_cost: the mean cross-entropy of all examples",
    points=1,
    hint="what does an example with label 0 pay, and by what is the sum divided?",
)
def test_cost(submission, case, reference):
    value = submission.compute_cost(case.cache["A2"], case.Y, case.parameters)
    # Three at once: the lab's own first hint has one term, no mean and a sign to get wrong.
    models = mistake_models(lambda **on: cost(case, **on), COST_SWITCHES, combine=3)
    right = reference.compute_cost(case.cache["A2"], case.Y)
    expect_close(value, right, "cost", rtol=1e-4, mistakes=models)


SLOPES = {
    "no_slope": lambda Z, A: 1.0,
    "sigmoid_slope": lambda Z, A: A * (1 - A),
    "sigmoid_slope_of_z": lambda Z, A: sigmoid(Z) * (1 - sigmoid(Z)),
    "relu_slope": lambda Z, A: Z > 0,
    "slope_of_z": lambda Z, A: 1 - Z**2,
    "slope_at_a": lambda Z, A: 1 - np.tanh(A) ** 2,
    "not_squared": lambda Z, A: 1 - A,
    "square_outside": lambda Z, A: (1 - A) ** 2,
    "square_alone": lambda Z, A: A**2,
    "times_z": lambda Z, A: (1 - A**2) * Z,
}
SUMS = {
    "unsummed": lambda dZ: dZ,
    "unsummed_undivided": lambda dZ: dZ * M,
    "over_units": lambda dZ: dZ.sum(axis=0, keepdims=True),
    "over_units_flat": lambda dZ: dZ.sum(axis=0),
    "over_all": lambda dZ: dZ.sum(),
    "over_all_kept": lambda dZ: dZ.sum(keepdims=True),
}
ANY = dict.fromkeys(DIVISORS, "wrong-batch-mean") | {
    "total": "missing-batch-mean",
    "flipped": "gradient-sign",
    "squared_error": "squared-error-gradient",
}
LAYER_1 = dict.fromkeys(SLOPES, "wrong-activation-derivative") | {
    "no_slope": "missing-activation-derivative",
    "moved": "uses-updated-weights",
}
BIASES = dict.fromkeys(SUMS, "bias-gradient-wrong-axis") | {
    "unsummed": "bias-gradient-not-summed",
    "unsummed_undivided": "bias-gradient-not-summed",
}
SWITCHES = {
    "dW1": ANY | LAYER_1 | {"transposed": "transposed-gradient"},
    "db1": ANY | LAYER_1 | BIASES,
    "dW2": ANY | {"transposed": "transposed-gradient", "z_for_a": "z-for-a"},
    "db2": ANY | {"over_units_flat": "bias-gradient-wrong-axis"},
}
# With one output unit a row of m numbers is an unsummed dZ2 as well as a sum over units. Which of
# them is meant shows in the shape of db1, which comes from the same hands.
ROWS = {
    (N_H, M): {flag: BIASES[flag] for flag in ("unsummed", "unsummed_undivided")},
    (1, M): {"over_units": BIASES["over_units"]},
}


def gradient(case, name, **on):
    if any(len(functions.keys() & on) > 1 for functions in (SLOPES, SUMS, DIVISORS)):
        return None
    A2 = case.cache["A2"]
    dZ = (A2 - case.Y) * (-1 if "flipped" in on else 1) / chosen(DIVISORS, on, M)
    dZ = dZ * (A2 * (1 - A2) if "squared_error" in on else 1.0)
    previous = case.cache["Z1" if "z_for_a" in on else "A1"]
    if name.endswith("1"):
        W2 = case.parameters["W2"] - (DEFAULT_RATE if "moved" in on else 0.0) * dZ @ previous.T
        slope = chosen(SLOPES, on, lambda Z, A: 1 - A**2)
        dZ = (W2.T @ dZ) * slope(case.cache["Z1"], case.cache["A1"])
        previous = case.X
    if name.startswith("db"):
        return chosen(SUMS, on, lambda dZ: dZ.sum(axis=1, keepdims=True))(dZ)
    return previous @ dZ.T if "transposed" in on else dZ @ previous.T


def expect_gradient(submission, reference, case, name):
    arguments = (case.parameters, case.cache, case.X, case.Y)
    grads = submission.backward_propagation(*arguments)
    rows = ROWS.get(grads["db1"].shape, {}) if name == "db2" else {}

    def own_cost(parameters):
        A2 = submission.forward_propagation(case.X, parameters)[0]
        return submission.compute_cost(A2, case.Y, parameters)

    right_cost = reference.compute_cost(case.cache["A2"], case.Y)
    at = {name.removeprefix("d"): grads[name]}
    with consistency_explained(own_cost, right_cost, case.parameters, at, named_too=False):
        expect_close(
            grads[name],
            reference.backward_propagation(*arguments)[name],
            name,
            mistakes=mistake_models(lambda **on: gradient(case, name, **on), SWITCHES[name] | rows),
            shape_misconception="bias-gradient-shape" if name.startswith("db") else "wrong-shape",
        )


@check(
    "backward_propagation: dW2 is the gradient for the output weights",
    points=1,
    hint="which product of dZ2 and A1 has the shape of W2, and by what is it divided?",
)
def test_dW2(submission, reference, case):
    expect_gradient(submission, reference, case, "dW2")


@check(
    "backward_propagation: db2 is the gradient for the output bias",
    points=0.5,
    hint="how many examples does the output bias shift, and how do they share its gradient?",
)
def test_db2(submission, reference, case):
    expect_gradient(submission, reference, case, "db2")


@check(
    "backward_propagation: dW1 is the gradient for the hidden weights",
    points=1.5,
    hint="what does a change of Z1 do to A1, and a change of A1 to Z2?",
)
def test_dW1(submission, reference, case):
    expect_gradient(submission, reference, case, "dW1")


@check(
    "backward_propagation: db1 is the gradient for the hidden biases",
    points=0.5,
    hint="one number for each hidden unit: over which axis do you sum, and what shape is left?",
)
def test_db1(submission, reference, case):
    expect_gradient(submission, reference, case, "db1")


@check(
    "no function changes the arrays it was given",
    points=0.5,
    hint="does your line make a new array, or write into the one that the caller handed over?",
)
def test_inputs_unchanged(submission, reference, case):
    submission.forward_propagation(case.X, case.parameters)
    expect_unchanged(submission)
    submission.compute_cost(case.cache["A2"], case.Y, case.parameters)
    expect_unchanged(submission)
    submission.backward_propagation(case.parameters, case.cache, case.X, case.Y)
    expect_unchanged(submission)
    grads = reference.backward_propagation(case.parameters, case.cache, case.X, case.Y)
    submission.update_parameters(case.parameters, grads, 0.3)
    expect_unchanged(submission)
