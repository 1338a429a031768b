"""Is everything outside the closed set refused by the sender, with the reason and the place?"""

from __future__ import annotations

import dataclasses
import itertools
import tracemalloc
from collections import Counter, deque, namedtuple
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from grader.wire import Refused, ValueLimits, decode, encode, values


class EqualToAll(float):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


class Text(str):
    __slots__ = ()


class Whole(int):
    pass


class Dict(dict):  # type: ignore[type-arg]
    pass


class List(list):  # type: ignore[type-arg]
    pass


class Array(np.ndarray):  # type: ignore[type-arg]
    pass


class Scalar(np.float64):
    pass


class Choice(IntEnum):
    ONE = 1


class Unnamed(type):
    @property
    def __module__(cls) -> str:
        raise RuntimeError("asked too much")


class Shy(metaclass=Unnamed):
    pass


@dataclasses.dataclass
class Record:
    W1: float = 1.0


Pair = namedtuple("Pair", "a b")

OTHERS = {
    "subclass of float": EqualToAll(1.0),
    "subclass of str": Text("W1"),
    "subclass of int": Whole(3),
    "subclass of dict": Dict(W1=1),
    "subclass of list": List([1]),
    "subclass of ndarray": np.zeros(2).view(Array),
    "subclass of a scalar": Scalar(1.0),
    "matrix": np.zeros((2, 2)).view(np.matrix),
    "masked array": np.ma.masked_array([1, 2], [True, False]),
    "record array": np.zeros(2, [("a", "f8")]).view(np.recarray),
    "structured array": np.zeros(2, [("a", "f8")]),
    "object array": np.array([None, {}], object),
    "array of text": np.array(["a"]),
    "array of bytes": np.array([b"a"]),
    "array of dates": np.zeros(2, "datetime64[s]"),
    "array of durations": np.zeros(2, "timedelta64[s]"),
    "text of numpy": np.str_("a"),
    "date of numpy": np.datetime64("2026-01-01"),
    "void of numpy": np.void(b"abc"),
    "dtype": np.dtype("f8"),
    "named tuple": Pair(1, 2),
    "enumeration": Choice.ONE,
    "counter": Counter("ab"),
    "set": {1, 2},
    "frozenset": frozenset({1}),
    "deque": deque([1]),
    "bytearray": bytearray(b"a"),
    "memoryview": memoryview(b"a"),
    "range": range(3),
    "dict view": {"a": 1}.values(),
    "generator": (i for i in range(3)),
    "iterator": itertools.count(),
    "function": len,
    "lambda": lambda: None,
    "module": np,
    "class": float,
    "dataclass": Record(),
    "exception": ValueError("a"),
    "decimal": Decimal(1),
    "fraction": Fraction(1, 2),
    "ellipsis": ...,
    "not implemented": NotImplemented,
    "instance of a class that will not say its name": Shy(),
}


@pytest.mark.parametrize("value", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("place", ["alone", "in a dict", "deep"])
def test_other_types_are_refused_wherever_they_stand(value: Any, place: str) -> None:
    wrapped, path = {
        "alone": (value, "result"),
        "in a dict": ({"W1": np.zeros(2), "b1": value}, "result['b1']"),
        "deep": ({"cache": [1, (2, value)]}, "result['cache'][1][1]"),
    }[place]
    with pytest.raises(Refused) as refused:
        encode(wrapped)
    assert refused.value.reason == "type"
    assert refused.value.path == path
    assert refused.value.type_name
    assert path in str(refused.value)


def test_an_impostor_arrives_as_the_plain_number_it_claims_to_be() -> None:
    class Impostor(np.float64):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = np.float64.__hash__

    Impostor.__module__ = "numpy"
    structure, buffers = encode(Impostor(1.5))
    arrived = decode(structure, b"".join(buffers))
    assert type(arrived) is np.float64
    assert arrived != 2


@pytest.mark.parametrize(
    "key", [1, None, (1, 2), b"W1", Text("W1"), np.str_("W1"), True], ids=lambda k: repr(type(k))
)
def test_keys_are_plain_strings(key: Any) -> None:
    with pytest.raises(Refused) as refused:
        encode([{"W1": 1, key: 2} if key != "W1" else {key: 2}])
    assert (refused.value.reason, refused.value.path) == ("keys", "result[0]")


@pytest.mark.parametrize("value", [[], {}], ids=["list", "dict"])
def test_what_contains_itself_is_too_deep(value: Any) -> None:
    if isinstance(value, list):
        value.append(value)
    else:
        value["again"] = value
    with pytest.raises(Refused) as refused:
        encode(value)
    assert refused.value.reason == "depth"


@pytest.mark.parametrize("depth", [32, 33])
def test_depth_is_limited(depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    if depth > ValueLimits().depth:
        with pytest.raises(Refused, match="depth"):
            encode(value)
    else:
        assert decode(encode(value)[0]) == value


@pytest.mark.parametrize(
    "value", [2**8191, -(2**8191) - 1, 10**5000], ids=["2^8191", "-", "10^5000"]
)
def test_integers_are_limited(value: int) -> None:
    with pytest.raises(Refused) as refused:
        encode({"n": value})
    assert (refused.value.reason, refused.value.path) == ("size", "result['n']")


def test_the_number_of_values_is_limited() -> None:
    limits = ValueLimits(values=10)
    encode([0] * 9, limits)
    with pytest.raises(Refused, match="count"):
        encode([0] * 10, limits)


# Each with a control that is as large as may be. The array of 8 TB has one number in memory.
TOO_LARGE = {
    "str": ("x" * (1 << 26), "x" * 1_000_000),
    "str of two bytes each": ("é" * 600_000, "é" * 500_000),
    "bytes": (bytes(1 << 26), bytes(1_000_000)),
    "key": ({"x" * (1 << 26): 1}, {"x" * 1_000_000: 1}),
    "array": (np.broadcast_to(0.0, (1 << 20, 1 << 20)), np.zeros(2 << 20)),
    # No number at all, but a check that looks at each row would never come back.
    "empty array": (np.zeros((1 << 40, 0)), np.zeros((1 << 21, 0))),
    "empty array of three": (np.zeros((1 << 20, 0, 3)), np.zeros((0, 1 << 20, 2))),
    "list of floats": ([0.5] * 150_000, [0.5] * 100_000),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_size_is_limited(name: str) -> None:
    too_large, fits = TOO_LARGE[name]
    encode(fits)
    with pytest.raises(Refused) as refused:
        encode(too_large)
    assert refused.value.reason == "size"
    assert refused.value.path == "result"


@pytest.mark.parametrize("name", ["str", "bytes", "key", "array"])
def test_what_is_too_large_is_not_copied_first(name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            encode([TOO_LARGE[name][0]])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20


def test_many_arrays_share_one_limit() -> None:
    megabyte = np.zeros(1 << 17)
    encode([megabyte] * 16)
    with pytest.raises(Refused) as refused:
        encode([megabyte] * 17)
    assert (refused.value.reason, refused.value.path) == ("size", "result[16]")


def test_a_scalar_counts_with_what_fills_it_up() -> None:
    assert encode(np.float64(1), ValueLimits(buffer_bytes=16))
    with pytest.raises(Refused) as refused:
        encode(np.float64(1), ValueLimits(buffer_bytes=8))
    assert (refused.value.reason, refused.value.type_name) == ("size", "float64")


def test_dimensions_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MAX_DIMENSIONS", 3)  # numpy 1 has no more than 32 itself
    assert encode(np.zeros((1,) * 3))
    with pytest.raises(Refused) as refused:
        encode(np.zeros((1,) * 4))
    assert (refused.value.reason, refused.value.type_name) == ("depth", "ndarray")
