"""Where jobs run: in this process, in a pool of local processes, or wherever an Executor leads.

A batch asks a factory for a `concurrent.futures.Executor`, and again when the first one broke.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any, TypeVar

from grader.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.process import BaseProcess

    ExecutorFactory = Callable[[], Executor]

T = TypeVar("T")
_STOPS = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]


def run_job(job: str) -> str:
    """Grade the submission of a job; return its report.

    The process that hands jobs out only names this function. The engine (numpy, pytest, hidden
    tests) is loaded where jobs run.
    """
    from grader.grade import run_job as run

    return run(job)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back what stops a run until the block has ended; processes it starts see no Ctrl-C."""
    if current_thread() is not main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield  # in another thread no signal interrupts
        return
    before = {number: signal.getsignal(number) for number in _STOPS}
    held: list[int] = []
    is_holding = True

    def hold(number: int, _: object) -> None:
        if is_holding:
            held.append(number)
        else:  # a signal came while the handlers were put back, and its own stops the rest of that
            signal.signal(number, before[number])
            signal.raise_signal(number)

    try:
        for number in _STOPS:
            signal.signal(number, hold)
        # SIGTERM is not blocked: it is how a process that the block starts is ended.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    finally:
        is_holding = False
        for number, handler in before.items():
            signal.signal(number, handler)
        if held:
            signal.raise_signal(held[0])


class SerialExecutor(Executor):
    """Runs each job at once, in this process."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn` and return a future that is done; Ctrl-C is not caught."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Pool(ProcessPoolExecutor):
    """A pool whose processes leave Ctrl-C to this one, as all of them start in `submit`."""

    def __init__(self, jobs: int) -> None:
        # Spawned, so that a job starts from a fresh interpreter and inherits no open file of ours.
        super().__init__(jobs, multiprocessing.get_context("spawn"), _belong_to_parent)
        self.started: dict[int, BaseProcess] = {}
        """Every process of this pool by its pid; a pool that broke forgets its own."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        with uninterrupted():
            future = super().submit(fn, *args, **kwargs)
            self.started |= self._processes or {}
            return future


def available_jobs() -> int:
    """Return how many jobs can run at once: the processors that this process may use."""
    # Other systems than Linux do not have the call, and some sandboxes refuse it.
    with suppress(AttributeError, OSError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def local_executor(jobs: int) -> Executor:
    """Return an executor for `jobs` jobs at once; one job needs no other process."""
    if jobs == 1:
        return SerialExecutor()
    try:
        with uninterrupted():  # a process of Python's own starts here, to count the locks
            return _Pool(jobs)
    except OSError as error:
        why = f"jobs keep their locks in /dev/shm, which cannot be written: {error.strerror}"
        raise SandboxError(f"{why}. Make it writable, or grade with --jobs 1") from error


def kill(executor: Executor) -> None:
    """End an executor now, with whatever it is doing."""
    for process in list(getattr(executor, "started", {}).values()):
        process.kill()  # SIGTERM waits for one that is halted, which nobody may ever wake
    executor.shutdown(wait=True, cancel_futures=True)


def _belong_to_parent() -> None:
    """End when the process that started the pool has ended.

    A pool's processes wait for work on a pipe that they hold open for each other, so those of a
    parent that was killed would wait for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
