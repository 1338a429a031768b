"""The seccomp filter: the system calls a worker may make, compiled once by libseccomp.

The list is what CPython and numpy use for arithmetic, memory, clocks, threads and reading files
(which files is Landlock's business). All else fails with EPERM, so that student code gets an
exception that can be named, rather than being killed. Opening sockets, starting programs or
processes, signalling, tracing and changing anything on disk are absent.
"""

from __future__ import annotations

import ctypes.util
import errno
import functools
import os
import signal
from typing import Any, Final

ALLOWED: Final = """
    read readv pread64 preadv write writev lseek close fstat newfstatat stat lstat statx fstatfs
    access faccessat faccessat2 open openat getdents64 readlink readlinkat getcwd dup
    mmap munmap mprotect mremap brk madvise mincore
    futex futex_waitv set_robust_list get_robust_list rseq set_tid_address arch_prctl
    exit exit_group sched_yield sched_getaffinity membarrier getcpu restart_syscall
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack
    getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getpgrp getpgid getsid
    getrlimit getrusage times sysinfo uname getrandom
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time
    select pselect6 poll ppoll
""".split()  # noqa: SIM905 - a table reads better than a list of one name a line

CLONE_THREAD: Final = 0x00010000
PR_SET_NAME: Final = 15
# Of fcntl, what Python uses. By F_SETOWN and F_SETSIG the kernel would signal any process, without
# kill(2); leases, locks and notifications act on files of others.
HARMLESS_FCNTLS: Final = {
    "F_DUPFD": 0,
    "F_GETFD": 1,
    "F_SETFD": 2,
    "F_GETFL": 3,
    "F_SETFL": 4,
    "F_DUPFD_CLOEXEC": 1030,
}
HARMLESS_IOCTLS: Final = {"TCGETS": 0x5401, "FIOCLEX": 0x5451, "FIONCLEX": 0x5450}


@functools.cache
def compile_filter() -> tuple[bytes | None, str]:
    """Return the compiled program, or None and the reason why there is none."""
    try:
        pyseccomp = _binding()
    except ImportError:
        return None, "the package pyseccomp is not installed (it is for Linux only)"
    except (RuntimeError, OSError) as error:
        return None, str(error)
    try:
        return _export(_build(pyseccomp)), ""
    except OSError as error:
        return None, f"libseccomp: {error}"


def _binding() -> Any:
    """Import pyseccomp, with the library that the loader finds by its full name.

    Left to itself it asks the loader's cache (/etc/ld.so.cache), which small containers lack.
    """

    def full_name(name: str) -> str | None:
        return "libseccomp.so.2" if name == "seccomp" else None  # libc is loaded already

    look_up, ctypes.util.find_library = ctypes.util.find_library, full_name
    try:
        import pyseccomp
    finally:
        ctypes.util.find_library = look_up
    return pyseccomp


def _build(seccomp: Any) -> Any:
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for name in ALLOWED:
        _allow(seccomp, rules, name)
    threads = seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, CLONE_THREAD)
    _allow(seccomp, rules, "clone", threads)
    # The flags of clone3 lie in memory, where a filter cannot look; libc falls back to clone.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    # To read its own limits, not to lower them: a limit of 0 seconds is a kill(2) too.
    mine, none = seccomp.Arg(0, seccomp.EQ, 0), seccomp.Arg(2, seccomp.EQ, 0)
    _allow(seccomp, rules, "prlimit64", mine, none)
    # The clock of a call, which is the first one of its process: it stops that process alone.
    _allow(seccomp, rules, "timer_settime", seccomp.Arg(0, seccomp.EQ, 0))
    for timer in (signal.ITIMER_PROF, signal.ITIMER_VIRTUAL):
        _allow(seccomp, rules, "setitimer", seccomp.Arg(0, seccomp.EQ, timer))
    _allow(seccomp, rules, "prctl", seccomp.Arg(0, seccomp.EQ, PR_SET_NAME))
    for command in HARMLESS_FCNTLS.values():
        _allow(seccomp, rules, "fcntl", seccomp.Arg(1, seccomp.EQ, command))
    for request in HARMLESS_IOCTLS.values():
        _allow(seccomp, rules, "ioctl", seccomp.Arg(1, seccomp.EQ, request))
    return rules


def _allow(seccomp: Any, rules: Any, name: str, *arguments: Any) -> None:
    number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
    # Negative: this architecture, or this version of libseccomp, does not have the call.
    if number >= 0:
        rules.add_rule(seccomp.ALLOW, number, *arguments)


def _export(rules: Any) -> bytes:
    descriptor = os.memfd_create("filter")
    with os.fdopen(descriptor, "w+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
