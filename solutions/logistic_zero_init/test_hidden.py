"""Hidden checks of logistic_zero_init: the start, and one propagation."""

from __future__ import annotations

import numpy as np
from single import NUMBER, number

from grader.testing import (
    Diagnosis,
    check,
    chosen,
    consistency_explained,
    expect,
    expect_close,
    fail,
    mistake_models,
)
from grader.testing.contract import validate

# Wide enough for float32; mistakes are told apart at 1e-3.


@check(
    "initialize_with_zeros: w is a column with a row for each input, b is one number",
    points=0.5,
    hint="how many rows and columns must w have, so that w.T @ X has one number for each example?",
)
def test_start_shapes(submission, case):
    w, b = submission.initialize_with_zeros(case.dim)
    wrong = Diagnosis("wrong-shape", shape=list(w.shape), expected=[case.dim, 1])
    asked = f"you were asked for {case.dim} inputs"
    expect(w.shape == (case.dim, 1), f"w has shape {w.shape}", asked, diagnoses=[wrong])
    if isinstance(b, np.ndarray) and b.ndim:
        wrong = Diagnosis("wrong-shape", shape=list(b.shape), expected=[])
        fail(f"b is an array of shape {b.shape}, not one number", diagnoses=[wrong])
    validate(NUMBER, b, "b")


@check(
    "initialize_with_zeros: everything starts at 0.0",
    points=0.5,
    hint="is there anything here that random numbers would have to make different?",
)
def test_start_zero(submission, case):
    w, b = submission.initialize_with_zeros(case.dim)
    if w.any():
        same = w.min() == w.max()
        named = [Diagnosis("constant-weights", f"every weight is {w.flat[0]:.4g}")] if same else []
        fail("w is not zero everywhere", diagnoses=named)
    integers = Diagnosis("integer-arrays", f"w holds {w.dtype} numbers")
    expect(w.dtype.kind == "f", "w cannot hold fractions", diagnoses=[integers])
    b = validate(NUMBER, b, "b")
    if b:
        again = submission.initialize_with_zeros(case.dim)[1]
        name = "nonzero-bias" if validate(NUMBER, again, "b") == b else "random-bias"
        fail("b does not start at zero", diagnoses=[Diagnosis(name, f"b = {b:.4g}")])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


ACTIVATIONS = {"linear": np.positive, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0.0)}
LOSSES = {
    "squared": lambda a, y: (a - y) ** 2,
    "squared_half": lambda a, y: (a - y) ** 2 / 2,
    "absolute": lambda a, y: np.abs(a - y),
    "only_ones": lambda a, y: -y * np.log(a),
    "only_zeros": lambda a, y: -(1 - y) * np.log(1 - a),
    "log2": lambda a, y: -(y * np.log2(a) + (1 - y) * np.log2(1 - a)),
    "log10": lambda a, y: -(y * np.log10(a) + (1 - y) * np.log10(1 - a)),
}
# By what the sum is divided; the lab that most learners know has 209 examples.
DIVISORS = {
    "total": lambda case: 1,
    "by_features": lambda case: case.dim,
    "by_entries": lambda case: case.X.size,
    "by_209": lambda case: 209,
    "twice": lambda case: case.m**2,
}
DIVIDED = dict.fromkeys(DIVISORS, "wrong-batch-mean")
FORWARD = dict.fromkeys(ACTIVATIONS, "wrong-activation") | {"no_bias": "missing-bias"}
COSTS = (
    dict.fromkeys(LOSSES, "wrong-cost")
    | DIVIDED
    | {"total": "cost-not-averaged", "flipped": "cost-sign"}
)
SLOPES = (
    dict.fromkeys(("squared", "squared_half"), "wrong-cost")
    | DIVIDED
    | {"total": "missing-batch-mean", "flipped": "gradient-sign"}
)


def predicted(case, on):
    Z = case.w.T @ case.X + (0.0 if "no_bias" in on else case.b)
    return chosen(ACTIVATIONS, on, sigmoid)(Z)


def cost(case, **on):
    A = predicted(case, on)
    loss = chosen(LOSSES, on, lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)))(A, case.Y)
    return loss.sum() * (-1 if "flipped" in on else 1) / divisor(case, on)


def errors(case, on):
    """Return A - Y, one for each example, as a row and divided by m; or what is taken for it."""
    A = predicted(case, on)
    slope = {"squared": 2 * A * (1 - A), "squared_half": A * (1 - A)}
    error = (A - case.Y) * chosen(slope, on, 1.0)
    return error * (-1 if "flipped" in on else 1) / divisor(case, on)


def divisor(case, on):
    return chosen(DIVISORS, on, lambda case: case.m)(case)


def dw(case, **on):
    gradient = case.X @ errors(case, on).T
    return gradient.T if "transposed" in on else gradient


SUMS = {
    "unsummed": lambda row, m: row,
    "unsummed_undivided": lambda row, m: row * m,
    "over_rows": lambda row, m: row.sum(axis=0),
    "over_rows_undivided": lambda row, m: row.sum(axis=0) * m,
}
UNSUMMED = {
    flag: f"bias-gradient-{'wrong-axis' if 'over' in flag else 'not-summed'}" for flag in SUMS
}


def db(case, **on):
    return chosen(SUMS, on, lambda row, m: row.sum())(errors(case, on), case.m)


def own_cost(submission, case):
    return lambda at: submission.propagate(at["w"], float(at["b"]), case.X, case.Y)[1]


@check(
    "propagate: the cost is the mean cross-entropy",
    points=1,
    hint="what does an example with label 0 pay, and by what is the sum divided?",
)
def test_cost(submission, case):
    value = submission.propagate(case.w, case.b, case.X, case.Y)[1]
    if not np.isfinite(value):
        named = Diagnosis("nan-or-inf", f"the cost is {value}")
        fail("the cost is not a number that can fall", diagnoses=[named])
    # Three at once: one term, no mean and a sign to get wrong.
    models = mistake_models(lambda **on: cost(case, **on), COSTS | FORWARD, combine=3)
    expect_close(value, cost(case), "cost", rtol=1e-4, mistakes=models)


@check(
    "propagate: dw is the gradient of the cost with respect to w",
    points=1,
    hint="which product of X and A - Y has the shape of w, and by what is it divided?",
)
def test_dw(submission, case):
    grads, _ = submission.propagate(case.w, case.b, case.X, case.Y)
    switches = SLOPES | FORWARD | {"transposed": "transposed-gradient"}
    models = mistake_models(lambda **on: dw(case, **on), switches)
    with explained(submission, case, w=grads["dw"]):
        expect_close(grads["dw"], dw(case), "dw", mistakes=models, sizes={"m": case.m})


@check(
    "propagate: db is the gradient of the cost with respect to b",
    points=0.75,
    hint="b is added to every example; how many numbers are left when all have had their say?",
)
def test_db(submission, case):
    grads, _ = submission.propagate(case.w, case.b, case.X, case.Y)
    switches = SLOPES | FORWARD | UNSUMMED
    if grads["dw"].shape not in ((case.dim, 1), (1, case.dim)):
        # A table of all pairs of examples (A - Y.T, say) sums up to m times the right value, too.
        del switches["total"]
    models = mistake_models(lambda **on: db(case, **on), switches)
    with explained(submission, case, b=grads["db"]):
        expect_close(number(grads["db"]), db(case), "db", mistakes=models, sizes={"m": case.m})


def explained(submission, case, **gradients):
    at = {"w": case.w, "b": case.b}
    return consistency_explained(own_cost(submission, case), cost(case), at, gradients)
