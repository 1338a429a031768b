"""Does the worker's loop answer whatever comes, while it lives in a process that we look into?

In real workers this code is shown by every other test here; it runs where nothing can be measured.
"""

from __future__ import annotations

import builtins
import io
import random
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from grader.sandbox.material import Material
from grader.wire import Unsent, receive, send
from grader.worker import lockdown, serve
from grader.worker.lockdown import Lockdown

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = {"reply_mib": 1, "call_cpu_seconds": 2, "submission_cpu_seconds": 20}
MESSAGE = {"kind": "fork", "worker": 1, "limits": LIMITS}


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give both ends of a channel, and keep what a worker changes in its process."""
    monkeypatch.setattr(lockdown, "limit_call_cpu", lambda _: None)
    monkeypatch.setattr(Lockdown, "apply", lambda *_: None)
    # A hook stays for as long as its process lives, and each one sets off all the others.
    monkeypatch.setattr(sys, "addaudithook", lambda _: None)
    for place in (np.random, random):
        monkeypatch.setattr(place, "seed", place.seed)
    monkeypatch.setattr(time, "sleep", time.sleep)
    monkeypatch.setattr(sys, "setrecursionlimit", sys.setrecursionlimit)
    for name in ("exit", "quit"):
        monkeypatch.setattr(builtins, name, getattr(builtins, name))
    generator = np.random.bit_generator
    monkeypatch.setattr(generator, "randbits", generator.randbits)  # type: ignore[attr-defined]
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO())
    ours, theirs = socket.socketpair()
    ours.settimeout(60)
    with ours, theirs:
        yield ours, theirs


def serve_to(channel: tuple[socket.socket, socket.socket], *requests: dict[str, Any]) -> list[Any]:
    """Send all requests, let a worker answer until there are no more; return what it said."""
    ours, theirs = channel
    for number, request in enumerate(requests, 1):
        send(ours, {"seed": 1, "number": number} | request)
    ours.shutdown(socket.SHUT_WR)
    serve.run(theirs.fileno(), Lockdown(), MESSAGE)
    theirs.shutdown(socket.SHUT_WR)
    said = []
    while (message := receive(ours)) is not None:
        said.append(message)
    return said


def define(code: str) -> dict[str, Any]:
    return {"kind": "define", "slices": "run", **Material([("cell 1", code)]).request()}


def call(name: str = "f", *values: Any) -> dict[str, Any]:
    arguments = [
        {"name": f"x{i}", "value": value, "aliases": [], "optional": False, "given": True}
        for i, value in enumerate(values)
    ]
    return {"kind": "call", "names": [name], "arguments": arguments}


def test_files_are_outlined_for_the_contracts_of_the_first_request(channel: Any) -> None:
    function = {"names": ["f"], "arguments": [{"name": "x", "aliases": [], "optional": False}]}
    exercises = [{"id": "mini", "starter": "", "functions": [function]}]
    request = {"kind": "outline", "cells": [["cell 1", "def f(x): return x\nprint(1 / 0)"]]}
    _, *replies = serve_to(channel, request, request | {"exercises": exercises}, request)
    assert [reply["kind"] for reply in replies] == ["outlined"] * 3
    assert [list(reply["report"]["functions"]) for reply in replies] == [[], ["mini"], ["mini"]]


def test_requests_are_answered_in_turn(channel: Any) -> None:
    ready, defined, *replies = serve_to(
        channel,
        define("def f(x0): x0 += 1; return x0"),
        call("f", np.zeros(2)),
        call("f", 1),
        call("g"),
        call("f"),
    )
    assert ready == {"kind": "ready"}
    assert defined["report"]["functions"]["f"]["line"] == 1
    assert [(reply["number"], reply["kind"]) for reply in replies] == [
        (2, "returned"),
        (3, "returned"),
        (4, "missing"),
        (5, "mismatch"),
    ]
    assert [replies[0]["changed"], replies[1]["changed"]] == [["x0"], []]


def test_an_argument_that_is_no_longer_plain_data_was_changed(channel: Any) -> None:
    code = "def f(x0): x0.append(map); return 1"
    assert serve_to(channel, define(code), call("f", []))[2]["changed"] == ["x0"]


@pytest.mark.parametrize("more", [-990, 5])
def test_a_limit_of_recursion_leaves_room_to_answer(channel: Any, more: int) -> None:
    before = sys.getrecursionlimit()
    code = f"import sys\nsys.setrecursionlimit({before + more})"
    try:
        reply = serve_to(
            channel, define(f"{code}\ndef f(): return sys.getrecursionlimit()"), call()
        )
    finally:
        serve._set_recursion_limit(before)
    assert reply[2]["value"] == before + max(more, 0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{1j: 2}", ("keys", "complex", "")),
        ("[[map]]", ("type", "type", "[0][0]")),
        ("[no_such_module]", ("stand_in", "no_such_module", "[0]")),
        ("'x' * (2 << 20)", ("size", "str", "")),
        ("[0.5] * 150_000", ("size", "list", "")),
    ],
)
def test_what_cannot_be_sent_is_said(channel: Any, value: str, expected: tuple[str, ...]) -> None:
    reply = serve_to(channel, define(f"import no_such_module\ndef f(): return {value}"), call())[2]
    assert (reply["kind"], reply["number"]) == ("not_sent", 2)
    assert tuple(reply[key] for key in ("reason", "type", "path")) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("map", ("type", "type", "")),
        ("[1, no_such_module]", ("stand_in", "no_such_module", "[1]")),
    ],
)
def test_an_item_that_cannot_be_sent_is_left_out_alone(
    channel: Any, item: str, expected: tuple[str, ...]
) -> None:
    code = f"import no_such_module\ndef f(): return [{{'a': 1, 'g': {item}}}]"
    reply = serve_to(channel, define(code), call())[2]
    found = reply["value"][0]
    assert (reply["kind"], found["a"]) == ("returned", 1)
    assert (found["g"].reason, found["g"].type, found["g"].path) == expected


def test_what_was_left_out_says_so_where_it_is_used_again(channel: Any) -> None:
    code = "def f(x0): return x0['g'](1) if 'used' in x0 else x0"
    first, used = {"g": Unsent("type", "function"), "a": 2}, {"g": Unsent("type", "f"), "used": 1}
    replies = serve_to(channel, define(code), call("f", first), call("f", used))[2:]
    assert (replies[0]["value"]["a"], replies[0]["changed"]) == (2, [])
    assert replies[0]["value"]["g"].type == "function"
    assert (replies[1]["kind"], replies[1]["type"]) == ("raised", "TypeError")
    assert "was not kept from call to call" in replies[1]["message"]


RAISES = """
class Odd(Exception):
    def __str__(self): raise SystemExit
def plain(): raise ValueError("é" * 500)
def odd(): raise Odd
def memory(): raise MemoryError
def deep(n=20_000):
    error = ValueError("deep")
    for _ in range(n):
        try:
            raise error
        except ValueError:
            pass
    raise error
"""


def test_what_is_raised_is_told_with_its_place(channel: Any) -> None:
    requests = [call(name) for name in ("plain", "odd", "memory", "deep")]
    plain, odd, memory, deep = serve_to(channel, define(RAISES), *requests)[2:]
    assert {reply["kind"] for reply in (plain, odd, memory, deep)} == {"raised"}
    assert (plain["type"], plain["label"], plain["line"]) == ("ValueError", "cell 1", 4)
    assert plain["message"] == "é" * serve.MESSAGE_CAP
    assert (odd["type"], odd["message"], odd["line"]) == ("Odd", "", 5)
    assert [reply["out_of_memory"] for reply in (plain, memory)] == [False, True]
    assert deep["message"] == "deep"


def test_a_broken_output_does_not_break_the_loop(
    channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(serve, "_output", lambda: closed)
    assert serve_to(channel, define("def f(): return 1"), call())[2]["value"] == 1


def test_output_is_text_whatever_is_printed() -> None:
    output = serve._output()
    assert (output.encoding, output.errors, output.fileno()) == ("utf-8", "backslashreplace", 1)


@pytest.mark.parametrize("draw", ["np.random.rand()", "random.random()", "rng.random()"])
def test_draws_are_the_seeds(channel: Any, draw: str) -> None:
    code = f"""
import random
import numpy as np
def f(again):
    rng = np.random.default_rng()
    if again:
        np.random.seed(), random.seed()
    return {draw}
def own():
    np.random.seed(3), random.seed(3)
    rng = np.random.default_rng(3)
    return {draw}
"""
    calls = [call("f", again) | {"seed": seed} for again in (0, 1) for seed in (1, 2, 1)]
    calls += [call("own") | {"seed": seed} for seed in (1, 2)]
    values = [reply["value"] for reply in serve_to(channel, define(code), *calls)[2:]]
    for one, other, same in (values[:3], values[3:6]):
        assert one == same != other
    assert values[6] == values[7]


def test_a_lock_that_fails_is_told_before_any_code_comes(
    channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise PermissionError("no")

    monkeypatch.setattr(Lockdown, "apply", fail)
    said = serve_to(channel)
    assert said == [{"kind": "setup_failed", "error": "PermissionError: no"}]


def test_practice_is_like_the_real_thing(channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    replies = []
    monkeypatch.setattr(serve._Worker, "pack", lambda _, reply: replies.append(reply))
    serve.practise()
    assert [reply["kind"] for reply in replies] == ["returned", "returned"]
    assert set(replies[0]["value"]) == {"W", "b", "norm"}
