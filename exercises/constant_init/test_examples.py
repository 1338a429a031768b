"""Public examples for constant_init: run them with `grader check` as often as you like."""

from __future__ import annotations

import numpy as np

from grader.testing import Faults, check, close, expect_close, fail, mistake_models


@check(
    "example: a 2-3-2 network full of 0.25",
    points=0.75,
    hint="Which numpy function fills an array of a given shape with one number?",
)
def test_example_constant(submission):
    parameters = submission.initialize_constant(2, 3, 2, 0.25)
    faults = Faults()
    for name, shape in {"W1": (3, 2), "b1": (3, 1), "W2": (2, 3), "b2": (2, 1)}.items():
        flat = dict.fromkeys([(), shape[:1], shape[::-1]], "bias-shape")
        known = {shape[::-1]: "transposed-weights"} if name.startswith("W") else flat
        faults.expect_shape(parameters[name], shape, name, known)
        if not close(parameters[name], np.full(parameters[name].shape, 0.25)):
            numbers = parameters[name].ravel()[:6].tolist()
            faults.add(None, f"{name} holds {numbers}, not 0.25 everywhere")
    faults.report("not all arrays are full of 0.25 in the shapes of a 2-3-2 network")


X = np.array([[1.0, -2.0, 0.5, 0.0], [0.0, 1.0, -1.0, 2.0]])
PARAMETERS = {
    "W1": np.array([[0.5, -0.3], [0.1, 0.8], [0.5, -0.3]]),
    "b1": np.array([[0.1], [-0.2], [0.1]]),
    "W2": np.array([[0.7, -0.4, 0.7], [0.2, 0.6, 0.2]]),
    "b2": np.array([[0.2], [0.0]]),
}
# Of units 0 and 1; unit 2 is a copy of unit 0.
ACTIVATIONS = {
    "": [[0.53705, -0.83365, 0.57167, -0.46212], [-0.09967, 0.37995, -0.73978, 0.88535]],
    "no_bias": [[0.46212, -0.86172, 0.50052, -0.53705], [0.09967, 0.53705, -0.63515, 0.92167]],
    "sigmoid": [[0.64566, 0.23148, 0.65701, 0.37754], [0.47502, 0.59869, 0.27888, 0.80218]],
    "relu": [[0.6, 0.0, 0.65, 0.0], [0.0, 0.4, 0.0, 1.4]],
    "linear": [[0.6, -1.2, 0.65, -0.5], [-0.1, 0.4, -0.95, 1.4]],
}
SWITCHES = dict.fromkeys(["sigmoid", "relu", "linear"], "wrong-activation") | {
    "no_bias": "ignores-bias"
}


@check(
    "example: the activations of three units for four examples",
    points=0.75,
    hint="The first sum of the first unit is 0.5 * 1 - 0.3 * 0 + 0.1. What does tanh make of it?",
)
def test_example_activations(submission):
    def formula(**on):
        first, second = ACTIVATIONS[next(iter(on), "")]
        return np.array([first, second, first])

    expect_close(
        submission.hidden_activations(X, PARAMETERS),
        formula(),
        "the activations",
        atol=2e-5,
        mistakes=mistake_models(formula, SWITCHES, combine=1),
        reveal=True,
    )


FULL = {"W1": (3, 2), "b1": (3, 1), "W2": (2, 3), "b2": (2, 1)}
SAME = {name: np.full(shape, 0.5) for name, shape in FULL.items()}
APART = {
    "W1": np.array([[0.1, 0.5], [0.5, 0.5], [0.5, 0.5]]),
    "b1": np.array([[0.5], [0.1], [0.5]]),
}
COUNTS = [
    ("0.5 everywhere", SAME, 1),
    ("row 1 of W1 is another", SAME | {"W1": np.array([[0.5, 0.5], [0.1, 0.5], [0.5, 0.5]])}, 2),
    ("b1 is 0.5, 0.5, 0.1", SAME | {"b1": np.array([[0.5], [0.5], [0.1]])}, 2),
    ("column 0 of W2 is another", SAME | {"W2": np.array([[0.1, 0.5, 0.5], [0.5] * 3])}, 2),
    ("units 0 and 2 are copies", PARAMETERS, 2),
    ("unit 0 has another row of W1, unit 1 another b1", SAME | APART, 3),
]


@check(
    "example: how many different units six small networks have",
    points=1,
    hint="Write the numbers of each unit in one line: its row of W1, its b1, its column of W2.",
)
def test_example_units(submission):
    counts = [submission.count_distinct_hidden_units(network) for _, network, _ in COUNTS]
    wrong = [
        f"{words}: {right} different units, you count {count:g}"
        for (words, _, right), count in zip(COUNTS, counts, strict=True)
        if count != right
    ]
    if wrong:
        fail("not every 2-3-2 network is counted right", *wrong)
