"""Public examples for zero_init: run them with `grader check` as often as you like."""

import numpy as np

from grader.testing import Faults, check, expect

FLAT = dict.fromkeys([(), (4,), (1, 4), (1,)], "bias-shape")


@check(
    "Give every layer of [2, 4, 1] its arrays in their shapes",
    points=1,
    hint="Which two numbers of layers_dims decide the shape of W1? And of W2?",
)
def test_example_shapes(submission):
    parameters = submission.initialize_parameters_zeros([2, 4, 1])
    faults = Faults()
    for name, shape in {"W1": (4, 2), "b1": (4, 1), "W2": (1, 4), "b2": (1, 1)}.items():
        expect(name in parameters, f"{name} is missing", f"your keys: {', '.join(parameters)}")
        known = {shape[::-1]: "transposed-weights"} if name.startswith("W") else FLAT
        faults.expect_shape(parameters[name], shape, name, known)
    faults.report("not all arrays fit a network with 2 inputs, 4 hidden units and 1 output")


@check(
    "Fill all arrays with zeros",
    points=1,
    hint="Which numpy function makes an array of zeros from a shape?",
)
def test_example_zeros(submission):
    parameters = submission.initialize_parameters_zeros([2, 4, 1])
    for name in ("W1", "b1", "W2", "b2"):
        expect(name in parameters, f"{name} is missing", f"your keys: {', '.join(parameters)}")
        numbers = parameters[name].tolist()
        expect(not np.any(numbers), f"{name} is not zero everywhere", f"{name} = {numbers}")
