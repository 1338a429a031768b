"""Start a forkserver in the best sandbox that this machine offers, and talk to it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from grader.errors import ForkserverDied, SandboxError
from grader.sandbox import bubblewrap
from grader.sandbox.launch import Launched, launch, launch_plain
from grader.sandbox.syscalls import compile_filter
from grader.sandbox.worker_user import NONE_FREE, WorkerUser, reserve
from grader.wire import WireError, receive, send

START_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 20.0
OOM: Final = "oom_kill"
FIRST_WORDS_SECONDS: Final = 20.0


@dataclass(frozen=True)
class Reaped:
    """How a worker ended: its exit code (negative: a signal; None: it never started).

    `by_itself` is false when it was still there and had to be killed, and `halted` is true when it
    could not go on, after SIGSTOP.
    """

    status: int | None
    by_itself: bool
    cpu_seconds: float
    peak_mib: float
    halted: bool = False
    memory_was_short: bool = False
    """The kernel ended processes for their memory while this one ran."""


class Forkserver:
    """A running forkserver. Use it as a context manager, from one thread at a time."""

    def __init__(self, disabled: Collection[str] = (), launched: Launched | None = None) -> None:
        """Start one; raise SandboxError when no forkserver can be started at all.

        It ends with the thread that starts it, because bubblewrap looks after that thread only.
        `disabled` names layers not to use, for tests and comparisons. `launched` is a process that
        was started earlier, with the same layers.
        """
        self.layers: tuple[str, ...] = ()
        self.reasons: dict[str, str] = {}
        self._workers = 0
        self._memory_kills: dict[int, int] = {}
        self._disabled = frozenset(disabled)
        self._launched = launched or launch(disabled)
        try:
            self._configure()
        except SandboxError as error:
            if not self._launched.namespaces:
                raise
            self._launched = launch_plain(f"bubblewrap does not start here: {error}")
            self._configure()

    def __enter__(self) -> Forkserver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process that was started: bubblewrap's, or the forkserver's own."""
        return self._launched.process.pid

    def fork(self, limits: dict[str, int]) -> tuple[int, socket.socket, int]:
        """Fork a worker; return its number, its channel and the read end of its output.

        Raise SandboxError when that cannot be.
        """
        ours, theirs, output, output_end = _channels()
        self._workers += 1
        self._memory_kills[self._workers] = memory_kills()
        try:
            request = {"kind": "fork", "worker": self._workers, "limits": limits}
            send(self._launched.control, request)
            socket.send_fds(self._launched.control, [b"."], [theirs.fileno(), output_end])
        except OSError as error:
            ours.close()
            os.close(output)
            raise ForkserverDied(f"the forkserver is gone: {error}") from None
        finally:
            theirs.close()
            os.close(output_end)
        return self._workers, ours, output

    def reap(self, worker: int, patience: float = 0.0) -> Reaped:
        """Kill a worker that does not end within `patience` seconds; return how it ended."""
        answer = self._ask({"kind": "reap", "worker": worker, "patience": patience})
        return Reaped(
            answer["status"],
            answer["by_itself"],
            answer["cpu_seconds"],
            answer["peak_kib"] / 1024,
            answer["halted"],
            memory_kills() > self._memory_kills.pop(worker),
        )

    def close(self) -> None:
        """End the forkserver and with it every worker."""
        self._launched.end()
        self._user.release()

    def _configure(self) -> None:
        self._user = reserve() if self._launched.as_root else WorkerUser()
        try:
            self._tell_configuration()
        except (WireError, OSError, SandboxError) as error:
            self._user.release()
            last_words = self._launched.end()
            raise SandboxError(f"{error} {last_words}".strip()) from None

    def _tell_configuration(self) -> None:
        launched = self._launched
        program, seccomp_reason = compile_filter()
        config = {
            "seccomp": program,
            "seccomp_reason": seccomp_reason,
            "readable": bubblewrap.readable_paths(),
            "module_path": bubblewrap.module_path(),
            "uid": self._user.uid,
            "uid_reason": NONE_FREE,
            "own_user_namespace": launched.namespaces and not launched.as_root,
            "namespaces": launched.namespaces,
            "namespaces_reason": launched.reason,
            "outside_path": str(Path(__file__).resolve()),
            "disabled": sorted(self._disabled),
        }
        send(self._launched.control, config)
        deadline = time.monotonic() + START_SECONDS
        answer = receive(self._launched.control, deadline=deadline)
        if answer is None:
            raise SandboxError("the forkserver ended while it was starting")
        self.layers, self.reasons = tuple(answer["layers"]), dict(answer["reasons"])

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            send(self._launched.control, message)
            answer = receive(self._launched.control, deadline=time.monotonic() + ANSWER_SECONDS)
        except (OSError, WireError) as error:
            raise ForkserverDied(f"the forkserver does not answer: {error}") from None
        if type(answer) is not dict:
            raise ForkserverDied("the forkserver is gone")
        return answer


def _channels() -> tuple[socket.socket, socket.socket, int, int]:
    """Return both ends of a worker's channel, and of the pipe for its output."""
    opened: tuple[socket.socket, ...] = ()
    try:
        opened = socket.socketpair()
        return *opened, *os.pipe()
    except OSError as error:
        for one in opened:
            one.close()
        raise SandboxError(f"a worker's channels cannot be opened: {error.strerror}") from None


def memory_kills() -> int:
    """Return how many processes the kernel has ended to get memory, 0 when it does not say.

    It counts the whole machine, and those too that a control group or container was too small for.
    """
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(n) for name, _, n in (x.partition(" ") for x in lines) if name == OOM), 0)


def await_ready(channel: socket.socket) -> None:
    """Wait until a new worker says that it has locked itself down; raise SandboxError if it fails.

    It has not seen student code yet, so what goes wrong here is ours.
    """
    try:
        first = receive(channel, deadline=time.monotonic() + FIRST_WORDS_SECONDS)
    except (WireError, OSError) as error:
        first = {"error": str(error)}
    if type(first) is not dict or first.get("kind") != "ready":
        reason = first.get("error") if type(first) is dict else "it ended"
        raise SandboxError(f"a worker could not lock itself down: {reason}")
