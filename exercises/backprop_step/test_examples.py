"""Public examples of backprop_step: one small network worked through with numbers."""

from __future__ import annotations

import numpy as np

from grader.testing import check, close, expect_close, mistake_models

M = 4
X = np.array([[1.0, -2.0, 0.5, 3.0], [0.0, 1.0, -1.0, 2.0]])
Y = np.array([[1.0, 0.0, 1.0, 0.0]])
PARAMETERS = {
    "W1": np.array([[0.5, -0.3], [0.1, 0.8], [-0.6, 0.2]]),
    "b1": np.array([[0.1], [-0.2], [0.3]]),
    "W2": np.array([[0.7, -0.4, 0.5]]),
    "b2": np.array([[0.2]]),
}
Z1 = np.array([[0.6, -1.2, 0.65, 1.0], [-0.1, 0.4, -0.95, 1.7], [-0.3, 1.7, -0.2, -1.1]])
Z2 = np.array([[0.47014559, -0.06783327, 0.79739454, -0.04129723]])
A2 = np.array([[0.61541821, 0.48304818, 0.68941687, 0.48967716]])
CACHE = {"Z1": Z1, "A1": np.tanh(Z1), "Z2": Z2, "A2": A2}

# What a network with another activation function gives.
OTHER_A2 = {
    "hidden_sigmoid": np.array([[0.66256144, 0.63305027, 0.68426379, 0.62208256]]),
    "hidden_relu": np.array([[0.65021855, 0.70889017, 0.65813632, 0.55477924]]),
    "hidden_linear": np.array([[0.62480647, 0.51249740, 0.71808943, 0.41824062]]),
    "output_tanh": np.array([[0.43831694, -0.06772942, 0.66257765, -0.04127377]]),
    "output_linear": Z2,
}
GRADIENTS = {
    "dW1": [[-0.00978675, 0.13435197], [0.10940513, -0.06763512], [-0.01178505, 0.08883186]],
    "db1": [[-0.02270646], [0.00468397], [-0.05176878]],
    "dW2": [[-0.10346265, 0.22741919, 0.05829913]],
    "db2": [[0.06939011]],
}
# What another factor in the place of the slope of tanh gives.
OTHER_SLOPES = {
    "no_slope": {
        "dW1": [[-0.00646419, 0.31027248], [0.00369382, -0.17729856], [-0.00461728, 0.2216232]],
        "db1": [[0.04857307], [-0.02775604], [0.03469505]],
    },
    "sigmoid_slope": {
        "dW1": [[0.2817317, -0.08479342], [-0.01031776, 0.0226768], [-0.24928894, -0.18196959]],
        "db1": [[-0.14370339], [-0.05852766], [-0.05731427]],
    },
    "slope_of_z": {
        "dW1": [[0.01562211, -0.0058064], [0.39838673, 0.14149373], [0.12729702, -0.10255821]],
        "db1": [[-0.11165618], [0.09307472], [-0.20799031]],
    },
    "not_squared": {
        "dW1": [[-0.29151845, 0.21914539], [0.11972289, -0.09031192], [0.23750389, 0.27080145]],
        "db1": [[0.12099693], [0.06321163], [0.00554549]],
    },
}
# What each example adds to the gradients of the biases, and what becomes of it in a wrong sum.
SHARES = {
    "db1": np.array(
        [
            [-0.04789047, 0.02578439, -0.03658944, 0.03598907],
            [0.03807615, -0.04133148, 0.01406075, -0.00612145],
            [-0.04399313, 0.00754822, -0.03731047, 0.02198659],
        ]
    ),
    "db2": np.array([[-0.09614545, 0.12076205, -0.07764578, 0.12241929]]),
}
OTHER_SUMS = {
    "unsummed": lambda shares: shares,
    "unsummed_undivided": lambda shares: shares * M,
    "over_units": lambda shares: shares.sum(axis=0, keepdims=True),
    "over_units_flat": lambda shares: shares.sum(axis=0),
    "over_all": lambda shares: shares.sum(),
}
ANY = {"total": "missing-batch-mean", "flipped": "gradient-sign"}
HIDDEN = dict.fromkeys(OTHER_SLOPES, "wrong-activation-derivative") | {
    "no_slope": "missing-activation-derivative"
}
SUMS = dict.fromkeys(OTHER_SUMS, "bias-gradient-wrong-axis") | {
    "unsummed": "bias-gradient-not-summed",
    "unsummed_undivided": "bias-gradient-not-summed",
}
SWITCHES = {
    "dW1": HIDDEN | {"transposed": "transposed-gradient"},
    "db1": HIDDEN | SUMS,
    "dW2": {"transposed": "transposed-gradient"},
    "db2": {"over_units_flat": "bias-gradient-wrong-axis"},
}
# A row of four numbers in db2 means one thing or the other, and the shape of db1 tells which.
ROWS = {
    (3, M): {flag: SUMS[flag] for flag in ("unsummed", "unsummed_undivided")},
    (1, M): {"over_units": SUMS["over_units"]},
}
SHOWN = {"rtol": 1e-5, "atol": 1e-7, "reveal": True}


@check(
    "example: forward_propagation",
    points=0.5,
    hint="write down Z1 for the first column by hand; which function comes next, and which last?",
)
def test_example_forward(submission):
    actual, cache = submission.forward_propagation(X, PARAMETERS)

    def formula(**on):
        return next((OTHER_A2[flag] for flag in OTHER_A2 if flag in on), A2)

    # Where the cache holds the right activation, it was computed and then not handed on.
    kept = cache if isinstance(cache, dict) else {}
    names = dict.fromkeys(OTHER_A2, "wrong-activation")
    for flag, name in (("hidden_linear", "A1"), ("output_linear", "A2")):
        if isinstance(kept.get(name), np.ndarray) and close(kept[name], CACHE[name], 1e-4, 1e-6):
            names[flag] = "z-for-a"
    models = mistake_models(formula, names, combine=1)
    expect_close(actual, A2, "A2", mistakes=models, **SHOWN)


@check(
    "example: compute_cost",
    points=0.5,
    hint="the four examples pay 0.223, 0.357, 0.511 and 0.105; what is their mean?",
)
def test_example_cost(submission):
    actual = submission.compute_cost(np.array([[0.8, 0.3, 0.6, 0.1]]), Y, PARAMETERS)
    other = {"squared": 0.075, "squared_half": 0.0375, "only_ones": 0.18349229}

    def formula(*, total=False, negative=False, **on):
        mean = next((other[flag] for flag in other if flag in on), 0.29900110)
        return mean * (M if total else 1) * (-1 if negative else 1)

    switches = {"total": "cost-not-averaged", "negative": "cost-sign"}
    models = mistake_models(formula, switches | dict.fromkeys(other, "wrong-cost"), combine=3)
    expect_close(actual, formula(), "cost", mistakes=models, **SHOWN)


def expect_gradients(submission, *names):
    grads = submission.backward_propagation(PARAMETERS, CACHE, X, Y)
    for name in names:

        def formula(*, total=False, flipped=False, transposed=False, name=name, **on):
            slope = next((OTHER_SLOPES[flag] for flag in OTHER_SLOPES if flag in on), GRADIENTS)
            wrong = next((OTHER_SUMS[flag] for flag in OTHER_SUMS if flag in on), None)
            value = wrong(SHARES[name]) if wrong else np.array(slope[name])
            value = value * (M if total else 1) * (-1 if flipped else 1)
            return value.T if transposed else value

        rows = ROWS.get(grads["db1"].shape, {}) if name == "db2" else {}
        switches = ANY | SWITCHES[name] | rows
        expect_close(
            grads[name],
            formula(),
            name,
            mistakes=mistake_models(formula, switches),
            shape_misconception="bias-gradient-shape" if name.startswith("db") else "wrong-shape",
            **SHOWN,
        )


@check(
    "example: the gradients of the output layer",
    points=0.25,
    hint="dZ2 has a column for each example; how do they become one number for each weight?",
)
def test_example_output_gradients(submission):
    expect_gradients(submission, "dW2", "db2")


@check(
    "example: the gradients of the hidden layer",
    points=0.25,
    hint="which two steps lie between dZ2 and dZ1, and which arrays of the cache do they need?",
)
def test_example_hidden_gradients(submission):
    expect_gradients(submission, "dW1", "db1")


# How many times the right step: with rates of 1 and 1.2 in the place of 0.5, and with none.
STEPS = {"rate_one": 2.0, "rate_default": 2.4, "unmoved": 0.0}
UPDATE = {
    "rate_one": "ignores-learning-rate",
    "rate_default": "ignores-learning-rate",
    "uphill": "ascends",
}


@check(
    "example: update_parameters",
    points=0.5,
    hint="W1 starts with 1.0, its gradient is 0.2 and the learning rate 0.5; where does it land?",
)
def test_example_update(submission):
    before = {"W1": [[1.0, 2.0]], "b1": [[0.5]], "W2": [[-1.0], [3.0]], "b2": [[0.0], [1.0]]}
    slopes = {"dW1": [[0.2, -0.4]], "db1": [[1.0]], "dW2": [[0.6], [-2.0]], "db2": [[0.8], [0.4]]}
    right = {"W1": [[0.9, 2.2]], "b1": [[0.0]], "W2": [[-1.3], [4.0]], "b2": [[-0.4], [0.8]]}
    arrays = ({k: np.array(v) for k, v in given.items()} for given in (before, slopes))
    after = submission.update_parameters(*arrays, 0.5)
    for name, value in right.items():
        start, step = np.array(before[name]), np.array(before[name]) - value

        def formula(*, uphill=False, start=start, step=step, **on):
            times = next((STEPS[flag] for flag in STEPS if flag in on), 1.0)
            return start - step * times * (-1 if uphill else 1)

        unmoved = "weights-not-updated" if name.startswith("W") else "bias-not-updated"
        models = mistake_models(formula, UPDATE | {"unmoved": unmoved})
        expect_close(after[name], formula(), name, mistakes=models, reveal=True)
