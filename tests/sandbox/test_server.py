"""Does the forkserver's loop fork, reap and end as it should, and what does a worker inherit?

It runs in this process, with ordinary child processes in the place of workers.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from grader.wire import receive, send
from grader.worker import forkserver, lockdown, serve, trials
from grader.worker.lockdown import Lockdown

if TYPE_CHECKING:
    from collections.abc import Iterator

SLEEP = [sys.executable, "-SsEc", "import sys; sys.stdin.read()"]
LEAVE = [sys.executable, "-SsEc", "raise SystemExit(3)"]


@pytest.fixture
def control() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(60)
    with ours, theirs:
        yield ours, theirs


def fork(control: socket.socket, worker: int) -> None:
    """Ask for a worker, with two descriptors of its own."""
    read_end, write_end = os.pipe()
    send(control, {"kind": "fork", "worker": worker, "limits": {}})
    socket.send_fds(control, [b"."], [read_end, write_end])
    os.close(read_end)
    os.close(write_end)


def reap(control: socket.socket, worker: int, patience: float) -> None:
    send(control, {"kind": "reap", "worker": worker, "patience": patience})


def test_workers_are_forked_and_reaped(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = iter([SLEEP, LEAVE])
    processes = []

    def start() -> int:
        process = subprocess.Popen(next(commands), stdin=subprocess.PIPE)
        processes.append(process)
        return process.pid

    monkeypatch.setattr(os, "fork", start)
    ours, theirs = control
    fork(ours, 1)
    fork(ours, 2)
    reap(ours, 1, 0.0)
    reap(ours, 2, 60.0)
    ours.shutdown(socket.SHUT_WR)
    forkserver._Server(theirs, Lockdown()).run()
    sleeper, leaver = receive(ours), receive(ours)
    for process in processes:
        process.returncode = 0  # it was waited for: Popen need not
        process.stdin.close()
    assert (sleeper["status"], sleeper["by_itself"]) == (-signal.SIGKILL, False)
    assert (leaver["status"], leaver["by_itself"]) == (3, True)
    assert leaver["cpu_seconds"] > 0
    # It counts what the forking process had, too, which here is that of all tests.
    assert 1 << 10 < leaver["peak_kib"] < 1 << 24


def test_a_worker_that_could_not_be_forked_is_said_to(
    control: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise OSError("too many processes")

    monkeypatch.setattr(os, "fork", fail)
    ours, theirs = control
    fork(ours, 1)
    reap(ours, 1, 9.0)
    ours.shutdown(socket.SHUT_WR)
    forkserver._Server(theirs, Lockdown()).run()
    assert receive(ours)["status"] is None


class Ended(BaseException):
    """The worker's process has ended."""


@pytest.mark.parametrize("ruleset", [None, 99])
@pytest.mark.parametrize("fault", [None, RuntimeError("no")])
def test_a_worker_keeps_its_channel_its_output_and_the_ruleset(
    monkeypatch: pytest.MonkeyPatch, ruleset: int | None, fault: Exception | None
) -> None:
    opened, closed, served = {}, set(), []

    def serve_it(*arguments: Any) -> None:
        served.append(arguments)
        if fault:
            raise fault

    def duplicate(old: int, new: int, inheritable: bool = True) -> int:
        opened[new] = (old, inheritable)
        return new

    def leave(_: int) -> None:
        raise Ended

    monkeypatch.setattr(os, "open", lambda *_: 70)
    monkeypatch.setattr(os, "dup2", duplicate)
    monkeypatch.setattr(os, "closerange", lambda low, high: closed.update(range(low, high)))
    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(serve, "run", serve_it)
    locks = Lockdown(ruleset=ruleset)
    server = forkserver._Server(None, locks)  # type: ignore[arg-type]
    with pytest.raises(Ended):
        server._become_worker({"limits": {}}, 8, 9)
    assert opened == {100: (8, False), 0: (70, True), 1: (9, True), 2: (9, True)}
    assert set(range(1024)) - closed == {0, 1, 2, 100} | ({ruleset} if ruleset else set())
    assert served == [(100, locks, {"limits": {}})]


def test_a_child_becomes_a_worker(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def become(*_: Any) -> None:
        raise Ended

    monkeypatch.setattr(os, "fork", lambda: 0)
    server = forkserver._Server(control[1], Lockdown())
    monkeypatch.setattr(server, "_become_worker", become)
    fork(control[0], 1)
    with pytest.raises(Ended):
        server.run()


@pytest.fixture
def calm(control: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Start a forkserver in this process without its changing it; yield what it asked for."""
    asked: list[Any] = []
    monkeypatch.setattr(socket, "socket", lambda fileno: control[1])
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(lockdown, "prctl", lambda *option: asked.append(option))
    monkeypatch.setattr(serve, "practise", lambda: asked.append("practise"))
    monkeypatch.setattr(trials, "prepare", lambda _: (Lockdown(), ["process"], {"uid": "no"}))
    yield asked
    gc.unfreeze()


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_forkserver_says_what_it_found_and_ends_with_its_control(
    calm: list[Any], control: Any, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    ours, theirs = control
    send(ours, {"module_path": ["/here", *sys.path]})
    ours.shutdown(socket.SHUT_WR)
    forkserver.main(theirs.fileno())
    theirs.shutdown(socket.SHUT_WR)
    assert receive(ours) == {"kind": "ready", "layers": ["process"], "reasons": {"uid": "no"}}
    assert receive(ours) is None
    assert sys.path[0] == "/here"
    asked = [(lockdown.PR_SET_PDEATHSIG, signal.SIGKILL), (lockdown.PR_SET_DUMPABLE, 0)]
    assert calm == [*(asked if platform == "linux" else []), "practise"]


def test_a_forkserver_that_is_told_nothing_ends(calm: list[Any], control: Any) -> None:
    ours, theirs = control
    ours.shutdown(socket.SHUT_WR)
    forkserver.main(theirs.fileno())
    theirs.shutdown(socket.SHUT_WR)
    assert receive(ours) is None
    assert calm == []
