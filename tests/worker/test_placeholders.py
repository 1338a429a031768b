"""Stand-ins cost nothing until they are used, and survive what is done to values in passing."""

from __future__ import annotations

import copy
import importlib
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.worker.placeholders import Placeholder, PlaceholderUsed, Quiet, StandIn, stand_in

BOTH = pytest.mark.parametrize("kind", [Placeholder, Quiet])


@BOTH
def test_stand_ins_are_copied_shown_and_compared(kind):
    thing = kind("a.b")
    assert copy.copy(thing) is thing
    assert copy.deepcopy([thing]) == [thing]
    assert repr(thing) == "<a.b, which is not available here>"
    assert repr(thing.c) == "<a.b.c, which is not available here>"
    assert thing.c is thing.c
    assert hash(thing) == hash(thing)
    assert bool(thing)


@BOTH
def test_attributes_can_be_set_and_read_back(kind):
    thing = kind("a")
    thing.b = 3
    assert thing.b == 3
    assert not hasattr(thing, "__array__") or kind is Placeholder
    assert thing.__all__ == []
    with pytest.raises(AttributeError):
        thing.__nothing__  # noqa: B018


@BOTH
def test_nothing_is_an_instance_of_a_stand_in(kind):
    assert not isinstance(3, kind("a"))
    assert not issubclass(int, kind("a"))

    class Child(kind("torch").nn.Module):
        pass

    assert Child.__bases__ == (object,)


@pytest.mark.parametrize(
    "use",
    [
        lambda p: p(),
        lambda p: p[0],
        lambda p: p + 1,
        lambda p: 1 - p,
        lambda p: 2 * p,
        lambda p: p @ p,
        lambda p: p / 2,
        lambda p: p**2,
        lambda p: -p,
        lambda p: p < 1,
        lambda p: list(p),
        lambda p: len(p),
        lambda p: 3 in p,
        lambda p: float(p),
        lambda p: range(p),
        lambda p: np.dot(p, np.ones(2)),
        lambda p: np.ones(2) * p,
    ],
)
def test_every_use_of_a_placeholder_says_what_is_missing(use):
    with pytest.raises(PlaceholderUsed, match=r"m\.data is used here, but the module 'm'"):
        use(Placeholder("m").data)


def test_with_says_what_is_missing():
    with pytest.raises(PlaceholderUsed), Placeholder("m").open():
        raise AssertionError


def test_quiet_unpacks_into_as_many_as_are_wanted():
    quiet: Any = Quiet("plt")
    a, b = quiet
    (c,) = quiet
    d, (e, f), g = quiet
    first, *rest = quiet
    assert all(isinstance(x, Quiet) for x in (a, b, c, d, e, f, g, first))
    assert rest == []
    assert list(quiet) == []
    assert [x for x in quiet] == []  # noqa: C416
    assert len(quiet) == 0
    assert 3 not in quiet
    quiet["x"] = 1
    del quiet["x"]


def test_a_quiet_decorator_gives_the_function_back():
    def f():
        return 1

    assert Quiet("ipywidgets").interact(f) is f


@pytest.mark.parametrize(
    ("module", "kind"),
    [
        ("matplotlib.pyplot", Quiet),
        ("pylab", Quiet),
        ("planar_utils", Placeholder),
        ("h5py", Placeholder),
    ],
)
def test_the_kind_of_stand_in_follows_the_module(module, kind):
    assert type(stand_in(module, {})) is kind


def test_a_star_import_gives_all_that_pyplot_has():
    pyplot = importlib.import_module("matplotlib.pyplot")
    own = {
        name
        for name, value in vars(pyplot).items()
        if not name.startswith("_") and _library(value) == "matplotlib"
    }
    assert own - {*stand_in("matplotlib.pyplot", {}).__all__} == set()
    assert own - {*stand_in("pylab", {}).__all__} == set()


def _library(value):
    is_module = isinstance(value, ModuleType)
    module = value.__name__ if is_module else getattr(value, "__module__", None)
    return (module or type(value).__module__).partition(".")[0]


def test_what_is_provided_comes_first():
    thing: StandIn = stand_in("utils", {"relu": max})
    assert thing.relu is max
    assert thing.sub.relu is max
