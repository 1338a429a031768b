"""Hidden checks of zero_init: layers, shapes and zeros, for networks of several depths."""

import numpy as np
import pytest

from grader.testing import (
    Diagnosis,
    Faults,
    check,
    expect,
    fail,
    few,
    layers_present,
    listed,
    looks_drawn,
    stays_symmetric,
    wrong_layers,
)

WRONG_LAYERS = {
    "missing": "missing-layer",
    "extra": "extra-layer",
    "other": "wrong-return-keys",
}


@pytest.fixture
def dims(rng):
    """Sizes of a network with three layers of weights, all different."""
    return sizes_for(rng, 3)


@check(
    "Make a W and a b for every layer after the input, at any depth",
    points=2,
    hint="How many layers with weights do 2 sizes make, and 6 sizes? Which is the first?",
)
def test_layers(submission, rng):
    for depth in (5, 1):
        dims = sizes_for(rng, depth)
        parameters = submission.initialize_parameters_zeros(dims)
        wrong = wrong_layers(parameters, depth)
        if wrong:
            fail(
                f"a network of {depth + 1} sizes has W1 to W{depth} and b1 to b{depth}",
                f"your keys: {listed(parameters)}",
                call(dims),
                diagnoses=[Diagnosis(WRONG_LAYERS[wrong.kind], wrong.words)],
            )


@check(
    "Give each W a row for each unit and a column for each unit before",
    points=1,
    hint="W1 @ x has to give one number per unit of layer 1. Which size is then the rows?",
)
def test_weight_shapes(submission, dims):
    parameters = submission.initialize_parameters_zeros(dims)
    faults = Faults()
    for layer, weights in layers(parameters, "W", dims):
        shape = dims[layer], dims[layer - 1]
        faults.expect_shape(weights, shape, f"W{layer}", {shape[::-1]: "transposed-weights"})
    faults.report("the weight matrices do not fit the layers", call(dims))


@check(
    "Make each b a column with a row for each unit",
    points=1,
    hint="W1 @ X has a column for every example. Which shape of b1 adds one number per row?",
)
def test_bias_shapes(submission, dims):
    parameters = submission.initialize_parameters_zeros(dims)
    faults = Faults()
    for layer, bias in layers(parameters, "b", dims):
        units = dims[layer]
        flat = dict.fromkeys([(units,), (1, units), ()], "bias-shape")
        faults.expect_shape(bias, (units, 1), f"b{layer}", flat)
    faults.report("the biases do not fit the layers", call(dims))


@check(
    "Fill every W with zeros",
    points=1,
    hint="This once, no random numbers: which numpy function gives an array of zeros?",
)
def test_weights_zero(submission, dims):
    parameters = submission.initialize_parameters_zeros(dims)
    faults = Faults()
    for layer, weights in layers(parameters, "W", dims):
        if weights.any():
            constant = "constant-weights" if weights.min() == weights.max() else None
            named = "random-weights" if looks_drawn(weights) else constant
            faults.add(named, f"W{layer} starts with {few(weights)}")
    faults.report("the weights are not zero", call(dims))


@check(
    "Fill every b with zeros",
    points=1,
    hint="Print b1. What should a bias be before the network has seen an example?",
)
def test_biases_zero(submission, dims):
    parameters = submission.initialize_parameters_zeros(dims)
    faults = Faults()
    for layer, bias in layers(parameters, "b", dims):
        if bias.any():
            constant = "nonzero-bias" if bias.min() == bias.max() else None
            named = "random-bias" if looks_drawn(bias) else constant
            faults.add(named, f"b{layer} starts with {few(bias)}")
    faults.report("the biases are not zero", call(dims))


@check(
    "Return numbers with a decimal point",
    points=1,
    hint="What does numpy do with 0.3 when you store it in an array of whole numbers?",
)
def test_floats(submission, dims):
    parameters = submission.initialize_parameters_zeros(dims)
    faults = Faults()
    for kind in "Wb":
        for layer, array in layers(parameters, kind, dims):
            if array.ndim and array.dtype.kind != "f":
                faults.add("integer-arrays", f"{kind}{layer} holds {array.dtype} numbers")
    faults.report("a step of learning would be cut down to whole numbers", call(dims))


@check(
    "Start all hidden units as copies that training cannot part",
    points=1,
    hint="Units with the same numbers get the same gradient. Which of yours differ, and why?",
    needs=["layers", "weight_shapes", "bias_shapes"],
)
def test_symmetry(submission, rng):
    dims = sizes_for(rng, 2)
    parameters = submission.initialize_parameters_zeros(dims)
    has = [parameters[name].shape if name in parameters else None for name in names(2)]
    expect(has == shapes(dims), "these arrays do not fit together", call(dims))
    together = stays_symmetric(parameters, range(dims[1]))
    starts = [
        f"W1[{i}] = {few(parameters['W1'][i])}, b1[{i}] = {few(parameters['b1'][i])}"
        for i in (0, 1)
    ]
    expect(
        together,
        "after 50 steps of gradient descent the hidden units are different from each other",
        *starts,
        call(dims),
    )


def sizes_for(rng, depth):
    """Draw the sizes of a network with `depth` layers of weights, all different, from 3 to 11."""
    return [int(size) for size in rng.permutation(np.arange(3, 12))[: depth + 1]]


def names(depth):
    """List the keys of a network of this depth in the order of its layers."""
    return [f"{kind}{layer}" for layer in range(1, depth + 1) for kind in "Wb"]


def shapes(dims):
    """List the right shapes in the order of `names`."""
    pairs = zip(dims[1:], dims, strict=False)
    return [shape for units, before in pairs for shape in ((units, before), (units, 1))]


def layers(parameters, kind, dims):
    """Return the layer numbers and arrays of one kind; fail when there is none to judge."""
    found = layers_present(parameters, kind, len(dims) - 1)
    if not found:
        fail(f"there is no {kind}1 to judge", call(dims))
    return found


def call(dims):
    """Show a call: sizes are no secret."""
    return f"initialize_parameters_zeros({dims})"
