"""Walk a folder that was handed in, without following a link out of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from grader.source.archives import Member, note, nothing_found
from grader.source.cells import DEFAULT_LIMITS, Limits, Unreadable
from grader.source.files import is_candidate, shown_name
from grader.source.paths import place

if TYPE_CHECKING:
    from collections.abc import Iterator


def read_folder(
    folder: Path, limits: Limits = DEFAULT_LIMITS, notes: list[str] | None = None
) -> Iterator[Member]:
    """Yield the Python files and notebooks below `folder`, sorted by path; raise `Unreadable`.

    What is left out on purpose (links, files that cannot be opened) is told in `notes`.
    """
    notes = [] if notes is None else notes
    left = limits.expanded_mib << 20
    count = 0
    for path in _candidates(folder, limits, notes):
        data = _read(path, min(left, limits.most_mib(path.name) << 20), notes)
        if data is not None:
            left -= len(data)
            count += 1
            yield Member(place(path.relative_to(folder).as_posix()).path, data)
    if not count:
        raise Unreadable(nothing_found("the folder", notes))


def _candidates(folder: Path, limits: Limits, notes: list[str]) -> list[Path]:
    found: list[Path] = []
    seen = 0
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        folders[:] = [name for name in folders if is_candidate(f"{name}/x.py")]
        seen += len(files) + len(folders)
        if seen > limits.archive_entries:
            raise Unreadable(
                f"the folder has more than {limits.archive_entries:,} files: hand in only your own "
                "(no virtual environment, no data)"
            )
        for name in files:
            path = here / name
            if not is_candidate(name):
                continue
            if refused := place(path.relative_to(folder).as_posix()).refused:
                note(notes, f"{shown_name(name)} was left out: {refused}")
            else:
                found.append(path)
    return sorted(found)


def _read(path: Path, most: int, notes: list[str]) -> bytes | None:
    """Return the bytes of a regular file; note what is something else, such as a link or pipe."""
    name = shown_name(path.name)
    try:
        # A pipe would block, a link could lead anywhere: both are refused when opened.
        descriptor = os.open(path, os.O_RDONLY | _NO_FOLLOW | _NO_WAIT)
        with open(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                note(notes, f"{name} was left out: it is not a plain file")
                return None
            data = stream.read(most + 1)
    except OSError:
        note(notes, f"{name} was left out: it is a link or cannot be opened")
        return None
    if len(data) > most:
        raise Unreadable(f"{name} is too large: take data out of it and hand it in again")
    return data


_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
