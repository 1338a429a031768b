"""Note what student code does besides computing, for staff to read.

A note is a neutral fact: much of it has harmless reasons, and none of it changes a grade. It is no
guard either. Notes are taken in the worker, by an audit hook and by comparing modules with what
they were, and code that wants to can hide from both; what stops it is the sandbox.
"""

from __future__ import annotations

import builtins
import math
import random
import sys
from types import FrameType, ModuleType
from typing import Any, Final

import numpy as np

MOST_NOTES: Final = 32
LONGEST_DETAIL: Final = 80
MOST_FRAMES: Final = 100

# Audit events and the name under which they are noted; their first argument says more.
WATCHED: Final = {
    "open": "open",
    **dict.fromkeys(("os.listdir", "os.scandir"), "list"),
    **dict.fromkeys(
        ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate",
         "os.chmod", "os.link", "tempfile.mkdtemp", "tempfile.mkstemp"),
        "change",
    ),
    **dict.fromkeys(("os.fork", "os.forkpty"), "fork"),
    **dict.fromkeys(
        ("os.exec", "os.posix_spawn", "os.system", "subprocess.Popen", "pty.spawn"), "program"
    ),
    **dict.fromkeys(
        ("socket.__new__", "socket.connect", "socket.bind", "socket.getaddrinfo"), "network"
    ),
    **dict.fromkeys(("os.kill", "os.killpg"), "signal"),
    "ctypes.dlopen": "ctypes",
    **dict.fromkeys(("sys._getframe", "sys._current_frames"), "frames"),
    **dict.fromkeys(("gc.get_objects", "gc.get_referrers"), "objects"),
    **dict.fromkeys(("sys.settrace", "sys.setprofile"), "trace"),
    "sys.addaudithook": "audit",
    "resource.setrlimit": "limits",
}  # fmt: skip
# The standard library does these too on behalf of harmless code: only a direct call is noted.
DIRECT: Final = frozenset({"frames", "audit"})
# These take no argument that says what they are about.
BARE: Final = frozenset({"fork", "network", "signal", "frames", "objects", "trace", "audit"})
# Importing reads files; which ones is nobody's interest.
IMPORTING: Final = frozenset(
    {"<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"}
)

MODULES: Final = (builtins, math, random, np, np.linalg, np.random)


class Witness:
    """Takes notes of one submission; asked for them after every request."""

    _hearing = False
    """Looking at an event causes events; of all witnesses in a process, one looks at a time."""

    def __init__(self) -> None:
        self._labels: frozenset[str] = frozenset()
        self._known: set[tuple[str, str]] = set()
        self._fresh: list[tuple[str, str]] = []
        self._modules = [(module, dict(vars(module))) for module in MODULES]

    def watch(self) -> None:
        """Begin to listen; a hook cannot be taken away again, so this is for workers."""
        sys.addaudithook(self._hear)

    def about(self, labels: list[str]) -> None:
        """Take notes of code that was compiled under `labels`."""
        self._labels = frozenset(labels)

    def notes(self, *, compare: bool = True) -> list[list[str]]:
        """Return what was noted since the last time: pairs of a name and a detail.

        `compare` looks for names that were rebound in modules that others use, too.
        """
        if compare:
            for module, before in self._modules:
                self._compare(module, before)
        fresh, self._fresh = self._fresh, []
        return [list(note) for note in fresh]

    def _compare(self, module: ModuleType, before: dict[str, Any]) -> None:
        now = vars(module)
        if sys.modules.get(module.__name__) is not module:
            self._note("rebound", f"sys.modules[{module.__name__!r}]")
        for name, value in before.items():
            if now.get(name, value) is not value:
                self._note("rebound", f"{module.__name__}.{name}")

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        name = WATCHED.get(event)
        if name is None or Witness._hearing or not self._labels:
            return
        Witness._hearing = True
        try:
            if _by_student(sys._getframe(1), self._labels, direct=name in DIRECT):  # noqa: SLF001
                self._note(name, "" if name in BARE or not arguments else _shown(arguments[0]))
        except Exception:  # noqa: S110 - a note that cannot be taken must change nothing
            pass
        finally:
            Witness._hearing = False

    def _note(self, name: str, detail: str) -> None:
        note = name, detail[:LONGEST_DETAIL]
        if note not in self._known and len(self._known) < MOST_NOTES:
            self._known.add(note)
            self._fresh.append(note)


def _by_student(frame: FrameType | None, labels: frozenset[str], *, direct: bool) -> bool:
    """Whether student code is what brought an event about, and not by an import."""
    for _ in range(1 if direct else MOST_FRAMES):
        if frame is None or frame.f_code.co_filename in IMPORTING:
            return False
        if frame.f_code.co_filename in labels:
            return True
        frame = frame.f_back
    return False


def _shown(argument: object) -> str:
    """Show an argument without running any code of the student's."""
    if type(argument) is bytes:
        return argument[:LONGEST_DETAIL].decode("utf-8", "replace")
    if type(argument) in (str, int):
        return str(argument)[:LONGEST_DETAIL]
    return type(argument).__name__
