"""Hidden checks of deep_init: three initialisers, judged by distribution.

Each check calls an initialiser once or twice, for layers of some thousand weights whose sizes tell
known rules apart: half of the learners seed inside the function, so more calls give no more
numbers. A mistake is paid for once: what is not random has no spread, and biases are looked for
where there are some.
"""

import math

import numpy as np
import pytest

from grader.testing import (
    Diagnosis,
    Faults,
    check,
    expect,
    expect_default,
    expect_unchanged,
    fail,
    few,
    judge_centre,
    layers_present,
    listed,
    looks_drawn,
    undrawn_layers,
    weight_layers,
    wrong_layers,
    wrong_spreads,
)

# 51 statistical judgements are made of one submission: of each initialiser 3 of order, 3 of
# sharing, 5 of the centre and 5 of the spread, and 3 more of the default scale. With 8 of the
# public examples they fail a right answer with probability 6e-10 at most.
FALSE_FAIL = 1e-11
DEFAULT_SCALE = 0.01

# The standard deviation may be a tenth off, beside what chance does: the nearest other rule, that
# of He for that of Xavier, is three tenths away.
TOLERANCE = 0.9, 1.1

WRONG_LAYERS = {"missing": "missing-layer", "extra": "extra-layer", "other": "wrong-return-keys"}
UNDRAWN = {
    "integers": "integer-arrays",
    "zero": "zero-weights",
    "constant": "constant-weights",
    "rows": "not-random",
    "columns": "not-random",
    "pattern": "not-random",
    "copies": "symmetric-hidden-units",
    "shared": "shared-draw",
}
SPREADS = {
    "rule": "wrong-variance",
    "saturating": "saturating-scale",
    "vanishing": "vanishing-scale",
    "other": "wrong-variance",
}
SCALE_RULES = {
    "sqrt(scale), so scale is the variance": lambda scale, _: math.sqrt(scale),
    "scale squared": lambda scale, _: scale**2,
    "scale / sqrt(3), uniform in ±scale": lambda scale, _: scale / math.sqrt(3),
    "scale * sqrt(2 / inputs)": lambda scale, n_prev: scale * he(n_prev),
    "scale * sqrt(1 / inputs)": lambda scale, n_prev: scale * xavier(n_prev),
}


def he(n_prev):
    return math.sqrt(2 / n_prev)


def xavier(n_prev):
    return math.sqrt(1 / n_prev)


@pytest.fixture
def networks(rng):
    """Sizes of two networks: rules differ in some layer, and change from one to the other."""
    return [[low + int(rng.integers(2)) for low in n] for n in ([22, 159, 17, 129], [72, 25, 63])]


@check(
    "initialize_parameters_deep: every layer has W and b in their shapes, and zero biases",
    points=0.5,
    hint="How many layers with weights do 2 sizes make, and 5 sizes? Which two give W1 its shape?",
)
def test_deep_arrays(submission, rng):
    expect_arrays(submission, submission.initialize_parameters_deep, rng)


@check(
    "initialize_parameters_deep: every weight is a new random number",
    points=0.5,
    hint="Print two layers. Does a number, a row or a column come back? Where do you seed?",
)
def test_deep_drawn(submission, rng):
    expect_drawn(submission.initialize_parameters_deep, rng)


@check(
    "initialize_parameters_deep: the weights have mean 0 and standard deviation scale",
    points=0.75,
    hint="What standard deviation do your generator's numbers have, and what does scale do to it?",
)
def test_deep_spread(submission, rng, networks):
    layers, calls = [], []
    for dims, low, high in zip(networks, (0.02, 0.12), (0.03, 0.18), strict=True):
        scale = float(rng.uniform(low, high))
        calls.append(f"{said(dims)}, scale: {scale:.3g}")
        parameters = submission.initialize_parameters_deep(dims, scale=scale)
        layers += weight_layers(parameters, dims, [scale] * len(dims))
    expect_spread(layers, calls, SCALE_RULES)


@check(
    "initialize_parameters_deep: the scale is 0.01 when it is left out",
    points=0.25,
    hint="What does the first line of the function say about scale?",
    needs=["deep_spread"],
)
def test_deep_default(submission, networks):
    dims = networks[0]
    asked = [DEFAULT_SCALE] * len(dims)
    layers = weight_layers(submission.initialize_parameters_deep(dims), dims, asked)
    expect(layers, "there are no random weights whose spread could be told", said(dims))
    # The spread follows a scale that is given: so has said the check before.
    wrong = wrong_spreads(layers, TOLERANCE, false_fail=FALSE_FAIL)
    expect_default(not wrong, "scale", DEFAULT_SCALE)


@check(
    "initialize_parameters_he: every layer has W and b in their shapes, and zero biases",
    points=0.5,
    hint="Which shape does W2 need, so that W2 @ A1 has a row for each unit of layer 2?",
)
def test_he_arrays(submission, rng):
    expect_arrays(submission, submission.initialize_parameters_he, rng)


@check(
    "initialize_parameters_he: every weight is a new random number",
    points=0.5,
    hint="Print two layers. Does a number, a row or a column come back? Where do you seed?",
)
def test_he_drawn(submission, rng):
    expect_drawn(submission.initialize_parameters_he, rng)


@check(
    "initialize_parameters_he: mean 0 and standard deviation sqrt(2 / n_prev)",
    points=0.75,
    hint="Which size is n_prev for layer 2 of [200, 50, 10], and what is sqrt(2 / n_prev) then?",
)
def test_he_spread(submission, networks):
    expect_rule(submission.initialize_parameters_he, networks, he)


@check(
    "initialize_parameters_xavier: every layer has W and b in their shapes, and zero biases",
    points=0.5,
    hint="Which shape does W2 need, so that W2 @ A1 has a row for each unit of layer 2?",
)
def test_xavier_arrays(submission, rng):
    expect_arrays(submission, submission.initialize_parameters_xavier, rng)


@check(
    "initialize_parameters_xavier: every weight is a new random number",
    points=0.5,
    hint="Print two layers. Does a number, a row or a column come back? Where do you seed?",
)
def test_xavier_drawn(submission, rng):
    expect_drawn(submission.initialize_parameters_xavier, rng)


@check(
    "initialize_parameters_xavier: mean 0 and standard deviation sqrt(1 / n_prev)",
    points=0.75,
    hint="Which size is n_prev for layer 2 of [200, 50, 10], and what is sqrt(1 / n_prev) then?",
)
def test_xavier_spread(submission, networks):
    expect_rule(submission.initialize_parameters_xavier, networks, xavier)


def expect_arrays(submission, initialize, rng):
    """Judge keys, shapes and biases, and that the list of sizes is left alone."""
    for depth in (4, 1):
        dims = [int(size) for size in rng.permutation(np.arange(3, 12))[: depth + 1]]
        parameters = initialize(dims)
        expect_unchanged(submission)
        wrong = wrong_layers(parameters, depth)
        if wrong:
            headline = f"a network of {depth + 1} sizes has W1 to W{depth} and b1 to b{depth}"
            diagnosis = Diagnosis(WRONG_LAYERS[wrong.kind], wrong.words)
            fail(headline, f"your keys: {listed(parameters)}", said(dims), diagnoses=[diagnosis])
        faults = Faults()
        for layer in range(1, depth + 1):
            shape = dims[layer], dims[layer - 1]
            turned = {shape[::-1]: "transposed-weights"}
            flat = dict.fromkeys([shape[:1], (1, shape[0]), ()], "bias-shape")
            faults.expect_shape(parameters[f"W{layer}"], shape, f"W{layer}", turned)
            faults.expect_shape(parameters[f"b{layer}"], (shape[0], 1), f"b{layer}", flat)
            look_at_bias(parameters[f"b{layer}"], f"b{layer}", faults)
        faults.report("the arrays are not those of the layers", said(dims))


def look_at_bias(bias, name, faults):
    """Note what a bias holds but zeros."""
    if bias.any():
        constant = "nonzero-bias" if bias.min() == bias.max() else None
        faults.add("random-bias" if looks_drawn(bias) else constant, f"{name} = {few(bias)}")
    elif bias.ndim and bias.dtype.kind != "f":
        faults.add("integer-arrays", f"{name} holds {bias.dtype} numbers")


def expect_drawn(initialize, rng):
    """Judge that each weight is a new random number, in its layer and from layer to layer."""
    dims = [low + int(rng.integers(4)) for low in (44, 60, 49, 55)]
    parameters = initialize(dims)
    expect(layers_present(parameters, "W", 3), "there is no W1 to judge", said(dims))
    faults = Faults()
    for kind, words in undrawn_layers(parameters, dims, false_fail=FALSE_FAIL):
        faults.add(UNDRAWN.get(kind), words)
    faults.report("some weights are no random numbers of their own", said(dims))


def expect_rule(initialize, networks, rule):
    """Judge the spread of an initialiser that goes by the number of inputs alone."""
    layers = []
    for dims in networks:
        layers += weight_layers(initialize(dims), dims, [rule(n_prev) for n_prev in dims])
    expect_spread(layers, map(said, networks), {})


def expect_spread(layers, calls, rules):
    """Judge the centre and the spread of layers; `rules` are known beside those of the sizes."""
    calls = list(calls)
    expect(layers, "there are no random weights whose spread could be told", *calls)
    faults = Faults()
    leaning = [x for x in layers if not judge_centre(x.weights, false_fail=FALSE_FAIL).ok]
    if leaning:
        means = ", ".join(f"W{x.number} has mean {x.weights.mean():.3g}" for x in leaning[:3])
        positive = 100 * np.mean(leaning[0].weights > 0)
        faults.add("not-centred", f"{means}; {positive:.0f} % of the numbers are positive")
    for wrong in wrong_spreads(layers, TOLERANCE, false_fail=FALSE_FAIL, rules=rules):
        name = "ignores-scale" if wrong.fixed and rules else SPREADS[wrong.kind]
        for sentence in wrong.sentences:
            faults.add(name, sentence)
    faults.report("the weights do not have the mean and the spread that are asked for", *calls)


def said(dims):
    """Show the sizes of a call: they are no secret."""
    return f"sizes: {dims}"
