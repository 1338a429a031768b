"""Public examples for saturation: run them with `grader check` as often as you like."""

from __future__ import annotations

import numpy as np

from grader.model.exercise import Returns
from grader.testing import check, close, expect, expect_close, fail, mistake_models
from grader.testing.budget import spend
from grader.testing.contract import validate

Z = np.array([[0.0, 1.0, -2.0], [3.0, -0.5, 5.0]])
SLOPES = {
    "": [[1.0, 0.41997, 0.07065], [0.00987, 0.78645, 0.00018]],
    "not_squared": [[1.0, 0.23841, 1.96403], [0.00495, 1.46212, 0.00009]],
    "of_z": [[1.0, 0.0, -3.0], [-8.0, 0.75, -24.0]],
    "at_tanh": [[1.0, 0.58782, 0.44338], [0.42315, 0.81354, 0.42003]],
    "of_sigmoid": [[0.25, 0.19661, 0.10499], [0.04518, 0.235, 0.00665]],
    "square_outside": [[1.0, 0.05684, 3.8574], [0.00002, 2.13779, 0.0]],
    "tanh_itself": [[0.0, 0.76159, -0.96403], [0.99505, -0.46212, 0.99991]],
}
OTHER_SLOPES = dict.fromkeys([name for name in SLOPES if name], "wrong-activation-derivative")


@check(
    "example: the slope of tanh at six sums",
    points=0.75,
    hint="tanh(1) is 0.76159. What does the formula make of it?",
)
def test_example_gradient(submission):
    def formula(**on):
        return np.array(SLOPES[next(iter(on), "")])

    expect_close(
        submission.tanh_gradient(Z),
        formula(),
        "the slope",
        atol=2e-5,
        mistakes=mistake_models(formula, OTHER_SLOPES, combine=1),
        reveal=True,
    )


@check(
    "example: the saturated share of the same six sums",
    points=0.75,
    hint="The slopes are 1, 0.42, 0.071, 0.0099, 0.79 and 0.0002. How many are below 0.01, of six?",
)
def test_example_share(submission):
    shares = [submission.saturated_fraction(Z), submission.saturated_fraction(Z, 0.5)]

    def formula(*, count=False, percent=False):
        return np.array([2, 4]) / (1 if count else 6) * (100 if percent else 1)

    switches = dict.fromkeys(["count", "percent"], "wrong-saturated-share")
    models = mistake_models(formula, switches, combine=1)
    name = "the share below 0.01, then below 0.5,"
    expect_close(np.array(shares), formula(), name, mistakes=models, reveal=True)


# For the first X, weights of scale s make sums of standard deviation 0.4 s, and the slope is below
# 0.01 beyond 2.993. So s = 1 saturates none of 200 units and s = 10 nearly half of them, but for
# probabilities far below this.
FALSE_FAIL = 1e-12
NUMBER = Returns(kind="number")
SMALL = np.array([[0.24, -0.32], [0.32, 0.24]])


@check(
    "example: the largest scale for small inputs, and for large ones",
    points=1,
    hint="Print the saturated share of W @ X for each candidate. Which is the largest that fits?",
)
def test_example_scale(submission):
    for X, words, right in ((SMALL, "small", 1), (100 * SMALL, "large", 0.01)):
        spend(FALSE_FAIL)
        choice = submission.choose_scale(X, 200)
        expect(choice is not None, f"no scale is chosen for {words} inputs, where {right} fits")
        choice = validate(NUMBER, choice, "the result of choose_scale")
        if not close(choice, right):
            headline = f"another scale is chosen for {words} inputs, X = {X.tolist()}"
            fail(headline, f"expected: {right}", f"yours:    {choice:g}")
