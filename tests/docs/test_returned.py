"""Are CONTRIBUTING's tables of what a function may return what the wire and the words do?"""

from __future__ import annotations

import array
import collections
import functools
import inspect
import itertools
import re
import types
import warnings
from collections.abc import Iterator, MutableMapping
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from trips import same, trip

from grader.testing import refusals
from grader.wire import Refused, encode
from grader.wire.messages import NotSent
from grader.worker.placeholders import Importer, stand_in
from grader.worker.serve import _not_sent

GUIDE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")


async def _answer() -> None: ...


async def _answers() -> Any:
    yield 1


def student(name: str, *bases: type, module: str = "submission") -> Any:
    """Return a class as student code, or a package, defines it."""
    return type(name, bases, {"__module__": module})


def of(package: str, name: str) -> Any:
    return SimpleNamespace(**{name: student(name, module=f"{package}.inner.modules")})


class Changed(MutableMapping[str, Any]):
    """A mapping of one's own, which is no dict."""

    def __init__(self, **items: Any) -> None:
        self._items = items

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __setitem__(self, key: str, item: Any) -> None:
        self._items[key] = item

    def __delitem__(self, key: str) -> None:
        del self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class Tensor:
    """An object of one's own that numpy takes as an array."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = numbers

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self._numbers)


class Choice(IntEnum):
    ONE = 1


NAMES = {
    **{name: getattr(collections, name) for name in ("OrderedDict", "Counter", "defaultdict")},
    **{name: getattr(collections, name) for name in ("deque", "ChainMap")},
    **{name: getattr(collections, name) for name in ("UserDict", "UserList", "UserString")},
    "Pair": collections.namedtuple("Pair", "a b"),
    "Parameters": student("Parameters", dict),
    "Name": student("Name", str),
    "Net": student("Net"),
    "MappingProxyType": types.MappingProxyType,
    "SimpleNamespace": SimpleNamespace,
    "plt": stand_in("matplotlib.pyplot", {}),
    "tools": stand_in("tools", {}),
    "torch": of("torch", "Tensor"),
    "scipy": of("scipy", "csr_matrix"),
    "answer": _answer,
    "answers": _answers,
    "array": array,
    "functools": functools,
    "itertools": itertools,
    "np": np,
    "Fraction": Fraction,
    "Decimal": Decimal,
    "Choice": Choice,
    "Changed": Changed,
    "Tensor": Tensor,
    "Colour": Enum("Colour", "RED", module="submission"),
}


def rows(table: str) -> Iterator[list[str]]:
    lines = GUIDE.split(f"<!-- {table} -->\n")[1].split("\n\n")[0].splitlines()
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


WORDS = ("async def", "IntEnum", "__array__")  # code in a sentence


def expressions(cell: str) -> list[str]:
    return [text for text in re.findall(r"`([^`]+)`", cell) if text not in WORDS]


def value_of(expression: str) -> Any:
    with warnings.catch_warnings(category=PendingDeprecationWarning, action="ignore"):
        return eval(expression, NAMES)


TAKEN = [
    (text, right)
    for returned, arrives in rows("taken")
    for text in expressions(returned)
    for right in expressions(arrives)
]
REFUSED = [
    (text, what, way) for returned, what, way in rows("refused") for text in expressions(returned)
]


@pytest.mark.parametrize(("text", "right"), TAKEN, ids=[row[0] for row in TAKEN])
def test_what_is_taken_as_what(text: str, right: str) -> None:
    assert same(value_of(right), trip(value_of(text)))


def told(value: object) -> list[str]:
    """Return what a student is told of a result."""
    with pytest.raises(Refused) as refused:
        encode({"value": value})
    reply = _not_sent(refused.value, value)
    sent = NotSent(reply["reason"], reply["type"], reply["path"])
    return refusals.refused("f", sent, "f()").feedback.splitlines()


def test_a_class_of_ours_is_not_named() -> None:
    ours = told(Importer(__import__, {}))
    assert ours[0] == "the result of f is an object of a class, which is not plain data"
    assert not any("grader" in line for line in ours)


@pytest.mark.parametrize(("text", "what", "way"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused_and_how_it_is_mended(text: str, what: str, way: str) -> None:
    value = value_of(text)
    headline, *lines = told(value)
    assert any(said.strip("… ") in headline for said in what.split(";"))
    assert f"  to mend it: {way}" in lines
    if inspect.iscoroutine(value):
        value.close()


def test_every_way_to_mend_it_is_in_the_table() -> None:
    assert {way for _, way in refusals.KINDS.values()} - {""} <= {row[2] for row in REFUSED}


def test_the_tables_are_read_to_their_ends() -> None:
    assert len(TAKEN) >= 20
    assert len(REFUSED) >= 40
    assert ("Choice.ONE", "1") in TAKEN
