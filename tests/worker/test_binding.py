"""Arguments reach the student's parameters by name, then alias, then position."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker.binding import Argument, SignatureMismatch, bind


def argument(name: str, *aliases: str, optional: bool = False, given: bool = True) -> Argument:
    shape = {"name": name, "aliases": list(aliases), "optional": optional, "given": given}
    return shape | ({"value": name.upper()} if given else {})


SIZES = [argument("n_x", "n_in"), argument("n_h", "hidden"), argument("n_y", "n_out")]
COST = [argument("A2", "AL"), argument("Y"), argument("parameters", optional=True)]
TRAIN = [
    argument("X"),
    argument("rate", "lr"),
    argument("steps", "n", given=False),
]


def received(function: Any, arguments: list[Argument]) -> Any:
    args, kwargs = bind(function, arguments)
    return function(*args, **kwargs)


@pytest.mark.parametrize(
    "function",
    [
        lambda n_x, n_h, n_y: (n_x, n_h, n_y),
        lambda n_y, n_x, n_h: (n_x, n_h, n_y),
        lambda N_X, n_H, n_y: (N_X, n_H, n_y),
        lambda n_out, n_in, hidden: (n_in, hidden, n_out),
        lambda a, b, c: (a, b, c),
        lambda a, n_y, b: (a, b, n_y),
        lambda a, b, c=5: (a, b, c),
        lambda a, /, b, *, n_y: (a, b, n_y),
        lambda a, b=2, /, n_y=3: (a, b, n_y),
        lambda n_x, n_h, n_y, seed=3: (n_x, n_h, n_y),
        lambda seed=3, *, n_x, n_h, n_y: (n_x, n_h, n_y),
        lambda *args: args,
        lambda n_x, *args: (n_x, *args),
        lambda a, seed=1, *args: (a, *args),
        lambda **kw: (kw["n_x"], kw["n_h"], kw["n_y"]),
        lambda n_y, **kw: (kw["n_x"], kw["n_h"], n_y),
        lambda n_x, *args, n_y, **kw: (n_x, *args, n_y),
        functools.partial(lambda scale, n_x, n_h, n_y: (n_x, n_h, n_y), 0.01),
        functools.partial(lambda n_x, n_h, n_y, scale: (n_x, n_h, n_y), scale=0.01),
    ],
)
def test_every_argument_arrives(function):
    assert received(function, SIZES) == ("N_X", "N_H", "N_Y")


def test_callables_of_every_kind_are_bound():
    def plain(n_y, n_x, n_h):
        return n_x, n_h, n_y

    @functools.wraps(plain)
    def decorated(*args, **kwargs):
        return plain(*args, **kwargs)

    class Called:
        def __call__(self, n_y, n_x, n_h):
            return n_x, n_h, n_y

        def method(self, n_y, n_x, n_h):
            return n_x, n_h, n_y

    class Made(tuple):
        def __new__(cls, n_y, n_x, n_h):
            return super().__new__(cls, (n_x, n_h, n_y))

    for function in (plain, decorated, Called(), Called().method, Made):
        assert tuple(received(function, SIZES)) == ("N_X", "N_H", "N_Y")


def test_a_function_that_cannot_be_inspected_is_called_by_position():
    class Odd:
        @property
        def __signature__(self):
            raise RuntimeError("no")

        def __call__(self, *args):
            return args

    assert received(Odd(), COST) == ("A2", "Y")
    assert bind(np.tanh, [argument("Z") | {"value": 0.0}]) in (([0.0], {}), ([], {"x": 0.0}))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda A2, Y: (A2, Y), ("A2", "Y")),
        (lambda A2, Y, parameters: (A2, Y, parameters), ("A2", "Y", "PARAMETERS")),
        (lambda A2, Y, parameters=None: (A2, Y, parameters), ("A2", "Y", "PARAMETERS")),
        (lambda a, y, params: (a, y, params), ("A2", "Y", "PARAMETERS")),
        (lambda AL, y, extra=7: (AL, y, extra), ("A2", "Y", 7)),
        (lambda *args, **kwargs: (*args, *kwargs), ("A2", "Y")),
    ],
)
def test_optional_arguments_come_only_when_asked_for(function, expected):
    assert received(function, COST) == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda X, rate, steps=9: (X, rate, steps), ("X", "RATE", 9)),
        (lambda x, lr, n=9: (x, lr, n), ("X", "RATE", 9)),
        (lambda n=9, x=0, lr=0: (x, lr, n), ("X", "RATE", 9)),
        (lambda data, alpha, times=9: (data, alpha, times), ("X", "RATE", 9)),
        (lambda X, rate: (X, rate), ("X", "RATE")),
    ],
)
def test_an_argument_that_is_not_given_keeps_its_place(function, expected):
    assert received(function, TRAIN) == expected


START = [argument("slope"), argument("start", given=False), argument("rate", "lr")]
AFTER = [*START, argument("steps", given=False)]


@pytest.mark.parametrize("arguments", [START, AFTER])
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda *args, **kwargs: (args, kwargs), (("SLOPE",), {"rate": "RATE"})),
        (lambda slope, *args, **kw: ((slope, *args), kw), (("SLOPE",), {"rate": "RATE"})),
        (lambda f, start=0, *args, **kw: ((f, start, *args), kw), (("SLOPE", 0, "RATE"), {})),
        (lambda f, start=0, *args: (f, start, *args), ("SLOPE", 0, "RATE")),
    ],
)
def test_what_follows_an_argument_that_is_left_out_never_takes_its_place(
    function, expected, arguments
):
    assert received(function, arguments) == expected


@pytest.mark.parametrize(
    ("function", "left_out"),
    [
        (lambda *args: None, ["start"]),
        (lambda slope, *args: None, ["start"]),
        (lambda slope, start, *args: None, ["start"]),
        (lambda slope, *args, other: None, []),
    ],
)
def test_by_position_alone_nothing_in_the_middle_can_be_left_out(function, left_out):
    for arguments in (START, AFTER):
        with pytest.raises(SignatureMismatch) as caught:
            bind(function, arguments)
        assert caught.value.left_out == left_out


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda X, rate, steps: None, ["steps"]),
        (lambda x, lr, n, seed=1: None, ["steps"]),
        (lambda X, rate, how_many: None, ["steps"]),
        (lambda n, lr, x: None, ["steps"]),
        (lambda X, rate, *, steps: None, ["steps"]),
        # Something else is wrong besides, so that a default would not help.
        (lambda X, steps: None, []),
        (lambda X, rate, steps, other: None, []),
        (lambda X: None, []),
    ],
)
def test_what_cannot_be_left_out_is_named(function, expected):
    with pytest.raises(SignatureMismatch) as caught:
        bind(function, TRAIN)
    assert caught.value.left_out == expected


NET = [
    *(argument("X"), argument("n_h", "units"), argument("steps", "epochs")),
    argument("rate", "lr", optional=True, given=False) | {"value": 1.2},
    argument("verbose", optional=True),
]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda X, n_h, steps: (X, n_h, steps), ("X", "N_H", "STEPS")),
        (lambda X, n_h, rate, steps=9: (X, n_h, rate, steps), ("X", "N_H", 1.2, "STEPS")),
        (lambda X, n_h, steps, LR: (X, n_h, LR, steps), ("X", "N_H", 1.2, "STEPS")),
        (lambda lr, X, a, b: (X, a, lr, b), ("X", "N_H", 1.2, "STEPS")),
        (lambda X, rate, /, a, b: (X, a, rate, b), ("X", "N_H", 1.2, "STEPS")),
        (lambda X, n_h, steps, *, rate: (X, n_h, rate, steps), ("X", "N_H", 1.2, "STEPS")),
        # Its author's own number stays, wherever it stands.
        (lambda X, n_h, rate=0.5, steps=9: (X, n_h, rate, steps), ("X", "N_H", 0.5, "STEPS")),
        (lambda X, n_h, steps, lr=0.5: (X, n_h, lr, steps), ("X", "N_H", 0.5, "STEPS")),
        # A name that says nothing is no rate.
        (lambda X, n_h, steps, loud: (X, n_h, loud, steps), ("X", "N_H", "VERBOSE", "STEPS")),
        (lambda *args, **kwargs: (*args, *kwargs), ("X", "N_H", "STEPS")),
    ],
)
def test_what_no_call_gives_goes_to_functions_that_cannot_do_without(function, expected):
    assert received(function, NET) == expected


def test_a_required_argument_of_an_unknown_name_is_still_a_mismatch():
    with pytest.raises(SignatureMismatch) as caught:
        bind(lambda X, n_h, steps, loud, other: None, NET)
    assert caught.value.left_out == []


@pytest.mark.parametrize(
    ("function", "has"),
    [
        (lambda: None, "()"),
        (lambda n_x, n_h: None, "(n_x, n_h)"),
        (lambda n_x, n_h, seed=1: None, "(n_x, n_h, seed)"),
        (lambda a, b, c, d: None, "(a, b, c, d)"),
        (lambda n_x, n_h, n_y, *, scale: None, "(n_x, n_h, n_y, scale)"),
        (lambda n_x, *, other: None, "(n_x, other)"),
        (lambda a, b, c, d, *args, **kw: None, "(a, b, c, d, *args, **kw)"),
    ],
)
def test_too_few_and_too_many_are_a_mismatch(function, has):
    with pytest.raises(SignatureMismatch) as caught:
        bind(function, SIZES)
    assert (caught.value.has, caught.value.wanted) == (has, "(n_x, n_h, n_y)")


def test_wanted_leaves_out_what_is_optional():
    with pytest.raises(SignatureMismatch, match=r"takes \(\) where \(A2, Y\) is wanted"):
        bind(lambda: None, COST)


PARAMETER = st.sampled_from(["n_x", "n_h", "n_y", "N_IN", "hidden", "a", "b", "seed", "c"])
KIND = st.sampled_from(list(inspect._ParameterKind))


@given(
    st.lists(st.tuples(PARAMETER, KIND, st.booleans()), max_size=6),
    st.lists(st.booleans(), min_size=3),
)
def test_any_binding_calls_or_is_a_mismatch(parameters, given_flags):
    arguments = [
        argument(a["name"], *a["aliases"], given=g)
        for a, g in zip(SIZES, given_flags, strict=False)
    ]
    signature = _signature(parameters)

    def function(*args, **kwargs):
        return signature.bind(*args, **kwargs)  # a TypeError here fails the test

    function.__signature__ = signature
    try:
        bound = received(function, arguments)
    except SignatureMismatch:
        return
    placed = [v for v in _flat(bound.arguments.values()) if isinstance(v, str)]
    assert sorted(placed) == sorted(a["value"] for a in arguments if a["given"])


def _signature(parameters: list[tuple[str, Any, bool]]) -> inspect.Signature:
    unique = {name: (kind, default) for name, kind, default in parameters}
    made: list[inspect.Parameter] = []
    starred = set()
    optional = False  # after a default, what can be given by position needs one too
    for name, (kind, default) in sorted(unique.items(), key=lambda item: item[1]):
        star = kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        if star and kind in starred:
            continue
        starred |= {kind} if star else set()
        optional |= default and kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD
        default |= optional and kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD
        value = 0 if default and not star else inspect.Parameter.empty
        made.append(inspect.Parameter(name, kind, default=value))
    return inspect.Signature(made)


def _flat(values: Any) -> list[Any]:
    flat: list[Any] = []
    for value in values:
        if isinstance(value, dict):
            flat += value.values()
        else:
            flat += value if isinstance(value, tuple) else [value]
    return flat


def step(where, slope=0.5, count=7):
    return where, slope, count


def logged(function):
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


def first_named(function):
    def inner(at, *args, **kwargs):
        return function(at, *args, **kwargs)

    return inner


def with_log(function):
    def log(text, /):
        return text

    def inner(*args, **kwargs):
        return function(*log(args), **kwargs)

    return inner


class Timed:
    def __init__(self, function):
        self.seconds, self.function = 0, function

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)


def unfilled():
    def inner(*args, **kwargs):
        return later, kwargs

    if False:
        later = 1
    return inner


GAP = [argument("start"), argument("rate", given=False), argument("steps")]


@pytest.mark.parametrize(
    "wrapped", [logged, first_named, with_log, Timed, lambda f: logged(Timed(logged(f)))]
)
def test_what_a_wrapper_hands_on_has_the_names_of_the_function_in_it(wrapped):
    assert received(wrapped(step), GAP) == ("START", 0.5, "STEPS")


@pytest.mark.parametrize(
    "function",
    [
        lambda *args, **kwargs: (args, kwargs),
        logged(lambda *args, **kwargs: (args, kwargs)),
        logged(lambda start: start),
        unfilled(),
    ],
)
def test_where_no_function_in_it_takes_them_the_names_are_those_of_the_contract(function):
    assert bind(function, GAP) == (["START"], {"steps": "STEPS"})
