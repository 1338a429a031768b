"""What reads strangers' files ends at its limits; the file is to blame only where that shows."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import time
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.source import Apart, Unreadable
from grader.source.apart import _limit_memory


def spin():
    while True:
        pass


def spin_in_c():
    # Seconds of work in one call, between whose start and end Python handles no signal.
    return pow(7, 10**9)


def fill_memory():
    return len(bytearray(8 << 30))


def fill_memory_bit_by_bit():
    held = []
    while True:
        held.append("x" * 1_000_000)


def crash():
    ctypes.string_at(0)


def abort():
    os.abort()


def killed(number=signal.SIGKILL):
    os.kill(os.getpid(), number)


def killed_once(mark: Path):
    if not mark.exists():
        mark.touch()
        killed()
    return "read"


def crashes_then_is_killed(mark: Path):
    if mark.exists():
        killed()
    mark.touch()
    crash()


def work():
    start = time.process_time()
    while time.process_time() - start < 0.2:
        pass


def raises(error):
    raise error


def nests(depth):
    return nests(depth + 1)


@pytest.fixture
def apart():
    with Apart(seconds=1.0, memory_mib=128) as opened:
        yield opened


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (spin, "takes too long"),
        (spin_in_c, "takes too long"),
        (fill_memory, "too much memory"),
        (fill_memory_bit_by_bit, "too much memory"),
        (crash, "ends the program that reads it"),
        (abort, "ends the program that reads it"),
    ],
)
def test_what_a_file_does_to_its_reader_is_the_file_s_fault(apart, function, reason):
    with pytest.raises(Unreadable, match=reason):
        apart.call(function)
    assert apart.call(len, "next") == 4


def test_an_end_from_outside_is_nobody_s_fault(apart, tmp_path):
    for number in (signal.SIGKILL, signal.SIGTERM):
        with pytest.raises(OSError, match="was ended"):
            apart.call(killed, number)
    with pytest.raises(OSError, match="was ended"):
        apart.call(crashes_then_is_killed, tmp_path / "mark")
    assert apart.call(killed_once, tmp_path / "once") == "read"


def test_a_disk_that_does_not_answer_is_nobody_s_fault():
    with Apart(stall_seconds=1.0) as apart, pytest.raises(OSError, match="does not answer"):
        apart.call(time.sleep, 60)
    with Apart() as apart:
        with pytest.raises(Unreadable):  # the same time, were it used
            apart.call(spin, patience=0.02)
        assert apart.call(len, "next") == 4


def test_a_fault_of_ours_is_not_the_file_s(apart):
    for error in (ZeroDivisionError("x"), KeyError("y")):
        with pytest.raises(OSError, match=f"a fault of this program, {type(error).__name__}"):
            apart.call(raises, error)
    with pytest.raises(OSError, match="RecursionError"):
        apart.call(nests, 0)


@pytest.mark.parametrize(
    "error", [Unreadable("a reason"), FileNotFoundError(2, "gone"), UsageError("not so")]
)
def test_what_is_meant_for_people_arrives(apart, error):
    with pytest.raises(type(error)) as caught:
        apart.call(raises, error)
    assert str(caught.value) == str(error)


def test_each_request_has_the_whole_time(apart):
    """Honest files do not use up each other's time: 8 take a fifth of a second, of one."""
    for _ in range(8):
        apart.call(work)


def test_a_small_file_may_be_read_after_one_that_took_much_memory(apart):
    assert apart.call(len, bytes(50 << 20)) == 50 << 20
    assert apart.call(len, bytes(50 << 20)) == 50 << 20


def test_it_ends_with_its_owner_and_leaves_no_process():
    with Apart() as apart:
        pid = apart.call(os.getpid)
        assert pid != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    apart.close()  # again, to no effect


def test_nothing_is_forked_until_it_is_needed():
    before = multiprocessing.active_children()
    with Apart():
        assert multiprocessing.active_children() == before


def test_without_fork_all_is_read_here(monkeypatch):
    monkeypatch.setattr("grader.source.apart.get_all_start_methods", lambda: ["spawn"])
    with Apart() as apart:
        assert apart.call(os.getpid) == os.getpid()


def test_a_lower_limit_of_the_machine_stays(monkeypatch):
    asked = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1 << 20, 1 << 20))
    monkeypatch.setattr(resource, "setrlimit", lambda which, pair: asked.append(which))
    _limit_memory(10)
    assert asked == [resource.RLIMIT_CORE]
