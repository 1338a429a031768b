"""Hidden checks of uniform_init: the loss and a step of linear regression, by their exact numbers.

Steps are judged with one output first, because most code is written for one, and then with several.
Examples are rows, in this exercise alone.
"""

from functools import partial

import numpy as np
import pytest

from grader.testing import (
    CheckFailed,
    Diagnosis,
    check,
    chosen,
    close,
    expect,
    expect_close,
    expect_default,
    expect_unchanged,
    fail,
    mistake_models,
)


def linear_case(rng, n_inputs, n_outputs, examples):
    """Return the arguments of a step; no two sizes are the same, nor their ratio a mistake's."""
    return {
        "inputs": rng.normal(scale=1.5, size=(examples, n_inputs)),
        "targets": rng.normal(scale=3.0, size=(examples, n_outputs)),
        "weights": rng.normal(size=(n_inputs, n_outputs)),
        "biases": rng.normal(size=n_outputs),
        "learning_rate": float(rng.uniform(0.2, 0.6)),
    }


@pytest.fixture
def one_output(rng):
    return linear_case(rng, 3, 1, 7)


@pytest.fixture
def outputs(rng):
    return linear_case(rng, 4, 3, 7)


COSTS = {
    "not_halved": lambda errors: (errors**2).sum(),
    "absolute": lambda errors: np.abs(errors).sum(),
    "absolute_halved": lambda errors: np.abs(errors).sum() / 2,
    "over_outputs": lambda errors: (errors**2).sum() / 2 / errors.shape[1],
    "over_outputs_not_halved": lambda errors: (errors**2).sum() / errors.shape[1],
    "root": lambda errors: np.sqrt((errors**2).mean()) * len(errors),
}
# By what the sum over the examples is divided.
DIVISORS = {
    "total": lambda case: 1,
    "by_features": lambda case: case["inputs"].shape[1],
    "by_entries": lambda case: case["inputs"].size,
    "twice": lambda case: len(case["inputs"]) ** 2,
}
DIVIDED = dict.fromkeys(DIVISORS, "wrong-batch-mean")
COST_SWITCHES = (
    dict.fromkeys(COSTS, "wrong-cost")
    | DIVIDED
    | {"total": "cost-not-averaged", "moved_on": "loss-after-step"}
)
DEFAULT_RATE = 0.02
RATES = {"rate_one": 1.0, "rate_default": DEFAULT_RATE, "rate_tenth": 0.1, "rate_hundredth": 0.01}
STEPS = {
    **dict.fromkeys(RATES, "ignores-learning-rate"),
    **DIVIDED,
    "uphill": "ascends",
    "total": "missing-batch-mean",
}
BIAS_SUMS = {
    "of_all": lambda errors: errors.sum(),
    "mean_of_all": lambda errors: errors.mean() * len(errors),
    "over_outputs": lambda errors: errors.sum(axis=1),
    "unsummed": lambda errors: errors,
}
BIASES = dict.fromkeys(BIAS_SUMS, "bias-gradient-wrong-axis") | {
    "unsummed": "bias-gradient-not-summed",
    "unmoved": "bias-not-updated",
    "moved": "uses-updated-weights",
}
UNMOVED = {"unmoved": "weights-not-updated"}
SWITCHES = {"weights": STEPS | UNMOVED, "biases": STEPS | BIASES}


def errors_of(case, weights, biases):
    return case["inputs"] @ weights + biases - case["targets"]


def cost(case, after, **on):
    """Return the loss with some mistakes; `after` is what the student's step led to."""
    if len(COSTS.keys() & on) > 1:
        return None
    before = case["weights"], case["biases"]
    errors = errors_of(case, *(after if "moved_on" in on else before))
    total = next((COSTS[flag] for flag in COSTS if flag in on), lambda e: (e**2).sum() / 2)(errors)
    return total / divisor(case, on)


def divisor(case, on):
    return chosen(DIVISORS, on, lambda case: len(case["inputs"]))(case)


def moved(case, name, after, factors, **on):
    """Return one array after a step with some mistakes."""
    tables = (RATES, BIAS_SUMS, factors)
    if any(len(table.keys() & on) > 1 for table in tables) or ("unmoved" in on and len(on) > 1):
        return None
    errors = errors_of(case, after[0] if "moved" in on else case["weights"], case["biases"])
    slope = case["inputs"].T @ errors
    if name == "biases":
        slope = next((BIAS_SUMS[flag] for flag in BIAS_SUMS if flag in on), sum_of_rows)(errors)
        if slope.shape not in ((), errors.shape, errors.shape[1:]) and errors.shape[1] > 1:
            return None  # numpy does not add these
    rate = next((RATES[flag] for flag in RATES if flag in on), case["learning_rate"])
    rate *= next((factors[flag] for flag in factors if flag in on), 1.0)
    rate *= (-1 if "uphill" in on else 1) * (0 if "unmoved" in on else 1)
    return case[name] - rate * slope / divisor(case, on)


def sum_of_rows(errors):
    return errors.sum(axis=0)


def cost_factors(case, loss):
    """Return what another factor in the student's own loss makes of its gradient."""
    errors = errors_of(case, case["weights"], case["biases"])
    units = errors.shape[1]
    ratio = loss / cost(case, ())
    factors = {"doubled": 2.0, "averaged": 1 / units, "both": 2 / units}
    return {
        flag: factor
        for flag, factor in factors.items()
        if any(abs(ratio / factor - times) < 1e-4 * times for times in (1, len(errors)))
    }


def judge_step(submission, reference, case, *names):
    """Judge parts of the result of one step; fail once with all that is wrong."""
    weights, biases, loss = submission.train_step(**case)
    if not weights.ndim:
        sentence = "the first of the three values is a number, where the weights belong"
        fail("the order is another one", diagnoses=[Diagnosis("wrong-return-type", sentence)])
    parts = dict(zip(("weights", "biases", "loss"), (weights, biases, loss), strict=True))
    right = dict(zip(parts, reference.train_step(**case), strict=True))
    shapes_fit = weights.shape == right["weights"].shape and biases.shape == right["biases"].shape
    after = (weights, biases) if shapes_fit else (right["weights"], right["biases"])
    factors = cost_factors(case, loss)
    failures = {}
    for name in names:
        if name == "loss":
            formula, switches = partial(cost, case, after), COST_SWITCHES
        else:
            formula = partial(moved, case, name, after, factors)
            switches = SWITCHES[name] | dict.fromkeys(factors, "wrong-cost")
        try:
            expect_close(
                parts[name],
                right[name],
                name,
                rtol=1e-4 if name == "loss" else 1e-6,
                mistakes=mistake_models(formula, switches),
                shape_misconception="bias-shape" if name == "biases" else "wrong-shape",
                sizes={"m": len(case["inputs"])},
            )
        except CheckFailed as failed:
            failures[name] = failed
    if failures:
        lines = [f"{name}: {line}" for name, failed in failures.items() for line in failed.lines]
        staff = [f"{name} {line}" for name, failed in failures.items() for line in failed.staff]
        diagnoses = [diagnosis for failed in failures.values() for diagnosis in failed.diagnoses]
        headlines = "; ".join(failed.headline for failed in failures.values())
        fail(headlines, *lines, staff=staff, diagnoses=diagnoses)


@check(
    "train_step: the loss is the mean of half the squared errors, before the step",
    points=1,
    hint="What does one example pay, and by what is the sum divided? Which weights made it?",
)
def test_loss(submission, reference, one_output):
    judge_step(submission, reference, one_output, "loss")


@check(
    "train_step: the weights take one step downhill",
    points=1.25,
    hint="Which product of inputs and errors has the shape of the weights? What divides it?",
)
def test_step_weights(submission, reference, one_output):
    judge_step(submission, reference, one_output, "weights")


@check(
    "train_step: the bias takes one step downhill",
    points=0.75,
    hint="Every example is shifted by the same bias. How do they share its slope?",
)
def test_step_biases(submission, reference, one_output):
    judge_step(submission, reference, one_output, "biases")


@check(
    "train_step: with several outputs, the loss is summed over them",
    points=0.5,
    hint="Errors have a row for each example and a column for each output. What is a mean of what?",
)
def test_several_outputs_loss(submission, reference, outputs):
    judge_step(submission, reference, outputs, "loss")


@check(
    "train_step: with several outputs, each has its own weights and its own bias",
    points=0.5,
    hint="Errors have a row for each example and a column for each output. Which axis is summed?",
)
def test_several_outputs_step(submission, reference, outputs):
    judge_step(submission, reference, outputs, "weights", "biases")


@check(
    "train_step: the learning rate is 0.02 when it is left out",
    points=0.25,
    hint="What does the first line of your function say about learning_rate?",
)
def test_default_rate(submission, one_output):
    # Compared with the submission's own step at 0.02: a wrong step is paid for in its own check.
    arguments = list(one_output.values())[:-1]
    given = submission.train_step(*arguments, DEFAULT_RATE)
    left_out = submission.train_step(*arguments)
    before = one_output["weights"]
    moves = given[0].shape == before.shape and not np.array_equal(given[0], before)
    expect(moves, "the weights do not move")
    same = all(close(*pair, 1e-4) for pair in zip(left_out[:2], given[:2], strict=True))
    expect_default(same, "learning_rate", DEFAULT_RATE)


@check(
    "train_step: the arrays it was given stay as they are",
    points=0.5,
    hint="Does your line make a new array, or write into the one that the caller handed over?",
)
def test_inputs_unchanged(submission, one_output):
    submission.train_step(**one_output)
    expect_unchanged(submission)
