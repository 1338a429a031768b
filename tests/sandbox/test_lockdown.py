"""Are the locks put on in the right order, and is what the kernel refuses an error?

That the locks hold is shown in `conformance/`; here the kernel is a list of what it was asked.
"""

from __future__ import annotations

import builtins
import errno
import os
import resource
import signal
import struct
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from grader.model.exercise import Limits
from grader.worker import lockdown
from grader.worker.lockdown import Lockdown

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = {"call_cpu_seconds": 2, "submission_cpu_seconds": 20, "memory_mib": 512, "processes": 32}
GIB = 1 << 30


class Kernel:
    """Stands in for libc and `os`: remembers every call, and answers from `answers`, else 0."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.answers: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any, **_: Any) -> int:
            plain = tuple(getattr(argument, "value", argument) for argument in arguments)
            self.asked.append((name, *plain))
            return self.answers.get(self.names()[-1], 0)

        return ask

    def names(self) -> list[str]:
        return [f"{call[0]} {call[1]}" if len(call) > 1 else call[0] for call in self.asked]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """Put a kernel that changes nothing under the locks; the grader runs as root on it."""
    kernel = Kernel()
    monkeypatch.setattr(lockdown, "_libc", kernel)
    monkeypatch.setattr(lockdown, "_call_clock", None)
    monkeypatch.setattr(signal, "setitimer", kernel.setitimer)
    for name in ("setsid", "setgroups", "setresgid", "setresuid", "close"):
        monkeypatch.setattr(os, name, getattr(kernel, name))
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(resource, "setrlimit", kernel.setrlimit)
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: unlimited)
    return kernel


def limits_of(kernel: Kernel) -> dict[int, Any]:
    return {call[1]: call[2][1] for call in kernel.asked if call[0] == "setrlimit"}


def test_the_order_of_locks(kernel: Kernel) -> None:
    Lockdown(seccomp=bytes(16), ruleset=99, uid=5, base_address_space=GIB).apply(LIMITS)
    locks = [name for name in kernel.names() if not name.startswith("setrlimit")]
    assert locks == [
        "setsid",
        "setgroups []",
        "setresgid 5",
        "setresuid 5",
        f"capset {struct.pack('=Ii', lockdown.CAPABILITY_VERSION_3, 0)}",
        f"prctl {lockdown.PR_SET_PDEATHSIG}",
        f"prctl {lockdown.PR_SET_DUMPABLE}",
        f"prctl {lockdown.PR_SET_NO_NEW_PRIVS}",
        f"timer_create {lockdown.CLOCK_PROCESS_CPUTIME_ID}",
        f"syscall {lockdown.RESTRICT_SELF}",
        "close 99",
        f"prctl {lockdown.PR_SET_SECCOMP}",
        "timer_settime None",
    ]


def test_layers_that_do_not_hold_are_left_out(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    Lockdown().apply(LIMITS)
    names = kernel.names()
    assert names[-3:-1] == [
        f"prctl {lockdown.PR_SET_NO_NEW_PRIVS}",
        f"timer_create {lockdown.CLOCK_PROCESS_CPUTIME_ID}",
    ]
    assert not any(name.startswith(("setres", "capset", "syscall")) for name in names)


def test_elsewhere_than_on_linux_there_are_limits_only(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    Lockdown().apply(LIMITS)
    names = {name.partition(" ")[0] for name in kernel.names()}
    assert names == {"setsid", "setrlimit"}
    assert lockdown.landlock_abi() == 0


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("space", [0, GIB])
def test_limits(kernel: Kernel, space: int, counted: bool) -> None:
    Lockdown(base_address_space=space, count_processes=counted).apply(LIMITS)
    expected = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CPU: 31 + lockdown.OUT_OF_REACH_SECONDS,
    }
    if space:
        expected[resource.RLIMIT_AS] = GIB + (512 << 20)
    if counted:
        expected[resource.RLIMIT_NPROC] = 32
    assert limits_of(kernel) == expected


def test_the_threads_of_a_user_who_has_others_are_limited_too(kernel: Kernel) -> None:
    Lockdown(base_address_space=GIB, threads_elsewhere=1500).apply(LIMITS)
    assert limits_of(kernel)[resource.RLIMIT_NPROC] == 1532


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc to count in")
def test_the_threads_of_this_user_are_counted() -> None:
    assert threading.active_count() <= lockdown.threads_of_user() < 100_000


def test_a_limit_of_the_machine_is_never_raised(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (3, 3))
    Lockdown(base_address_space=GIB, count_processes=True).apply(LIMITS)
    assert set(limits_of(kernel).values()) == {0, 3}


def test_the_kernel_warns_above_the_limit_and_never_kills(kernel: Kernel) -> None:
    for seconds in (1, 2, 20, 3600):
        Lockdown().apply(LIMITS | {"submission_cpu_seconds": seconds})
        soft, hard = [call[2] for call in kernel.asked if call[1:2] == (resource.RLIMIT_CPU,)][-1]
        assert seconds * 1.5 < soft
        usual = Limits()
        assert hard - soft > usual.processes * usual.submission_wall_seconds


@pytest.mark.parametrize("answer", [0, -1])
def test_a_call_gets_processor_time_by_a_clock_that_stops_it(kernel: Kernel, answer: int) -> None:
    kernel.answers = {f"timer_create {lockdown.CLOCK_PROCESS_CPUTIME_ID}": answer}
    lockdown.make_call_clock()
    lockdown.limit_call_cpu(2.5)
    by_ticks = ("setitimer", signal.ITIMER_PROF, 2.5)
    once = struct.pack("4l", 0, 0, 2, 500_000_000)
    precise = ("timer_settime", None, 0, once, None)
    assert kernel.asked[-1] == (by_ticks if answer else precise)
    _, clock, event, _ = kernel.asked[0]
    assert clock == time.CLOCK_PROCESS_CPUTIME_ID
    assert len(event) == 64
    assert struct.unpack_from("Pii", event)[1:] == (signal.SIGPROF, 0)


LOCKS = {
    "capset": lockdown.drop_capabilities,
    "prctl": lockdown.no_new_privs,
    "seccomp": lambda: lockdown.install_filter(bytes(8)),
    "landlock": lambda: lockdown.restrict_self(99),
}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_that_the_kernel_refuses_is_an_error(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    refuse = type("Refuses", (), {"__getattr__": lambda *_: lambda *_: -1})
    monkeypatch.setattr(lockdown, "_libc", refuse())
    monkeypatch.setattr("ctypes.get_errno", lambda: errno.EPERM)
    with pytest.raises(PermissionError, match=f"{name}.*: Operation not permitted"):
        LOCKS[name]()


@pytest.mark.parametrize(
    ("abi", "size", "filesystem"), [(1, 8, 13), (2, 8, 14), (3, 8, 15), (4, 16, 15), (6, 24, 16)]
)
def test_a_ruleset_handles_all_that_its_kernel_knows(
    kernel: Kernel, tmp_path: Path, abi: int, size: int, filesystem: int
) -> None:
    kernel.answers = {f"syscall {lockdown.CREATE_RULESET}": abi}
    (tmp_path / "file").touch()
    paths = [str(tmp_path), str(tmp_path / "file"), str(tmp_path / "absent")]
    lockdown.landlock_ruleset(paths)
    calls = [call for call in kernel.asked if call[0] == "syscall"]
    attributes = calls[1][2]
    assert len(attributes) == size
    assert struct.unpack_from("=Q", attributes)[0] == (1 << filesystem) - 1
    allowed = [struct.unpack("=Qi", call[4])[0] for call in calls[2:]]
    folder, file = lockdown.READ_FILE | lockdown.READ_DIR, lockdown.READ_FILE
    assert allowed == [folder, file, file | lockdown.WRITE_FILE, file]


@pytest.mark.parametrize("answer", [0, -1])
def test_a_kernel_without_landlock(kernel: Kernel, answer: int) -> None:
    kernel.answers = {f"syscall {lockdown.CREATE_RULESET}": answer}
    assert lockdown.landlock_abi() == 0
    with pytest.raises(OSError, match="no Landlock"):
        lockdown.landlock_ruleset([])


def test_a_rule_that_is_refused_is_an_error(kernel: Kernel) -> None:
    kernel.answers = {
        f"syscall {lockdown.CREATE_RULESET}": 6,
        f"syscall {lockdown.ADD_RULE}": -1,
    }
    with pytest.raises(OSError, match="landlock rule /"):
        lockdown.landlock_ruleset(["/"])
    assert kernel.asked[-1][0] == "close"


def test_the_address_space_of_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform.startswith("linux"):
        assert lockdown.address_space() > 1 << 20

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(builtins, "open", refuse)
    assert lockdown.address_space() == 0
