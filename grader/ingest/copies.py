"""Copy what is graded out of a class, so that what was hashed is what is sent.

Theory of operation. A child of this process (`Apart`) reads the files of a submission once: of the
same bytes it makes the digest and the copy, in which a large notebook is its code alone. This
process never holds nor reads more than a copy, and sends nothing else. A file that has changed
since it was chosen is left over; one that changes later is the next run's. Small submissions come
first, so that whoever fills the room takes nobody else's.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from grader.ingest.answers.contents import READING_SECONDS, TOO_SLOW_TOGETHER
from grader.ingest.gathered import LeftOver
from grader.ingest.spending import OF_A_STUDENT, Owners, Spending
from grader.ingest.stored import Kind, fault_of_disk
from grader.model.submission import submission_digest
from grader.source import Apart, Unreadable, lean

if TYPE_CHECKING:
    from pathlib import Path

    from grader.ingest.gathered import Gathered, Submission

OF_THE_ROOM: Final = 0.8
"""How much of a temporary folder's room a class may take: jobs and reports need room as well."""
NO_ROOM: Final = "there is no room left for it in the temporary folder"


@dataclass(frozen=True)
class Copy:
    """What is sent of a submission's files, in one file of this run's own."""

    path: Path
    sizes: tuple[int, ...]
    """Of the files, in their order."""
    seal: bytes
    """A digest of all of it."""

    def read(self) -> list[bytes]:
        """Return what is sent of each file; raise OSError when it is not what was written."""
        data = self.path.read_bytes()
        if hashlib.sha256(data).digest() != self.seal:
            raise OSError("its copy was changed while the class was being graded")
        ends = accumulate(self.sizes)
        return [data[end - size : end] for end, size in zip(ends, self.sizes, strict=True)]


def copied(gathered: Gathered, folder: Path) -> Gathered:
    """Return a class with digests and copies of its submissions, which are written to `folder`.

    What is not there any more, or on a disk that fails, is left over, and no fault of others.
    """
    found: dict[int, Submission] = {}
    left_over = [*gathered.left_over]
    sizes = [sum(file.file.size for file in one.files) for one in gathered.submissions]
    with Apart() as apart:
        copies = _Copies(folder, apart)
        for number in sorted(range(len(sizes)), key=lambda number: sizes[number]):
            one = gathered.submissions[number]
            try:
                found[number] = copies.copied(one)
            except OSError as error:
                path, who = str(one.files[-1].file.path), one.student
                left_over.append(
                    LeftOver(path, who.label, fault_of_disk(error), alone=True, unread=True, of=who)
                )
    submissions = tuple(found[number] for number in sorted(found))
    return replace(gathered, submissions=submissions, left_over=tuple(left_over))


class _Copies:
    """The copies of a class in one folder."""

    def __init__(self, folder: Path, apart: Apart) -> None:
        self._folder, self._apart, self._number = folder, apart, 0
        self._room = int(shutil.disk_usage(folder).free * OF_THE_ROOM)
        self._reading = Spending(READING_SECONDS)

    def copied(self, one: Submission) -> Submission:
        """Return a submission with its copy; raise OSError where this machine cannot make one."""
        whose: Owners = {one.student: OF_A_STUDENT}
        if self._reading.is_over(whose):
            one = _unreadable(one, TOO_SLOW_TOGETHER)
        before = self._apart.spent
        try:
            digest, copy = self._made(one)
        except Unreadable as error:
            one = _unreadable(one, error.reason)
            digest, copy = self._made(one)
        self._reading.charge(whose, self._apart.spent - before)
        self._room -= sum(copy.sizes)
        return replace(one, digest=digest, copy=copy)

    def _made(self, one: Submission) -> tuple[str, Copy]:
        self._number += 1
        path = self._folder / f"{self._number:06}"
        try:
            return self._apart.call(copy_of, one, path, self._room)
        except (Unreadable, OSError):
            path.unlink(missing_ok=True)  # nobody reads a part of it
            raise


def copy_of(one: Submission, path: Path, room: int) -> tuple[str, Copy]:
    """Write what is sent of a submission to `path`, and return its digest and what was written."""
    files = one.read()
    parts = [b"" if one.problem else lean(name, data) for name, data in files]
    data = b"".join(parts)
    if len(data) > room:
        raise OSError(errno.ENOSPC, NO_ROOM)
    path.write_bytes(data)
    copy = Copy(path, tuple(map(len, parts)), hashlib.sha256(data).digest())
    return submission_digest(files), copy


def _unreadable(one: Submission, reason: str) -> Submission:
    """Return a submission of which nothing is read, by its student's fault."""
    files = tuple(
        replace(file, file=replace(file.file, kind=Kind.BROKEN, problem=reason))
        for file in one.files
    )
    return replace(one, files=files, seen=(b"",) * len(files), problem=one.problem or reason)
