"""What reads strangers' files ends at its limits; the file is to blame only where that shows."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import time
from pathlib import Path
from threading import Thread

import pytest

from grader.errors import UsageError
from grader.source import Apart, Unreadable
from grader.source.apart import _limit_memory, _serve


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


def works_and_ends(how):
    work()
    how()


@pytest.mark.parametrize("how", [crash, abort, killed, spin, time.time])
def test_what_a_request_took_counts_however_it_ended(apart, how):
    """Files that end their reader could be handed in by the thousand, each for nothing."""
    apart.call(work)
    before = apart.spent
    try:
        apart.call(works_and_ends, how)
    except (Unreadable, OSError):
        assert how is not time.time
    took = {spin: 1.0, time.time: 0.2}.get(how, 0.4)  # a crash is tried twice
    assert apart.spent - before >= 0.8 * took


LEFT = []


def leaves_much(refused):
    LEFT.append(bytearray(70 << 20))
    if refused:
        raise Unreadable("a reason")


def takes_much():
    return len(bytearray(100 << 20))


@pytest.mark.parametrize("refused", [True, False])
def test_what_files_before_left_in_memory_is_no_fault_of_the_next(apart, refused):
    """A text that a refused notebook leaves to the collector took another student's grade."""
    for _ in range(3):
        with contextlib.suppress(Unreadable):
            apart.call(leaves_much, refused)
        assert apart.call(takes_much) == 100 << 20
    with pytest.raises(Unreadable, match="too much memory"):  # the control: whose fault it is
        apart.call(fill_memory)


def a_lambda():
    return lambda: None


def too_much_to_send():
    return ["x" * (45 << 20), "y" * (45 << 20)]  # there is no room for a copy of it


@pytest.mark.parametrize(
    ("function", "error", "reason"),
    [
        (a_lambda, OSError, "a fault of this program"),
        (too_much_to_send, Unreadable, "too much memory"),
    ],
)
def test_an_answer_that_cannot_be_sent_ends_nothing(apart, capfd, function, error, reason):
    with pytest.raises(error, match=reason):
        apart.call(function)
    assert apart.call(len, "next") == 4
    assert capfd.readouterr() == ("", "")


def takes_very_much():
    return len(bytearray(400 << 20))  # more than a large process may have left over


def says_under_a_limit(mib, channel):
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    space = pages * os.sysconf("SC_PAGE_SIZE") + (mib << 20)
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    with Apart(memory_mib=600) as apart:
        try:
            channel.send(apart.call(takes_very_much))
        except (Unreadable, OSError) as error:
            channel.send(repr(error))


@pytest.mark.parametrize(("mib", "said"), [(100, "too little memory"), (4096, str(400 << 20))])
def test_a_limit_of_the_machine_is_nobody_s_fault(mib, said):
    """An operator's `ulimit -v` made a large honest notebook a 0."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=says_under_a_limit, args=(mib, theirs))
    child.start()
    assert ours.poll(30)
    assert said in str(ours.recv())
    child.join()


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
    assert not _limit_memory(10)
    assert asked == [resource.RLIMIT_CORE]


@pytest.fixture
def served(monkeypatch):
    """Return a function that has requests answered as the child does, in this process."""
    monkeypatch.setattr("grader.source.apart._limit_memory", lambda _: True)  # would be for good
    monkeypatch.setattr("faulthandler.disable", lambda: None)
    numbers = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGPROF)
    handlers = [(number, signal.getsignal(number)) for number in numbers]

    def ask(*requests):
        (ours, channel), (unused, _) = multiprocessing.Pipe(), multiprocessing.Pipe()
        answers = []

        def asker():
            for function, *args in requests:
                ours.send((600.0, function, args))
                *answer, spent = ours.recv()
                assert spent >= 0
                answers.append(tuple(answer))
            ours.close()

        thread = Thread(target=asker)
        thread.start()
        _serve(unused, channel, 10)
        thread.join()
        assert unused.closed
        return answers

    yield ask
    for number, handler in handlers:
        signal.signal(number, handler)


def test_the_reader_answers_each_request_until_nobody_asks(served):
    errors = [
        Unreadable("a reason"), FileNotFoundError(2, "gone"), UsageError("not so"),
        ZeroDivisionError("x"),
    ]  # fmt: skip
    first, *answers, last = served((len, "abc"), *((raises, error) for error in errors), (len, ""))
    assert (first, last) == ((3, None), (0, None))
    assert [(value, type(error)) for value, error in answers] == [
        (None, Unreadable), (None, FileNotFoundError), (None, UsageError), (None, OSError),
    ]  # fmt: skip
    said = [str(error) for _, error in answers]
    assert said[:3] == [str(error) for error in errors[:3]]
    assert "a fault of this program, ZeroDivisionError: x" in said[3]
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


@pytest.mark.parametrize("is_ours", [True, False])
def test_without_memory_the_reader_ends_and_says_whose_limit_it_was(served, monkeypatch, is_ours):
    ended = []

    def end(code):
        ended.append(code)
        signal.setitimer(signal.ITIMER_PROF, 0)
        raise EOFError

    monkeypatch.setattr("os._exit", end)
    monkeypatch.setattr("grader.source.apart._limit_memory", lambda _: is_ours)
    (ours, channel), (unused, _) = multiprocessing.Pipe(), multiprocessing.Pipe()
    ours.send((600.0, raises, (MemoryError(),)))
    with pytest.raises(EOFError):
        _serve(unused, channel, 10)
    assert ended == [77 if is_ours else 78]


@pytest.mark.parametrize("hard", [resource.RLIM_INFINITY, 1 << 50])
def test_memory_is_bounded_above_what_the_process_has(monkeypatch, hard):
    asked = {}
    monkeypatch.setattr(resource, "getrlimit", lambda _: (hard, hard))
    monkeypatch.setattr(resource, "setrlimit", asked.__setitem__)
    assert _limit_memory(10)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    (soft, again) = asked[resource.RLIMIT_AS]
    assert soft == again
    assert 0 < soft <= pages * os.sysconf("SC_PAGE_SIZE") + (20 << 20)
    assert asked[resource.RLIMIT_CORE] == (0, 0)
