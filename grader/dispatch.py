"""Run jobs through an executor, whatever becomes of the processes that run them.

Theory of operation. At most `window` jobs are in flight, so memory does not grow with the class.
A job ends in a report, in an exception, in something that is not its report, or with the death of
its process, which takes the whole pool and every job in flight with it. After a death, or when
nothing ends for `stall_seconds`, the pool is built anew and the jobs that were in flight are run
again one at a time: whichever dies again, alone, is the culprit. A job that failed, or that gave
an internal error, is tried once more at the end. What fails twice ends without a grade, and the
batch goes on. Only an error that would befall every submission, such as a broken course or a
machine without the layers asked for, ends a batch: it is raised.

Ctrl-C may come at any moment. A pool takes its locks in `submit`, in `concurrent.futures.wait` and
in a future's methods, and an interrupt between a lock and its `with` leaves it locked for ever; so
futures announce their end in a queue that holds no such lock, and the rest is uninterrupted.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from grader.errors import CourseError, IsolationTooLow, SandboxError, UsageError
from grader.executors import kill, uninterrupted
from grader.jobs import parted
from grader.model.report import ScoreReport, Status, parse_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from grader.executors import ExecutorFactory
    from grader.jobs import JobFunction
    from grader.signing import Signed

ATTEMPTS: Final = 2
# A pool that dies this often with no job ended in between would do so for ever.
MAX_DEATHS_IN_A_ROW: Final = 20
_FATAL: Final = (CourseError, UsageError, IsolationTooLow)


@dataclass
class Task:
    """A submission on its way through the executor."""

    submission: str
    job: Callable[[], str]
    """Reads the files and returns the job's text; called when there is room for it."""
    accept: Callable[[ScoreReport, Signed | None], str | None]
    """Returns what is wrong when a report, as it was signed, is not this submission's."""
    attempts: int = 0


@dataclass(frozen=True)
class Finished:
    """A submission's end: its report, or the reason why there is none."""

    submission: str
    report: ScoreReport | None
    fault: str = ""
    signed: Signed | None = None
    """The report as its job signed it; one without a grade needs no signature."""


def run_tasks(
    tasks: Iterable[Task],
    function: JobFunction,
    executor: ExecutorFactory,
    *,
    window: int,
    stall_seconds: float = 600.0,
) -> Iterator[Finished]:
    """Yield the end of every task, in the order in which they end; read `tasks` lazily."""
    batch = _Batch(iter(tasks), function, executor, window, stall_seconds)
    try:
        yield from batch.run()
    finally:
        batch.close()


class _Batch:
    def __init__(
        self,
        tasks: Iterator[Task],
        function: JobFunction,
        executor: ExecutorFactory,
        window: int,
        stall_seconds: float,
    ) -> None:
        self._tasks, self._function, self._factory = tasks, function, executor
        self._window, self._stall_seconds = window, stall_seconds
        self._executor: Executor | None = None
        self._in_flight: dict[Future[str], Task] = {}
        self._done: SimpleQueue[Future[str]] = SimpleQueue()
        self._suspects: deque[Task] = deque()
        self._again: deque[Task] = deque()
        self._alone = False
        self._deaths = 0

    def run(self) -> Iterator[Finished]:
        """Work until every task has ended."""
        while True:
            yield from self._fill()
            if not self._in_flight:
                return
            try:
                future = self._done.get(timeout=self._stall_seconds)
            except Empty:
                yield from self._died(f"no job ended within {self._stall_seconds:g} seconds")
                continue
            if future in self._in_flight:  # or of a pool that was buried
                yield from self._ended(future)

    def close(self) -> None:
        """End the executor, with whatever is in flight."""
        if self._executor is not None:
            kill(self._executor)
            self._executor = None

    def _fill(self) -> Iterator[Finished]:
        """Submit until the window is full; a suspect has it for itself."""
        while True:
            if not self._in_flight:
                self._alone = bool(self._suspects)
            if len(self._in_flight) >= (1 if self._alone else self._window):
                return
            task = self._next()
            if task is None:
                return
            try:
                text = task.job()
            except OSError as error:
                yield from self._failed(task, f"a file could not be read: {error}")
                continue
            yield from self._submit(task, text)

    def _next(self) -> Task | None:
        if self._suspects:
            return self._suspects.popleft()
        task = next(self._tasks, None)
        return task or (self._again.popleft() if self._again else None)

    def _submit(self, task: Task, text: str) -> Iterator[Finished]:
        if self._executor is None:
            self._executor = self._factory()
        try:
            future = self._executor.submit(self._function, text)
        except BrokenExecutor as error:
            self._suspects.append(task)  # not run at all, so no suspicion and no attempt
            yield from self._died(str(error))
            return
        self._in_flight[future] = task
        with uninterrupted():
            future.add_done_callback(self._done.put)

    def _ended(self, future: Future[str]) -> Iterator[Finished]:
        try:
            text = future.result()
        except BrokenExecutor as error:
            yield from self._died(str(error))
            return
        except _FATAL:
            raise
        except Exception as error:
            yield from self._failed(self._in_flight.pop(future), f"{type(error).__name__}: {error}")
            return
        self._deaths = 0
        task = self._in_flight.pop(future)
        text, signed = parted(text)
        report, fault = _read(task, text, signed)
        if report is None or report.status is Status.INTERNAL_ERROR:
            yield from self._failed(task, fault, report)
        else:
            yield Finished(task.submission, report, signed=signed)

    def _failed(
        self, task: Task, fault: str, report: ScoreReport | None = None
    ) -> Iterator[Finished]:
        task.attempts += 1
        if task.attempts < ATTEMPTS:
            self._again.append(task)
        else:
            yield Finished(task.submission, report, fault)

    def _died(self, fault: str) -> Iterator[Finished]:
        """Bury the executor; who was in it alone is the culprit, the others are tried alone."""
        victims, alone = list(self._in_flight.values()), self._alone
        self._in_flight.clear()
        self.close()
        self._deaths += 1
        if self._deaths > MAX_DEATHS_IN_A_ROW:
            raise SandboxError(f"job processes die one after the other: {fault}")
        for task in victims:
            task.attempts += 1
            if alone:
                yield Finished(task.submission, None, f"the job's process died: {fault}")
            else:
                self._suspects.append(task)


def _read(task: Task, text: str, signed: Signed | None) -> tuple[ScoreReport | None, str]:
    """Return a job's report, or what is wrong with what it gave."""
    try:
        report = parse_report(text)
    except (ValidationError, TypeError) as error:
        return None, f"the job gave no valid report: {error!s:.300}"
    fault = task.accept(report, signed)
    return (None, fault) if fault else (report, report.diagnostic)
