"""Is a returned value what the contract says before a check sees it, and if not, is that said?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.exercise import Returns
from grader.testing.contract import validate
from grader.testing.failures import CheckFailed
from grader.wire import Unsent

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

NAME = "the result of f"
DICT = Returns(kind="dict", keys=("W1", "b1"))
IN_ORDER = Returns(kind="dict", keys=("W1", "b1"), allow_tuple=True)
ARRAY, NUMBER = Returns(kind="array"), Returns(kind="number")
LISTED = Returns(kind="array", allow_list=True)
PAIR = Returns(kind="tuple", items=(ARRAY, DICT))
TWO = Returns(kind="tuple", length=2)
ANY_DICT = Returns(kind="dict", values="any")
ONE = np.ones((2, 1))
UNSENT = Unsent("type", "function")

ACCEPTED: dict[str, tuple[Returns, Any, Any]] = {
    "dict": (DICT, {"W1": ONE, "b1": ONE}, {"W1": ONE, "b1": ONE}),
    "other order": (DICT, {"b1": ONE, "W1": 2}, {"W1": np.array(2), "b1": ONE}),
    "extra arrays": (DICT, {"W1": 1, "b1": 2, "X": ONE}, {"W1": 1, "b1": 2, "X": ONE}),
    "extra other things": (DICT, {"W1": 1, "b1": 2, "X": None, "Y": "a"}, {"W1": 1, "b1": 2}),
    "extra keys that are no text": (
        DICT,
        {"W1": 1, 2: 3, ("W", 1): 4, "b1": 5},
        {"W1": 1, "b1": 5},
    ),
    "an extra item that could not be sent": (
        DICT,
        {"W1": 1, "b1": 2, "g": UNSENT},
        {"W1": 1, "b1": 2},
    ),
    "keys of any type": (ANY_DICT, {1: "x", ("W", 1): None}, {1: "x", ("W", 1): None}),
    "tuple for a dict": (IN_ORDER, (1, 2), {"W1": 1, "b1": 2}),
    "list for a dict": (IN_ORDER, [1, 2], {"W1": 1, "b1": 2}),
    "any keys": (Returns(kind="dict"), {"a": 1.5}, {"a": 1.5}),
    "any values": (Returns(kind="dict", keys=("a",), values="any"), {"a": "x"}, {"a": "x"}),
    "array": (ARRAY, ONE, ONE),
    "number as an array": (ARRAY, 3, np.array(3)),
    "bools": (ARRAY, np.array([True]), np.array([True])),
    "long doubles": (ARRAY, np.ones(2, np.longdouble), np.ones(2)),
    "infinite, where it may be": (Returns(kind="array", finite=False), np.inf, np.array(np.inf)),
    "list for an array": (LISTED, [4, 1.5, np.float32(0.5)], np.array([4, 1.5, 0.5])),
    "tuple of lists for an array": (LISTED, ([1, 2], [3, 4]), np.array([[1, 2], [3, 4]])),
    "list of arrays for an array": (LISTED, [ONE, ONE], np.ones((2, 2, 1))),
    "empty list for an array": (LISTED, [], np.array([])),
    "number": (NUMBER, 2, 2.0),
    "bool": (NUMBER, True, 1.0),
    "scalar of numpy": (NUMBER, np.float32(0.5), 0.5),
    "array of one": (NUMBER, np.array([[0.5]]), 0.5),
    "tuple": (PAIR, (1, {"W1": 1, "b1": 2}), (1, {"W1": 1, "b1": 2})),
    "list for a tuple": (TWO, [ONE, 1], (ONE, 1)),
    "array for a tuple": (TWO, np.array([1.0, 2.0]), (np.array(1.0), np.array(2.0))),
    "array for numbers": (Returns(kind="tuple", items=(NUMBER, NUMBER)), np.arange(2), (0.0, 1.0)),
    "array for a dict": (IN_ORDER, np.arange(2), {"W1": 0, "b1": 1}),
    "tuple of any length": (Returns(kind="tuple"), (1, 2, 3), (1, 2, 3)),
    "nothing": (Returns(kind="none"), "something", None),
    "anything": (Returns(kind="any"), {"a": [None]}, {"a": [None]}),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_accepted(name: str) -> None:
    returns, value, canonical = ACCEPTED[name]
    got = validate(returns, value, NAME)
    assert type(got) is type(canonical)
    np.testing.assert_equal(got, canonical)
    if returns.kind == "dict" and returns.values == "array":
        assert all(isinstance(item, np.ndarray) for item in got.values())


REFUSED: dict[str, tuple[Returns, Any, str]] = {
    "none for a dict": (DICT, None, "wrong-return-type"),
    "list for a dict": (DICT, [1, 2], "wrong-return-type"),
    "tuple of another length for a dict": (IN_ORDER, (1, 2, 3), "wrong-return-type"),
    "one key missing": (DICT, {"W1": 1, "B1": 2}, "wrong-return-keys"),
    "all keys missing": (DICT, {}, "wrong-return-keys"),
    "tuples for keys": (DICT, {("W", 1): ONE, ("b", 1): ONE}, "wrong-return-keys"),
    "numbers and text for keys": (
        DICT,
        {1: ONE, "W1": ONE, None: 2, b"b1": 3},
        "wrong-return-keys",
    ),
    "bytes for keys": (DICT, {b"W1": ONE, b"b1": ONE}, "wrong-return-keys"),
    "numbers for keys of any name": (Returns(kind="dict"), {1: ONE, "b": ONE}, "wrong-return-keys"),
    "long tuple for keys": (DICT, {("x" * 99,) * 9: 1}, "wrong-return-keys"),
    "very long keys": (DICT, {"x" * 10**6 + str(n): 1 for n in range(20)}, "wrong-return-keys"),
    "very long key": (Returns(kind="dict"), {"x" * 10**6: None}, "wrong-return-type"),
    "none in a dict": (DICT, {"W1": ONE, "b1": None}, "wrong-return-type"),
    "list in a dict": (DICT, {"W1": [[1]], "b1": ONE}, "wrong-return-type"),
    "text in a dict without keys": (Returns(kind="dict"), {"a": "x"}, "wrong-return-type"),
    "list for an array": (ARRAY, [1.0, 2.0], "wrong-return-type"),
    "list of different lengths": (LISTED, [[1, 2], [3]], "wrong-return-type"),
    "list of more than numbers": (LISTED, [1, None], "wrong-return-type"),
    "list of texts": (LISTED, ["1", "2"], "wrong-return-type"),
    "list with a complex number": (LISTED, [1, 1j], "wrong-return-type"),
    "list with nan": (LISTED, [1, float("nan")], "nan-or-inf"),
    "complex": (ARRAY, ONE * 1j, "wrong-return-type"),
    "complex number": (ARRAY, 1j, "wrong-return-type"),
    "integer that is too large": (ARRAY, 2**100, "wrong-return-type"),
    "text": (ARRAY, "1.0", "wrong-return-type"),
    "nan": (ARRAY, np.array([1, np.nan, np.inf]), "nan-or-inf"),
    "nan in a dict": (DICT, {"W1": ONE, "b1": np.nan}, "nan-or-inf"),
    "beyond doubles": (ARRAY, np.array([np.finfo(np.longdouble).max]), "nan-or-inf"),
    "array for a number": (NUMBER, ONE, "wrong-return-type"),
    "empty array for a number": (NUMBER, np.zeros(0), "wrong-return-type"),
    "nan for a number": (NUMBER, float("nan"), "nan-or-inf"),
    "dict for a tuple": (TWO, {"a": 1, "b": 2}, "wrong-return-type"),
    "array of another length for a tuple": (TWO, np.ones(3), "wrong-return-type"),
    "array of one number for a tuple": (TWO, np.array(2.0), "wrong-return-type"),
    "column of two for a tuple": (TWO, np.ones((2, 1)), "wrong-return-type"),
    "three for two": (TWO, (1, 2, 3), "wrong-return-type"),
    "values without end": (Returns(kind="tuple"), [0.5] * 20_001, "wrong-return-type"),
    "keys without end": (
        Returns(kind="dict"),
        dict.fromkeys(map(str, range(20_001)), 1),
        "wrong-return-type",
    ),
    "second part of a tuple": (PAIR, (ONE, [1]), "wrong-return-type"),
    "key in a part of a tuple": (PAIR, (ONE, {"W1": 1}), "wrong-return-keys"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_and_how(name: str, snapshot: SnapshotAssertion) -> None:
    returns, value, misconception = REFUSED[name]
    with pytest.raises(CheckFailed) as refused:
        validate(returns, value, NAME)
    assert [d.misconception for d in refused.value.diagnoses] == [misconception]
    assert refused.value.feedback == snapshot
    assert len(refused.value.feedback) < 500


KINDS = st.sampled_from([DICT, IN_ORDER, ARRAY, NUMBER, PAIR, TWO, Returns(kind="dict")])
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.sampled_from([ONE, ONE * 1j, np.zeros(0), np.float16(1), np.ones((1, 1), bool), np.nan]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.sampled_from(["W1", "b1", "c", 1, ("W", 1), None]), inner, max_size=3),
    ),
    max_leaves=6,
)


@given(KINDS, VALUES)
def test_any_value_is_made_canonical_or_refused(returns: Returns, value: Any) -> None:
    try:
        got = validate(returns, value, NAME)
    except CheckFailed as refused:
        assert refused.diagnoses  # noqa: PT017
        return
    if returns.kind == "dict":
        assert all(type(key) is str for key in got)
    parts = {"dict": dict, "array": np.ndarray, "number": float, "tuple": tuple}
    assert type(got) is parts[returns.kind]
    for array in _arrays(got):
        assert array.dtype.kind in "biuf"
        assert np.isfinite(array).all()


def _arrays(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [array for item in value.values() for array in _arrays(item)]
    if isinstance(value, tuple):
        return [array for item in value for array in _arrays(item)]
    return [np.asarray(value)]


def test_an_item_that_could_not_be_sent_fails_whoever_asks_for_it() -> None:
    value = {"a": 1.5, "g": UNSENT}
    assert validate(Returns(kind="dict"), value, NAME) == value
    with pytest.raises(TypeError) as failed:
        validate(Returns(kind="dict", keys=("a", "g")), value, NAME)
    assert failed.value is UNSENT.fault
