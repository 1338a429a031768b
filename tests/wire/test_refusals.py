"""Is everything outside the closed set refused by the sender, with the reason and the place?"""

from __future__ import annotations

import dataclasses
import gc
import itertools
import tracemalloc
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from grader.wire import Refused, ValueLimits, decode, encode, values


class Text(str):
    __slots__ = ()


class Colour(Enum):
    RED = 1


@dataclasses.dataclass(frozen=True)
class Record:
    W1: float = 1.0


def local() -> Any:
    class Net:
        pass

    return Net()


# What is refused, and what it is called.
OTHERS = {
    "masked array": (np.ma.masked_array([1, 2], [True, False]), "array with masked entries"),
    "masked": (np.ma.masked, "array with masked entries"),
    "record array": (np.zeros(2, [("a", "f8")]).view(np.recarray), "structured array"),
    "structured array": (np.zeros(2, [("a", "f8")]), "structured array"),
    "object array": (np.array([None, {}], object), "array of objects"),
    "rows of different lengths": (np.array([[1], [1, 2]], object), "array of objects"),
    "numbers and text": (np.array([1.0, "2"], object), "array of objects"),
    "numbers beyond any double": (np.array([10**400], object), "array of objects"),
    "array of text": (np.array(["a"]), "array of text"),
    "array of bytes": (np.array([b"a"]), "array of bytes"),
    "array of dates": (np.zeros(2, "datetime64[s]"), "array of dates"),
    "array of durations": (np.zeros(2, "timedelta64[s]"), "array of durations"),
    "date of numpy": (np.datetime64("2026-01-01"), "numpy.datetime64"),
    "duration of numpy": (np.timedelta64(1, "s"), "numpy.timedelta64"),
    "void of numpy": (np.void(b"abc"), "numpy.void"),
    "dtype": (np.dtype("f8"), "numpy.dtypes.Float64DType"),
    "enumeration": (Colour.RED, f"{__name__}.Colour"),
    "bytearray": (bytearray(b"a"), "bytearray"),
    "memoryview": (memoryview(b"a"), "memoryview"),
    "generator": ((i for i in range(3)), "generator"),
    "iterator": (itertools.count(), "itertools.count"),
    "map": (map(len, ""), "map"),
    "iterator of a list": (iter([1]), "list_iterator"),
    "function": (len, "builtin_function_or_method"),
    "lambda": (lambda: None, "function"),
    "module": (np, "module"),
    "class": (float, "type"),
    "dataclass": (Record(), f"{__name__}.Record"),
    "set of objects": ({Record()}, f"{__name__}.Record"),
    "exception": (ValueError("a"), "ValueError"),
    "ellipsis": (..., "ellipsis"),
    "not implemented": (NotImplemented, "NotImplementedType"),
    "class in a function": (local(), f"{__name__}.Net"),
}


def test_a_class_that_will_not_say_its_name_is_named() -> None:
    # Made here, since whoever looks through all objects of a process asks each class.
    class Unnamed(type):
        @property
        def __module__(cls) -> str:
            raise RuntimeError("asked too much")

        def __getattribute__(cls, name: str) -> Any:
            raise RuntimeError("asked too much")

    class Shy(metaclass=Unnamed):
        pass

    shy = Shy()
    with pytest.raises(Refused) as refused:
        encode(shy)
    assert (refused.value.reason, refused.value.type_name) == ("type", f"{__name__}.Shy")
    refused.value.value = None
    del shy, Shy, Unnamed, refused
    gc.collect()


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("place", ["alone", "in a dict", "deep"])
def test_other_types_are_refused_wherever_they_stand(name: str, place: str) -> None:
    value, called = OTHERS[name]
    wrapped, path = {
        "alone": (value, "result"),
        "in a dict": ({"W1": np.zeros(2), "b1": value}, "result['b1']"),
        "deep": ({"cache": [1, (2, value)]}, "result['cache'][1][1]"),
    }[place]
    with pytest.raises(Refused) as refused:
        encode(wrapped)
    assert refused.value.reason == "type"
    assert refused.value.path == path
    assert refused.value.type_name == called
    assert path in str(refused.value)


KEYS = {
    "object": (Record(), f"{__name__}.Record"),
    "object in a tuple": ((1, Record()), f"{__name__}.Record"),
    "large integer": (2**64, "int"),
    "complex": (1j, "complex"),
    "set": (frozenset({1}), "frozenset"),
    "long double": (np.longdouble(1) / 3, "numpy.longdouble"),
    "two that are one": (Fraction(1, 3), "key twice"),
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_that_are_refused(name: str) -> None:
    key, called = KEYS[name]
    with pytest.raises(Refused) as refused:
        encode([{"W1": 1, key: 2, 1 / 3: 3}])
    assert (refused.value.reason, refused.value.path) == ("keys", "result[0]")
    assert refused.value.type_name.replace("float128", "longdouble") == called


def test_tuples_as_keys_are_limited() -> None:
    encode({(n,): n for n in range(values.MAX_TUPLE_KEYS)})
    with pytest.raises(Refused, match="count"):
        encode({(n,): n for n in range(values.MAX_TUPLE_KEYS + 1)})
    key: Any = 1
    for _ in range(values.MAX_KEY_DEPTH):
        key = (key,)
    encode({key: 1})
    with pytest.raises(Refused, match="keys"):
        encode({(key,): 1})


def test_the_place_of_a_refusal_under_other_keys() -> None:
    with pytest.raises(Refused) as refused:
        encode({("W", 1): {b"b": {2: [{Record()}]}}})
    assert refused.value.path == "result[('W', 1)][b'b'][2][0]"


@pytest.mark.parametrize("value", [[], {}], ids=["list", "dict"])
def test_what_contains_itself_is_too_deep(value: Any) -> None:
    if isinstance(value, list):
        value.append(value)
    else:
        value["again"] = value
    with pytest.raises(Refused) as refused:
        encode(value)
    assert refused.value.reason == "depth"


def test_depth_is_limited_in_sets_too() -> None:
    value: Any = 1
    for _ in range(31):
        value = (value,)
    assert decode(encode({value})[0]) == [value]
    with pytest.raises(Refused, match="depth"):
        encode({((value,),)})


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
    encode(np.ones(9, object), limits)
    for many in ([0] * 10, range(10**30), np.ones(10, object)):
        with pytest.raises(Refused, match="count"):
            encode(many, limits)


# Each with a control that is as large as may be. The array of 8 TB has one number in memory.
# Made where they are sent: a process that keeps them all takes long to fork.
TOO_LARGE = {
    "str": lambda: ("x" * (1 << 26), "x" * 1_000_000),
    "str of two bytes each": lambda: ("é" * 600_000, "é" * 500_000),
    "bytes": lambda: (bytes(1 << 26), bytes(1_000_000)),
    "key": lambda: ({"x" * (1 << 26): 1}, {"x" * 1_000_000: 1}),
    "array": lambda: (np.broadcast_to(0.0, (1 << 20, 1 << 20)), np.zeros(2 << 20)),
    # No number at all, but a check that looks at each row would never come back.
    "empty array": lambda: (np.zeros((1 << 40, 0)), np.zeros((1 << 21, 0))),
    "empty array of three": lambda: (np.zeros((1 << 20, 0, 3)), np.zeros((0, 1 << 20, 2))),
    "list of floats": lambda: ([0.5] * 150_000, [0.5] * 100_000),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_size_is_limited(name: str) -> None:
    too_large, fits = TOO_LARGE[name]()
    encode(fits)
    with pytest.raises(Refused) as refused:
        encode(too_large)
    assert refused.value.reason == "size"
    assert refused.value.path == "result"


@pytest.mark.parametrize("name", ["str", "bytes", "key", "array"])
def test_what_is_too_large_is_not_copied_first(name: str) -> None:
    too_large, _ = TOO_LARGE[name]()
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            encode([too_large])
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
