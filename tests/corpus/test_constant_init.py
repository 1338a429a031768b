"""Counts of hidden units: what is right in any reasonable way passes, nothing breaks a check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from staff import staff_module

from grader.catalog import Course
from grader.grade import Answer, Slot
from grader.testing.runner import load_reference
from grader.testing.symmetry import train

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "solutions" / "constant_init"
HIDDEN = staff_module("constant_init", "test_hidden_units")


@pytest.fixture
def reference() -> Any:
    """Return what the reference solution defines."""
    return load_reference(FOLDER / "reference.py", {})


@pytest.mark.parametrize("value", [-1.5, 0.0, 0.01, 0.5, 2.0])
def test_training_moves_constant_units_together(reference: Any, value: float) -> None:
    parameters = reference.initialize_constant(4, 6, 3, value)
    assert reference.count_distinct_hidden_units(parameters) == 1
    trained = train(parameters, steps=50, learning_rate=0.5)
    # Rounding parts them in their last digits, and training them on would part them more.
    assert reference.count_distinct_hidden_units(trained, tol=1e-6) == 1
    assert value == 0.0 or not np.allclose(trained["W1"], value)


def test_training_parts_units_that_start_different(reference: Any) -> None:
    parameters = reference.initialize_constant(4, 6, 3, 0.5)
    parameters["W1"] = parameters["W1"] + np.arange(6)[:, None] / 100
    assert reference.count_distinct_hidden_units(parameters) == 6
    trained = train(parameters, steps=200, learning_rate=0.5)
    assert reference.count_distinct_hidden_units(trained, tol=1e-6) == 6


def in_any_order(units: np.ndarray, same: Callable[[np.ndarray, np.ndarray], bool]) -> int:
    found: list[np.ndarray] = []
    for unit in units[::-1]:
        if not any(same(unit, other) for other in found):
            found.append(unit)
    return len(found)


def next_to_each_other(units: np.ndarray, tol: float) -> int:
    rows = np.array(sorted(units.tolist()))
    return 1 + int((np.abs(np.diff(rows, axis=0)).max(axis=1) > tol).sum())


WAYS: dict[str, Callable[[np.ndarray, float], int]] = {
    "the largest difference": lambda u, t: in_any_order(u, lambda a, b: np.abs(a - b).max() <= t),
    "smaller, not as small": lambda u, t: in_any_order(u, lambda a, b: np.abs(a - b).max() < t),
    "the length of the difference": lambda u, t: in_any_order(
        u, lambda a, b: np.linalg.norm(a - b) <= t
    ),
    "the sum of the differences": lambda u, t: in_any_order(
        u, lambda a, b: np.abs(a - b).sum() <= t
    ),
    "the mean of the differences": lambda u, t: in_any_order(
        u, lambda a, b: np.abs(a - b).mean() <= t
    ),
    "rounding": lambda u, t: len(np.unique(u.round(round(-np.log10(t))), axis=0)),
    "rounding multiples": lambda u, t: len(np.unique(np.round(u / t), axis=0)),
    "cutting off": lambda u, t: len(np.unique(np.floor(u / t), axis=0)),
    "sorting": next_to_each_other,
}


@pytest.mark.parametrize("way", WAYS)
def test_near_copies_are_counted_alike_in_any_way(way: str) -> None:
    for seed in range(100):
        rng = np.random.default_rng(seed)
        tol = 10.0 ** -int(rng.integers(2, 5))
        kinds = int(rng.integers(2, 8))
        for network, allowed in (
            (HIDDEN.near(rng, kinds, (0.1, 2.0)), 1e-12),
            (HIDDEN.near(rng, kinds, (0.1, 2.0), step=2e-8), 1e-12),
            (HIDDEN.near(rng, kinds, (0.1, 2.0), tol=tol), tol),
            (HIDDEN.near(rng, kinds, (800.0, 999.0), tol=tol, step=100 * tol), tol),
        ):
            assert WAYS[way](network.units, allowed) == kinds


ANSWERS = {
    "None": "None",
    "text": "'three'",
    "an empty array": "np.zeros((0, 3))",
    "an empty dict": "{}",
    "complex numbers": "np.full((2, 2), 1j)",
    "nan": "float('nan')",
    "infinity": "np.full((3, 2), np.inf)",
    "a huge number": "1e308",
    "a huge whole number": "2 ** 62",
    "a number that is too large": "10 ** 400",
    "bools": "np.ones((4, 4), bool)",
    "bytes": "np.ones((2, 3), np.uint8)",
    "objects": "np.array([None, 1])",
    "a scalar array": "np.array(3.0)",
    "many dimensions": "np.zeros((1, 2, 1, 2))",
    "a dict of numbers": "dict(W1=1, b1=2, W2=3, b2=4)",
    "a dict of empty arrays": "dict(W1=E, b1=E, W2=E, b2=E)",
    "a dict of whole numbers": "dict(W1=I, b1=I, W2=I, b2=I)",
    "a dict of cubes": "dict(W1=C, b1=C, W2=C, b2=C)",
}
CODE = """
import numpy as np
E, I, C = np.zeros(0), np.arange(3), np.full((2, 2, 2), 1e308)
def initialize_constant(n_x, n_h, n_y, value): return ANSWER
def hidden_activations(X, parameters): return ANSWER
def count_distinct_hidden_units(parameters, tol=1e-12): return ANSWER
"""


@pytest.fixture(scope="module")
def slot() -> Any:
    """Return what grades."""
    with Slot(Course(ROOT)) as slot:
        yield slot


@pytest.mark.parametrize("answer", ANSWERS)
def test_odd_answers_get_no_points_and_break_nothing(slot: Slot, answer: str) -> None:
    code = CODE.replace("ANSWER", ANSWERS[answer]).encode()
    report = slot.grade("constant_init", Answer.of_file("constant_init", "odd", "odd.py", code))
    assert report.status == "graded"
    assert {c.id for c in report.checks if c.outcome == "passed"} <= {"inputs_unchanged"}
