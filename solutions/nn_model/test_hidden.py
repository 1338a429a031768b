"""Hidden checks of nn_model: predictions, the start, single steps of training, and what is learnt.

Training is a black box with a random start. Calls inside `submission.repeatable()` draw the same
start, so results of k and of k + 1 iterations are one step apart, and a step can be compared with
the right one from the very same place. Who draws from the clock, or from a generator that lives on
between calls, starts elsewhere each time: that shows when the first call is repeated as the last
one, and then only what the network has learnt is judged.

False fails. Chance can fail a right answer in three checks. `starts_small` bounds the scale of the
start by 1e-10. `learns_flower` and `learns_line` train up to three times, on other problems and,
unless the learner seeds, from other starts. In 24,000 simulated trainings of each (normal or
uniform at 0.01, normal at 0.1 and 1e-4, Xavier, He) the accuracy on new points never fell below
0.9, where 0.8 is asked of the flower, and 0.98, where 0.9 is asked of the clouds. So one training
falls short with a probability of at most 1.3e-4 (95 % confidence), and three with 2.2e-12.
"""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from grader.testing import (
    CheckFailed,
    Diagnosis,
    Faults,
    check,
    close,
    expect,
    expect_close,
    expect_shape,
    expect_unchanged,
    explain_group,
    fail,
    judge_scale,
    mistake_models,
    root_mean_square,
    saturated_share,
    symmetric_groups,
)
from grader.testing.budget import spend

RATE = 1.2
NAMES = ("W1", "b1", "W2", "b2")
NEAR = {"rtol": 1e-4, "atol": 1e-6}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def chosen(functions, on, otherwise):
    return next((function for flag, function in functions.items() if flag in on), otherwise)


def shapes(n_x, n_h):
    return {"W1": (n_h, n_x), "b1": (n_h, 1), "W2": (1, n_h), "b2": (1, 1)}


HIDDEN = {
    "hidden_sigmoid": sigmoid,
    "hidden_relu": lambda z: np.maximum(z, 0.0),
    "hidden_linear": np.positive,
}
RULES = {
    "probabilities": lambda a2: a2,
    "exchanged": lambda a2: a2 < 0.5,
    "signs": lambda a2: np.where(a2 > 0.5, 1, -1),
    "cut_at_zero": lambda a2: a2 > 0,
    "cut_z_at_half": lambda a2: a2 > sigmoid(0.5),
    "cut_at_one": lambda a2: a2 >= 1,
}
FORWARD = dict.fromkeys(HIDDEN, "wrong-activation") | {
    "no_b1": "missing-bias",
    "no_b2": "missing-bias",
}
PREDICTIONS = FORWARD | dict.fromkeys(RULES, "wrong-prediction")


def forward(p, X, on):
    b1, b2 = (0.0 if f"no_{name}" in on else p[name] for name in ("b1", "b2"))
    Z1 = p["W1"] @ X + b1
    A1 = chosen(HIDDEN, on, np.tanh)(Z1)
    return Z1, A1, sigmoid(p["W2"] @ A1 + b2)


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


def clouds(rng, m, turn):
    """Return two clouds of points that a line parts, half of the points in each."""
    Y = rng.permutation(np.resize([0.0, 1.0], m)).reshape(1, m)
    towards = np.array([[np.cos(turn)], [np.sin(turn)]])
    return (2 * Y - 1) * 1.5 * towards + rng.uniform(-1, 1, size=(2, m)), Y


def flower(rng, m, turn):
    """Return points on five petals that do not touch, in two colours: no line parts them."""
    petal = rng.permutation(np.resize(np.arange(5), m))
    angle = turn + 2 * np.pi / 5 * (petal + rng.uniform(-0.25, 0.25, size=m))
    X = rng.uniform(0.8, 2.0, size=m) * np.stack([np.cos(angle), np.sin(angle)])
    return X, (petal % 2).reshape(1, m).astype(float)


def trained(submission, X, Y, n_h, count):
    """Return the parameters after training; their shapes fit, also where only some sizes do."""
    p = submission.nn_model(X, Y, n_h, num_iterations=count, print_cost=False)
    for name, shape in shapes(X.shape[0], n_h).items():
        expect_shape(p[name], shape, name)
    return p


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


def start_of(submission, rng, n_x, n_h, m):
    """Return the parameters before training: after no iteration, or after one that moves little.

    Code that trips over no iteration is given inputs next to zero, and labels in balance.
    """
    X, Y = 1e-9 * rng.normal(size=(n_x, m)), np.resize([0.0, 1.0], (1, m))
    try:
        return trained(submission, X, Y, n_h, 0)
    except CheckFailed:
        return trained(submission, X, Y, n_h, 1)


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
# little more. From a quarter of the units on the flat ends, the name is exact.
LARGEST_STD, SATURATED, INPUTS = 0.27, 0.25, 30


@check(
    "nn_model: training starts from weights that do not saturate",
    points=0.5,
    hint="with thirty inputs, how large is W1 @ x at first, and how steep is tanh there?",
    needs=["parameter_shapes"],
)
def test_starts_small(submission, rng):
    W1 = start_of(submission, rng, INPUTS, 7, 12)["W1"]
    if not judge_scale(W1, 0.0, LARGEST_STD, false_fail=1e-10).ok:
        std = root_mean_square(W1)
        share = saturated_share(std, INPUTS)
        sentence = f"W1 starts at a standard deviation of {std:.3g}: {100 * share:.0f} % of the "
        sentence += f"units would be saturated by {INPUTS} inputs of the usual size"
        named = [Diagnosis("saturating-scale", sentence)] if share > SATURATED else []
        fail("the weights start too large", *([] if named else [sentence]), diagnoses=named)


class Training:
    """Runs of `nn_model` on one small problem, from one and the same start if that is possible."""

    N_X, N_H, M = 3, 5, 11

    def __init__(self, submission, rng):
        self.submission, self.rng = submission, rng
        self.X = 2 * rng.normal(size=(self.N_X, self.M))
        self.Y = (rng.normal(size=(1, self.N_X)) @ self.X > 0).astype(float)
        self.Y[0, :2] = 0.0, 1.0

    def run(self, count):
        return trained(self.submission, self.X, self.Y, self.N_H, count)

    def path(self):
        """Return where training is after each of some counts, until it runs away."""
        path = {count: self.run(count) for count in PLACES[:2]}
        for count in PLACES[2:]:
            try:
                path[count] = self.run(count)
            except CheckFailed:
                break
        return path

    def start(self):
        return start_of(self.submission, self.rng, self.N_X, self.N_H, 12)

    def step(self, p, **on):
        """Return by how much the right step, or one with mistakes, moves each array."""
        if any(len(functions.keys() & on) > 1 for functions in (HIDDEN, SLOPES, SUMS, RATES)):
            return None
        Z1, A1, A2 = forward(p, self.X, on)
        dZ2 = (A2 - self.Y) / (1 if "total" in on else self.M)
        rate = chosen(RATES, on, RATE) * (-1 if "uphill" in on else 1)
        dW2 = dZ2 @ A1.T
        W2 = p["W2"] - (rate * dW2 if "moved" in on else 0.0)
        own = chosen(OWN_SLOPES, on, lambda Z, A: 1 - A**2)
        dZ1 = (W2.T @ dZ2) * chosen(SLOPES, on, own)(Z1, A1)
        over = chosen(SUMS, on, lambda dZ: dZ.sum(axis=1, keepdims=True))
        grads = {"W1": dZ1 @ self.X.T, "b1": over(dZ1), "W2": dW2, "b2": dZ2.sum(keepdims=True)}
        stays = {name for flag, names in STAYS.items() if flag in on for name in names}
        moves = [grads[name] * (0.0 if name in stays else -rate) for name in NAMES]
        return np.concatenate([move.ravel() for move in moves])


OWN_SLOPES = {
    "hidden_sigmoid": lambda Z, A: A * (1 - A),
    "hidden_relu": lambda Z, A: Z > 0,
    "hidden_linear": lambda Z, A: np.ones_like(A),
}
SLOPES = {
    "no_slope": lambda Z, A: 1.0,
    "sigmoid_slope": lambda Z, A: A * (1 - A),
    "sigmoid_slope_of_z": lambda Z, A: sigmoid(Z) * (1 - sigmoid(Z)),
    "relu_slope": lambda Z, A: Z > 0,
    "tanh_slope": lambda Z, A: 1 - A**2,
    "slope_of_z": lambda Z, A: 1 - Z**2,
    "slope_at_a": lambda Z, A: 1 - np.tanh(A) ** 2,
    "not_squared": lambda Z, A: 1 - A,
    "square_outside": lambda Z, A: (1 - A) ** 2,
}
SUMS = {"over_all": lambda dZ: np.full((len(dZ), 1), dZ.sum())}
RATES = {f"rate_{rate}": rate for rate in (0.001, 0.005, 0.0075, 0.009, 0.01, 0.05, 0.1, 0.5, 1.0)}
STAYS = {"W1_stays": ("W1",), "W2_stays": ("W2",), "b_stay": ("b1", "b2"), "W_stay": ("W1", "W2")}
STEPS = (
    {"total": "missing-batch-mean", "uphill": "ascends", "moved": "uses-updated-weights"}
    | dict.fromkeys(SLOPES, "wrong-activation-derivative")
    | {"no_slope": "missing-activation-derivative", "over_all": "bias-gradient-wrong-axis"}
    | FORWARD
    | dict.fromkeys(RATES, "wrong-step-size")
    | {flag: "weights-not-updated" for flag in STAYS if flag.startswith("W")}
    | {"b_stay": "bias-not-updated"}
)


@pytest.fixture
def training(submission, rng):
    return Training(submission, rng)


def flat(p):
    return np.concatenate([p[name].ravel().astype(float) for name in NAMES])


def differ(p, q):
    return any(not np.array_equal(p[name], q[name]) for name in NAMES)


@check(
    "nn_model: training takes num_iterations steps",
    points=0.5,
    hint="train for 1, 2 and 100 iterations from the same seed: by how much do the weights differ?",
    needs=["parameter_shapes"],
)
def test_iterations(submission, training):
    with submission.repeatable():
        start, one, three, again = training.start(), *map(training.run, (1, 3, 1))
    if differ(one, again):
        return  # every call starts somewhere else: what is learnt is judged below
    if not differ(one, three):
        moved = not all(close(start[name], one[name], **NEAR) for name in NAMES)
        sentence = "1 iteration and 3 iterations give the same weights"
        named = Diagnosis("wrong-iteration-count" if moved else "weights-not-updated", sentence)
        fail("training does not go on", diagnoses=[named])
    first = training.step(start)
    second = training.step(moved_by(start, first))
    for count, way in ((0, 0 * first), (2, first + second)):
        if close(flat(one) - flat(start), way, 1e-3, 1e-7):
            sentence = f"after 1 iteration the weights have taken {count} steps"
            named = Diagnosis("wrong-iteration-count", sentence)
            fail("the number of steps is not num_iterations", diagnoses=[named])


def moved_by(p, way):
    parts = np.split(way, np.cumsum([p[name].size for name in NAMES])[:-1])
    return {n: p[n] + part.reshape(p[n].shape) for n, part in zip(NAMES, parts, strict=True)}


# Where to look at a step: early for those whose training runs away, late for the slope of tanh,
# which does not show as long as weights are small.
PLACES = (1, 3, 6, 10, 15, 21, 28, 40, 60)


@check(
    "nn_model: each iteration is one gradient step of 1.2",
    points=1.5,
    hint="does one iteration of yours do what the four functions of backprop_step do?",
    needs=["parameter_shapes"],
)
def test_gradient_step(submission, training):
    with submission.repeatable():
        path = training.path()
        count = min(list(path)[:-1], key=lambda c: abs(steepness(path[c], training.X) - 0.6))
        before, after, again = path[count], training.run(count + 1), training.run(PLACES[0])
    if differ(again, path[PLACES[0]]):
        return  # every call starts somewhere else: what is learnt is judged below
    expect(differ(before, after), f"from iteration {count} to {count + 1} nothing moves")
    way, right = flat(after) - flat(before), training.step(before)
    # What single precision cannot tell apart, at the size of the largest weight.
    kinds = [p.dtype for p in after.values() if p.dtype.kind == "f"]
    coarse = max((np.finfo(kind).eps for kind in kinds), default=1e-16)
    rtol, atol = (1e-6, 1e-9) if coarse < 1e-10 else (1e-3, 16 * coarse * np.abs(flat(after)).max())
    models = mistake_models(lambda **on: training.step(before, **on), STEPS)
    try:
        expect_close(way, right, "the step", rtol=rtol, atol=atol, mistakes=models)
    except CheckFailed as failure:
        every = close(flat(path[3]) - flat(path[1]), 2 * way, 1e-6, 1e-9)
        raise told_by_arrays(failure, way, right, (rtol, atol), every=every) from None


def steepness(p, X):
    """Return the mean slope of tanh in the hidden layer."""
    return float(np.mean(1 - np.tanh(p["W1"].astype(float) @ X + p["b1"]) ** 2))


def told_by_arrays(failure, way, right, tolerance, *, every):
    """Say which arrays take the right step, whether it is a new one, and if it is too long."""
    sizes = [int(np.prod(shape)) for shape in shapes(Training.N_X, Training.N_H).values()]
    parts = [np.split(values, np.cumsum(sizes)[:-1]) for values in (way, right)]
    fine = [n for n, *pair in zip(NAMES, *parts, strict=True) if close(*pair, *tolerance)]
    lines = [f"the steps of {', '.join(n for n in NAMES if n not in fine)} are wrong"]
    lines += [f"the steps of {', '.join(fine)} are right"] if fine else []
    diagnoses = failure.diagnoses
    ratio = float(way @ right) / float(right @ right) if right.any() else 0.0
    if every:
        diagnoses = [Diagnosis("stale-gradient", "every iteration takes one and the same step")]
    elif not diagnoses and ratio > 0 and close(way, ratio * right, *tolerance):
        sentence = f"every step is {ratio:.4g} times as long as it should be"
        diagnoses = [Diagnosis("wrong-step-size", sentence)]
    return CheckFailed("an iteration is not one gradient step", lines, failure.staff, diagnoses)


def accuracy(submission, reference, p, X, Y):
    """Return the share that is right, by our own forward pass or by the student's `predict`."""
    if all(p[n].shape == s for n, s in shapes(X.shape[0], p["b1"].size).items()):
        ours = float(np.mean(reference.predict(p, X) == Y))
    else:
        ours = 0.0
    try:
        own = submission.predict(p, X).ravel() if ours < 1 else Y
    except CheckFailed:
        return ours
    return max(ours, float(np.mean((own > 0.5) == (Y.ravel() > 0.5))) if own.size == Y.size else 0)


def expect_learnt(submission, reference, problems, n_h, iterations, enough):
    """Fail unless one of three networks is right on enough new points."""
    best = 0.0
    for (X, Y), (new_X, new_Y) in problems:
        p = submission.nn_model(X, Y, n_h, num_iterations=iterations, print_cost=False)
        best = max(best, accuracy(submission, reference, p, new_X, new_Y))
        if best >= enough:
            break
    spend(1e-11)
    expect(
        best >= enough,
        f"{100 * best:.0f} % of new points are predicted right, {100 * enough:.0f} % are needed",
        f"after {iterations} iterations with {n_h} hidden units",
    )


@check(
    "nn_model: learns to part two clouds",
    points=0.5,
    hint="print the cost every ten iterations: does it fall, stay or rise?",
)
def test_learns_line(submission, reference, rng):
    turns = rng.uniform(0, 2 * np.pi, size=3)
    problems = ((clouds(rng, 40, turn), clouds(rng, 200, turn)) for turn in turns)
    expect_learnt(submission, reference, problems, 3, 150, 0.9)


@check(
    "nn_model: learns a flower that no line can part",
    points=1,
    hint="plot the petals and your predictions: how many lines does your network seem to draw?",
)
def test_learns_flower(submission, reference, rng):
    turns = rng.uniform(0, 2 * np.pi, size=3)
    problems = ((flower(rng, 60, turn), flower(rng, 200, turn)) for turn in turns)
    expect_learnt(submission, reference, problems, 8, 700, 0.8)


@check(
    "nn_model: num_iterations is 10000 when it is left out",
    points=0.25,
    hint="what does the first line of the function say about num_iterations?",
)
def test_default_iterations(submission):
    # Ten thousand iterations would take longer than all other checks together.
    signature = submission.signature("nn_model")
    found = re.search(r"\b(\w*iter\w*|num_steps|epochs)(?:=([\d.]+))?(?=[,)])", signature)
    if found and found[2] is None:
        named = Diagnosis("wrong-signature", f"yours: nn_model{signature:.90}")
        fail(f"{found[1]} cannot be left out", diagnoses=[named])
    if found and float(found[2]) != 10_000:
        named = Diagnosis("wrong-iteration-count", f"yours: nn_model{signature:.90}")
        fail(f"{found[1]} is {found[2]} when it is left out", diagnoses=[named])


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
