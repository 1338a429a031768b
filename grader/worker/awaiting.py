"""Execute what awaits outside of functions, in event loops that wait for time and threads alone.

A worker may open no sockets, and Python's own loops open some before they do anything. So every
loop of a student's program is one of ours, which sleeps as the worker does: not at all.
"""

from __future__ import annotations

import ast
import sys
import threading
import time
import warnings
from importlib import import_module
from types import CodeType, SimpleNamespace
from typing import Any

FLAG = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
"""Compiles statements as notebooks do, where a cell may await."""
NEED_LOOP = frozenset({"create_task", "ensure_future", "get_running_loop", "all_tasks"})
"""Functions that are called outside of functions only where a loop runs, as in a notebook."""
START_LOOP = frozenset({"run", "run_until_complete", "run_forever"})
_COROUTINE = 0x0080  # CO_COROUTINE
_loops: list[Any] = []
_MOST_SECONDS = 1.0
"""How long a thread may take that is awaited."""


def evaluate(code: CodeType, names: dict[str, Any]) -> Any:
    """Evaluate a statement or an expression in `names`, and all that it awaits."""
    value = eval(code, names)  # noqa: S307 - this is what a worker is for
    return _loop().run_until_complete(value) if code.co_flags & _COROUTINE else value


def evaluate_within_loop(code: CodeType, names: dict[str, Any]) -> Any:
    """Evaluate what awaits nothing while the loop runs, so that it may start tasks."""

    async def within() -> Any:
        return eval(code, names)  # noqa: S307

    is_coroutine = code.co_flags & _COROUTINE
    return evaluate(code, names) if is_coroutine else _loop().run_until_complete(within())


def adopt() -> None:
    """Let asyncio make loops of ours, once somebody has imported it."""
    events: Any = sys.modules.get("asyncio.events")
    if events is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # policies will be gone in Python 3.16
            policy = events.get_event_loop_policy()
        policy.new_event_loop, policy.get_event_loop = new_loop, _loop


def new_loop() -> Any:
    """Return an event loop without sockets."""
    # Few answers need asyncio, which takes longer to import than all else here.
    loop: Any = import_module("asyncio").BaseEventLoop()
    clock = _Clock()
    loop.time = clock.time
    loop._selector = SimpleNamespace(select=clock.wait)  # noqa: SLF001
    loop._process_events = _nothing  # noqa: SLF001
    loop._write_to_self = clock.wake  # noqa: SLF001
    loop.set_exception_handler(_nothing)
    return loop


def _loop() -> Any:
    """Return the loop of all cells: a task that one starts another may await."""
    if not _loops or _loops[-1].is_closed():
        _loops.append(new_loop())
    return _loops[-1]


class _Clock:
    """A clock that is put forward to the next timer, as sleeping takes no time in a worker."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._woken = threading.Event()

    def time(self) -> float:
        """Return the seconds of the loop's clock."""
        return time.monotonic() + self._ahead

    def wake(self) -> None:
        """Let the loop go on, from another thread."""
        self._woken.set()

    def wait(self, seconds: float | None) -> list[Any]:
        """Go on to the next timer, unless a thread wakes the loop before."""
        patience = _MOST_SECONDS if threading.active_count() > 1 else 0
        if self._woken.wait(patience if seconds is None else min(patience, seconds)):
            self._woken.clear()
        elif seconds is None:
            raise RuntimeError("what is awaited never comes")
        else:
            self._ahead += seconds
        return []


def _nothing(*_: object) -> None:
    """Stand for what a loop with sockets would do."""
