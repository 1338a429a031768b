"""Public examples for random_init: run them with `grader check` as often as you like."""

from grader.testing import (
    Diagnosis,
    Faults,
    check,
    expect,
    explain_group,
    fail,
    symmetric_groups,
)

FLAT = dict.fromkeys([(), (4,), (1, 4), (1,)], "bias-shape")


@check(
    "Return W1, b1, W2 and b2 in their shapes",
    points=1,
    hint="With 2 inputs and 4 units, how many rows does W1 need so that W1 @ x has 4 numbers?",
)
def test_example_shapes(submission):
    parameters = submission.initialize_parameters(2, 4, 1)
    faults = Faults()
    for name, shape in {"W1": (4, 2), "b1": (4, 1), "W2": (1, 4), "b2": (1, 1)}.items():
        known = {shape[::-1]: "transposed-weights"} if name.startswith("W") else FLAT
        faults.expect_shape(parameters[name], shape, name, known)
    faults.report("not all arrays fit a network with 2 inputs, 4 hidden units and 1 output")


@check(
    "Make the hidden units differ from each other",
    points=1,
    hint="Print W1. Are any two of its rows the same? What would those two units learn?",
)
def test_example_units_differ(submission):
    weights = submission.initialize_parameters(3, 5, 2)["W1"]
    expect(
        weights.ndim == 2 and weights.size, f"W1 has shape {weights.shape}: no row for each unit"
    )
    rows = weights.T[:5] if weights.shape == (3, 5) else weights[:5]
    groups = symmetric_groups(rows)
    if groups:
        same = "zero-weights" if not rows.any() else "constant-weights"
        name = same if rows.min() == rows.max() else "symmetric-hidden-units"
        sentence, *lines = explain_group(groups[0], rows, "W1")
        diagnosis = Diagnosis(name, sentence, units=list(groups[0].units))
        fail("some hidden units are no different from others", *lines, diagnoses=[diagnosis])
