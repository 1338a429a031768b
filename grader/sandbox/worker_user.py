"""Choose the user that the workers of one forkserver become: one that is nobody's.

Theory of operation. Root's workers take another user id, and the group of the same number. Nobody
else may have it: not a service, not a person, not another forkserver, whose workers they could
signal and whose threads the kernel would count with theirs. So an id is taken out of ranges that
no system hands out, at random, because machines and containers that share a kernel do not see
each other's choice. What has a name, is lent out for containers (`/etc/subuid`) or is not in this
user namespace is passed over. What is left is reserved by a socket with the id in its abstract
name: the kernel lets one process have that name, and frees it when that process ends, however.
"""

from __future__ import annotations

import contextlib
import grp
import pwd
import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

RANGES: Final = (
    # Above what SSSD and FreeIPA map directories to (up to 2,000,200,000) and above systemd's
    # containers (up to 1,879,048,191); below systemd's foreign images (from 2,147,352,576).
    range(2_100_000_000, 2_100_010_000),
    # A container often has 65,536 ids. Of these, systemd and Debian leave alone this handful.
    range(65_520, 65_534),
)
EVERY: Final = range(2**32 - 1)
NONE_FREE: Final = (
    "no user id is free for workers: all of "
    + ", ".join(f"{ids.start}-{ids.stop - 1}" for ids in RANGES)
    + " have a name, are lent out, in use, or not in this user namespace"
)


@dataclass
class WorkerUser:
    """A user id that is reserved until it is released; `uid` is None where none was free."""

    uid: int | None = None
    lock: socket.socket | None = None

    def release(self) -> None:
        """Let others have the id. Once is enough."""
        if self.lock is not None:
            self.lock.close()


def reserve() -> WorkerUser:
    """Reserve a user id that nobody has."""
    for uid in _candidates():
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0grader worker {uid}")
        except OSError:
            lock.close()
            continue
        return WorkerUser(uid, lock)
    return WorkerUser()


def _candidates() -> Iterator[int]:
    maps = [_ranges(f"/proc/self/{kind}_map", 0, 2) or [EVERY] for kind in ("uid", "gid")]
    lent = [ids for kind in ("uid", "gid") for ids in _ranges(f"/etc/sub{kind}", 1, 2, ":")]
    for ids in RANGES:
        first = random.SystemRandom().randrange(len(ids))
        for uid in (*ids[first:], *ids[:first]):
            mapped = all(any(uid in part for part in parts) for parts in maps)
            if mapped and not any(uid in part for part in lent) and not _has_name(uid):
                yield uid


def _ranges(path: str, start: int, count: int, separator: str | None = None) -> list[range]:
    """Return the ranges that a file lists a line each: where one starts, and how many it has."""
    found = []
    with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            fields = line.strip().split(separator)
            # Others write these files too: what is no range is none.
            with contextlib.suppress(ValueError, IndexError):
                found.append(range(int(fields[start]), int(fields[start]) + int(fields[count])))
    return found


def _has_name(uid: int) -> bool:
    for look_up in (pwd.getpwuid, grp.getgrgid):
        with contextlib.suppress(KeyError):
            look_up(uid)
            return True
    return False
