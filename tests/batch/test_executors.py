"""Ctrl-C and the pool of processes: it waits for locks, and stays out of the processes."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import threading
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, suppress
from textwrap import dedent
from types import SimpleNamespace

import pytest

from grader import executors
from grader.dispatch import Task, run_tasks
from grader.errors import SandboxError
from grader.executors import SerialExecutor, kill, local_executor, run_job, uninterrupted
from grader.model.report import report_json


def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)


def interrupted(by):
    """Return how far a block came that `by` interrupts."""
    reached = []

    def block():
        with uninterrupted():
            by()
            reached.append("the end")

    with pytest.raises(KeyboardInterrupt):
        block()
    return reached


@pytest.fixture(autouse=True)
def _handler():
    """Leave Ctrl-C as it was."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_for_the_end_of_the_block():
    assert interrupted(press_ctrl_c) == ["the end"]
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_else_stops_a_run_waits_too(number):
    arrived = []
    before = signal.signal(number, lambda *_: arrived.append(len(reached)))
    reached = []
    try:
        with uninterrupted():
            signal.raise_signal(number)
            reached.append("the end")
        assert arrived == [1]
        signal.raise_signal(number)
        assert arrived == [1, 1]
    finally:
        signal.signal(number, before)


def test_a_process_that_has_no_handler_dies_of_its_signal_after_the_block():
    code = """
        import signal
        from grader.executors import uninterrupted

        with uninterrupted():
            signal.raise_signal(signal.SIGTERM)
            print("the end", flush=True)
        print("too far")
    """
    line = [sys.executable, "-c", dedent(code)]
    ended = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (-signal.SIGTERM, "the end\n")


def test_ctrl_c_that_another_thread_receives_waits_too():
    # The kernel gives a signal to any thread that does not block it.
    def receive():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        press_ctrl_c()

    def elsewhere():
        thread = threading.Thread(target=receive)
        thread.start()
        thread.join()

    assert interrupted(elsewhere) == ["the end"]


def test_an_ignored_ctrl_c_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with uninterrupted():
        press_ctrl_c()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


class Sending:
    """The module `signal`, with one that comes before or after the n-th call of it."""

    def __init__(self, number, at):
        self.number, self.left = number, at

    def __getattr__(self, name):
        found = getattr(signal, name)
        if name not in ("signal", "getsignal", "pthread_sigmask"):
            return found

        def call(*arguments):
            self._count()
            try:
                return found(*arguments)
            finally:
                self._count()

        return call

    def _count(self):
        self.left -= 1
        if self.left == 0:
            signal.raise_signal(self.number)


STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def arrived():
    """Return which signals came to their own handlers, of which each stops what is done."""
    came = []

    def stop(number, _):
        came.append(number)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in STOPS}
    yield came
    for number, handler in before.items():
        signal.signal(number, handler)


def look_at_all_points(monkeypatch, arrived, number, block=uninterrupted):
    """Yield what arrived of a signal that came at each point, and of one of each kind later."""
    at = 0
    while True:
        at += 1
        arrived.clear()
        sending = Sending(number, at)
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(executors, "signal", sending)
            with block():
                pass
        if sending.left > 0:
            return
        first = [*arrived]
        for later in STOPS:
            with suppress(KeyboardInterrupt):
                signal.raise_signal(later)
        yield first, arrived[len(first) :]


@pytest.mark.parametrize("number", STOPS)
def test_whenever_a_signal_comes_it_arrives_and_none_is_lost_later(monkeypatch, arrived, number):
    found = [*look_at_all_points(monkeypatch, arrived, number)]
    assert len(found) > 20
    assert all(end == ([number], [*STOPS]) for end in found)
    assert not {*STOPS} & signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_it_would_be_lost_where_handlers_hold_back_until_they_are_replaced(monkeypatch, arrived):
    """The control."""

    @contextmanager
    def block():
        held = []
        before = {n: executors.signal.signal(n, lambda n, _: held.append(n)) for n in STOPS}
        yield
        for number, handler in before.items():
            executors.signal.signal(number, handler)

    found = look_at_all_points(monkeypatch, arrived, signal.SIGINT, block)
    assert any(later != [*STOPS] for _, later in found)


def test_a_block_without_ctrl_c_changes_nothing():
    with uninterrupted():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_another_thread_needs_no_protection():
    done = []

    def block():
        with uninterrupted():
            done.append(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert done == [False]


def test_processes_of_a_pool_never_see_ctrl_c():
    pool = local_executor(2)
    try:
        blocked = pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, []).result(60)
        assert {signal.SIGINT, signal.SIGHUP} <= blocked
        assert signal.SIGTERM not in blocked  # or nobody could end it
    finally:
        kill(pool)


def test_where_locks_cannot_be_kept_it_is_said_what_to_do(monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(executors, "_Pool", refuse)
    with pytest.raises(SandboxError, match=r"Permission denied\. .* grade with --jobs 1"):
        local_executor(2)
    assert isinstance(local_executor(1), SerialExecutor)


def test_a_job_is_run_by_the_engine_where_it_is_run(monkeypatch):
    monkeypatch.setattr("grader.grade.run_job", lambda job: f"the report of {job}")
    assert run_job("a job") == "the report of a job"


def test_a_job_process_ends_with_its_parent_and_this_one_has_none(monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(executors.os, "_exit", lambda _: ended.set())
    before = threading.active_count()
    executors._belong_to_parent()
    assert threading.active_count() == before
    alive, parent = multiprocessing.Pipe(duplex=False)
    fake = SimpleNamespace(sentinel=alive)
    monkeypatch.setattr(executors.multiprocessing, "parent_process", lambda: fake)
    executors._belong_to_parent()
    assert not ended.wait(0.05)
    parent.close()
    assert ended.wait(60)


def test_a_pool_that_broke_before_a_job_was_taken_costs_that_job_nothing(make_report):
    class Broken(SerialExecutor):
        def submit(self, fn, /, *args, **kwargs):
            raise BrokenExecutor("a process ended")

    text = report_json(make_report("passed"))
    pools = [Broken(), SerialExecutor()]
    task = Task("ada.mini", lambda: "a job", lambda *_: None)
    (end,) = run_tasks([task], lambda _: text, lambda: pools.pop(0), window=2)
    assert (end.submission, end.report.points, end.fault) == ("ada.mini", end.report.max_points, "")
    assert task.attempts == 0
    assert pools == []
