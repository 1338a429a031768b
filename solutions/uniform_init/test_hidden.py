"""Hidden checks of uniform_init: draws, judged by their distribution.

One call with few inputs and many outputs gives enough weights and enough biases to tell uniform
draws from others.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from grader.testing import (
    Diagnosis,
    Faults,
    check,
    expect,
    expect_default,
    fail,
    judge_range,
    misfits,
    root_mean_square,
    shared_draws,
    undrawn,
)

# Five judgements are made of one submission here (two of order, two of the distribution, one of
# sharing) and two in the examples, so a right answer is failed by any with 2.8e-10 at most.
FALSE_FAIL = 5e-11

DEFAULT_RANGE = 0.1


@pytest.fixture
def sizes(rng):
    """Return few inputs and many outputs: some 10,000 weights and 1,500 biases."""
    return int(rng.integers(5, 8)), int(rng.integers(1500, 1560))


@pytest.fixture
def drawn(submission, sizes, rng):
    """Return what two calls with the same seed draw for two ranges, and the first range."""
    ranges = rng.uniform(0.3, 0.6) * np.array([1.0, 7.0])
    with submission.repeatable():
        first, second = (submission.initialize_uniform(*sizes, float(r)) for r in ranges)
    names = ("weights", "biases")
    return SimpleNamespace(
        limit=float(ranges[0]),
        one=dict(zip(names, first, strict=True)),
        other=dict(zip(names, second, strict=True)),
    )


@check(
    "initialize_uniform: a row of weights for each input, a bias for each output",
    points=0.5,
    hint="One row of inputs times the weights gives the outputs. How many are there, in one row?",
)
def test_shapes(submission, rng):
    faults = Faults()
    n_inputs, n_outputs = (int(size) for size in rng.permutation(np.arange(2, 9))[:2])
    for sizes in ((n_inputs, n_outputs), (n_inputs, 1)):
        weights, biases = submission.initialize_uniform(*sizes)
        turned = {sizes[::-1]: "transposed-weights"}
        faults.expect_shape(weights, sizes, "weights", turned)
        units = sizes[1]
        other = dict.fromkeys([(units, 1), (1, units), (), (1,)], "bias-shape")
        faults.expect_shape(biases, (units,), "biases", other)
    faults.report(f"not all arrays fit {n_inputs} inputs and {n_outputs} outputs, or one output")


@check(
    "initialize_uniform: the weights are uniform in ±init_range",
    points=1.5,
    hint="What are the smallest and the largest number that your generator can give, and between?",
)
def test_weights_uniform(drawn, sizes):
    expect_uniform("weights", drawn, sizes[0] * sizes[1])


@check(
    "initialize_uniform: the biases are uniform in ±init_range, and drawn anew",
    points=1,
    hint="Print some of your biases. Are they random, in the same range, and not weights again?",
)
def test_biases_uniform(drawn, sizes):
    expect_uniform("biases", drawn, sizes[1])
    shared = shared_draws(drawn.one["weights"], drawn.one["biases"], false_fail=FALSE_FAIL)
    if shared:
        sentence = f"{shared.count} numbers of the weights come back in the biases, {shared.how}"
        fail("the biases are made of the weights", diagnoses=[Diagnosis("shared-draw", sentence)])


@check(
    "initialize_uniform: the range is 0.1 when it is left out",
    points=0.25,
    hint="What does the first line of your function say about init_range?",
)
def test_default_range(submission, sizes):
    with submission.repeatable():
        given = submission.initialize_uniform(*sizes, DEFAULT_RANGE)[0]
        weights = submission.initialize_uniform(*sizes)[0]
    expect(weights.size and weights.min() < weights.max(), "the weights are all the same")
    if np.array_equal(given, weights):
        return
    # Draws that no call can repeat are judged by where they end, and by the submission's own.
    fits = judge_range(weights, -DEFAULT_RANGE, DEFAULT_RANGE, false_fail=FALSE_FAIL).ok
    expect_default(fits or same_spread(given, weights), "init_range", DEFAULT_RANGE)


def expect_uniform(name, drawn, size):
    """Fail unless one of the arrays is uniform in the range of its call."""
    draws = drawn.one[name]
    expect(draws.size == size, f"there are {draws.size} {name}, where {size} are needed")
    faults = Faults()
    for misconception, sentence in not_uniform(name, draws, drawn.other[name], drawn.limit):
        faults.add(misconception, sentence)
    faults.report(f"the {name} are not uniform numbers from -init_range to init_range")


SAME = {
    "weights": {"zero": "zero-weights", "constant": "constant-weights"},
    "biases": {"zero": "bias-not-random", "constant": "bias-not-random"},
}
MISFITS = {
    "range": "wrong-range",
    "distribution": "wrong-distribution",
    "centre": "not-centred",
}


def not_uniform(name, draws, other, limit):
    """Yield what is wrong with some draws: a misconception or None, and a sentence."""
    found = {seen.kind: seen for seen in undrawn(draws, false_fail=FALSE_FAIL)}
    if "integers" in found:
        yield "integer-arrays", f"{name} {found.pop('integers').words}"
    for kind, seen in found.items():
        if kind not in ("rows", "columns") or len(seen.groups[0].units) == len(draws):
            yield SAME[name].get(kind), f"the array of {name} {seen.words}"
            return
    draws = draws.astype(float)  # bools have no differences
    ignored = same_spread(draws, other)
    if ignored:
        yield "ignores-scale", f"another init_range gives {name} of the same size"
    for misfit in misfits(draws, -limit, limit, false_fail=FALSE_FAIL):
        # The range of draws that ignore it is another one as well, which says no more.
        centred = abs(draws.max() + draws.min()) < 0.1 * np.ptp(draws)
        if misfit.kind != "range" or not (ignored and centred):
            yield MISFITS[misfit.kind], f"{name} {misfit.words}"


def same_spread(one, other):
    return abs(root_mean_square(one) - root_mean_square(other)) < 0.1 * root_mean_square(one)
