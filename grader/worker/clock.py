"""Time and silence for module-level statements: none may cost a student the functions beside it.

A statement is stopped by an exception when it has used its share of processor time, and its output
goes nowhere. What swallows the exception, or computes in C without an end, runs into the limit of
the whole request; the worker is then lost, and the grader reads the file again without such
statements.
"""

from __future__ import annotations

import io
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ALL_SECONDS = 1.0
"""Processor time that all module-level statements of a submission may use together."""
ONE_SECONDS = 0.5
"""Processor time of one of them."""
_AGAIN_SECONDS = 0.05

_sleep = time.sleep


class Stopped(BaseException):
    """A module-level statement has used up its time."""


class GivenUp(BaseException):
    """Module-level statements are not executed, since they have cost a worker."""


class Clock:
    """The time that a submission's module-level statements have left."""

    def __init__(self, *, given_up: bool = False) -> None:
        """Start a clock; one that has `given_up` lets nothing be executed."""
        self.used = 0.0
        self._given_up = given_up
        self._running = self._stopped = False

    @property
    def is_half_used(self) -> bool:
        """Whether about half of the time is gone, so that another machine may decide else."""
        return self._stopped or self.used > ALL_SECONDS / 2

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Stop what is done inside by `Stopped` when its time is over; say and sleep nothing."""
        if self._given_up:
            raise GivenUp
        if self._running:  # a module that a statement imports is within the statement's time
            yield
            return
        share = min(ONE_SECONDS, ALL_SECONDS - self.used)
        if share <= 0:
            raise Stopped
        before = time.process_time()
        try:
            with _silence(), self._alarm(share):
                yield
        finally:
            self.used += time.process_time() - before

    @contextmanager
    def _alarm(self, seconds: float) -> Iterator[None]:
        timer: Any = getattr(signal, "setitimer", None)
        if timer is None or threading.current_thread() is not threading.main_thread():
            yield  # the limits of the request have to do
            return
        handler = signal.signal(signal.SIGVTALRM, self._stop)
        self._running = True
        try:
            timer(signal.ITIMER_VIRTUAL, seconds, _AGAIN_SECONDS)
            yield
        finally:
            self._running = False
            timer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._running:
            self._stopped = True
            raise Stopped


class _Nowhere(io.TextIOBase):
    """Takes what is printed and keeps nothing of it."""

    def write(self, text: str) -> int:
        """Do nothing."""
        return len(text)


_silent = False


@contextmanager
def _silence() -> Iterator[None]:
    global _silent
    streams = sys.stdout, sys.stderr
    _silent, sys.stdout, sys.stderr = True, _Nowhere(), _Nowhere()
    try:
        yield
    finally:
        _silent = False
        sys.stdout, sys.stderr = streams


def sleep(seconds: float) -> None:
    """Sleep, but not while a module-level statement is executed."""
    if not _silent:
        _sleep(seconds)


def skip_sleeping() -> Callable[[], None]:
    """Let `time.sleep` be `sleep` in this process; return what undoes that."""
    time.sleep = sleep  # type: ignore[assignment]

    def undo() -> None:
        time.sleep = _sleep

    return undo
