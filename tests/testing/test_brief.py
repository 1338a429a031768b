"""Is as much of a student's value looked at as is shown, and shown as Python would?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.exercise import Function
from grader.testing.brief import brief
from grader.testing.compare import expect_equal
from grader.testing.failures import CheckFailed
from grader.testing.proxy import describe_call
from grader.wire.messages import Argument

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.text()), inner)
    ),
)


@given(PLAIN, st.integers(1, 100))
def test_it_is_the_beginning_of_what_python_shows(value: Any, most: int) -> None:
    assert brief(value, most) == repr(value)[:most]


@pytest.mark.parametrize("value", [(), [], {}, (1,), [1], {1: (2,)}, np.arange(3.0), [np.eye(2)]])
def test_so_are_the_small_ones_and_arrays(value: Any) -> None:
    assert brief(value, 200) == repr(value)


class Shown:
    """Counts how often it was asked what it looks like."""

    count = 0

    def __repr__(self) -> str:
        Shown.count += 1
        return "it"


MANY: dict[str, Any] = {
    "a list": [Shown()] * 10_000,
    "a tuple": (Shown(),) * 10_000,
    "lists of lists": [[[Shown()] * 100] * 10] * 10,
    "values": dict.fromkeys(range(10_000), Shown()),
    "keys": {(Shown(), n): n for n in range(10_000)},
    "one in a list": [{"a": [Shown()] * 10_000}],
}


@pytest.mark.parametrize("name", MANY)
def test_what_is_not_shown_is_not_made(name: str) -> None:
    Shown.count = 0
    assert len(brief(MANY[name])) == 80
    assert 0 < Shown.count <= 80
    Shown.count = 0
    assert len(repr(MANY[name])) >= 10_000  # what it would be
    assert Shown.count == 10_000


def test_a_difference_of_large_values_shows_their_beginning() -> None:
    value = [np.ones(90)] * 20_000
    with pytest.raises(CheckFailed) as caught:
        expect_equal(value, "x" * 10**7, "f")
    expected, yours = caught.value.staff
    assert yours.startswith("yours:    [array([1., 1., 1.,")
    assert len(expected) == len(yours) == 90


SQUARE = Function.model_validate(
    {"name": "square", "parameters": [{"name": "x"}], "returns": {"kind": "any"}}
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"W1": 1, "b1": 2}, "{W1, b1}"),
        ({1: 1, 2.5: 2, (1, "a"): 3, None: 4, b"x": 5}, "{1, 2.5, (1, 'a'), None, b'x'}"),
        ({"x" * 1000: 1}, "{" + "x" * 60 + "}"),
        ({("x",) * 1000: 1}, "{" + repr(("x",) * 1000)[:60] + "}"),
        ({str(n): 1 for n in range(9)}, "{0, 1, 2, 3, 4, 5}"),
        ([1] * 1000, repr([1] * 1000)[:60]),
    ],
)
def test_a_result_that_is_handed_on_is_described_whatever_its_keys_are(
    value: Any, shown: str
) -> None:
    """A fault in the words of a call would leave the submission ungraded."""
    argument = Argument("x", value, given=True)
    assert describe_call(SQUARE, [argument]) == f"square(x={shown})"
    assert describe_call(SQUARE, [argument], hidden=True).startswith("square(x=")
