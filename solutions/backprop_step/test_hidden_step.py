"""Hidden checks of backprop_step: the step of gradient descent."""

from __future__ import annotations

import pytest

from grader.testing import (
    check,
    chosen,
    close,
    expect_close,
    expect_default,
    mistake_models,
)


@pytest.fixture
def step(rng):
    """Return parameters of a network with several output units, gradients and a learning rate."""
    shapes = {"W1": (4, 3), "b1": (4, 1), "W2": (2, 4), "b2": (2, 1)}
    parameters = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    grads = {f"d{name}": rng.normal(size=shape) for name, shape in shapes.items()}
    return parameters, grads, rng.uniform(0.1, 0.6)


DEFAULT_RATE = 1.2
RATES = {"rate_one": 1.0, "rate_default": DEFAULT_RATE}
STEPS = {**dict.fromkeys(RATES, "ignores-learning-rate"), "uphill": "ascends"}
UNMOVED = {"W": "weights-not-updated", "b": "bias-not-updated"}


def moved(step, name, **on):
    parameters, grads, rate = step
    rate = chosen(RATES, on, rate) * (-1 if "uphill" in on else 1)
    return parameters[name] - (0.0 if "unmoved" in on else rate) * grads[f"d{name}"]


def expect_step(submission, step, *names):
    after = submission.update_parameters(*step)
    for name in names:
        switches = STEPS | {"unmoved": UNMOVED[name[0]]}
        models = mistake_models(lambda name=name, **on: moved(step, name, **on), switches)
        expect_close(after[name], moved(step, name), name, mistakes=models)


@check(
    "update_parameters: the weights take one step against their gradients",
    points=0.75,
    hint="the gradient points uphill; where does the step go, and what decides how far?",
)
def test_update_weights(submission, step):
    expect_step(submission, step, "W1", "W2")


@check(
    "update_parameters: the biases take one step against their gradients",
    points=0.5,
    hint="do the biases move by the same rule as the weights?",
)
def test_update_biases(submission, step):
    expect_step(submission, step, "b1", "b2")


@check(
    "update_parameters: the learning rate is 1.2 when it is left out",
    points=0.25,
    hint="what does the first line of the function say about learning_rate?",
)
def test_update_default_rate(submission, step):
    # Compared with the student's own step at 1.2: a wrong step is paid for in its own check.
    given = submission.update_parameters(*step[:2], DEFAULT_RATE)
    left_out = submission.update_parameters(*step[:2])
    same = all(close(left_out[name], given[name], 1e-4) for name in step[0])
    expect_default(same, "learning_rate", DEFAULT_RATE)
