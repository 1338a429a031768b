"""Start the process of a forkserver, inside bubblewrap where that is installed.

Nothing heavy is imported here: a command that is waited for starts its forkserver first, and
imports numpy and pytest while the forkserver does the same on another core.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO, Final

from grader.errors import SandboxError
from grader.sandbox import bubblewrap

ENVIRONMENT: Final = {
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    **{f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB_MAXIMUM")},
}

QUIET_SECONDS: Final = 5.0
# A forkserver numbers its descriptors up to 100; who grades has pipes to every job besides.
OPEN_FILES_NEEDED: Final = 256
OPEN_FILES_USUAL: Final = 1024


@dataclass
class Launched:
    """A process that will be a forkserver once it is told its configuration."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    errors: IO[bytes]
    namespaces: bool
    as_root: bool
    reason: str
    """Why there are no namespaces, when there are none."""

    def __enter__(self) -> Launched:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> str:
        """End the process; return the last line it wrote to stderr. Once is enough."""
        if self.errors.closed:
            return ""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=QUIET_SECONDS)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.errors.seek(0)
        lines = self.errors.read()[-2000:].decode(errors="replace").strip().splitlines()
        self.errors.close()
        return lines[-1] if lines else ""


def launch(disabled: Collection[str] = ()) -> Launched:
    """Start a process in the best outer sandbox there is; it says later whether that held."""
    reason = _no_namespaces(disabled)
    if reason:
        return launch_plain(reason)
    as_root = _is_root()
    program = bubblewrap.find() or ""
    prefix = bubblewrap.command(program, _interpreter(), ENVIRONMENT, as_root=as_root)
    return _start(prefix, bubblewrap.INSIDE, "")


def launch_plain(reason: str) -> Launched:
    """Start a process without bubblewrap; `reason` says why."""
    return _start([], str(bubblewrap.PACKAGE.parent), reason)


def need_open_files() -> None:
    """Raise the limit of open files where it is low and may be raised; else raise SandboxError."""
    limit, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = OPEN_FILES_USUAL if hard == resource.RLIM_INFINITY else min(OPEN_FILES_USUAL, hard)
    if allowed < OPEN_FILES_NEEDED:
        raise SandboxError(
            f"open files: {allowed} are allowed, at least {OPEN_FILES_NEEDED} are needed: "
            f"`ulimit -n {OPEN_FILES_USUAL}`, which may take root"
        )
    if limit != resource.RLIM_INFINITY and limit < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def _no_namespaces(disabled: Collection[str]) -> str:
    if "namespaces" in disabled:
        return "switched off"
    if not sys.platform.startswith("linux"):
        return "only Linux has them"
    return "" if bubblewrap.find() else "bubblewrap is not installed"


def _interpreter() -> str:
    """Return Python's program itself, not a link to it: beside it lie its libraries."""
    return os.path.realpath(sys.executable)


def _is_root() -> bool:
    return sys.platform.startswith("linux") and os.getuid() == 0


def _start(prefix: list[str], package: str, reason: str) -> Launched:
    need_open_files()
    ours, theirs = socket.socketpair()
    errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    boot = (
        f"import sys; sys.path[:0] = {[*bubblewrap.module_path(), package]!r}; "
        f"from grader.worker.forkserver import main; main({theirs.fileno()})"
    )
    # -S and -s: no site files or user folder may run code; -P: nor the current folder.
    process = subprocess.Popen(  # noqa: S603
        [*prefix, _interpreter(), "-SsPc", boot],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        pass_fds=[theirs.fileno()],
        env=ENVIRONMENT,
        cwd="/",
    )
    theirs.close()
    return Launched(process, ours, errors, bool(prefix), _is_root(), reason)
