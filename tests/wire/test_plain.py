"""Does what student code returns arrive as the data that it plainly is, whatever its class says?"""

from __future__ import annotations

from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trips import VALUES, same, trip

from grader.wire import Refused

Pair = namedtuple("Pair", "a b")


class Choice(IntEnum):
    ONE = 1


class Word(str, Enum):  # noqa: UP042
    W1 = "W1"


moved = OrderedDict(a=1, b=2)
moved.move_to_end("a")

PLAIN: dict[str, tuple[Any, Any]] = {
    "ordered dict": (OrderedDict(W1=1, b1=2), {"W1": 1, "b1": 2}),
    "ordered dict in another order": (moved, {"b": 2, "a": 1}),
    "defaultdict": (defaultdict(list, W1=1), {"W1": 1}),
    "counter": (Counter("aab"), {"a": 2, "b": 1}),
    "UserDict": (UserDict(W1=1), {"W1": 1}),
    "chain": (ChainMap({"a": 1}, UserDict(b=2, a=3)), {"b": 2, "a": 1}),
    "chain of nothing": (ChainMap(), {}),
    "view of a dict": (MappingProxyType({"W1": 1}), {"W1": 1}),
    "view of a chain": (MappingProxyType(ChainMap({"W1": 1})), {"W1": 1}),
    "view of an ordered dict": (MappingProxyType(OrderedDict(a=1)), {"a": 1}),
    "named tuple": (Pair(1, 2), (1, 2)),
    "result of numpy": (tuple(np.linalg.slogdet(np.eye(2))), (np.float64(1), np.float64(0))),
    "deque": (deque([1, 2]), [1, 2]),
    "enumeration of numbers": (Choice.ONE, 1),
    "enumeration of texts": (Word.W1, "W1"),
    "text of numpy": (np.str_("W1"), "W1"),
    "bytes of numpy": (np.bytes_(b"W1"), b"W1"),
    "matrix": (np.array([[1.0, 2.0]]).view(np.matrix), np.array([[1.0, 2.0]])),
    "masked array without masked entries": (np.ma.masked_array([1.0]), np.array([1.0])),
    "masked array with a mask of nothing": (
        np.ma.masked_array([1.0, 2.0], [False, False]),
        np.array([1.0, 2.0]),
    ),
    "record array of numbers": (np.arange(2.0).view(np.recarray), np.arange(2.0)),
    "0-d array": (np.array(1.5), np.array(1.5)),
    "0-d matrix": (np.array(1.5).view(np.matrix), np.array([[1.5]])),
    "array of bools": (np.array([True]), np.array([True])),
    "numbers as objects": (np.array([[1, 2.5]], object), np.array([[1.0, 2.5]])),
    "whole numbers as objects": (np.array([1, 2], object), np.array([1, 2])),
    "bools as objects": (np.array([True, False], object), np.array([True, False])),
    "fractions as objects": (np.array([Fraction(1, 2), Decimal("0.25")]), np.array([0.5, 0.25])),
    "large numbers as objects": (np.array([2**70], object), np.array([2.0**70])),
    "number as an object": (np.array(3, object), np.array(3)),
    "nothing as objects": (np.zeros((0, 2), object), np.zeros((0, 2))),
    "range": (range(3), [0, 1, 2]),
    "keys": ({"a": 1}.keys(), ["a"]),
    "values": ({"a": 1}.values(), [1]),
    "items": ({"a": 1}.items(), [("a", 1)]),
    "values of an ordered dict": (OrderedDict(a=1).values(), [1]),
    "set": ({30, 1, 2}, [1, 2, 30]),
    "frozenset": (frozenset("cab"), ["a", "b", "c"]),
    "set of tuples": ({(1, 2), (0, 5)}, [(0, 5), (1, 2)]),
    "set of sets": ({frozenset({2, 1})}, [[1, 2]]),
    "set of many kinds": ({"a", 1, None, 1j}, [None, 1j, 1, "a"]),
    "set with nan": ({2.0, float("nan"), 1.0}, [1.0, 2.0, float("nan")]),
    "set of numbers of numpy": ({np.int64(2), np.float32(1)}, [np.float32(1), np.int64(2)]),
    "fraction": (Fraction(1, 2), 0.5),
    "large fraction": (Fraction(10**400), float("inf")),
    "large negative fraction": (Fraction(-(10**400)), float("-inf")),
    "decimal": (Decimal("0.1"), 0.1),
    "decimal that signals": (Decimal("sNaN"), float("nan")),
    "large decimal": (Decimal("-1e999"), float("-inf")),
    "key of numpy": ({np.str_("W1"): 1, np.int64(2): 3}, {"W1": 1, 2: 3}),
    "key of an enumeration": ({Choice.ONE: 1, Word.W1: 2}, {1: 1, "W1": 2}),
    "fraction as a key": ({Fraction(1, 2): 1}, {0.5: 1}),
    "tuple of others as a key": ({Pair(np.int64(1), np.str_("a")): 1}, {(1, "a"): 1}),
}


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("place", ["alone", "in a dict"])
def test_it_arrives_as_what_it_plainly_is(name: str, place: str) -> None:
    value, wanted = PLAIN[name]
    if place == "in a dict":
        value, wanted = {"cache": [value]}, {"cache": [wanted]}
    assert same(wanted, trip(value))


def lie(*_: Any, **__: Any) -> Any:
    raise AssertionError("a class of the student's was asked")


class Liar(type):
    """A metaclass whose classes say nothing true of themselves."""

    __eq__ = __hash__ = __instancecheck__ = __subclasscheck__ = lie  # type: ignore[assignment]


METHODS = (
    *("__iter__", "__len__", "__getitem__", "__contains__", "__eq__", "__lt__", "__bool__"),
    *("__str__", "__repr__", "__format__", "__int__", "__index__", "__float__", "__complex__"),
    *("__bytes__", "__array__", "__array_ufunc__", "__array_function__", "__reduce__"),
    *("items", "keys", "values", "get", "copy", "tobytes", "tolist", "item", "view", "ravel"),
    *("as_integer_ratio", "bit_length", "encode"),
)
ATTRIBUTES = ("shape", "dtype", "ndim", "size", "real", "imag", "flags")
LIES = dict.fromkeys(METHODS, lie) | dict.fromkeys(ATTRIBUTES, property(lie))


def liar(base: type, *arguments: Any) -> Any:
    """Return an instance of a subclass of `base` that overrides whatever can be asked of it."""
    kind = Liar("Net", (base,), LIES | {"__hash__": base.__hash__, "__module__": "numpy"})
    return base.__new__(kind, *arguments) if base not in (list, dict, set) else _filled(kind, base)


def _filled(kind: Any, base: Any) -> Any:
    made = base.__new__(kind)
    base.__init__(made, {"a": 1} if base is dict else [1])
    return made


LIARS: dict[type, tuple[tuple[Any, ...], Any]] = {
    dict: ((), {"a": 1}),
    list: ((), [1]),
    set: ((), [1]),
    frozenset: (([1],), [1]),
    tuple: (([1],), (1,)),
    str: (("W1",), "W1"),
    bytes: ((b"W1",), b"W1"),
    int: ((3,), 3),
    float: ((1.5,), 1.5),
    complex: ((1j,), 1j),
    np.float64: ((1.5,), 1.5),
    np.complex128: ((1j,), 1j),
    np.str_: (("W1",), "W1"),
    np.ndarray: (((2, 0),), np.zeros((2, 0))),
}


@pytest.mark.parametrize("base", LIARS, ids=lambda base: base.__name__)
def test_a_class_that_lies_is_not_asked(base: type) -> None:
    arguments, wanted = LIARS[base]
    assert same(wanted, trip(liar(base, *arguments)))


@pytest.mark.parametrize("base", [UserDict, ChainMap])
def test_a_class_that_lies_and_holds_dicts_is_not_asked(base: type) -> None:
    lies = LIES | {"__getattribute__": lie, "__abstractmethods__": frozenset()}
    made = object.__new__(type("Net", (base,), lies))
    object.__setattr__(made, "data", liar(dict))
    object.__setattr__(made, "maps", [liar(dict), {"a": 2}])
    assert trip(made) == {"a": 1}


def test_a_dict_that_holds_itself_or_no_dict_is_refused() -> None:
    endless: Any = UserDict()
    endless.data = endless
    for value in (endless, ChainMap({}, 3), _chain_of("ab"), MappingProxyType(_Table())):  # type: ignore[arg-type]
        with pytest.raises(Refused):
            trip(value)


def _chain_of(maps: Any) -> Any:
    chain: Any = ChainMap()
    chain.maps = maps
    return chain


class _Table(Mapping[str, int]):
    __getitem__ = __len__ = __iter__ = lie


def test_a_key_that_lies_is_not_asked() -> None:
    assert trip({liar(str, "W1"): 1, (liar(int, 3),): 2}) == {"W1": 1, (3,): 2}


def test_a_class_that_lies_would_be_noticed() -> None:
    with pytest.raises(AssertionError, match="was asked"):
        list(liar(list))
    with pytest.raises(AssertionError, match="was asked"):
        float(liar(float, 1.5))


def test_what_equals_everything_arrives_as_data() -> None:
    class Impostor(np.float64):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = np.float64.__hash__

    Impostor.__module__ = "numpy"
    arrived = trip([Impostor(1.5)])
    assert type(arrived[0]) is float
    assert arrived[0] != 2


@given(st.sets(st.integers()))
def test_a_set_arrives_sorted(numbers: set[int]) -> None:
    assert trip(numbers) == sorted(numbers)


@given(VALUES)
def test_any_value_arrives_the_same_from_classes_of_one_s_own(value: Any) -> None:
    assert same(trip(value), trip(dressed(value)))


class Dict(dict[Any, Any]): ...


class List(list[Any]): ...


class Tuple(tuple[Any, ...]): ...


class Text(str):
    __slots__ = ()


class Float(float): ...


class Array(np.ndarray): ...  # type: ignore[type-arg]


def dressed(value: Any) -> Any:
    """Return a value with each part in a subclass of its type."""
    if type(value) is dict:
        return Dict({dressed(key): dressed(item) for key, item in value.items()})
    if type(value) in (list, tuple):
        return (List if type(value) is list else Tuple)(map(dressed, value))
    if type(value) is np.ndarray:
        return value.view(Array)
    kinds: dict[type, Any] = {str: Text, float: Float}
    return kinds.get(type(value), lambda same: same)(value)


def test_a_dict_that_holds_itself_many_times_is_refused_at_once():
    chain = ChainMap({1: 2})
    for _ in range(40):
        chain = ChainMap(chain, chain)
    with pytest.raises(Refused):
        trip(chain)


def test_a_class_s_own_dict_is_not_asked():
    class Own(UserDict):
        __dict__ = property(lambda self: 1 / 0)

    assert trip(Own({"a": 1})) == {"a": 1}
