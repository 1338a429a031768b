"""Is a signal heard that interrupts nothing, whatever a command waits for?

One that comes just before a wait begins does not interrupt it, which no test can time. One that the
system hands to another thread has the same effect.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import subprocess
import threading
import time
from concurrent.futures import Future
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.cli import ending
from grader.cli.ending import carried_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Wait = tuple[Callable[[], object], Callable[[], object]]
    """What waits without an end, and what ends it all the same."""

PATIENCE_SECONDS = 30.0


@contextlib.contextmanager
def queued() -> Iterator[Wait]:
    items: queue.SimpleQueue[int] = queue.SimpleQueue()
    yield items.get, lambda: items.put(0)


@contextlib.contextmanager
def locked() -> Iterator[Wait]:
    event = threading.Event()
    yield event.wait, event.set


@contextlib.contextmanager
def joined() -> Iterator[Wait]:
    event = threading.Event()
    thread = threading.Thread(target=event.wait)
    thread.start()
    try:
        yield thread.join, event.set
    finally:
        event.set()
        thread.join()


@contextlib.contextmanager
def promised() -> Iterator[Wait]:
    future: Future[int] = Future()
    yield future.result, lambda: future.set_result(0)


@contextlib.contextmanager
def piped(read: Callable[[Any], object]) -> Iterator[Wait]:
    ours, theirs = Pipe()
    with ours, theirs:
        yield lambda: read(ours), lambda: theirs.send_bytes(b"0")


def polled(channel: Any) -> object:
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    return poll.poll()


@contextlib.contextmanager
def of_a_process() -> Iterator[Wait]:
    with subprocess.Popen(["sleep", "1000"]) as process:
        try:
            yield process.wait, process.kill
        finally:
            process.kill()


WAITS: dict[str, Callable[[], contextlib.AbstractContextManager[Wait]]] = {
    "an item of a queue": queued,
    "an event": locked,
    "a thread": joined,
    "a result": promised,
    "a message": lambda: piped(lambda channel: channel.recv_bytes()),
    "a descriptor": lambda: piped(polled),
    "bytes": lambda: piped(lambda channel: os.read(channel.fileno(), 1)),
    "a process": of_a_process,
}


def until_asleep(thread: int | None) -> None:
    """Wait until a thread has waited for a while, which one that lacks a processor does not."""
    states = ["R"]
    while set(states[-3:]) != {"S"}:
        time.sleep(0.02)
        status = Path(f"/proc/self/task/{thread}/stat").read_text("ascii")
        states.append(status.rpartition(")")[2].split()[0])


def heard(wait: Wait, number: int, patience: float) -> tuple[int, bool]:
    """Send a signal that interrupts nothing; return the exit code, and whether the wait was cut."""
    waiting, over = threading.Event(), threading.Event()
    cut = []

    def send() -> None:
        waiting.wait()
        until_asleep(threading.main_thread().native_id)
        signal.pthread_kill(threading.get_ident(), number)
        cut.append(over.wait(patience))
        if not cut[0]:
            wait[1]()

    def command() -> None:
        waiting.set()
        try:
            wait[0]()
        finally:
            over.set()

    sender = threading.Thread(target=send)
    sender.start()
    try:
        code = carried_out(command)
    finally:
        over.set()
        sender.join()
    return code, cut[0]


@pytest.fixture(autouse=True)
def _locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.cli.ending.work_in_any_locale", lambda: None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("what", WAITS)
def test_a_signal_that_interrupts_nothing_is_heard(what: str, number: signal.Signals) -> None:
    with WAITS[what]() as wait:
        assert heard(wait, number, PATIENCE_SECONDS) == (128 + number, True)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize("what", WAITS)
def test_it_would_not_be_heard_otherwise(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_HEARD_WITHIN_SECONDS", 1000.0)
    with WAITS[what]() as wait:
        assert heard(wait, signal.SIGINT, 0.5) == (130, False)


def test_an_alarm_of_the_program_around_it_is_left_alone() -> None:
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 1000)
        assert carried_out(lambda: signal.raise_signal(signal.SIGALRM)) == 0
        assert rung == [1]
        assert signal.setitimer(signal.ITIMER_REAL, 0)[0] > 0
    finally:
        signal.signal(signal.SIGALRM, before)
