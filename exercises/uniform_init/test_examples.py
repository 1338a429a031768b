"""Public examples of uniform_init: shapes, a range, and one step worked through with numbers."""

import numpy as np

from grader.testing import Diagnosis, Faults, Mistake, check, expect_close, fail, judge_range

# A right answer falls short of the range of an example with this probability at most.
FALSE_FAIL = 1e-11


@check(
    "Example: shapes for 3 inputs and 2 outputs",
    points=0.5,
    hint="A row of 3 inputs times the weights gives 2 outputs. Which shape do the weights have?",
)
def test_example_shapes(submission):
    weights, biases = submission.initialize_uniform(3, 2)
    faults = Faults()
    faults.expect_shape(weights, (3, 2), "weights", {(2, 3): "transposed-weights"})
    flat = dict.fromkeys([(2, 1), (1, 2), (), (1,)], "bias-shape")
    faults.expect_shape(biases, (2,), "biases", flat)
    faults.report("not all arrays fit 3 inputs and 2 outputs")


@check(
    "Example: 2000 weights and 100 biases from -0.5 to 0.5",
    points=0.5,
    hint="Look at the smallest and the largest of your numbers. Which ends were asked for?",
)
def test_example_range(submission):
    weights, biases = submission.initialize_uniform(20, 100, 0.5)
    faults = Faults()
    for name, draws in (("weights", weights), ("biases", biases)):
        judged = judge_range(draws, -0.5, 0.5, false_fail=FALSE_FAIL)
        if draws.size < 100:
            faults.add(None, f"there are only {draws.size} {name}")
        elif judged.smallest == judged.largest:
            of_weights = "constant-weights" if draws.any() else "zero-weights"
            misconception = of_weights if name == "weights" else "bias-not-random"
            faults.add(misconception, f"{name} are all {judged.smallest:.3g}")
        elif not judged.ok:
            faults.add(None, f"{name} reach from {judged.smallest:.3g} to {judged.largest:.3g}")
    faults.report("not all numbers fill the range from -0.5 to 0.5")


INPUTS = np.array([[1.0, 2.0], [3.0, -1.0], [-2.0, 1.0], [0.0, 2.0], [1.0, 0.0]])
TARGETS = np.array([[1.0], [14.0], [-2.0], [-1.0], [7.0]])  # 2x - 3z + 5
WEIGHTS, BIASES, RATE = np.array([[0.05], [-0.1]]), np.array([0.1]), 0.1

# What the model says of each example, minus its target, and the slopes that follow.
ERRORS = np.array([[-1.05], [-13.65], [1.9], [0.9], [-6.85]])
SLOPES = {"weights": np.array([[-10.53], [3.05]]), "biases": np.array([-3.75])}
START = {"weights": WEIGHTS, "biases": BIASES}
LOSS = 23.87675

# How many times the right step, for what reason. A fifth has two, the default rate of 0.02 and a
# mean of five examples that is taken twice, and so no name.
STEPS = [
    (-1, ("ascends",)),
    (5, ("missing-batch-mean",)),
    (-5, ("ascends", "missing-batch-mean")),
    (1 / RATE, ("ignores-learning-rate",)),
    (-1 / RATE, ("ignores-learning-rate", "ascends")),
    (5 / RATE, ("ignores-learning-rate", "missing-batch-mean")),
]
NOT_SUMMED = [
    Mistake(("bias-gradient-not-summed",), BIASES - RATE * ERRORS / 5),
    Mistake(("bias-gradient-not-summed", "missing-batch-mean"), BIASES - RATE * ERRORS),
    Mistake(("bias-gradient-wrong-axis",), BIASES - RATE * ERRORS[:, 0] / 5),
]
UNMOVED = {"weights": "weights-not-updated", "biases": "bias-not-updated"}
LOSSES = [
    (5 * LOSS, ("cost-not-averaged",)),
    (2 * LOSS, ("wrong-cost",)),
    (10 * LOSS, ("wrong-cost", "cost-not-averaged")),
    (4.87, ("wrong-cost",)),
    (6.910390727, ("wrong-cost",)),
    (12.616835, ("loss-after-step",)),
]


def example_step(submission):
    """Return the parts of the result by name; a number in the place of the weights is no result."""
    weights, biases, loss = submission.train_step(INPUTS, TARGETS, WEIGHTS, BIASES, RATE)
    if not weights.ndim:
        sentence = "the first of the three values is a number, where the weights belong"
        fail("the order is another one", diagnoses=[Diagnosis("wrong-return-type", sentence)])
    return {"weights": weights, "biases": biases, "loss": loss}


@check(
    "Example: the loss of five examples",
    points=0.5,
    hint="The squared errors add up to 238.7675. What is the mean of their halves?",
)
def test_example_loss(submission):
    loss = example_step(submission)["loss"]
    known = [Mistake(ids, value) for value, ids in LOSSES]
    expect_close(loss, LOSS, "the loss", rtol=1e-6, mistakes=known, reveal=True)


@check(
    "Example: one step of five examples",
    points=0.5,
    hint="The slope of the first weight is -10.53 and the rate 0.1: by how much does it move?",
)
def test_example_step(submission):
    after = example_step(submission)
    for name in START:
        step = RATE * SLOPES[name]
        known = [Mistake(ids, START[name] - times * step) for times, ids in STEPS]
        known.append(Mistake((UNMOVED[name],), START[name]))
        expect_close(
            after[name],
            START[name] - step,
            name,
            mistakes=known + (NOT_SUMMED if name == "biases" else []),
            shape_misconception="bias-shape" if name == "biases" else "wrong-shape",
            reveal=True,
        )
