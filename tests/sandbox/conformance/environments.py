"""The machines that a grader may find itself on, made of this one by giving things up.

Each takes things from this very process: its user, its capabilities, system calls. What a process
has given up does not come back, so each environment is entered in a process of its own.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Callable
from typing import Any

USER = 12_345
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
CAPABILITY_VERSION_3 = 0x20080522
# What Docker leaves to root, by number: chown, dac_override, fowner, fsetid, kill, setgid, setuid,
# setpcap, net_bind_service, net_raw, sys_chroot, mknod, audit_write, setfcap.
DOCKER_CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
DOCKER_REFUSES = """
    unshare setns mount umount2 pivot_root open_tree move_mount fsopen fsmount mount_setattr
    add_key keyctl request_key bpf perf_event_open userfaultfd open_by_handle_at quotactl reboot
    init_module finit_module delete_module kexec_load swapon swapoff acct settimeofday
    io_uring_setup
""".split()  # noqa: SIM905 - a table
NEW_NAMESPACES = [1 << bit for bit in (17, 25, 26, 27, 28, 29, 30)]
LANDLOCK_CREATE_RULESET = 444

_libc = ctypes.CDLL(None, use_errno=True)


class CannotBeMade(Exception):
    """This machine, or this user, cannot make the environment."""


def root() -> None:
    """Stay as we are: root with everything that the machine has."""
    if os.getuid() != 0:
        raise CannotBeMade("the tests do not run as root")


def user() -> None:
    """Be an ordinary user."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(USER, USER, USER)
        os.setresuid(USER, USER, USER)
        # As it is again after a start of one's own: other processes of the user may look in.
        _prctl(PR_SET_DUMPABLE, 1)
    if not os.access(os.__file__, os.R_OK):
        raise CannotBeMade("an ordinary user cannot read this Python installation")


def root_in_a_container() -> None:
    """Be root as Docker has it, which is also what Gradescope gives an autograder."""
    root()
    _refuse_what_docker_refuses()
    _keep_docker_capabilities()


def user_in_a_container() -> None:
    """Be an ordinary user in a container that cannot gain privileges, as in Kubernetes."""
    user()
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _refuse_what_docker_refuses()


def container_on_an_old_kernel() -> None:
    """Be root in a container whose kernel has no Landlock."""
    root()
    _refuse_what_docker_refuses(LANDLOCK_CREATE_RULESET)
    _keep_docker_capabilities()


ENVIRONMENTS: dict[str, Callable[[], None]] = {
    "root": root,
    "user": user,
    "container": root_in_a_container,
    "user container": user_in_a_container,
    "old container": container_on_an_old_kernel,
}


def _refuse_what_docker_refuses(*absent: int) -> None:
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise CannotBeMade(f"libseccomp: {error}") from None
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    # Docker's containers may still gain privileges by set-uid programs.
    rules.set_attr(seccomp.Attr.CTL_NNP, 0)
    # And they may use the processor's other modes.
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ALLOW)
    for name in DOCKER_REFUSES:
        _add(seccomp, rules, errno.EPERM, seccomp.resolve_syscall(seccomp.Arch.NATIVE, name))
    clone = seccomp.resolve_syscall(seccomp.Arch.NATIVE, "clone")
    for flag in NEW_NAMESPACES:
        wanted = seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag)
        _add(seccomp, rules, errno.EPERM, clone, wanted)
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for number in absent:
        _add(seccomp, rules, errno.ENOSYS, number)
    rules.load()


def _add(seccomp: Any, rules: Any, error: int, number: int, *arguments: Any) -> None:
    if number >= 0:
        rules.add_rule(seccomp.ERRNO(error), number, *arguments)


def _keep_docker_capabilities() -> None:
    kept = sum(1 << number for number in DOCKER_CAPABILITIES)
    for number in range(64):
        if not kept >> number & 1:
            _libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    if _libc.capset(header, struct.pack("=6I", kept, kept, 0, 0, 0, 0)) < 0:
        raise CannotBeMade(f"capset: {os.strerror(ctypes.get_errno())}")


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) < 0:
        raise CannotBeMade(f"prctl({option}): {os.strerror(ctypes.get_errno())}")
