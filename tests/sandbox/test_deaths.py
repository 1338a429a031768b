"""Whose doing is it that a worker ended: the submission's, the machine's or an operator's?"""

from __future__ import annotations

import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SandboxError
from grader.sandbox import forkserver as forkservers
from grader.sandbox.deaths import Asked, Stop, WorkerLost, blame
from grader.sandbox.forkserver import Forkserver, Reaped, memory_kills

ASKED = Asked("f", 7, call_cpu_seconds=2, submission_cpu_seconds=20)
KILL, PROF, XCPU, STOP = signal.SIGKILL, signal.SIGPROF, signal.SIGXCPU, signal.SIGSTOP


def ended(number: int, cpu_seconds: float = 0.0, **facts: bool) -> Reaped:
    return Reaped(-number, True, cpu_seconds, 1.0, **facts)


@pytest.mark.parametrize(
    ("reaped", "outcome", "detail"),
    [
        (ended(PROF, 2.0), "timeout", "after 2 s of processor time"),
        (ended(PROF, 19.0), "timeout", "after 2 s of processor time"),
        (ended(PROF, 20.0), "timeout", "the submission had used up its processor time"),
        (ended(XCPU, 20.0), "timeout", "the submission had used up its processor time"),
        (ended(XCPU, 0.2), "timeout", "the submission had used up its processor time"),
        (ended(KILL, 20.0), "timeout", "the submission had used up its processor time"),
        (ended(signal.SIGSEGV), "crashed", "signal 11"),
        (ended(signal.SIGVTALRM), "crashed", "signal 26"),
        (ended(PROF), "crashed", "signal 27"),
        (ended(PROF, 1.5), "crashed", "signal 27"),
        (ended(PROF, 1.5, memory_was_short=True), "crashed", "signal 27"),
        (Reaped(3, True, 0.0, 1.0), "crashed", "exit code 3"),
        (Reaped(-KILL, False, 0.0, 1.0), "crashed", "closed the connection"),
    ],
)
def test_what_is_shown_to_be_the_submissions_doing(
    reaped: Reaped, outcome: str, detail: str
) -> None:
    stops: set[Stop] = set()
    lost = blame(reaped, ASKED, (), stops)
    assert (lost.outcome, stops) == (outcome, set())
    assert detail in lost.detail


NOT_SHOWN = {
    "killed at once": ended(KILL),
    "killed after half a second": ended(KILL, 0.5),
    "killed after a call's time": ended(KILL, 2.5),
    "killed shortly before the limit": ended(KILL, 19.9),
    "told to end": ended(signal.SIGTERM, 0.1),
    "hung up": ended(signal.SIGHUP, 0.1),
    "halted": Reaped(-KILL, False, 0.1, 1.0, halted=True),
}


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_what_is_not_shown_is_ours_until_it_happens_again(name: str) -> None:
    stops: set[Stop] = set()
    with pytest.raises(SandboxError, match="from outside the sandbox"):
        blame(NOT_SHOWN[name], ASKED, (), stops)
    assert len(stops) == 1
    lost = blame(NOT_SHOWN[name], ASKED, frozenset(stops), stops)
    assert lost.outcome == "crashed"
    assert "each time" in lost.detail


@pytest.mark.parametrize("other", [Stop(KILL, "g", 7), Stop(KILL, "f", 8), Stop(STOP, "f", 7)])
def test_another_end_before_it_is_no_reproduction(other: Stop) -> None:
    with pytest.raises(SandboxError, match="killed from outside"):
        blame(ended(KILL), ASKED, {other}, set())


def test_the_kernels_memory_killer_is_never_the_submissions_doing() -> None:
    known = {Stop(KILL, "f", 7)}
    for cpu_seconds in (0.5, 25.0):
        killed = ended(KILL, cpu_seconds, memory_was_short=True)
        with pytest.raises(SandboxError, match="no memory left"):
            blame(killed, ASKED, known, set())
    # What is shown to be its doing stays that, whatever else the machine does meanwhile.
    lost = blame(ended(signal.SIGSEGV, memory_was_short=True), ASKED, known, set())
    assert lost.outcome == "crashed"


def test_a_kernel_that_does_not_count_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forkservers, "OOM", "no such line")
    assert memory_kills() == 0

    def refuse(*_: Any) -> str:
        raise PermissionError

    monkeypatch.setattr(Path, "read_text", refuse)
    assert memory_kills() == 0


def test_a_worker_that_ran_while_the_kernel_took_memory_is_known(
    submit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = iter([3, 3, 3, 4])
    monkeypatch.setattr(forkservers, "memory_kills", lambda: next(counts))
    seen = []
    with Forkserver() as own:
        for _ in range(2):
            student = submit("def f(): return 1", own)
            assert student.value("f") == 1
            seen.append(student._reap().memory_was_short)
    assert seen == [False, True]


# A program that computes over each tick of the kernel and sleeps in between, until it has used
# as much processor time as it is told.
OVER_TICKS = """
import time, resource
TICK = time.clock_getres(6)  # CLOCK_MONOTONIC_COARSE: it moves with the ticks
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
def f(seconds):
    end = used() + seconds
    while used() < end:
        now = time.clock_gettime_ns(6)
        while time.clock_gettime_ns(6) == now: pass
        time.sleep(TICK * 0.9)
    return seconds
def by_ticks(seconds):
    import signal
    signal.setitimer(signal.ITIMER_PROF, 2 * seconds)
    return f(seconds)
def spin(seconds):
    end = used() + seconds
    while used() < end: pass
    return seconds
"""
ROOM = {"call_wall_seconds": 30, "submission_wall_seconds": 60}


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux has these clocks")
def test_a_call_has_all_of_its_processor_time_whatever_the_ticks_say(submit: Any) -> None:
    student = submit(OVER_TICKS, call_cpu_seconds=1, **ROOM)
    assert student.value("f", 0.5) == 0.5
    assert student.value("spin", 0.9) == 0.9
    with pytest.raises(WorkerLost, match="processor time"):
        student.ask("spin", 1.2)


def test_by_ticks_it_would_be_stopped(submit: Any) -> None:
    student = submit(OVER_TICKS, call_cpu_seconds=1, **ROOM)
    try:
        student.ask("by_ticks", 0.3)
    except WorkerLost as lost:
        said = lost.detail
    else:
        pytest.skip("the ticks of this kernel hold no more against a program than it used")
    assert "signal 27" in said


TICKS_OF_OTHERS = """
def off():  # what a call's clock counts is far from enough in any case
    import signal
    signal.signal(signal.SIGXCPU, {handler})
def g():
    off()
    return f(3600)
"""
HANDLERS = {
    "takes it": "signal.SIG_DFL",
    "ignores it": "signal.SIG_IGN",
    "catches it": "lambda *_: None",
    "catches it in Python": "lambda *_: print('x', end='')",
}


@pytest.mark.parametrize("name", HANDLERS)
def test_who_is_charged_by_ticks_has_ended_itself_and_was_not_killed(
    submit: Any, name: str
) -> None:
    """It would have no grade, if it came to this in another call each time that it is tried."""
    code = OVER_TICKS + TICKS_OF_OTHERS.format(handler=HANDLERS[name])
    limits = {"call_wall_seconds": 6, "submission_wall_seconds": 12}
    student = submit(code, call_cpu_seconds=1, submission_cpu_seconds=1, **limits)
    with pytest.raises(WorkerLost) as lost:
        student.ask("g")
    assert lost.value.outcome == "timeout"
    assert not student.stops


def test_a_submission_has_all_of_its_processor_time_and_no_more(submit: Any) -> None:
    student = submit(OVER_TICKS, call_cpu_seconds=2, submission_cpu_seconds=2, **ROOM)
    assert student.value("spin", 0.9) == 0.9
    assert student.value("spin", 0.9) == 0.9
    with pytest.raises(WorkerLost, match="the submission had used up its processor time"):
        student.ask("spin", 0.9)
