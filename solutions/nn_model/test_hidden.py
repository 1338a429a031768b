"""Hidden checks of nn_model: predictions, shapes, and the start of training.

Training is a black box with a random start: its first iterations show where it starts.

False fails. Chance can fail a right answer in one check here: `starts_small` bounds the scale of
W1 and of W2 by 1e-10 each.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from network import FORWARD, clouds, flower, forward, shapes, sigmoid, start_of, trained

from grader.testing import (
    Diagnosis,
    Faults,
    check,
    chosen,
    close,
    expect_close,
    expect_unchanged,
    explain_group,
    fail,
    judge_scale,
    mistake_models,
    root_mean_square,
    saturated_share,
    spread_in_words,
    symmetric_groups,
)

RULES = {
    "probabilities": lambda a2: a2,
    "exchanged": lambda a2: a2 < 0.5,
    "signs": lambda a2: np.where(a2 > 0.5, 1, -1),
    "cut_at_zero": lambda a2: a2 > 0,
    "cut_z_at_half": lambda a2: a2 > sigmoid(0.5),
    "cut_at_one": lambda a2: a2 >= 1,
}
PREDICTIONS = FORWARD | dict.fromkeys(RULES, "wrong-prediction")
# Without tanh, or with one that is not handed on: the predictions are the same, so it has no name.
del PREDICTIONS["hidden_linear"]


def prediction(p, X, **on):
    if len(on.keys() & RULES.keys()) > 1:
        return None
    return chosen(RULES, on, lambda a2: a2 > 0.5)(forward(p, X, on)[2]).astype(float)


@pytest.fixture
def network(rng):
    """Return a network and inputs for which every mistake shows in many predictions."""
    n_x, n_h, m = 3, 6, 150 + int(rng.integers(9))
    for _ in range(100):
        p = {name: rng.normal(size=shape) for name, shape in shapes(n_x, n_h).items()}
        X = rng.normal(size=(n_x, 2 * m))
        Z2 = p["W2"] @ np.tanh(p["W1"] @ X + p["b1"])
        p["b2"][:] = rng.choice([-0.4, 0.4]) - np.median(Z2)
        # An output next to a half might be cut either way by single precision.
        X = X[:, np.abs(Z2 + p["b2"])[0] > 0.01][:, :m]
        if tells_apart(p, X):
            break
    return p, X


def tells_apart(p, X):
    """Whether predictions of different mistakes, and right ones, differ in one of twenty."""
    found = [("", prediction(p, X))]
    found += [(name, prediction(p, X, **{flag: True})) for flag, name in PREDICTIONS.items()]
    pairs = [(a, b) for (one, a), (other, b) in combinations(found, 2) if one != other]
    return all(np.mean(a != b) > 0.05 for a, b in pairs)


@check(
    "predict: 1 where the network's output is above 0.5, else 0",
    points=1,
    hint="print A2 beside your predictions for five examples; where do they part?",
)
def test_predict(submission, network):
    right, got = prediction(*network), submission.predict(*network)
    # The shape is another check's matter.
    got = got.reshape(right.shape) if got.size == right.size else got
    models = mistake_models(lambda **on: prediction(*network, **on), PREDICTIONS)
    expect_close(got, right, "what predict returns", mistakes=models)


@check(
    "predict: one row, with a column for each example",
    points=0.25,
    hint="which shape does A2 have, and does your comparison keep it?",
)
def test_predict_shape(submission, network):
    p, X = network
    faults = Faults()
    faults.expect_shape(submission.predict(p, X), (1, X.shape[1]), "the result")
    faults.report("predictions are a row, like Y", f"there are {X.shape[1]} examples")


@check(
    "nn_model: W1, b1, W2 and b2 fit X and n_h",
    points=0.5,
    hint="which number of X says how many inputs there are, and is it its rows or its columns?",
)
def test_parameter_shapes(submission, rng):
    X, Y = clouds(rng, 18, 0.0)
    X = np.vstack([X, rng.normal(size=(1, 18))])
    parameters = submission.nn_model(X, Y, 5, num_iterations=2, print_cost=False)
    faults = Faults()
    for name, shape in shapes(3, 5).items():
        units = shape[0]
        if name.startswith("W"):
            known = {shape[::-1]: "transposed-weights"}
        else:
            known = dict.fromkeys([(units,), (1, units), ()], "bias-shape")
            known |= {(units, 18): "bias-gradient-not-summed"}
        faults.expect_shape(parameters[name], shape, name, known)
    faults.report("the arrays do not fit 3 inputs, 5 hidden units and 1 output")


@check(
    "nn_model: hidden units go different ways",
    points=1,
    hint="if all units start with the same weights, which of them is told something of its own?",
    needs=["parameter_shapes"],
)
def test_units_differ(submission, rng):
    n_h, iterations = int(rng.integers(5, 8)), 10
    X, Y = flower(rng, 30, rng.uniform(0, 6))
    p = trained(submission, X, Y, n_h, iterations)
    groups = symmetric_groups(p["W1"], p["b1"], p["W2"])
    if groups:
        every = any(len(group.units) == n_h for group in groups)
        name = "no-symmetry-breaking-training" if every else "symmetric-hidden-units"
        fail_alike(f"units are the same after {iterations} iterations", groups, p["W1"], name)
    # What random outgoing weights alone can part, is parted late and little.
    W1 = start_of(submission, rng, 3, n_h, 12)["W1"].astype(float).round(8)
    groups = [group for group in symmetric_groups(W1) if group.relation == "equal"]
    if groups:
        headline = "units start with the same incoming weights"
        fail_alike(headline, groups, W1, "symmetric-hidden-units")


def fail_alike(headline, groups, W1, name):
    largest = max(groups, key=lambda group: len(group.units))
    sentence, *lines = explain_group(largest, W1, "W1")
    fail(headline, *lines, diagnoses=[Diagnosis(name, sentence, units=list(largest.units))])


@check(
    "nn_model: biases start at zero",
    points=0.25,
    hint="the weights make the units different; what is left for a bias to do at the start?",
    needs=["parameter_shapes"],
)
def test_biases_start_at_zero(submission, rng):
    first, second = (start_of(submission, rng, 4, 6, 12) for _ in range(2))
    faults = Faults()
    moved = [name for name in ("b1", "b2") if np.abs(first[name]).max() > 1e-4]
    alike = all(
        np.ptp(first[name]) < 0.1 * np.abs(first[name]).max()
        and close(first[name], second[name], rtol=0.1)
        for name in moved
    )
    for name in moved:
        numbers = ", ".join(f"{number:.4g}" for number in first[name].ravel()[:3].tolist())
        faults.add("nonzero-bias" if alike else "random-bias", f"{name} starts near {numbers}")
    faults.report("a bias does not start at zero")


# A start of this scale is small enough for thirty inputs: it is that of He, sqrt(2 / 30), and a
# little more. From a quarter of the units on the flat ends, the name is exact. W2 has one weight
# for each hidden unit: of 200 right ones the root mean square keeps below 0.38 but for 1e-10, of
# 200 with standard deviation 1 it is never that small.
LARGEST_STD, SATURATED, INPUTS, UNITS = 0.27, 0.25, 30, 200


@check(
    "nn_model: training starts from weights that do not saturate",
    points=0.5,
    hint="with thirty inputs, how large is W1 @ x at first, and how steep is tanh there?",
    needs=["parameter_shapes"],
)
def test_starts_small(submission, rng):
    W1 = start_of(submission, rng, INPUTS, 7, 12)["W1"]
    W2 = start_of(submission, rng, 3, UNITS, 12)["W2"]
    faults = Faults()
    # The slope of a sigmoid is that of tanh at half the sum.
    for name, weights, inputs, half, words in (
        ("W1", W1, INPUTS, 1.0, f"hidden units would be saturated by {INPUTS} inputs"),
        ("W2", W2, UNITS, 0.5, f"outputs would be saturated by {UNITS} hidden units"),
    ):
        if not judge_scale(weights, 0.0, LARGEST_STD, false_fail=1e-10).ok:
            share = saturated_share(half * root_mean_square(weights), inputs)
            sentence = f"{name} starts at a standard deviation of {spread_in_words(weights)}: "
            sentence += f"{100 * share:.0f} % of the {words} of the usual size"
            faults.add("saturating-scale" if share > SATURATED else None, sentence)
    faults.report("the weights start too large")


@check(
    "no function changes the arrays it was given",
    points=0.25,
    hint="does a line of yours write into X, or into the parameters that predict was given?",
)
def test_inputs_unchanged(submission, network, rng):
    submission.predict(*network)
    expect_unchanged(submission)
    X, Y = clouds(rng, 18, 0.0)
    submission.nn_model(X, Y, 4, num_iterations=3, print_cost=False)
    expect_unchanged(submission)
