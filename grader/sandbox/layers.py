"""The sandbox's layers, the levels made of them, and what to do about a missing one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from grader.errors import IsolationTooLow

LAYERS: Final = {
    "process": "a process of its own: cleared environment, closed descriptors, plain data only",
    "limits": "limits on memory, processor and wall-clock time, output and file size",
    "no_new_privs": "no program can give privileges back",
    "seccomp": "no new programs, processes, sockets, signals or tracing",
    "landlock": "no writing to files, no reading outside the Python installation",
    "namespaces": "a file system, process list and network of its own (bubblewrap)",
    "uid": "another user than the grader's",
}

ADVICE: Final = (
    ("no_new_privs", "only Linux", "grade on Linux"),
    ("namespaces", "only Linux", "grade on Linux"),
    ("seccomp", "package pyseccomp", "on Linux, `pip install pyseccomp`"),
    ("seccomp", "libseccomp", "install libseccomp (Debian, Ubuntu: `apt install libseccomp2`)"),
    (
        "landlock",
        "kernel has no Landlock",
        "use Linux 5.13 or newer with `landlock` in the kernel's list of security modules",
    ),
    (
        "namespaces",
        "not installed",
        "install bubblewrap (Debian, Ubuntu: `apt install bubblewrap`)",
    ),
    (
        "namespaces",
        "does not start",
        "allow user namespaces (`sysctl -a | grep userns`, or the container's settings)",
    ),
    ("uid", "readable by other users", "use a Python installation that every user can read"),
    ("uid", "no user id is free", "map more ids into this namespace, or lend fewer in /etc/subuid"),
)
"""What to do about a layer that is missing for a reason: the first row whose words are in it."""


def advice(layer: str, reason: str) -> str | None:
    """Return how to get a layer that does not hold for `reason`; None where that is not known."""
    return next((do for name, words, do in ADVICE if name == layer and words in reason), None)


class Level(StrEnum):
    """How much isolation a grading run demands; each level includes the ones before it."""

    PROCESS = "process"
    """A process of its own with limits."""
    SYSCALLS = "syscalls"
    """Also no new programs, processes, sockets or signals."""
    FILESYSTEM = "filesystem"
    """Also no files but the Python installation, by Landlock or by bubblewrap."""
    FULL = "full"
    """Every layer that Linux has."""


DEFAULT_LEVEL: Final = Level.FILESYSTEM


def missing(level: Level, active: Iterable[str]) -> list[str]:
    """Return the layers that `level` demands and `active` lacks; alternatives joined by ``or``."""
    have = set(active)
    wanted: list[tuple[str, ...]] = [("process",), ("limits",)]
    if level is not Level.PROCESS:
        wanted += [("no_new_privs",), ("seccomp",)]
    if level is Level.FILESYSTEM:
        wanted += [("landlock", "namespaces")]
    if level is Level.FULL:
        wanted += [("landlock",), ("namespaces",)]
    return [" or ".join(names) for names in wanted if not have.intersection(names)]


def reached(active: Iterable[str]) -> Level:
    """Return the highest level that the active layers reach."""
    have = tuple(active)
    return [level for level in Level if not missing(level, have)][-1]


def require(level: Level, active: Iterable[str], reasons: dict[str, str]) -> None:
    """Raise IsolationTooLow, with what is missing and how to get it, below `level`."""
    lacking = missing(level, active)
    if not lacking:
        return
    lines = [f"this machine does not reach the isolation level {level.value!r}; missing:"]
    for names in lacking:
        for number, name in enumerate(names.split(" or ")):
            either = "or " if number else ""
            reason = reasons.get(name, "not available")
            lines.append(f"  {either}{name}: {reason}")
            if remedy := advice(name, reason):
                lines.append(f"    to get it: {remedy}")
    lines.append("or accept less with --require-isolation (`grader doctor` shows what holds here)")
    raise IsolationTooLow("\n".join(lines))
