"""Start a forkserver in the best sandbox that this machine offers, and talk to it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from grader.errors import ForkserverDied, SandboxError
from grader.sandbox import bubblewrap
from grader.sandbox.syscalls import compile_filter
from grader.wire import WireError, receive, send

START_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 20.0
# One above the range that Debian gives to people and system services, and below `nobody`.
WORKER_UID: Final = 64_137
ENVIRONMENT: Final = {
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    **{f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB_MAXIMUM")},
}


@dataclass(frozen=True)
class Reaped:
    """How a worker ended: its exit code (negative: a signal; None: it never started).

    `by_itself` is false when it was still there and had to be killed.
    """

    status: int | None
    by_itself: bool
    cpu_seconds: float
    peak_mib: float


class Forkserver:
    """A running forkserver. Use it as a context manager, from one thread at a time."""

    def __init__(self, disabled: Collection[str] = ()) -> None:
        """Start one; raise SandboxError when no forkserver can be started at all.

        `disabled` names layers not to use, for tests and comparisons.
        """
        self.layers: tuple[str, ...] = ()
        self.reasons: dict[str, str] = {}
        self._workers = 0
        self._disabled = frozenset(disabled)
        self._start()

    def __enter__(self) -> Forkserver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process that was started: bubblewrap's, or the forkserver's own."""
        return self._process.pid

    def fork(self, limits: dict[str, int]) -> tuple[int, socket.socket, int]:
        """Fork a worker; return its number, its channel and the read end of its output."""
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        self._workers += 1
        try:
            send(self._control, {"kind": "fork", "worker": self._workers, "limits": limits})
            socket.send_fds(self._control, [b"."], [theirs.fileno(), output_end])
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
        peak_mib = answer["peak_kib"] / 1024
        return Reaped(answer["status"], answer["by_itself"], answer["cpu_seconds"], peak_mib)

    def close(self) -> None:
        """End the forkserver and with it every worker."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _start(self) -> None:
        as_root = sys.platform.startswith("linux") and os.getuid() == 0
        reason = self._namespaces_reason()
        if not reason:
            program = bubblewrap.find() or ""
            prefix = bubblewrap.command(program, sys.executable, ENVIRONMENT, as_root=as_root)
            try:
                return self._launch(prefix, bubblewrap.INSIDE, as_root, "")
            except SandboxError as error:
                reason = f"bubblewrap does not start here: {error}"
        self._launch([], str(bubblewrap.PACKAGE.parent), as_root, reason)

    def _namespaces_reason(self) -> str:
        if "namespaces" in self._disabled:
            return "switched off"
        if not sys.platform.startswith("linux"):
            return "only Linux has them"
        return "" if bubblewrap.find() else "bubblewrap is not installed"

    def _launch(self, prefix: list[str], package: str, as_root: bool, reason: str) -> None:
        self._control, theirs = socket.socketpair()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        boot = (
            f"import sys; sys.path[:0] = {[*bubblewrap.module_path(), package]!r}; "
            f"from grader.worker.forkserver import main; main({theirs.fileno()})"
        )
        # -S and -s: no site files or user folder may run code; -P: nor the current folder.
        self._process = subprocess.Popen(  # noqa: S603
            [*prefix, sys.executable, "-SsPc", boot],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=[theirs.fileno()],
            env=ENVIRONMENT,
            cwd="/",
        )
        theirs.close()
        try:
            self._configure(bool(prefix), as_root, reason)
        except (WireError, OSError, SandboxError) as error:
            self.close_quietly()
            raise SandboxError(f"{error} {self._last_words}".strip()) from None

    def _configure(self, namespaces: bool, as_root: bool, reason: str) -> None:
        program, seccomp_reason = compile_filter()
        config = {
            "seccomp": program,
            "seccomp_reason": seccomp_reason,
            "readable": bubblewrap.readable_paths(),
            "module_path": bubblewrap.module_path(),
            "uid": WORKER_UID,
            "own_user_namespace": namespaces and not as_root,
            "namespaces": namespaces,
            "namespaces_reason": reason,
            "outside_path": str(Path(__file__).resolve()),
            "disabled": sorted(self._disabled),
        }
        send(self._control, config)
        deadline = time.monotonic() + START_SECONDS
        answer = receive(self._control, deadline=deadline)
        if answer is None:
            raise SandboxError("the forkserver ended while it was starting")
        self.layers, self.reasons = tuple(answer["layers"]), dict(answer["reasons"])

    def close_quietly(self) -> None:
        """End a forkserver that did not start, keeping what it wrote to stderr."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read()[-2000:].decode(errors="replace").strip().splitlines()
        self._last_words = lines[-1] if lines else ""
        self._errors.close()

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            send(self._control, message)
            answer = receive(self._control, deadline=time.monotonic() + ANSWER_SECONDS)
        except (OSError, WireError) as error:
            raise ForkserverDied(f"the forkserver does not answer: {error}") from None
        if type(answer) is not dict:
            raise ForkserverDied("the forkserver is gone")
        return answer
