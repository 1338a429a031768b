"""The forkserver: imports numpy, tries the locks, and from then on only forks and reaps.

Requests come on the control socket: `fork` (with two descriptors: the worker's channel and its
output), answered by nothing, and `reap` (wait a little for a worker, then kill it, and say how it
ended), answered by one message. When the control socket closes, the forkserver ends, and its
workers with it.
"""

from __future__ import annotations

import gc
import importlib
import os
import resource
import signal
import socket
import sys
import time
from typing import Any

from grader.wire import receive, send
from grader.worker import lockdown, serve, trials

# What learners' files import. Loaded before the fork: cheaper, and it works when the uid that a
# worker drops to cannot read the installation.
PRELOADED = (
    "numpy", "numpy.fft", "numpy.linalg", "numpy.ma", "numpy.polynomial", "numpy.random",
    "numpy.typing", "abc", "ast", "collections.abc", "copy", "csv", "dataclasses",
    "datetime", "decimal", "enum", "fractions", "functools", "glob", "heapq", "inspect", "io",
    "itertools", "json", "logging", "math", "operator", "os.path", "pathlib", "pickle", "pprint",
    "random", "re", "statistics", "string", "textwrap", "time", "traceback", "typing",
    "warnings",
)  # fmt: skip


def main(control_fd: int) -> None:
    """Run the forkserver on an inherited control socket."""
    control = socket.socket(fileno=control_fd)
    control.set_inheritable(False)
    config = receive(control)
    if config is None:
        return
    for name in PRELOADED:
        importlib.import_module(name)
    # Our own package was found through this entry; student code gets no path to it.
    sys.path[:] = config["module_path"]
    if sys.platform.startswith("linux"):
        lockdown.go_first()
        # The control socket's end is for who reads it: one that is halted never learns of it.
        lockdown.prctl(lockdown.PR_SET_PDEATHSIG, lockdown.SIGKILL)
        lockdown.prctl(lockdown.PR_SET_DUMPABLE, 0)
    locks, layers, reasons = trials.prepare(config)
    serve.practise()
    gc.collect()
    gc.freeze()
    # The trees of a large file are many objects and no garbage, and looking takes half of the time.
    gc.set_threshold(20_000, 20, 20)
    send(control, {"kind": "ready", "layers": layers, "reasons": reasons})
    _Server(control, locks).run()


class _Server:
    """Forks workers and remembers which process each is."""

    def __init__(self, control: socket.socket, locks: lockdown.Lockdown) -> None:
        self._control = control
        self._locks = locks
        self._pids: dict[int, int] = {}

    def run(self) -> None:
        while (message := receive(self._control)) is not None:
            if message["kind"] == "fork":
                _, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
                self._fork(message, *descriptors)
            else:
                send(self._control, self._reap(message))

    def _fork(self, message: dict[str, Any], channel: int, output: int) -> None:
        try:
            pid = os.fork()
        except OSError:
            pid = -1  # said when it is reaped
        if pid == 0:
            self._become_worker(message, channel, output)
        self._pids[message["worker"]] = pid
        os.close(channel)
        os.close(output)

    def _become_worker(self, message: dict[str, Any], channel: int, output: int) -> None:
        try:
            channel = os.dup2(channel, 100, inheritable=False)
            # Opened anew: its flags would otherwise be the same for all workers, who can set them.
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.closerange(3, self._locks.ruleset or 3)
            os.closerange((self._locks.ruleset or 2) + 1, channel)
            os.closerange(channel + 1, 1024)
            serve.run(channel, self._locks, message)
        finally:
            os._exit(0)

    def _reap(self, message: dict[str, Any]) -> dict[str, Any]:
        pid = self._pids.pop(message["worker"])
        if pid < 0:
            return {
                "kind": "reaped",
                "status": None,
                "by_itself": True,
                "halted": False,
                "cpu_seconds": 0.0,
                "peak_kib": 0,
            }
        ended, status, usage = _wait(pid, message["patience"])
        halted = ended and os.WIFSTOPPED(status)
        if halted or not ended:
            # Nobody else waits for it, so its pid is still its own.
            os.kill(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
        peak = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
        return {
            "kind": "reaped",
            "status": os.waitstatus_to_exitcode(status),
            "by_itself": bool(ended and not halted),
            "halted": bool(halted),
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_kib": peak,
        }


def _wait(pid: int, patience: float) -> tuple[int, int, resource.struct_rusage]:
    """Return what wait4 says of a child; pid 0 when it goes on for `patience` seconds.

    A child that is halted, by SIGSTOP, does not go on.
    """
    deadline, options = time.monotonic() + patience, os.WNOHANG | os.WUNTRACED
    while not (found := os.wait4(pid, options))[0] and time.monotonic() < deadline:
        time.sleep(0.001)
    return found
