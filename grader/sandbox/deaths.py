"""Whose doing the end of a worker was: the submission's, or ours.

What a worker ends with is the submission's when the submission can do it and nobody else would:
it exits, it crashes Python, or it is stopped when it has used up its processor time: by rusage, or
by the limit that `grader.worker.lockdown` sets, which is the one that SIGXCPU is sent for.
All else is ours: the kernel's memory killer, an operator's signal. Student code can send no signal
under the filter of system calls, but a machine may lack the filter, and the kernel's ticks may hold
more time against a worker than it used. So who is stopped in the same way in the same call again,
by a forkserver that is new, was not stopped by somebody else.
"""

from __future__ import annotations

import signal
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from grader.errors import SandboxError
from grader.sandbox.forkserver import Reaped


def _numbers(*names: str) -> tuple[int, ...]:
    """Return the signals of these names, 0 for what this system does not have."""
    return tuple(int(getattr(signal, name, 0)) for name in names)


_FAULTS: Final = _numbers("SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGSYS")
# What the filter lets a program bring upon itself besides, and nobody sends to a program of others.
# Early, the signal of a call's clock is not that clock's: what a program sets itself, it may set in
# another call each time that it is tried.
_ALLOWED: Final = _numbers("SIGPIPE", "SIGPROF", "SIGVTALRM", "SIGXFSZ")
_KILL, _PROF, _XCPU, _STOP = _numbers("SIGKILL", "SIGPROF", "SIGXCPU", "SIGSTOP")
# The clock of a call, and what a limit of the machine ends with.
_CLOCKS: Final = (_PROF, _KILL)
# They stop a worker by what rusage says; this is for what rounding takes away.
_ROUNDING_SECONDS: Final = 0.01


class WorkerLost(Exception):
    """The worker had to be given up: the submission's own doing.

    `outcome` is ``timeout``, ``memory_exceeded``, ``output_exceeded`` or ``crashed``, and `detail`
    a half-sentence for the student; `waited` whether time was lost with waiting.
    """

    def __init__(self, outcome: str, detail: str, *, waited: bool = False) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail
        self.waited = waited or outcome == "timeout"


@dataclass(frozen=True)
class Stop:
    """How a worker was stopped that was not seen to be at fault, and in which call."""

    signal: int
    function: str
    """Empty while its definitions were read."""
    seed: int
    """No two calls of a submission have the same."""


@dataclass(frozen=True)
class Asked:
    """What a worker was asked when it ended, and the processor time that it had for it."""

    function: str
    seed: int
    call_cpu_seconds: int
    submission_cpu_seconds: int

    @property
    def what(self) -> str:
        """The request in words."""
        return f"the call of {self.function}" if self.function else "reading the definitions"


def blame(reaped: Reaped, asked: Asked, known: Collection[Stop], stops: set[Stop]) -> WorkerLost:
    """Return what the submission did; raise SandboxError when that is not shown.

    `known` are stops of earlier attempts, and one that is not among them is added to `stops`.
    """
    if reaped.status is None:
        raise SandboxError("the forkserver could not fork a worker")
    number = _STOP if reaped.halted else -reaped.status
    if not reaped.by_itself and not reaped.halted:
        detail = f"{asked.what} closed the connection to the grader"
        return WorkerLost("crashed", detail, waited=True)
    if number <= 0:
        detail = f"{asked.what} ended the Python process (exit code {-number})"
        return WorkerLost("crashed", detail)
    if number == _KILL and reaped.memory_was_short:
        raise SandboxError("a worker was killed while this machine had no memory left")
    if overrun := _overrun(number, reaped.cpu_seconds + _ROUNDING_SECONDS, asked):
        return WorkerLost("timeout", f"{asked.what} was stopped {overrun}")
    if number in (*_FAULTS, *_ALLOWED):
        return WorkerLost("crashed", f"{asked.what} crashed Python (signal {number})")
    stop = Stop(number, asked.function, asked.seed)
    if stop in known:
        detail = f"{asked.what} ended by signal {number} each time that it was tried"
        return WorkerLost("crashed", detail, waited=reaped.halted)
    stops.add(stop)
    how = "halted" if reaped.halted else "killed"
    raise SandboxError(f"a worker was {how} from outside the sandbox (signal {number})")


def _overrun(number: int, cpu_seconds: float, asked: Asked) -> str:
    """Return which limit of processor time a worker was stopped for, empty for none."""
    if number == _XCPU or (number in _CLOCKS and cpu_seconds >= asked.submission_cpu_seconds):
        return "when the submission had used up its processor time"
    if number == _PROF and cpu_seconds >= asked.call_cpu_seconds:
        return f"after {asked.call_cpu_seconds} s of processor time"
    return ""
