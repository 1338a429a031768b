"""Hidden checks of random_init: shapes, biases, and weights judged by their distribution.

Matrices are made of distinct, rather large sizes: half of the learners seed inside the function,
so more calls give no more numbers. Shapes are judged by the first two checks; the others read
turned or flat arrays as they are, and judge the numbers.
"""

import numpy as np
import pytest

from grader.testing import (
    Diagnosis,
    Faults,
    WeightLayer,
    check,
    expect,
    explain_group,
    fail,
    few,
    judge_centre,
    looks_drawn,
    related,
    shared_draws,
    stays_symmetric,
    symmetric_groups,
    undrawn,
    upright,
    wrong_spreads,
)

# 11 statistical judgements are made of one submission (4 of order, 1 of sharing, 2 of the centre,
# 4 of scale), so a right answer is failed by any of them with probability 5.5e-10 at most.
FALSE_FAIL = 5e-11

# The lesson says that a standard deviation from 0.005 to 0.02 is accepted: it lets a uniform
# distribution on ±0.01 pass (standard deviation 0.0058), and no rule or slip comes near it.
ASKED = 0.01
TOLERANCE = 0.5, 2.0

RULES = {"0.1, so 0.01 is the variance": lambda *_: 0.1}
SPREADS = {
    "rule": "wrong-variance",
    "saturating": "saturating-scale",
    "vanishing": "vanishing-scale",
    "other": "wrong-variance",
}

# A wrong answer may have any size; pairs of units are compared up to here, which is beyond all
# sizes that are asked for.
MOST_UNITS = 200

UNDRAWN = {
    "integers": "integer-arrays",
    "zero": "zero-weights",
    "constant": "constant-weights",
    "rows": "not-random",
    "columns": "not-random",
    "pattern": "not-random",
}


@pytest.fixture
def small(rng):
    """Three different sizes from 3 to 11."""
    return tuple(int(size) for size in rng.permutation(np.arange(3, 12))[:3])


@pytest.fixture
def large(rng):
    """Sizes for which each weight matrix has more than 1000 numbers, and n_y < n_x < n_h."""
    return tuple(int(rng.integers(low, low + 5)) for low in (34, 41, 27))


@check(
    "Give W1 and W2 a row for each unit and a column for each input",
    points=0.5,
    hint="W1 @ x has to give one number per hidden unit. Is n_h then the rows or the columns?",
)
def test_weight_shapes(submission, small):
    # More inputs than outputs and then fewer: a slice of the other layer fits one of them only.
    for sizes in (small, small[::-1]):
        parameters = submission.initialize_parameters(*sizes)
        faults = Faults()
        for name, shape in shapes(sizes).items():
            turned = {shape[::-1]: "transposed-weights"}
            faults.expect_shape(parameters[name], shape, name, turned)
        faults.report("the weight matrices do not fit the layers", call(sizes))


@check(
    "Make b1 and b2 columns with a row for each unit",
    points=0.5,
    hint="W1 @ X has a column for every example. Which shape of b1 adds one number per row?",
)
def test_bias_shapes(submission, small):
    _, n_h, n_y = small
    parameters = submission.initialize_parameters(*small)
    faults = Faults()
    for name, units in {"b1": n_h, "b2": n_y}.items():
        flat = dict.fromkeys([(units,), (1, units), ()], "bias-shape")
        faults.expect_shape(parameters[name], (units, 1), name, flat)
    faults.report("the biases do not fit the layers", call(small))


@check(
    "Start all biases at zero",
    points=1,
    hint="Once the weights differ, is there anything left for a random or constant bias to add?",
)
def test_biases_zero(submission, small):
    parameters = submission.initialize_parameters(*small)
    faults = Faults()
    for name in ("b1", "b2"):
        bias = parameters[name]
        if bias.any():
            constant = "nonzero-bias" if bias.min() == bias.max() else None
            faults.add("random-bias" if looks_drawn(bias) else constant, f"{name} = {few(bias)}")
        elif bias.ndim and bias.dtype.kind != "f":
            faults.add("integer-arrays", f"{name} holds {bias.dtype} numbers")
    faults.report("the biases are not zeros of type float", call(small))


@check(
    "Draw all weights at random",
    points=1,
    hint="Print W1 and W2. Could you foretell one of their numbers from the others?",
)
def test_weights_random(submission, large):
    parameters = submission.initialize_parameters(*large)
    faults, unlike = Faults(), True
    for layer, weights in matrices(parameters, large):
        for found in undrawn(weights, false_fail=2 * FALSE_FAIL):
            # Copies of hidden units, which show in W2 too, have a check of their own.
            if found.kind == "rows" and layer == 1:
                unlike = False
            elif unlike or not found.groups:
                faults.add(UNDRAWN.get(found.kind), f"W{layer} {found.words}")
    faults.report("the weights are not random numbers", call(large))


@check(
    "Make every hidden unit different from all others",
    points=2,
    hint="If two hidden units start the same, what could make them learn different things?",
)
def test_units_differ(submission, rng):
    # With 5 inputs there are 32 rows of signs, so weights that are ±0.01 must repeat among 33.
    sizes = 5, int(rng.integers(34, 40)), 3
    parameters = submission.initialize_parameters(*sizes)
    rows = hidden_rows(upright(parameters["W1"], sizes, 1), sizes)
    if rows.min() == rows.max():
        same = "zero-weights" if not rows.any() else "constant-weights"
        sentence = f"all {len(rows)} rows of W1 are {few(rows[0])}"
        headline = "all hidden units are copies of each other"
        fail(headline, call(sizes), diagnoses=[Diagnosis(same, sentence)])
    groups = sorted(symmetric_groups(rows), key=lambda group: -len(group.units))
    if groups:
        sentence, *lines = describe(groups, rows, parameters)
        diagnosis = Diagnosis(
            "symmetric-hidden-units",
            sentence,
            units=[list(group.units) for group in groups[:8]],
            relation=groups[0].relation,
        )
        headline = "some hidden units are no different from others"
        fail(headline, *lines, call(sizes), diagnoses=[diagnosis])


@check(
    "Draw W2 anew, not from the numbers of W1",
    points=1,
    hint="Where is the generator seeded, and how often? Is an array used for more than one layer?",
    needs=["weights_random"],
)
def test_layers_independent(submission, large):
    parameters = submission.initialize_parameters(*large)
    first, second = parameters["W1"], parameters["W2"]
    shared = shared_draws(first, second, false_fail=FALSE_FAIL)
    # Where both repeat themselves, one chance resemblance looks like many.
    if shared and not (related(first) and related(second)):
        sentence = f"{shared.count} numbers of W1 come back in W2, {shared.how}"
        starts = [f"{name} starts with {few(parameters[name])}" for name in ("W1", "W2")]
        fail(
            "W1 and W2 are made of the same random numbers",
            *starts,
            call(large),
            diagnoses=[Diagnosis("shared-draw", sentence, how=shared.how, count=shared.count)],
        )


@check(
    "Centre the weights on zero",
    points=1,
    hint="What are the smallest and the largest number that your generator can give?",
    needs=["weights_random"],
)
def test_weights_centred(submission, large):
    parameters = submission.initialize_parameters(*large)
    faults = Faults()
    for name in ("W1", "W2"):
        weights = parameters[name]
        # Copies are another check's matter: a few numbers that repeat would look like a lean.
        if not judge_centre(weights, false_fail=FALSE_FAIL).ok and not related(weights):
            positive = f"{100 * np.mean(weights > 0):.0f} % of its numbers are positive"
            sentence = f"{name} has mean {weights.mean():.3g}, and {positive}"
            faults.add("not-centred", sentence)
    faults.report("the weights lean to one side", call(large))


@check(
    "Keep the weights small: standard deviation 0.01",
    points=1,
    hint="How large is a typical number from your generator, before and after you multiply it?",
    needs=["weights_random"],
)
def test_weights_small(submission, rng):
    # Sizes at which any two rules differ by a fifth in one of the calls, and at which no rule
    # comes near the accepted range in both.
    calls = [
        tuple(int(rng.integers(low, low + 4)) for low in lows)
        for lows in ((12, 161, 17), (61, 33, 65))
    ]
    drawn = [submission.initialize_parameters(*sizes) for sizes in calls]
    layers = [
        WeightLayer(weights, sizes, layer, ASKED)
        for parameters, sizes in zip(drawn, calls, strict=True)
        for layer, weights in matrices(parameters, sizes)
        # Copies are another check's matter, and too few different numbers to tell their spread.
        if not related(weights)
    ]
    expect(layers, "how far weights that repeat are spread cannot be told", *map(call, calls))
    faults = Faults()
    for wrong in wrong_spreads(layers, TOLERANCE, false_fail=FALSE_FAIL, rules=RULES):
        for sentence in wrong.sentences:
            faults.add(SPREADS[wrong.kind], sentence)
    faults.report("the weights should have a standard deviation of 0.01", *map(call, calls))


def call(sizes):
    """Show a call: sizes are no secret, numbers would be."""
    n_x, n_h, n_y = sizes
    return f"initialize_parameters(n_x={n_x}, n_h={n_h}, n_y={n_y})"


def shapes(sizes):
    """Return the shapes of the weight matrices by their names."""
    n_x, n_h, n_y = sizes
    return {"W1": (n_h, n_x), "W2": (n_y, n_h)}


def matrices(parameters, sizes):
    """Return the layers with their weights, turned round where they are transposed."""
    return [(layer, upright(parameters[f"W{layer}"], sizes, layer)) for layer in (1, 2)]


def hidden_rows(weights, sizes):
    """Return the incoming weights of each hidden unit."""
    if weights.ndim != 2 or not weights.size:
        fail(f"W1 has shape {weights.shape}, where no row can be told for each unit", call(sizes))
    return weights[:MOST_UNITS].astype(float)


def describe(groups, rows, parameters):
    """Say how the largest group is related and what becomes of it, and that there are others."""
    yield from explain_group(groups[0], rows, "W1")
    if groups[0].relation == "equal" and stays_symmetric(parameters, groups[0].units):
        yield "after 50 steps of gradient descent they are still equal"
    if len(groups) > 1:
        yield f"there are {len(groups) - 1} more such groups"
