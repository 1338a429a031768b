"""Does an item that cannot cross cost only what asks for it, and say why then?"""

from __future__ import annotations

import copy
import operator
from typing import Any

import numpy as np
import pytest

from grader.wire import Refused, Unsent, ValueLimits, WireError, decode, encode
from grader.wire.frames import HEADER, pack


def trip(value: Any, **limits: int) -> Any:
    """Send a value as a worker sends a result."""
    structure, buffers = encode(
        {"value": value},
        ValueLimits(**limits),
        lambda refused: Unsent(refused.reason, refused.type_name, refused.path),
    )
    return decode(structure, b"".join(buffers))["value"]


def test_the_other_items_arrive() -> None:
    found = trip({"A": np.ones(2), "g": np.tanh, "Z": np.zeros(3)})
    assert list(found) == ["A", "g", "Z"]
    np.testing.assert_array_equal(found["Z"], np.zeros(3))
    assert (found["g"].reason, found["g"].type, found["g"].path) == ("type", "numpy.ufunc", "")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"g": [np.ones(3), (1, np.tanh)]}, "[1][1]"),
        ({"g": {1j: 2}}, ""),
        ({"g": np.array(["a"])}, ""),
    ],
)
def test_what_was_begun_is_taken_back(value: Any, path: str) -> None:
    found = trip(value | {"A": np.ones(2)})
    assert found["g"].path == path
    np.testing.assert_array_equal(found["A"], np.ones(2))


def test_the_innermost_dict_lacks_it() -> None:
    found = trip([({"layer": {"W": 1, "g": len}}, 2)])
    assert found[0][1] == 2
    assert found[0][0]["layer"]["W"] == 1
    assert type(found[0][0]["layer"]["g"]) is Unsent


@pytest.mark.parametrize("value", [np.tanh, [np.tanh], (1, len), {1j: 2}])
def test_what_is_no_item_of_a_dict_is_refused(value: Any) -> None:
    with pytest.raises(Refused):
        trip(value)


@pytest.mark.parametrize(
    ("value", "limits", "reason"),
    [
        ({"a": 1, "b": np.ones(100)}, {"buffer_bytes": 100}, "size"),
        ({"a": [0] * 100}, {"values": 50}, "count"),
        ({"a": [[[[1]]]]}, {"depth": 3}, "depth"),
    ],
)
def test_too_much_is_refused_as_a_whole(value: Any, limits: dict[str, int], reason: str) -> None:
    with pytest.raises(Refused) as refused:
        trip(value, **limits)
    assert refused.value.reason == reason


def test_many_of_them_are_too_much() -> None:
    with pytest.raises(Refused) as refused:
        trip(dict.fromkeys(range(10_000), len), structure_bytes=100_000)
    assert refused.value.reason == "size"


def test_nothing_is_left_out_where_nobody_asked_for_it() -> None:
    with pytest.raises(Refused):
        encode({"value": {"g": np.tanh}})


def test_it_may_be_sent_again() -> None:
    found = trip(trip({"g": np.tanh, "A": 1}))
    assert (found["g"].type, found["A"]) == ("numpy.ufunc", 1)
    frame = pack({"cache": found})
    size = HEADER.unpack(frame[: HEADER.size])[0]
    again = decode(frame[HEADER.size :][:size])
    assert again["cache"]["g"].type == "numpy.ufunc"


@pytest.mark.parametrize(
    "parts", [["type", "f"], ["type", "f", 1], ["type", "f", "", ""], [[], "", ""]]
)
def test_a_forged_one_is_refused(parts: list[Any]) -> None:
    import msgpack

    with pytest.raises(WireError):
        decode(msgpack.packb([7, *parts]))


USES = {
    "called": lambda u: u(1),
    "added": lambda u: u + 1,
    "added to": lambda u: 1 + u,
    "negated": operator.neg,
    "an array's operand": lambda u: np.ones(2) * u,
    "made an array": np.asarray,
    "given to numpy": np.sum,
    "given to a ufunc": np.exp,
    "compared": lambda u: u == 1,
    "ordered": lambda u: u < 1,
    "asked for its truth": bool,
    "asked for its length": len,
    "gone through": list,
    "looked into": lambda u: u["W"],
    "asked for an attribute": lambda u: u.shape,
    "made a number": float,
    "searched": lambda u: 1 in u,
    "made a key": lambda u: {u: 1},
}


@pytest.mark.parametrize("use", USES)
def test_whoever_uses_it_is_told(use: str) -> None:
    unsent = Unsent("type", "function")
    with pytest.raises(TypeError, match="was not kept"):
        USES[use](unsent)
    unsent.fault = LookupError("another")
    with pytest.raises(LookupError, match="another"):
        USES[use](unsent)


def test_whoever_passes_it_on_is_not() -> None:
    unsent = Unsent("type", "function")
    kept = {"A": np.ones(2), "g": unsent}
    assert copy.deepcopy(kept)["g"] is unsent
    assert copy.copy(unsent) is unsent
    assert "Unsent" in repr(kept)
    assert not isinstance(unsent, np.ndarray)
