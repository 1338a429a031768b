"""Public examples of nn_model: one prediction by hand, and three problems to learn."""

from __future__ import annotations

import numpy as np

from grader.testing import Faults, check, expect, expect_close
from grader.testing.budget import spend

# Hidden sums of the three examples: 1, 0 and -2 for the first unit, 0, 2 and 1 for the second.
PARAMETERS = {
    "W1": np.array([[1.0, 0.0], [0.0, 1.0]]),
    "b1": np.array([[0.0], [1.0]]),
    "W2": np.array([[2.0, -1.0]]),
    "b2": np.array([[0.5]]),
}
X = np.array([[1.0, 0.0, -2.0], [-1.0, 1.0, 0.0]])


@check(
    "example: predict",
    points=1,
    hint="for the first example tanh(1) is 0.76 and tanh(0) is 0; what is Z2, and what is A2?",
)
def test_example_predict(submission):
    predictions = submission.predict(PARAMETERS, X)
    expect_close(predictions, [[1, 0, 0]], "what predict returns", reveal=True)


@check(
    "example: nn_model returns four arrays that fit",
    points=0.5,
    hint="with two inputs and four hidden units, which shapes do W1, b1, W2 and b2 have?",
)
def test_example_shapes(submission):
    parameters = submission.nn_model(X, np.array([[0.0, 1.0, 1.0]]), 4, 5, print_cost=False)
    faults = Faults()
    for name, units, inputs in (("W1", 4, 2), ("W2", 1, 4)):
        turned = {(inputs, units): "transposed-weights"}
        faults.expect_shape(parameters[name], (units, inputs), name, turned)
    for name, units in (("b1", 4), ("b2", 1)):
        known = dict.fromkeys([(units,), (1, units), ()], "bias-shape")
        known |= {(units, 3): "bias-gradient-not-summed"}
        faults.expect_shape(parameters[name], (units, 1), name, known)
    faults.report("not all arrays fit 2 inputs, 4 hidden units and 1 output")


# Four points on each of five arms, in two colours: no line parts them.
ARMS, RADII = np.repeat(np.arange(5), 4), np.tile([0.8, 1.2, 1.6, 2.0], 5)
COLOURS = (ARMS % 2).reshape(1, 20).astype(float)


@check(
    "example: nn_model learns a star that no line can part",
    points=1,
    hint="print the cost every hundred iterations: does it fall, stay or rise?",
)
def test_example_star(submission):
    best = 0.0
    for turn in (0.1, 0.5, 0.9):  # three stars, in case a start is unlucky
        angle = 2 * np.pi / 5 * ARMS + turn
        star = RADII * np.stack([np.cos(angle), np.sin(angle)])
        parameters = submission.nn_model(star, COLOURS, 8, 600, print_cost=False)
        predictions = submission.predict(parameters, star).ravel()
        fits = predictions.size == COLOURS.size
        best = max(best, np.mean((predictions > 0.5) == COLOURS[0]) if fits else 0.0)
        if best >= 0.9:
            break
    # No right answer of 24,000 simulated ones fell short of the first star.
    spend(1e-11)
    expect(best >= 0.9, f"{20 * best:.0f} of 20 points are predicted right after 600 iterations")
