"""Ctrl-C and the pool of processes: it waits for locks, and stays out of the processes."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import threading
from concurrent.futures import BrokenExecutor
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
    """A shell that starts the tests in the background has Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
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
