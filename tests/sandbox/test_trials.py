"""What does the forkserver say of each layer, on machines that this one is not?

Locks are replaced by nothing here, so that a trial is not stopped by them, or by what we choose.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

from grader.worker import lockdown, trials

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = {
    "disabled": [],
    "seccomp": b"program",
    "seccomp_reason": "",
    "readable": [],
    "uid": 5,
    "uid_reason": "",
    "own_user_namespace": False,
    "namespaces": True,
    "namespaces_reason": "",
    "outside_path": "/no/such/file",
}


def refuse(*_: Any, **__: Any) -> None:
    raise PermissionError("refused")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Make trials in this process, on a machine of root where all that must fail fails."""
    for name in ("no_new_privs", "install_filter", "restrict_self", "drop_uid"):
        monkeypatch.setattr(lockdown, name, lambda *_: None)
    monkeypatch.setattr(lockdown, "landlock_abi", lambda: 6)
    monkeypatch.setattr(lockdown, "landlock_ruleset", lambda _: 50)
    monkeypatch.setattr(os, "dup2", lambda *_, **__: 99)
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(os, "fork", refuse)
    monkeypatch.setattr(os, "kill", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo")])
    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: refuse() if path == "/" else scan(path))
    monkeypatch.setattr(trials, "_in_child", _said)
    return monkeypatch


def _said(action: Callable[[], None]) -> str:
    try:
        action()
    except Exception as error:
        return str(error)
    return ""


def test_a_machine_with_everything(machine: pytest.MonkeyPatch) -> None:
    locks, layers, reasons = trials.prepare(HERE)
    assert layers[2:] == ["no_new_privs", "seccomp", "landlock", "namespaces", "uid"]
    assert reasons == {}
    assert (locks.seccomp, locks.ruleset, locks.uid) == (b"program", 99, 5)
    assert locks.count_processes


def test_layers_that_are_switched_off(machine: pytest.MonkeyPatch) -> None:
    off = ["no_new_privs", "seccomp", "landlock", "namespaces", "uid"]
    locks, layers, reasons = trials.prepare(HERE | {"disabled": off})
    assert layers == ["process", "limits"]
    assert reasons == dict.fromkeys(off, "switched off")
    assert (locks.seccomp, locks.ruleset, locks.uid) == (None, None, None)
    assert not locks.count_processes


# What is different, and the reason for which layer.
OTHERWISE: dict[str, tuple[str, dict[str, Any], dict[tuple[Any, str], Any]]] = {
    "only Linux has it": ("no_new_privs", {}, {(sys, "platform"): "darwin"}),
    "no libseccomp": ("seccomp", {"seccomp": None, "seccomp_reason": "no libseccomp"}, {}),
    "a socket was opened under the filter": (
        "seccomp",
        {},
        {(socket, "socket"): lambda: type("Socket", (), {"close": lambda _: None})()},
    ),
    "a process was started under the filter": ("seccomp", {}, {(os, "fork"): lambda: 1}),
    "the kernel has no Landlock": ("landlock", {}, {(lockdown, "landlock_abi"): lambda: 0}),
    "refused": ("landlock", {}, {(lockdown, "landlock_ruleset"): refuse}),
    "the root folder was read": ("landlock", {}, {(os, "scandir"): lambda _: None}),
    "no bubblewrap": (
        "namespaces",
        {"namespaces": False, "namespaces_reason": "no bubblewrap"},
        {},
    ),
    "a file outside the sandbox can be seen": ("namespaces", {"outside_path": "/"}, {}),
    "the network of the machine can be seen": (
        "namespaces",
        {},
        {(socket, "if_nameindex"): lambda: [(1, "lo"), (2, "eth0")]},
    ),
    "does not run as root": ("uid", {}, {(os, "getuid"): lambda: 1000}),
    "an ordinary user outside it": ("uid", {"own_user_namespace": True}, {}),
    "another user's process could be signalled": ("uid", {}, {(os, "kill"): lambda *_: None}),
    "must be readable by other users: refused": ("uid", {}, {(os, "scandir"): refuse}),
    "none is free": ("uid", {"uid": None, "uid_reason": "none is free"}, {}),
}


@pytest.mark.parametrize("reason", OTHERWISE)
def test_a_layer_that_does_not_hold_is_not_claimed(
    machine: pytest.MonkeyPatch, reason: str
) -> None:
    layer, config, changes = OTHERWISE[reason]
    for (where, name), value in changes.items():
        machine.setattr(where, name, value)
    locks, layers, reasons = trials.prepare(HERE | config)
    assert layer not in layers
    assert reason in reasons[layer]
    lock = {"seccomp": locks.seccomp, "landlock": locks.ruleset, "uid": locks.uid}
    assert lock.get(layer) is None


@pytest.mark.parametrize(
    ("uid", "threads", "elsewhere"), [(1000, 50, 1050), (1000, 0, 0), (0, 50, 0)]
)
def test_threads_of_a_user_who_has_others_are_counted_from_where_they_are(
    machine: pytest.MonkeyPatch, uid: int, threads: int, elsewhere: int
) -> None:
    machine.setattr(os, "getuid", lambda: uid)
    machine.setattr(lockdown, "threads_of_user", lambda: threads)
    locks, _, _ = trials.prepare(HERE | {"disabled": ["uid"]})
    assert (locks.count_processes, locks.threads_elsewhere) == (False, elsewhere)


class Ended(BaseException):
    """A child of ours has ended."""


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Have a trial's child end with an exception, and its pipe be one that we see."""
    ends = os.pipe()
    monkeypatch.setattr(os, "pipe", lambda: ends)

    def leave(status: int) -> None:
        raise Ended(status)

    monkeypatch.setattr(os, "_exit", leave)
    return ends


@pytest.mark.parametrize(("reason", "said"), [(None, b""), ("why", b"why"), ("", b"unknown")])
def test_a_child_says_why_a_layer_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, pipe: tuple[int, int], reason: str | None, said: bytes
) -> None:
    monkeypatch.setattr(os, "fork", lambda: 0)

    def action() -> None:
        if reason is not None:
            raise RuntimeError(reason)

    with pytest.raises(Ended, match="0"):
        trials._in_child(action)
    os.close(pipe[1])
    with os.fdopen(pipe[0], "rb") as read_end:
        assert read_end.read() == said


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        (b"", 0, ""),
        (b"why", 0, "why"),
        (b"why", 9, "why"),
        (b"", 9, "the trial ended with status -9"),
        (b"", 256, "the trial ended with status 1"),
    ],
)
def test_a_child_that_says_nothing_must_end_well(
    monkeypatch: pytest.MonkeyPatch, pipe: tuple[int, int], said: bytes, status: int, reason: str
) -> None:
    monkeypatch.setattr(os, "fork", lambda: 7)
    monkeypatch.setattr(os, "waitpid", lambda pid, _: (pid, status))
    os.write(pipe[1], said)
    assert trials._in_child(lambda: None) == reason
