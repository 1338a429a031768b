"""Values of the closed set, and whether one that came back is the one that was sent."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as npst
import numpy as np
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
KEYS = st.recursive(
    st.one_of(
        TEXT,
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(),
        st.binary(max_size=5),
    ),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(TEXT, inner, max_size=4),
        st.dictionaries(KEYS, inner, max_size=4),
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
        return same([*a.items()], [*b.items()])
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
