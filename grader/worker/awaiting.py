"""Run what a cell awaits, in an event loop that waits for time alone: a worker opens no sockets."""

from __future__ import annotations

import time
from importlib import import_module
from types import SimpleNamespace
from typing import Any


def first_of(values: Any) -> Any:
    """Return the first value of an asynchronous generator, which may await whatever it likes."""
    # Few answers need asyncio, which takes longer to import than all else here.
    loop: Any = import_module("asyncio").BaseEventLoop()
    clock = _Clock()
    loop.time = clock.time
    loop._selector = SimpleNamespace(select=clock.wait)  # noqa: SLF001
    loop._process_events = loop._write_to_self = _nothing  # noqa: SLF001
    try:
        return loop.run_until_complete(anext(values))
    finally:
        loop.close()


class _Clock:
    """A clock that is put forward to the next timer, as sleeping takes no time in a worker."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def time(self) -> float:
        """Return the seconds of the loop's clock."""
        return time.monotonic() + self._ahead

    def wait(self, seconds: float | None) -> list[Any]:
        """Go on to the next timer; nothing else can wake the loop."""
        if seconds is None:
            raise RuntimeError("what is awaited never comes")
        self._ahead += seconds
        return []


def _nothing(*_: object) -> None:
    """Stand for what a loop with sockets would do."""
