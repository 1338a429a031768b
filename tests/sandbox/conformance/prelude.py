"""What attempts are made of: it stands before each of them, in the worker or outside."""
# ruff: noqa: F401 - attempts use what they need

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import sys
import threading
import time

import numpy as np

LONG = ("syscall", "ptrace", "process_vm_readv")
PTRACE_SEIZE, F_SETSIG, KEYRING = 0x4206, 10, -4
IO_URING_SETUP, PIDFD_OPEN, PIDFD_GETFD = 425, 434, 438


def libc(name, *arguments):
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    function.restype = ctypes.c_long if name in LONG else ctypes.c_int
    result = function(*[ctypes.c_long(a) if type(a) is int else a for a in arguments])
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def memory_file(pid, address, size):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        memory.seek(address)
        return memory.read(size).decode("latin-1")


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


def memory_call(pid, address, size):
    found = ctypes.create_string_buffer(size)
    here, there = Piece(ctypes.addressof(found), size), Piece(address, size)
    libc("process_vm_readv", pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    return found.raw.decode("latin-1")


def take_descriptor(pid):
    return libc("syscall", PIDFD_GETFD, libc("syscall", PIDFD_OPEN, pid, 0), 0, 0) >= 0


def signal_through(descriptor, pid):
    """Have the kernel signal another process whenever somebody reads from a pipe of ours."""
    fcntl.fcntl(descriptor, F_SETSIG, signal.SIGUSR2)
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, pid)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_ASYNC)
    # More than a pipe holds: it is read from while we are here.
    os.write(descriptor, bytes(200_000))


def key_call(which):
    """Return the number of add_key, or of one of the two calls after it."""
    return {"x86_64": 248, "aarch64": 217}.get(os.uname().machine, 10**6) + which


def raise_limit(kind, value):
    try:
        resource.setrlimit(kind, (value, value))
    except ValueError as error:
        raise PermissionError(str(error)) from None
    return True
