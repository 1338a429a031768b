"""The network of nn_model: its formulas with learners' mistakes, and problems to learn."""

from __future__ import annotations

import numpy as np

from grader.testing import (
    CheckFailed,
    chosen,
    expect_shape,
)

RATE = 1.2
NAMES = ("W1", "b1", "W2", "b2")
NEAR = {"rtol": 1e-4, "atol": 1e-6}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def shapes(n_x, n_h):
    return {"W1": (n_h, n_x), "b1": (n_h, 1), "W2": (1, n_h), "b2": (1, 1)}


HIDDEN = {
    "hidden_sigmoid": sigmoid,
    "hidden_relu": lambda z: np.maximum(z, 0.0),
    "hidden_linear": np.positive,
}
FORWARD = dict.fromkeys(HIDDEN, "wrong-activation") | {
    "no_b1": "missing-bias",
    "no_b2": "missing-bias",
}


def forward(p, X, on):
    b1, b2 = (0.0 if f"no_{name}" in on else p[name] for name in ("b1", "b2"))
    Z1 = p["W1"] @ X + b1
    A1 = chosen(HIDDEN, on, np.tanh)(Z1)
    return Z1, A1, sigmoid(p["W2"] @ (Z1 if "not_handed_on" in on else A1) + b2)


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


def start_of(submission, rng, n_x, n_h, m):
    """Return the parameters before training: after no iteration, or after one that moves little.

    Code that trips over no iteration is given inputs next to zero, and labels in balance.
    """
    X, Y = 1e-9 * rng.normal(size=(n_x, m)), np.resize([0.0, 1.0], (1, m))
    try:
        return trained(submission, X, Y, n_h, 0)
    except CheckFailed:
        return trained(submission, X, Y, n_h, 1)
