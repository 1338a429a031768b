"""Does each expectation pass what is right, and say of the rest what a student may know?"""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.testing import compare
from grader.testing.compare import (
    expect_close,
    expect_equal,
    expect_shape,
    expect_unchanged,
    show,
)
from grader.testing.failures import CheckFailed, expect, fail
from grader.testing.relations import close

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
SAID: dict[str, Callable[[], None]] = {
    "shape": lambda: expect_shape(np.ones(4), (4, 1), "b1"),
    "shape, with a reason": lambda: expect_shape(
        np.ones((2, 4)), (4, 2), "W1", misconception="transposed-weights", why="a row for each unit"
    ),
    "shape of a number": lambda: expect_shape(3.0, (1, 1), "b2"),
    "equal": lambda: expect_equal(3, 4, "the number of layers"),
    "equal, long": lambda: expect_equal("x" * 200, "y" * 200, "the name"),
    "changed": lambda: expect_unchanged(SimpleNamespace(changed=("X", "Y"))),
    "expect": lambda: expect([], "there is nothing", "a line", staff=["for staff"]),
    "fail": lambda: fail("it fails", "a line", "another line", staff=["for staff"]),
    "close": lambda: expect_close(SQUARE + 1, SQUARE, "A"),
    "close, one value": lambda: expect_close(SQUARE + np.eye(2) * [0, 1], SQUARE, "A"),
    "close, times three": lambda: expect_close(3 * SQUARE, SQUARE, "A"),
    "close, turned": lambda: expect_close(SQUARE.T, SQUARE, "A"),
    "close, a number": lambda: expect_close(0.4, 0.3, "cost"),
    "close, half a number": lambda: expect_close(0.15, 0.3, "cost"),
    "close, another shape": lambda: expect_close(SQUARE[0], SQUARE, "A"),
    "close, nan": lambda: expect_close(SQUARE * np.nan, SQUARE, "A"),
    "close, infinity": lambda: expect_close(SQUARE * np.inf, SQUARE, "A"),
    "close, all zero": lambda: expect_close(SQUARE * 0, SQUARE, "A"),
    "close, should be zero": lambda: expect_close(SQUARE, SQUARE * 0, "A"),
    "close, large": lambda: expect_close(np.ones((10, 10)), np.zeros((10, 10)), "A"),
    "close, empty": lambda: expect_close(np.ones((0, 2)), SQUARE, "A"),
    "close, revealed": lambda: expect_close(SQUARE + 1, SQUARE, "A", reveal=True),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said(name: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(CheckFailed) as failed:
        SAID[name]()
    assert failed.value.feedback == snapshot(name="to the student")
    assert failed.value.diagnostic == snapshot(name="to staff")
    assert "for staff" not in failed.value.feedback


@pytest.mark.parametrize("value", [SQUARE, [SQUARE], (1, SQUARE), {"a": SQUARE}, np.array([])])
def test_an_array_equals_no_plain_value(value: Any) -> None:
    """It must not break the check: that would be called our fault."""
    for plain in ([1], (1, 2), {"a": 3}, "text", None):
        with pytest.raises(CheckFailed, match="the answer is not what it should be"):
            expect_equal(value, plain, "the answer")


def test_what_is_right_passes_silently() -> None:
    expect_shape(np.ones((4, 1)), (4, 1), "b1")
    expect_shape(1.0, (), "cost")
    expect_equal((1, "a"), (1, "a"), "the pair")
    expect_unchanged(SimpleNamespace(changed=()))
    expect(True, "never said")
    expect_close(SQUARE * (1 + 1e-8), SQUARE, "A")
    expect_close(SQUARE + 1e-10, SQUARE, "A")
    expect_close(SQUARE.astype(np.float32) * np.float32(1 + 1e-6), SQUARE, "A")


NUMBERS = st.sampled_from(["?", "i1", "i8", "u1", "u8", "f2", "f4", "f8", "c8", "c16"])
SHAPES = st.sampled_from([(), (0,), (1,), (3,), (2, 2), (2, 3)])
ARRAYS = st.tuples(NUMBERS, SHAPES).flatmap(lambda both: npst.arrays(*both))


@given(ARRAYS, ARRAYS)
def test_any_two_arrays_can_be_compared(one: Any, other: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(close(one, other), bool)


@given(npst.arrays("f8", SHAPES, elements=st.floats(-1e6, 1e6)))
def test_any_finite_array_is_close_to_itself_and_to_no_other_shape(array: Any) -> None:
    expect_close(array.copy(), array, "A")
    assert not close(array[np.newaxis], array)


ROWS = npst.arrays("f8", (2, 3), elements=st.floats(-9, 9, width=16))


@given(ROWS, ROWS)
def test_expected_values_are_for_staff_only(yours: Any, right: Any) -> None:
    right = right + 1234.5
    try:
        expect_close(yours, right, "A")
    except CheckFailed as failed:
        said, kept = failed.feedback, failed.diagnostic
    assert "12" not in said.replace("of 6 values", "") or "times" in said
    assert show(right) in kept


def test_an_audit_hears_of_every_comparison_while_it_listens() -> None:
    heard: list[str] = []
    with compare.audited(lambda name, pairs: heard.append(name)):
        expect_close(SQUARE, SQUARE, "A")
    expect_close(SQUARE, SQUARE, "B")
    assert heard == ["A"]
