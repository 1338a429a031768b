"""Public examples of logistic_zero_init: three examples worked through with numbers."""

from __future__ import annotations

import numpy as np

from grader.testing import (
    Mistake,
    check,
    close,
    expect,
    expect_close,
    expect_shape,
    mistake_models,
)

M = 3
X = np.array([[1.0, 2.0, -2.0], [3.0, -1.0, 1.0]])
Y = np.array([[1.0, 1.0, 0.0]])
SHOWN = {"rtol": 1e-5, "atol": 1e-7, "reveal": True}

# At w = [[0.5], [-0.5]], b = 1.0: Z is 0, 2.5 and -0.5, so A is 0.5, 0.9241 and 0.3775.
W, B = np.array([[0.5], [-0.5]]), 1.0
COST = 0.41537130
DW = np.array([[-0.46893257], [-0.34886705]])
DB = -0.06610584
ERRORS = np.array([[-0.5, -0.07585818, 0.37754067]])
SLOPES = {
    "flipped": "gradient-sign",
    "total": "missing-batch-mean",
    "by_features": "wrong-batch-mean",
}
# Two steps of 0.6 from zeros lead here.
ZEROS = np.zeros((2, 1)), 0.0
AFTER_TWO = np.array([[0.78939688], [0.15763691]]), 0.14959328
# One number for each example is a sum that was forgotten, or one that ran down the columns.
UNSUMMED = {
    "row": ERRORS / M,
    "row_undivided": ERRORS,
    "flat": ERRORS[0] / M,
    "flat_undivided": ERRORS[0],
}
OTHERS = dict.fromkeys(UNSUMMED, "bias-gradient-wrong-axis") | {"turned": "transposed-gradient"}
OTHERS |= {"row": "bias-gradient-not-summed", "row_undivided": "bias-gradient-not-summed"}


@check(
    "example: initialize_with_zeros(3)",
    points=0.5,
    hint="w has a row for each input and one column; which pair of numbers is its shape?",
)
def test_example_start(submission):
    w, b = submission.initialize_with_zeros(3)
    expect_shape(w, (3, 1), "w")
    expect(not w.any(), "w is not zero everywhere", f"w = {w.ravel().tolist()}")
    is_number = isinstance(b, int | float | np.number | np.ndarray) and np.size(b) == 1
    expect(is_number and not np.any(b), "b is not the number 0.0", f"b = {b!r:.60}")


@check(
    "example: propagate",
    points=1,
    hint="Z is 0, 2.5 and -0.5 here; what are the three entries of A, and the three of A - Y?",
)
def test_example_propagate(submission):
    grads, cost = submission.propagate(W, B, X, Y)

    def slope(right, **others):
        def formula(*, flipped=False, **on):
            value = next((others[flag] for flag in others if flag in on), right)
            return value * not_divided(on) * (-1 if flipped else 1)

        return mistake_models(formula, SLOPES | {flag: OTHERS[flag] for flag in others})

    def costs(*, negative=False, **on):
        return COST * not_divided(on) * (-1 if negative else 1)

    switches = {
        "total": "cost-not-averaged",
        "by_features": "wrong-batch-mean",
        "negative": "cost-sign",
    }
    expect_close(cost, COST, "cost", mistakes=mistake_models(costs, switches), **SHOWN)
    expect_close(grads["dw"], DW, "dw", mistakes=slope(DW, turned=DW.T), **SHOWN)
    expect_close(number(grads["db"]), DB, "db", mistakes=slope(DB, **UNSUMMED), **SHOWN)


def not_divided(on):
    """Return how many times the right value a sum is that is not divided by m."""
    return M if "total" in on else M / len(X) if "by_features" in on else 1


def number(array):
    """Return a single number without the brackets that it may come in."""
    return array.reshape(()) if array.size == 1 else array


@check(
    "example: optimize takes two steps from zeros",
    points=1,
    hint="the first step of 0.6 ends at w = [[0.5], [0.1]]; from where does the second one start?",
)
def test_example_optimize(submission):
    params, _, _ = submission.optimize(*ZEROS, X, Y, 2, 0.6, print_cost=False)
    ends = params["w"], number(params["b"])
    # By the learner's own propagate, right or wrong, downhill with both or uphill with some.
    uphill = next(
        (names for names in ("", "w", "b", "wb") if leads_to(submission, names, ends)), None
    )
    for name, end, right in zip("wb", ends, AFTER_TWO, strict=True):
        if uphill is None or name in uphill:
            known = [Mistake(("ascends",), end)] if uphill else []
            expect_close(end, right, name, mistakes=known, **SHOWN)


def leads_to(submission, uphill, ends):
    """Whether two steps along the learner's own gradients, some of them uphill, end there."""
    there = list(ZEROS)
    for _ in range(2):
        grads, _ = submission.propagate(*there, X, Y)
        db = grads["db"].item() if grads["db"].size == 1 else grads["db"]
        steps = zip("wb", there, (grads["dw"], db), strict=True)
        try:
            there = [at - (-0.6 if name in uphill else 0.6) * slope for name, at, slope in steps]
        except ValueError:
            return False
    return all(close(end, at, 1e-4, 1e-6) for end, at in zip(ends, there, strict=True))
