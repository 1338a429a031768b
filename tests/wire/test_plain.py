"""Does what student code returns arrive as the data that it plainly is, whatever its class says?"""

from __future__ import annotations

import itertools
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple
from collections.abc import Iterator, Mapping, MutableMapping
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
    "a walk through an array": (np.eye(2).flat, np.array([1.0, 0.0, 0.0, 1.0])),
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


class Table(Mapping[Any, Any]):
    """A mapping that lists `keys` and says of each what `item` gives."""

    def __init__(self, keys: Any, item: Any = lie) -> None:
        self._keys, self._item = keys, item

    def __iter__(self) -> Iterator[Any]:
        return iter(self._keys)

    def __getitem__(self, key: Any) -> Any:
        return self._item(key)

    def __len__(self) -> int:
        return 0


class Changed(MutableMapping[Any, Any]):
    """A mapping with its own spelling of keys, read and written by its own methods."""

    __delitem__ = lie

    def __init__(self, **items: Any) -> None:
        self._items: dict[str, Any] = {}
        self.update(items)

    def __setitem__(self, key: str, item: Any) -> None:
        self._items[key.lower()] = item

    def __getitem__(self, key: str) -> Any:
        return self._items[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class Shifted(UserDict[str, int]):
    def __getitem__(self, key: str) -> int:
        return super().__getitem__(key) + 1


MAPPINGS: dict[str, tuple[Any, Any]] = {
    "one that is written": (Changed(W1=np.zeros(2)), {"w1": np.zeros(2)}),
    "one that is read": (Table("ab", ord), {"a": 97, "b": 98}),
    "a view of one": (MappingProxyType(Table([1], str)), {1: "1"}),
    "a chain of two": (ChainMap(Changed(a=1), Changed(a=2, b=3)), {"a": 1, "b": 3}),
    "one that holds another": (Table("a", lambda _: Table("b", ord)), {"a": {"b": 98}}),
    "one that changes what it holds": (Shifted(a=1), {"a": 2}),
}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mapping_is_what_it_says_it_holds(name: str) -> None:
    value, wanted = MAPPINGS[name]
    assert same(wanted, trip(value))


class Tensor:
    """An object that numpy takes as an array, unless it raises or gives something else."""

    def __init__(self, gives: Any) -> None:
        self._gives = gives

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self._gives() if callable(self._gives) else self._gives


class Array(np.ndarray): ...  # type: ignore[type-arg]


class OwnArray:
    def __array__(self) -> Any:
        return np.arange(3).view(Array)


class Single(np.float32):
    pass


SAID_ARRAYS: dict[str, tuple[Any, Any]] = {
    "of one's own": (Tensor(np.eye(2)), np.eye(2)),
    "that takes no arguments": (OwnArray(), np.arange(3)),
    "of numbers as objects": (Tensor(np.array([1, 2.5], object)), np.array([1.0, 2.5])),
    "of one number": (Tensor(np.array(1.5)), np.array(1.5)),
    "of a polynomial": (np.poly1d([1.0, 2.0]), np.array([1.0, 2.0])),
    "of a class of numpy's number": (Single(1), np.array(1, np.float32)),
}


@pytest.mark.parametrize("name", SAID_ARRAYS)
def test_an_object_is_the_array_that_it_says_it_is(name: str) -> None:
    value, wanted = SAID_ARRAYS[name]
    assert same({"W1": wanted}, trip({"W1": value}))


def _endless() -> Any:
    endless: Any = UserDict()
    endless.data = endless
    return endless


def _holds_itself() -> Any:
    table: Any = Table("a")
    table._item = lambda _: table
    return table


ASKED_IN_VAIN: dict[str, tuple[Any, str]] = {
    "a mapping that raises at once": (Table(3), "type"),
    "a mapping that raises at an item": (Table("ab"), "type"),
    "a view of one that raises": (MappingProxyType(Table("ab")), "type"),
    "a chain of no dicts": (ChainMap({}, 3), "type"),  # type: ignore[arg-type]
    "a UserDict of itself": (_endless(), "type"),
    "a mapping that holds itself": (_holds_itself(), "depth"),
    "a mapping without an end": (Table(itertools.count(), bool), "count"),
    "a mapping with a key twice": (Table("aa", ord), "keys"),
    "an array that raises": (Tensor(lie), "type"),
    "an array that is none": (Tensor([1, 2]), "type"),
    "an array of text": (Tensor(np.array(["a"])), "type"),
    "an array with masked entries": (Tensor(np.ma.masked_array([1], [True])), "type"),
    "an array that is too large": (Tensor(np.broadcast_to(1.0, (1 << 14, 1 << 14))), "size"),
    "an array of too many objects": (Tensor(np.broadcast_to(None, (1 << 20, 1 << 20))), "count"),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED_IN_VAIN)
def test_what_is_asked_in_vain_or_gives_too_much_is_refused(name: str) -> None:
    value, reason = ASKED_IN_VAIN[name]
    with pytest.raises(Refused) as refused:
        trip({"cache": value})
    assert refused.value.reason == reason


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


def test_a_class_s_own_dict_is_not_asked():
    class Own(UserDict):
        __dict__ = property(lambda self: 1 / 0)

    assert trip(Own({"a": 1})) == {"a": 1}
