"""Is the time of module-level statements counted and limited, and no other time?"""

from __future__ import annotations

import signal
from threading import Thread

import pytest

from grader.worker import clock
from grader.worker.clock import ALL_SECONDS, Clock, Stopped


def signalled() -> None:
    """Do what the timer's signal does in this process by now."""
    handler = signal.getsignal(signal.SIGVTALRM)
    assert callable(handler)
    handler(signal.SIGVTALRM, None)


def test_a_signal_stops_the_statement_that_is_executed_and_none_after_it() -> None:
    timed = Clock()
    with timed.limited():
        late = signal.getsignal(signal.SIGVTALRM)
    assert callable(late)
    late(signal.SIGVTALRM, None)  # what was on its way when the statement ended
    assert not timed.is_half_used
    with pytest.raises(Stopped), timed.limited():
        signalled()
    assert timed.is_half_used


def test_the_handler_of_before_is_there_again() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with Clock().limited():
        assert signal.getsignal(signal.SIGVTALRM) != before
    assert signal.getsignal(signal.SIGVTALRM) == before


def test_a_statement_is_executed_in_a_thread_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function may import a module of the student's in a thread, where no signal can be set."""
    monkeypatch.setattr(clock.time, "process_time", iter([5.0, 5.0 + ALL_SECONDS]).__next__)
    timed, done = Clock(), []

    def execute() -> None:
        before = signal.getsignal(signal.SIGVTALRM)
        with timed.limited():
            done.append(signal.getsignal(signal.SIGVTALRM) == before)

    thread = Thread(target=execute)
    thread.start()
    thread.join()
    assert done == [True]
    with pytest.raises(Stopped), timed.limited():
        done.append(True)
    assert done == [True]


def test_only_module_level_statements_do_not_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(clock, "_sleep", slept.append)
    clock.sleep(3)
    with Clock().limited():
        clock.sleep(4)
    clock.sleep(5)
    assert slept == [3, 5]
