"""Is an honest submission graded whoever signals its workers, and who signals itself blamed?"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from process_tree import descendants

from grader.grade import Slot
from grader.sandbox import forkserver as forkservers
from grader.sandbox import launch
from grader.sandbox.layers import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KILL, STOP = signal.SIGKILL, signal.SIGSTOP

HIDDEN = """
from grader.testing import check

@check("a", points=1)
def test_a(submission):
    assert submission.square(2.0) == 4.0

@check("b", points=1)
def test_b(submission):
    assert submission.square(3.0) == 9.0
"""
EXERCISE = """
[[functions]]
name = "square"
parameters = [{ name = "x" }]
returns = { kind = "array" }
[limits]
call_wall_seconds = 5
"""
# Half a second and more of the processor, and then time enough to be signalled.
BUSY = """
import time
def square(x):
    if x == 3:
        end = time.process_time() + 0.7
        while time.process_time() < end: pass
        time.sleep(1.5)
    return x * x
"""


def workers_of(pid: int) -> list[int]:
    """Return the processes below a forkserver that have used half a second of the processor."""
    ticks = os.sysconf("SC_CLK_TCK") // 2
    return [p for p in descendants(pid) if sum(times(p)) >= ticks]


def times(pid: int) -> tuple[int, int]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0
    return int(fields[11]), int(fields[12])


@pytest.fixture
def operator() -> Iterator[Callable[..., None]]:
    """Return a function that signals the busy workers of a slot, `often` of them."""
    threads, over = [], threading.Event()

    def watch(slot: Slot, number: int, often: int) -> None:
        done: set[int] = set()
        while not over.is_set() and len(done) < often:
            for pid in set(workers_of(slot.forkserver.pid)) - done:
                os.kill(pid, number)
                done.add(pid)
            time.sleep(0.02)

    def begin(*what: Any) -> None:
        threads.append(threading.Thread(target=watch, args=what))
        threads[-1].start()

    yield begin
    over.set()
    for thread in threads:
        thread.join()


@pytest.fixture
def slot(mini_course: Any, request: pytest.FixtureRequest) -> Iterator[Slot]:
    """Start a slot for a small course, without the layers that a test names."""
    off = getattr(request, "param", ())
    with Slot(mini_course(HIDDEN, exercise=EXERCISE), Level.PROCESS, off) as started:
        yield started


EVERYWHERE = pytest.mark.parametrize(
    "slot", [(), ("namespaces",), ("seccomp", "landlock")], indirect=True, ids=" and ".join
)


@EVERYWHERE
@pytest.mark.parametrize("number", [KILL, signal.SIGTERM, STOP])
def test_a_signal_of_an_operator_costs_an_honest_submission_nothing(
    slot: Slot, operator: Any, make_answer: Any, number: int
) -> None:
    operator(slot, number, 1)
    report = slot.grade("mini", make_answer(BUSY))
    assert [check.outcome for check in report.checks] == ["passed", "passed"]


def test_who_is_killed_in_the_same_call_again_is_graded(
    slot: Slot, operator: Any, make_answer: Any
) -> None:
    operator(slot, KILL, 2)
    report = slot.grade("mini", make_answer(BUSY))
    assert [check.outcome for check in report.checks] == ["passed", "crashed"]
    assert report.points == 1


def test_the_memory_killer_at_work_makes_it_ours_for_good(
    slot: Slot, operator: Any, make_answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forkservers, "memory_kills", iter(range(1000)).__next__)
    operator(slot, KILL, 9)
    report = slot.grade("mini", make_answer(BUSY))
    assert report.points is None
    assert "no memory left" in report.diagnostic


GREEDY = "def square(x): return x * x + len(b'x' * (200 << 20)) % 2"


@pytest.fixture
def small_group() -> Iterator[Callable[[int], None]]:
    """Return a function that puts processes into a group that has little memory."""
    groups = Path("/sys/fs/cgroup")
    root = groups / "memory" if (groups / "memory").is_dir() else groups
    limit = "memory.limit_in_bytes" if root != groups else "memory.max"
    group = root / f"grader-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / limit).write_text(str(48 << 20))
    except OSError as error:
        with contextlib.suppress(OSError):
            group.rmdir()
        pytest.skip(f"this machine lets nobody here make a control group of memory: {error}")
    yield lambda pid: (group / "cgroup.procs").write_text(str(pid)) and None
    for _ in range(500):
        with contextlib.suppress(OSError):
            group.rmdir()
            break
        time.sleep(0.01)


def test_the_memory_killer_of_a_small_container_costs_nothing(
    small_group: Callable[[int], None], slot: Slot, make_answer: Any
) -> None:
    before = forkservers.memory_kills()
    for pid in (slot.forkserver.pid, *descendants(slot.forkserver.pid)):
        small_group(pid)
    report = slot.grade("mini", make_answer(GREEDY))
    assert forkservers.memory_kills() > before
    assert [check.outcome for check in report.checks] == ["passed", "passed"]


# Each ends itself by a signal, which somebody else could have sent.
SUICIDES = {
    "in a call": "def square(x):\n    if x == 3: end()\n    return x * x\n",
    "in all calls": "def square(x): end()\n",
    "while it is read": "x = end()\ndef square(x): return x * x\n",
    "while it is read and in calls": "class A: end()\ndef square(x): end()\n",
}
SPIN = "    while True: pass\n"
WAYS = {
    "by its clock": (f"import signal\ndef end():\n    signal.setitimer(2, 0.01)\n{SPIN}", ()),
    "by SIGKILL": ("import os\ndef end(): os.kill(os.getpid(), 9)\n", ("seccomp",)),
    "by its limit": (
        f"import resource\ndef end():\n    resource.setrlimit(0, (0, 0))\n{SPIN}",
        ("seccomp",),
    ),
}


@pytest.mark.parametrize("where", SUICIDES)
@pytest.mark.parametrize("way", WAYS)
def test_who_ends_itself_as_if_from_outside_is_graded(
    mini_course: Any, make_answer: Any, where: str, way: str
) -> None:
    code, off = WAYS[way]
    with Slot(mini_course(HIDDEN, exercise=EXERCISE), Level.PROCESS, off) as slot:
        report = slot.grade("mini", make_answer(code + SUICIDES[where]))
    assert report.status == "graded", report.diagnostic
    deserved = {"in a call": 1, "while it is read": 2}
    assert report.points == deserved.get(where, 0)


# Each time it ends itself in another call, or in another way. What it has done before it reads from
# folders that it makes, since the layers that forbid that are off.
ELSEWHERE = """
import os, signal
tried = len(os.listdir({folder!r}))
def square(x):
    if {when}:
        os.mkdir({folder!r} + f"/{{tried}}")
        {end}
        while True: pass
    return x * x
"""
THREE_CALLS = f"""{HIDDEN}
@check("c", points=1)
def test_c(submission):
    assert submission.square(4.0) == 16.0
"""
OWN_SIGNALS = {
    "its clock": "signal.setitimer(signal.ITIMER_PROF, 0.01)",
    "another clock of its own": "signal.setitimer(signal.ITIMER_VIRTUAL, 0.01)",
    "either of them": "signal.setitimer(1 + tried % 2, 0.01)",
    "a crash": "signal.raise_signal(signal.SIGABRT)",
}
NO_WALLS = ("seccomp", "landlock", "namespaces", "uid")


def graded_elsewhere(
    mini_course: Any, make_answer: Any, folder: Path, end: str, when: str = "x == 2 + tried"
) -> Any:
    folder.mkdir()
    code = ELSEWHERE.format(folder=str(folder), end=end, when=when)
    with Slot(mini_course(THREE_CALLS, exercise=EXERCISE), Level.PROCESS, NO_WALLS) as slot:
        return slot.grade("mini", make_answer(code))


@pytest.mark.parametrize("signalled", OWN_SIGNALS)
def test_who_ends_itself_in_another_call_each_time_is_graded(
    mini_course: Any, make_answer: Any, tmp_path: Path, signalled: str
) -> None:
    """It would have no grade, for as often as it is tried, and the 0 is what it deserves."""
    end = OWN_SIGNALS[signalled]
    report = graded_elsewhere(mini_course, make_answer, tmp_path / "tried", end)
    assert report.status == "graded", report.diagnostic
    assert "crashed" in [check.outcome for check in report.checks]


def test_where_it_can_kill_itself_it_would_have_no_grade(
    mini_course: Any, make_answer: Any, tmp_path: Path
) -> None:
    """The control: a signal that others send too, which only the filter keeps from a program."""
    end = "os.kill(os.getpid(), (9, 15, 1)[tried])"
    report = graded_elsewhere(mini_course, make_answer, tmp_path / "tried", end, "x == 2")
    assert (report.status, len([*(tmp_path / "tried").iterdir()])) == ("internal_error", 3)


@pytest.mark.parametrize("slot", [(), ("namespaces",)], indirect=True, ids=" and ".join)
def test_a_halted_forkserver_is_replaced(
    slot: Slot, make_answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forkservers, "ANSWER_SECONDS", 2.0)
    monkeypatch.setattr(forkservers, "FIRST_WORDS_SECONDS", 2.0)
    monkeypatch.setattr(launch, "QUIET_SECONDS", 0.5)
    halted = slot.forkserver.pid, *descendants(slot.forkserver.pid)
    for pid in halted:
        os.kill(pid, STOP)
    report = slot.grade("mini", make_answer("def square(x): return x * x"))
    assert [check.outcome for check in report.checks] == ["passed", "passed"]
    assert not {*halted} & {*descendants(os.getpid())}
