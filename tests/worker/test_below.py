"""What stands below a function fills what was empty, adds to what is there, or is no concern."""

from __future__ import annotations

from typing import Any

import pytest

from grader.worker.namespace import Namespace

CONTRACT = [{"names": ["f", "alias"], "arguments": []}]


def value(*sources: str) -> Any:
    namespace = Namespace(contract=CONTRACT)
    namespace.define([(f"cell {n}", s) for n, s in enumerate(sources, 1)])
    function = namespace.find(["f"])
    assert function is not None
    return function()


BELOW = {
    "a loop's variable": ("lr = 0.1\ndef f(): return lr", "for lr in (1, 2): pass", 0.1),
    "an item taken out": ("o = {'s': 1}\ndef f(): return o['s']", "o.pop('s')", 1),
    "an item set": ("o = {'s': 1}\ndef f(): return o['s']", "o['s'] = [2][0]", 1),
    "a call": ("K = 1\ndef f(): return K", "def g(x): global K; K = x\ng(2)", 1),
    "a plain value": ("K = 1\ndef f(): return K", "K = 2", 2),
    "a plain list": ("K = [1]\ndef f(): return K", "K = [2, -3.5]", [2, -3.5]),
    "no value yet": ("K = None\ndef f(): return K", "K = [2][0]", 2),
    "nothing above": ("def f(): return K", "K = [2][0]\nK += 1", 3),
    "a plain value that is None": ("K = 1\ndef f(): return K", "K = None", 1),
    "a plot": ("K = [1]\ndef f(): return K", "for k in K: K = [k, 2]", [1]),
    "an attribute that is there": ("class C: K = 1\ndef f(): return C.K", "C.K = [2][0]", 1),
    "one more of a list": ("K = [1]\ndef f(): return K", "K.append(2)", [1]),
    "one more of what was filled": ("K = []\nK.append(1)\ndef f(): return K", "K.append(2)", [1]),
    "a new item": ("o = {'s': 1}\ndef f(): return o", "o['t'] = [2][0]", {"s": 1, "t": 2}),
    "a new item twice": (
        "o = {'s': 1}\ndef f(): return o",
        "o['t'] = 2\no['t'] = 3",
        {"s": 1, "t": 3},
    ),
    "an item set twice": ("o = {'s': 1}\ndef f(): return o", "o['s'] = 2\no['s'] = 3", {"s": 1}),
    "a new attribute twice": (
        "class C: s = 1\ndef f(): return C.s, C.t",
        "C.t = 2\nsetattr(C, 't', 3)",
        (1, 3),
    ),
    "keys of a counter": (
        "n = iter('abc')\no = {'s': 1}\ndef f(): return o",
        "o[next(n)] = 2\no[next(n)] = 3",
        {"s": 1, "a": 2, "b": 3},
    ),
    "keys taken out": (
        "n = ['t', 's', 'u']\no = {'s': 1}\ndef f(): return o",
        "o[n.pop()] = 2\no[n.pop()] = 3\no[n.pop()] = 4",
        {"s": 1, "u": 2, "t": 4},
    ),
    "attributes by a counter": (
        "n = iter('tu')\nclass C: s = 1\ndef f(): return C.t, C.u",
        "setattr(C, next(n), 2)\nsetattr(C, next(n), 3)",
        (2, 3),
    ),
    "a key that is a name for later": (
        "n = iter('tu')\no = {'s': 1}\ndef f(): return o",
        "o[next(n)] = K\nK = 2\no[next(n)] = 1",
        {"s": 1, "t": 2, "u": 1},
    ),
    "a new method": ("class C: pass\ndef f(): return C().g()", "C.g = lambda self: 3", 3),
    "a new attribute": ("class C: s = 1\nc = C()\ndef f(): return c.t", "c.t = 3", 3),
    "one that fails": ("class C: s = 1\ndef f(): return C.s", "C.t.u = 3", 1),
    "an empty list": ("K = []\ndef f(): return K", "for k in (1, 2): K.append(k)", [1, 2]),
    "a deletion": ("sum = 1\ndef f(): return sum([2])", "del sum", 2),
}


@pytest.mark.parametrize("case", BELOW)
def test_what_stands_below_a_function_is_an_experiment(case: str) -> None:
    above, below, expected = BELOW[case]
    assert value(above, below) == expected


# Each fills what f needs, and none is to be executed: it tries f.
EXPERIMENTS = {
    "a call": "tried['x'] = f()",
    "a loop": "for n in range(3): tried[n] = f()",
    "a list": "tried.update({n: f() for n in range(3)})",
    "by a helper": "def run(): return f()\ndef more(): return run()\ntried['x'] = more()",
    "by itself": "f()\nf()",
    "by a lambda": "run = lambda: f()\ntried['x'] = run()",
    "a default": "tried.setdefault('x', f())",
    "an alias": "tried['x'] = f() + alias()",
}


@pytest.mark.parametrize("case", EXPERIMENTS)
@pytest.mark.parametrize("empty", ["{}", "dict()", "{'a': 0}"])
def test_what_tries_the_function_fills_nothing(case: str, empty: str) -> None:
    code = (
        f"import copy\ntried = {empty}\ndef f():\n    tried['f'] = 1\n    return copy.copy(tried)"
    )
    expected = {"f": 1} | ({"a": 0} if "a" in empty else {})
    assert value(code, EXPERIMENTS[case]) == expected


def test_a_table_of_the_function_itself_is_no_experiment() -> None:
    code = "T = {}\ndef g(): return T['f'] is f\ndef f(): return g()"
    assert value(code, "T['f'] = f") is True


def test_what_is_deleted_below_a_function_is_not_there_when_it_is_called() -> None:
    with pytest.raises(NameError):
        value("K = 1\ndef f(): return K", "del K")
