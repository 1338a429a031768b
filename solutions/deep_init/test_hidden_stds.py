"""Hidden checks of deep_init: how activations spread from layer to layer, by exact numbers."""

import math

import numpy as np

from grader.model.exercise import Returns
from grader.testing import (
    Diagnosis,
    check,
    close,
    expect_close,
    expect_unchanged,
    fail,
    mistake_models,
)
from grader.testing.contract import validate

# Wide enough for single precision, and far from what division by n - 1 makes of the largest layer.
RTOL = 1e-4


@check(
    "activation_std: the spread of tanh activations, layer by layer",
    points=0.75,
    hint="What does layer 2 receive, the sums of layer 1 or its activations? Which do you measure?",
)
def test_std_tanh(submission, rng):
    expect_stds(submission, *network(rng, 3, biases=False), "tanh")


@check(
    "activation_std: the spread of relu activations, layer by layer",
    points=0.75,
    hint="Does the argument activation decide anything in your function? What does relu do to -1?",
)
def test_std_relu(submission, rng):
    expect_stds(submission, *network(rng, 3, biases=False), "relu")


@check(
    "activation_std: every layer adds its bias",
    points=0.5,
    hint="The biases here are not zero. Where in your layer are they added?",
)
def test_std_biases(submission, rng):
    X, parameters = network(rng, 3, biases=True)
    # One of the two is enough: a mistake in the other is paid for above.
    stds = read_stds(submission.activation_std(X, parameters, "relu"), parameters, X)
    if not close(stds, spreads(X, parameters, "relu"), RTOL):
        expect_stds(submission, X, parameters, "tanh")


@check(
    "activation_std: one number for each layer at any depth, and X and the parameters stay",
    points=0.5,
    hint="How many layers do the keys W1, b1, …, W11, b11 make? Do you store anything in the dict?",
)
def test_std_depth(submission, rng):
    for depth in (1, 11):
        X, parameters = network(rng, depth, biases=False)
        stds = read_stds(submission.activation_std(X, parameters, "tanh"), parameters, X)
        expect_unchanged(submission)
        if stds.size != depth:
            fail_length(stds, depth)


ACTIVATIONS = {
    "tanh": np.tanh,
    "relu": lambda Z: np.maximum(Z, 0),
    "sigmoid": lambda Z: 1 / (1 + np.exp(-Z)),
    "linear": np.positive,
}
STATISTICS = {
    "variance": np.var,
    "divided_by_one_less": lambda A: np.std(A, ddof=1),
    "variance_by_one_less": lambda A: np.var(A, ddof=1),
    "mean": np.mean,
    "mean_of_absolutes": lambda A: np.mean(np.abs(A)),
    "root_mean_square": lambda A: np.sqrt(np.mean(A**2)),
    "by_unit": lambda A: np.mean(np.std(A, axis=1)),
    "by_example": lambda A: np.mean(np.std(A, axis=0)),
}
OTHER_LAST = {f"last_{name}": name for name in ("sigmoid", "linear")}
SWITCHES = {
    **dict.fromkeys([*ACTIVATIONS, *OTHER_LAST], "wrong-activation"),
    **dict.fromkeys(STATISTICS, "wrong-statistic"),
    "no_bias": "ignores-bias",
    "of_sums": "z-for-a",
    "sums_handed_on": "z-for-a",
    "with_input": "extra-layer",
    "without_first": "missing-layer",
    "without_last": "missing-layer",
}
STDS = Returns(kind="tuple")


def network(rng, depth, *, biases):
    """Draw examples and the parameters of a network; all sizes are different."""
    sizes = [int(size) for size in rng.permutation(np.arange(4, 16))[: depth + 1]]
    parameters = {}
    for layer in range(1, depth + 1):
        units, before = sizes[layer], sizes[layer - 1]
        parameters[f"W{layer}"] = rng.normal(scale=1.5 / math.sqrt(before), size=(units, before))
        parameters[f"b{layer}"] = rng.normal(scale=0.7 * biases, size=(units, 1))
    return rng.normal(size=(sizes[0], 17)), parameters


def spreads(X, parameters, activation, **on):
    """Return what `activation_std` should, or what it gives with some mistakes."""
    if any(len(group.keys() & on) > 1 for group in (ACTIVATIONS, STATISTICS, OTHER_LAST)):
        return None
    hidden = next((name for name in ACTIVATIONS if name in on), activation)
    last = next((OTHER_LAST[name] for name in OTHER_LAST if name in on), hidden)
    statistic = next((STATISTICS[name] for name in STATISTICS if name in on), np.std)
    depth, A = len(parameters) // 2, X
    measured = [X]
    for layer in range(1, depth + 1):
        Z = parameters[f"W{layer}"] @ A + parameters[f"b{layer}"] * ("no_bias" not in on)
        g = ACTIVATIONS[last if layer == depth else hidden]
        measured.append(Z if "of_sums" in on else g(Z))
        A = Z if "sums_handed_on" in on else g(Z)
    first = 0 if "with_input" in on else 2 if "without_first" in on else 1
    return np.array([statistic(A) for A in measured[first : depth + ("without_last" not in on)]])


def expect_stds(submission, X, parameters, activation):
    """Judge the list for one activation against the right one and those of known mistakes."""
    stds = read_stds(submission.activation_std(X, parameters, activation), parameters, X)
    models = mistake_models(lambda **on: spreads(X, parameters, activation, **on), SWITCHES)
    right = spreads(X, parameters, activation)
    if stds.size != right.size:
        models = list(models)
        if not any(close(stds, model.value, RTOL) for model in models):
            fail_length(stds, right.size)
    expect_close(stds, right, f"the list for {activation}", rtol=RTOL, mistakes=models)


def fail_length(stds, depth):
    """Fail for a list whose length alone tells what is wrong with it."""
    named = "extra-layer" if stds.size > depth else "missing-layer"
    sentence = f"there are {stds.size} numbers for {depth} layers"
    fail("there is not one number for each layer", diagnoses=[Diagnosis(named, sentence)])


def read_stds(value, parameters, X):
    """Return a list of numbers as an array; fail when it is anything else."""
    if isinstance(value, np.ndarray) and value.ndim and value.size == max(value.shape):
        value = list(value.ravel())
    items = validate(STDS, value, "the result of activation_std")
    sizes = [item.size for item in items]
    units = [parameters[f"b{n}"].size for n in range(1, len(parameters) // 2 + 1)]
    for words, each in (("unit", units), ("example", [X.shape[1]] * len(units))):
        if sizes == each:
            sentence = f"there is one number for each {words} of a layer"
            diagnosis = Diagnosis("wrong-statistic", sentence)
            fail("each layer should have one number", diagnoses=[diagnosis])
    if any(size != 1 for size in sizes):
        shapes = ", ".join(str(item.shape) for item in items[:6])
        diagnosis = Diagnosis("wrong-return-type", f"your list holds arrays of shape {shapes}")
        fail("each layer should have one number", diagnoses=[diagnosis])
    return np.array([float(item.reshape(())) for item in items])
