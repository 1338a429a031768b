"""Public examples for deep_init: run them with `grader check` as often as you like."""

from math import sqrt

import numpy as np

from grader.model.exercise import Returns
from grader.testing import (
    Diagnosis,
    Faults,
    check,
    expect,
    expect_close,
    fail,
    judge_centre,
    mistake_models,
    weight_layers,
    wrong_spreads,
)
from grader.testing.contract import validate

FALSE_FAIL = 1e-11
SIZES = [3, 5, 4, 2]
SHAPES = {"W1": (5, 3), "W2": (4, 5), "W3": (2, 4), "b1": (5, 1), "b2": (4, 1), "b3": (2, 1)}
WIDE = [160, 40, 30]
SPREADS = {
    "rule": "wrong-variance",
    "saturating": "saturating-scale",
    "vanishing": "vanishing-scale",
    "other": "wrong-variance",
}


@check(
    "example: initialize_parameters_deep([3, 5, 4, 2]) has three layers",
    points=0.5,
    hint="Four sizes make three layers. Which two of the sizes decide the shape of W2?",
)
def test_example_arrays(submission):
    parameters = submission.initialize_parameters_deep(SIZES)
    faults = Faults()
    for name, shape in SHAPES.items():
        expect(name in parameters, f"{name} is missing", f"your keys: {', '.join(parameters)}")
        column = dict.fromkeys([shape[:1], (1, shape[0]), ()], "bias-shape")
        known = {shape[::-1]: "transposed-weights"} if name.startswith("W") else column
        faults.expect_shape(parameters[name], shape, name, known)
    faults.report("not all arrays fit a network with the sizes [3, 5, 4, 2]")


@check(
    "example: He spreads W1 of [160, 40, 30] by 0.112 and W2 by 0.224",
    points=0.25,
    hint="sqrt(2 / 160) is 0.112. What is W1.std() for the W1 that you return?",
)
def test_example_he(submission):
    parameters = submission.initialize_parameters_he(WIDE)
    expect_spreads(parameters, [sqrt(2 / 160), sqrt(2 / 40)])


@check(
    "example: Xavier spreads W1 of [160, 40, 30] by 0.079 and W2 by 0.158",
    points=0.25,
    hint="sqrt(1 / 160) is 0.079. What is W1.std() for the W1 that you return?",
)
def test_example_xavier(submission):
    parameters = submission.initialize_parameters_xavier(WIDE)
    expect_spreads(parameters, [sqrt(1 / 160), sqrt(1 / 40)])


def expect_spreads(parameters, asked):
    """Judge mean and standard deviation of the weights, as far as chance can tell."""
    layers = weight_layers(parameters, WIDE, asked)
    expect(layers, "there are no random weights in the shapes (40, 160) and (30, 40)")
    faults = Faults()
    for layer in layers:
        if not judge_centre(layer.weights, false_fail=FALSE_FAIL).ok:
            words = f"W{layer.number} has mean {layer.weights.mean():.3g}"
            faults.add("not-centred", f"{words}, far from 0")
    for wrong in wrong_spreads(layers, (0.9, 1.1), false_fail=FALSE_FAIL):
        for sentence in wrong.sentences:
            faults.add(SPREADS[wrong.kind], sentence)
    faults.report("the weights are not spread as they should be")


# One input, two layers with one unit each, four examples. relu makes [0.5, 0.5, 1.5, 0] of them in
# layer 1 and [1, 1, 0, 2] in layer 2, and these are the standard deviations.
X = np.array([[1.0, 1.0, 3.0, -1.0]])
PARAMETERS = {
    "W1": np.array([[0.5]]),
    "b1": np.array([[0.0]]),
    "W2": np.array([[-2.0]]),
    "b2": np.array([[2.0]]),
}
RIGHT = {"relu": [0.54486237, 0.70710678], "tanh": [0.49814568, 0.30239118]}

# What other functions of X give.
OTHER = {
    "relu": {
        "other_activation": [0.49814568, 0.30239118],
        "sigmoid": [0.15607288, 0.06585079],
        "last_sigmoid": [0.54486237, 0.22998847],
        "last_linear": [0.54486237, 1.08972474],
        "no_bias": [0.54486237, 0.00000000],
        "of_sums": [0.70710678, 1.08972474],
        "sums_handed_on": [0.54486237, 1.08972474],
        "variance": [0.29687500, 0.50000000],
        "divided_by_one_less": [0.62915287, 0.81649658],
    },
    "tanh": {
        "other_activation": [0.54486237, 0.70710678],
        "sigmoid": [0.15607288, 0.06585079],
        "last_sigmoid": [0.49814568, 0.14204449],
        "last_linear": [0.49814568, 0.99629137],
        "no_bias": [0.49814568, 0.66818659],
        "of_sums": [0.70710678, 0.99629137],
        "sums_handed_on": [0.49814568, 0.69977802],
        "variance": [0.24814912, 0.09144043],
        "divided_by_one_less": [0.57520909, 0.34917126],
    },
}
NAMES = {
    "other_activation": "wrong-activation",
    "sigmoid": "wrong-activation",
    "last_sigmoid": "wrong-activation",
    "last_linear": "wrong-activation",
    "no_bias": "ignores-bias",
    "of_sums": "z-for-a",
    "sums_handed_on": "z-for-a",
    "variance": "wrong-statistic",
    "divided_by_one_less": "wrong-statistic",
}


def expect_stds(submission, activation):
    value = submission.activation_std(X, PARAMETERS, activation)
    if isinstance(value, np.ndarray) and value.ndim and value.size == max(value.shape):
        value = value.ravel().tolist()
    items = validate(Returns(kind="tuple"), value, "the result of activation_std")
    if any(item.size != 1 for item in items):
        each = all(item.shape == X.shape[1:] for item in items)
        sentence = "there is one number for each example"
        named = [Diagnosis("wrong-statistic", sentence)] if each else []
        shapes = ", ".join(str(item.shape) for item in items[:6])
        fail("each layer should have one number", f"yours have shapes {shapes}", diagnoses=named)
    if len(items) != 2:
        name = "extra-layer" if len(items) > 2 else "missing-layer"
        fail(f"{len(items)} numbers for two layers", diagnoses=[Diagnosis(name)])
    stds = np.array([float(item.reshape(())) for item in items])

    def formula(**on):
        return np.array(OTHER[activation][min(on)] if on else RIGHT[activation])

    names = {mistake: NAMES[mistake] for mistake in OTHER[activation]}
    models = mistake_models(formula, names, combine=1)
    expect_close(stds, formula(), "the list", mistakes=models, rtol=1e-4, atol=1e-7, reveal=True)


@check(
    "example: activation_std with relu",
    points=0.5,
    hint="layer 1 has the activations [0.5, 0.5, 1.5, 0]; what are those of layer 2?",
)
def test_example_relu(submission):
    expect_stds(submission, "relu")


@check(
    "example: activation_std with tanh",
    points=0.5,
    hint="layer 1 has the activations tanh([0.5, 0.5, 1.5, -0.5]); what does layer 2 make of them?",
)
def test_example_tanh(submission):
    expect_stds(submission, "tanh")
