"""The locks a worker puts on itself before it sees student code.

The expensive parts are prepared once in the forkserver: the seccomp program arrives compiled (from
the grader, which has libseccomp), the Landlock ruleset is built as a descriptor. What is left for
each worker is about ten system calls. Every lock is one-way.

Landlock is spoken to directly (three system calls, documented in the kernel's userspace API
guide): the bindings we read know only its filesystem rights, and we also want it to refuse TCP, and
signals and abstract sockets that leave the worker's own domain.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import stat
import struct
import sys
from dataclasses import dataclass, field
from typing import Any

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER = 2
SIGKILL = 9
CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, SIGEVENT_SIZE = 2, 0, 64
CAPABILITY_VERSION_3 = 0x20080522
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
LANDLOCK_VERSION_FLAG, PATH_BENEATH = 1, 1
WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
SCOPES, TCP_RIGHTS = 0b11, 0b11

_libc: Any = ctypes.CDLL(None, use_errno=True)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


def _call(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def prctl(option: int, value: int) -> None:
    """Set a process attribute; raise OSError when the kernel refuses."""
    _call(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl({option})")


def go_first() -> None:
    """When memory runs short, have the kernel end this process and its children before others."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")


def no_new_privs() -> None:
    """Give up, for ever and for all children, what a set-uid program could give."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def install_filter(program: bytes) -> None:
    """Install a compiled seccomp program; `no_new_privs` must be set."""
    # A sock_filter is 8 bytes; the kernel copies the program during the call.
    fprog = _Filter(len(program) // 8, program)
    address = ctypes.c_ulong(ctypes.addressof(fprog))
    _call(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, address, 0, 0), "seccomp")


def drop_capabilities() -> None:
    """Clear every capability set of this process."""
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    _call(_libc.capset(header, bytes(24)), "capset")


def drop_uid(uid: int) -> None:
    """Become `uid`, in a group of the same number and in no other."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def landlock_abi() -> int:
    """Return the version of Landlock that the kernel enforces, 0 when it has none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, int(_libc.syscall(CREATE_RULESET, None, 0, LANDLOCK_VERSION_FLAG)))


def landlock_ruleset(readable: list[str]) -> int:
    """Return a descriptor of a ruleset: read below `readable`, write to /dev/null, no more."""
    abi = landlock_abi()
    if abi < 1:
        raise OSError("the kernel has no Landlock")
    filesystem = (1 << 13) - 1 | (abi >= 2) << 13 | (abi >= 3) << 14 | (abi >= 5) << 15
    rights = [filesystem, TCP_RIGHTS, SCOPES][: 1 + (abi >= 4) + (abi >= 6)]
    attributes = struct.pack(f"={len(rights)}Q", *rights)
    ruleset = _call(
        _libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0), "landlock"
    )
    for path in readable:
        _allow(ruleset, path, READ_FILE | READ_DIR)
    _allow(ruleset, "/dev/null", READ_FILE | WRITE_FILE)
    _allow(ruleset, "/dev/urandom", READ_FILE)
    return ruleset


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine, so there is nothing to allow
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= ~READ_DIR
        rule = struct.pack("=Qi", rights, parent)
        _call(_libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0), f"landlock rule {path}")
    finally:
        os.close(parent)


def restrict_self(ruleset: int) -> None:
    """Put this process under a Landlock ruleset; `no_new_privs` must be set."""
    _call(_libc.syscall(RESTRICT_SELF, ruleset, 0), "landlock")


def address_space() -> int:
    """Return the bytes of address space this process has now, 0 when it cannot be told."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def threads_of_user() -> int:
    """Return how many threads this user has on the whole machine, 0 when it cannot be told."""
    count = 0
    # Processes end while they are being counted.
    with contextlib.suppress(OSError), os.scandir("/proc") as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                    with open(f"/proc/{entry.name}/stat", "rb") as stat_file:
                        count += int(stat_file.read().rpartition(b")")[2].split()[17])
    return count


OUT_OF_REACH_SECONDS = 3000
"""More than all threads of a worker are charged with until its time on the clock is over."""


@dataclass
class Lockdown:
    """The layers a worker applies, prepared in the forkserver."""

    seccomp: bytes | None = None
    ruleset: int | None = None
    uid: int | None = None
    count_processes: bool = False
    """The worker's user has no other processes, so that the kernel counts its threads alone."""
    threads_elsewhere: int = 0
    """Otherwise, how many that user may have besides; 0 when nothing can be said."""
    base_address_space: int = field(default_factory=address_space)

    def apply(self, limits: dict[str, int]) -> None:
        """Lock this process; raise OSError when a layer that held in its trial does not now."""
        os.setsid()
        if self.uid is not None:
            drop_uid(self.uid)
        self._apply_limits(limits)
        if not sys.platform.startswith("linux"):
            return
        if os.getuid() == 0:
            drop_capabilities()
        # After the uid is changed, because that clears it: a worker does not outlive its server.
        prctl(PR_SET_PDEATHSIG, SIGKILL)
        prctl(PR_SET_DUMPABLE, 0)
        no_new_privs()
        make_call_clock()
        if self.ruleset is not None:
            restrict_self(self.ruleset)
            os.close(self.ruleset)
        if self.seccomp is not None:
            install_filter(self.seccomp)
        # Once here, where it is our fault when a filter or a kernel refuses it.
        limit_call_cpu(limits["call_cpu_seconds"])

    def _apply_limits(self, limits: dict[str, int]) -> None:
        space = self.base_address_space
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, 0)
        _limit(resource.RLIMIT_NOFILE, 64)
        # It counts ticks, and is for code that has switched its clock off. What its last signal
        # does, SIGKILL, looks like the kernel's memory killer: so nobody gets as far, whatever the
        # ticks say and whoever ignores SIGXCPU.
        cpu = limits["submission_cpu_seconds"]
        soft = cpu + cpu // 2 + 1
        _limit(resource.RLIMIT_CPU, soft, soft + OUT_OF_REACH_SECONDS)
        if space:
            _limit(resource.RLIMIT_AS, space + (limits["memory_mib"] << 20))
        if self.count_processes or self.threads_elsewhere:
            _limit(resource.RLIMIT_NPROC, limits["processes"] + self.threads_elsewhere)


_call_clock: ctypes.c_void_p | None = None


def make_call_clock() -> None:
    """Make the clock of this process that `limit_call_cpu` sets, where the kernel has such.

    It counts what rusage counts. `setitimer` counts ticks, each of them whole for whoever runs at
    that moment: a program that slept between them was stopped at 0.07 of its 1 s.
    """
    global _call_clock
    clock = ctypes.c_void_p()
    event = struct.pack("Pii", 0, signal.SIGPROF, SIGEV_SIGNAL).ljust(SIGEVENT_SIZE, b"\0")
    make: Any = getattr(_libc, "timer_create", None)
    if make is not None and make(CLOCK_PROCESS_CPUTIME_ID, event, ctypes.byref(clock)) == 0:
        _call_clock = clock


def limit_call_cpu(seconds: float) -> None:
    """Let this process use `seconds` more of processor time; then it is stopped by SIGPROF.

    Not by a limit of the kernel's: student code that may lower those can have itself killed at
    once, which looks like somebody else's doing. It may switch this clock off, and then runs into
    the limit of the whole submission, or of wall-clock time.
    """
    if _call_clock is None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        return
    whole = int(seconds)
    once = struct.pack("4l", 0, 0, whole, int((seconds - whole) * 1e9))
    _call(_libc.timer_settime(_call_clock, 0, once, None), "timer_settime")


def _limit(kind: int, value: int, last: int | None = None) -> None:
    """Set a limit, and how far this process may raise it: not at all, or to `last`."""
    last = value if last is None else last
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value, last = min(value, hard), min(last, hard)
    resource.setrlimit(kind, (value, last))
