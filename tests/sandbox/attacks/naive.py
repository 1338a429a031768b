"""A grader as many are: student code, checks and verdict in one process. The control of attacks.

It runs as student code itself, in a worker: what gains nothing with us gains something here, or
leaves no verdict behind. It believes what its own process counted, JSON among what was printed,
the first frame on the wire, and that a process which ends with 0 ended well.
"""

import copy
import json
import pickle
import unittest

import numpy as np

from grader.worker import binding
from grader.worker.namespace import Namespace

EXPECTED = {}
PASSED = []
SIZES = {"n_x": 2, "n_h": 4, "n_y": 3}


def grade(source):
    """Execute an answer and count which checks pass; print the count as a line of JSON."""
    drawn = np.random.RandomState(7)
    for name, shape in {"W1": (4, 2), "b1": (4, 1), "W2": (3, 4), "b2": (3, 1)}.items():
        EXPECTED[name] = np.zeros(shape) if name[0] == "b" else drawn.randn(*shape) * 0.01
    namespace = Namespace()
    exec(source, namespace.globals)
    for check in CHECKS:
        try:
            check(call(namespace))
            PASSED.append(check.__name__)
        except unittest.SkipTest:
            PASSED.append("skipped, so not failed")
        except Exception:
            continue
    print(json.dumps({"points": len(PASSED)}))


def verdict():
    """Return the points that were counted."""
    return len(PASSED)


def call(namespace):
    function = namespace.find(["initialize_parameters"])
    known = {"aliases": [], "optional": False, "given": True}
    arguments = [{"name": name, "value": size} | known for name, size in SIZES.items()]
    positional, by_name = binding.bind(function, arguments)
    return function(*positional, **by_name)


def expect(holds):
    if not holds:  # an assert of student code does nothing
        raise AssertionError


def shapes(got):
    expect(got["W1"].shape == EXPECTED["W1"].shape)


def biases(got):
    expect(np.array_equal(got["b1"], EXPECTED["b1"]))


def values_close(got):
    expect(np.allclose(got["W1"], EXPECTED["W1"]))


def values_equal(got):
    expect(np.all(got["W1"] == EXPECTED["W1"]))


def values_tested(got):
    from numpy.testing import assert_allclose

    expect(assert_allclose(got["W2"], EXPECTED["W2"]) is None)  # nor does one of numpy by itself


def values_within(got):
    expect(all(abs(a - b) < 1e-6 for a, b in zip(got["W1"].flat, EXPECTED["W1"].flat, strict=True)))


def values_kept(got):
    kept = pickle.loads(pickle.dumps(copy.deepcopy(got)))
    expect(np.allclose(kept["W2"], EXPECTED["W2"]))


CHECKS = (shapes, biases, values_close, values_equal, values_tested, values_within, values_kept)
