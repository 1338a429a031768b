"""A cell may await what needs time or a thread, and nothing that never comes."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from typing import Any
from unittest import mock

import pytest

from grader.worker import awaiting
from grader.worker.namespace import Namespace


def run(source: str, names: dict[str, Any] | None = None) -> Any:
    code = compile(source, "cell", "eval", awaiting.FLAG)
    return awaiting.evaluate(code, {"asyncio": asyncio, **(names or {})})


def test_what_never_comes_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="never comes"):
        run("await asyncio.get_running_loop().create_future()")


def test_a_thread_wakes_the_loop_before_a_timer() -> None:
    assert run("await asyncio.wait_for(asyncio.to_thread(abs, -3), 0.9)") == 3
    event = threading.Event()
    with pytest.raises(TimeoutError):
        run("await asyncio.wait_for(asyncio.to_thread(event.wait), 0.01)", {"event": event})
    event.set()


@pytest.mark.parametrize(
    "make", ["asyncio.run(g())", "asyncio.get_event_loop().run_until_complete(g())"]
)
def test_a_student_s_loop_opens_no_socket(make: str) -> None:
    source = f"import asyncio\nasync def g(): return 3\ndef f(): return {make}"
    namespace = Namespace(contract=[{"names": ["f"], "arguments": []}])
    namespace.define([("cell 1", source)])
    function = namespace.find(["f"])
    with mock.patch.object(socket, "socketpair", side_effect=PermissionError):
        assert function is not None
        assert function() == 3


def test_a_student_s_own_asyncio_has_no_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "asyncio.events")
    before = asyncio.new_event_loop
    awaiting.adopt()
    assert asyncio.new_event_loop is before
