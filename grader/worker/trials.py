"""Try each layer of the lockdown in a child of the forkserver, and keep those that hold.

A layer counts only when something that it must stop was tried and stopped, in this very process
tree, a moment ago.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from grader.worker import lockdown

# Enough for the user who grades to start more programs, few enough to keep a machine going.
ROOM_FOR_THREADS = 1000
UNREADABLE = "the Python installation must be readable by other users"


def prepare(config: dict[str, Any]) -> tuple[lockdown.Lockdown, list[str], dict[str, str]]:
    """Return the locks that hold, their layers' names, and why each of the others does not."""
    locks = lockdown.Lockdown()
    layers = ["process", "limits"]
    reasons: dict[str, str] = {}
    for name, attempt in _ATTEMPTS.items():
        if name in config["disabled"]:
            reasons[name] = "switched off"
            continue
        reason = attempt(config, locks)
        if reason:
            reasons[name] = reason
        else:
            layers.append(name)
    locks.count_processes = "uid" in layers or bool(config["own_user_namespace"])
    if not locks.count_processes and os.getuid() and (now := lockdown.threads_of_user()):
        # Its count includes whatever else that user runs, which may grow while a class is graded.
        locks.threads_elsewhere = now + ROOM_FOR_THREADS
    return locks, layers, reasons


def _no_new_privs(config: dict[str, Any], locks: lockdown.Lockdown) -> str:  # noqa: ARG001
    if not sys.platform.startswith("linux"):
        return "only Linux has it"
    return _in_child(lockdown.no_new_privs)


def _seccomp(config: dict[str, Any], locks: lockdown.Lockdown) -> str:
    program: bytes | None = config["seccomp"]
    if program is None:
        return str(config["seccomp_reason"])

    def attempt() -> None:
        lockdown.no_new_privs()
        lockdown.install_filter(program)
        _must_fail(lambda: socket.socket().close(), "a socket was opened under the filter")
        _must_fail(os.fork, "a process was started under the filter")

    reason = _in_child(attempt)
    if not reason:
        locks.seccomp = program
    return reason


def _landlock(config: dict[str, Any], locks: lockdown.Lockdown) -> str:
    if not lockdown.landlock_abi():
        return "the kernel has no Landlock (Linux from 5.13 on, unless it is switched off there)"
    try:
        ruleset = os.dup2(lockdown.landlock_ruleset(config["readable"]), 99, inheritable=False)
    except OSError as error:
        return str(error)

    def attempt() -> None:
        lockdown.no_new_privs()
        lockdown.restrict_self(ruleset)
        _must_fail(lambda: os.scandir("/"), "the root folder was read under the ruleset")

    reason = _in_child(attempt)
    if not reason:
        locks.ruleset = ruleset
    return reason


def _uid(config: dict[str, Any], locks: lockdown.Lockdown) -> str:
    uid: int | None = config["uid"]
    if os.getuid() != 0:
        return "not needed: the grader does not run as root"
    if config["own_user_namespace"]:
        return "not needed: root of the sandbox is an ordinary user outside it"
    if uid is None:
        return str(config["uid_reason"])

    def attempt() -> None:
        lockdown.drop_uid(uid)
        try:
            os.scandir(os.path.dirname(os.__file__)).close()  # noqa: PTH120
        except OSError as error:
            raise RuntimeError(f"{UNREADABLE}: {error}") from None
        _must_fail(lambda: os.kill(os.getppid(), 0), "another user's process could be signalled")

    reason = _in_child(attempt)
    if not reason:
        locks.uid = uid
    return reason


def _namespaces(config: dict[str, Any], locks: lockdown.Lockdown) -> str:  # noqa: ARG001
    if not config["namespaces"]:
        return str(config["namespaces_reason"])
    if os.path.exists(config["outside_path"]):  # noqa: PTH110
        return "a file outside the sandbox can be seen"
    interfaces = [name for _, name in socket.if_nameindex()]
    return "" if set(interfaces) <= {"lo"} else "the network of the machine can be seen"


_ATTEMPTS: dict[str, Callable[[dict[str, Any], lockdown.Lockdown], str]] = {
    "no_new_privs": _no_new_privs,
    "seccomp": _seccomp,
    "landlock": _landlock,
    "namespaces": _namespaces,
    "uid": _uid,
}


def _must_fail(action: Callable[[], object], complaint: str) -> None:
    try:
        action()
    except OSError:
        return
    raise RuntimeError(complaint)


def _in_child(action: Callable[[], None]) -> str:
    """Run `action` in a child; return the reason it gave for not holding, empty when it held."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except BaseException as error:
            os.write(write_end, f"{error}".encode()[:500] or b"unknown")
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        reason = pipe.read().decode(errors="replace")
    _, status = os.waitpid(pid, 0)
    if not reason and status:
        reason = f"the trial ended with status {os.waitstatus_to_exitcode(status)}"
    return reason
