"""Does every value of the closed set arrive exactly as it was sent?"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import Any

import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.wire import decode, encode

NUMBERS = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "longdouble", "complex64", "complex128", "clongdouble"),
)
# hypothesis makes no numbers of more than 64 bits: those are widened from narrower ones.
NARROW = {"longdouble": "float64", "clongdouble": "complex128"}


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    """Arrays of all dtypes, byte orders and memory layouts, 0-d and empty ones too."""
    name, order = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from("<>"))
    shape = draw(npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    array = draw(npst.arrays(NARROW.get(name, name), shape))
    array = array.astype(np.dtype(name).newbyteorder(order))
    layout = draw(st.sampled_from(["plain", "fortran", "turned", "back", "strided", "repeated"]))
    if layout == "fortran":
        array = np.array(array, order="F")
    elif layout == "turned":
        array = array.T
    elif layout == "back" and array.ndim:
        array = array[::-1]
    elif layout == "strided" and array.ndim:
        array = np.repeat(array, 2, axis=0)[::2]
    elif layout == "repeated":
        array = np.broadcast_to(array, (2, *array.shape))
    return array


@st.composite
def scalars(draw: st.DrawFn) -> np.generic:
    """Scalars of numpy."""
    name = draw(st.sampled_from(NUMBERS))
    return draw(npst.arrays(NARROW.get(name, name), ())).astype(name)[()]


# With lone surrogates, which an exception of a student's may hold.
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**8191) + 1, 2**8191 - 1),
    st.floats(),
    st.complex_numbers(),
    TEXT,
    st.binary(max_size=20),
    scalars(),
    arrays(),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(TEXT, inner, max_size=4),
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    """Whether `b` is what `a` was: types, order of keys, byte order, signs of zeros, NaN as NaN."""
    if isinstance(a, np.ndarray | np.generic):
        # Some of numpy's scalar types share a dtype: long and longlong are both 64-bit here.
        kind = np.ndarray if isinstance(a, np.ndarray) else np.generic
        return (
            isinstance(b, kind)
            and a.dtype == b.dtype
            and a.shape == b.shape
            and _same_numbers(a, b)
        )
    if type(a) is not type(b):
        return False
    if type(a) in (list, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if type(a) is dict:
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return _same_numbers(a, b) if type(a) in (float, complex) else a == b


def _same_numbers(a: Any, b: Any) -> bool:
    if np.asarray(a).dtype.kind not in "fc":
        return np.array_equal(a, b)
    return all(
        np.array_equal(x, y, equal_nan=True)
        and np.array_equal(np.signbit(x) & ~np.isnan(x), np.signbit(y) & ~np.isnan(y))
        for x, y in [(np.real(a), np.real(b)), (np.imag(a), np.imag(b))]
    )


def trip(value: object, **options: Any) -> Any:
    structure, buffers = encode(value)
    return decode(structure, b"".join(buffers), **options)


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
        [[], (), {}, [()], ([],)],
        True,
        np.True_,
        b"\x00\xff",
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.20}",
)
def test_corners(value: Any) -> None:
    assert same(value, trip(value))


@pytest.mark.parametrize("mapping", [OrderedDict, lambda items: defaultdict(list, items)])
def test_two_other_dicts_of_the_standard_library_arrive_as_dicts(mapping: Any) -> None:
    arrived = trip(mapping({"W1": 1, "b1": 2}))
    assert type(arrived) is dict
    assert arrived == {"W1": 1, "b1": 2}
