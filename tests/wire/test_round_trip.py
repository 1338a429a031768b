"""Does every value of the closed set arrive exactly as it was sent?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trips import VALUES, arrays, same, trip

from grader.wire import decode, encode


@given(VALUES)
def test_every_value_arrives_as_it_was_sent(value: Any) -> None:
    assert same(value, trip(value))


@given(VALUES)
def test_every_value_has_one_form_on_the_wire(value: Any) -> None:
    assert encode(trip(value)) == encode(value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (1.0, np.float64(1)),
        (0.0, -0.0),
        ([], ()),
        ("a", b"a"),
        (np.array(1.0), np.float64(1)),
        (np.array([1.0], "<f8"), np.array([1.0], ">f8")),
        (np.zeros((2, 1)), np.zeros((1, 2))),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1: 2}, {True: 2}),
        ({1: 2}, {1.0: 2}),
        ({0.0: 2}, {-0.0: 2}),
        ({("a", 1): 2}, {("a", True): 2}),
    ],
    ids=repr,
)
def test_what_python_or_numpy_calls_equal_is_told_apart(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert encode(one) != encode(other)


@given(st.lists(arrays(), max_size=5))
def test_arrays_are_aligned_and_read_only(values: list[Any]) -> None:
    for array in trip(["x", *values])[1:]:
        assert array.flags.aligned
        assert array.flags.c_contiguous
        assert not array.flags.writeable


@given(st.lists(arrays(), max_size=5))
def test_a_worker_gets_arrays_of_its_own(values: list[Any]) -> None:
    structure, buffers = encode(values)
    received = bytearray(b"".join(buffers))
    arrived = decode(structure, received, writable=True)
    received[:] = bytes(len(received))
    assert all(array.flags.writeable for array in arrived)
    assert same(values, arrived)


@pytest.mark.parametrize(
    "value",
    [
        -0.0,
        float("-inf"),
        complex(-0.0, float("nan")),
        np.array([-0.0, np.inf, -np.inf, np.nan]),
        np.array(1.5),
        np.zeros((3, 0, 2)),
        np.array([1, 2], ">i2"),
        np.array([1.5], np.longdouble) / 3,
        2**64,
        -(2**63) - 1,
        2**8191 - 1,
        "\ud800 alone",
        {"b": 1, "a": 2, "": 3},
        {1: "a", ("W", 1): "b", None: "c", b"k": "d", 0.5: "e", ((), (1,)): "f", 2**64 - 1: "g"},
        {float("nan"): 1, -(2**63): 2, False: 3},
        [[], (), {}, [()], ([],)],
        True,
        np.True_,
        b"\x00\xff",
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.20}",
)
def test_corners(value: Any) -> None:
    assert same(value, trip(value))
