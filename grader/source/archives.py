"""Walk a zip archive without ever writing it to disk, and without believing what it says of itself.

Declared sizes are checked first, so that a bomb is refused before it is unpacked, and real sizes
while reading, since the declared ones may lie. Only stored and deflated members are read: the other
methods can ask for gigabytes to unpack one byte. Archives within archives stay closed.
"""

from __future__ import annotations

import contextlib
import io
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.source.cells import DEFAULT_LIMITS, Limits, Unreadable
from grader.source.files import is_candidate, shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_DIRECTORY_RECORD = b"PK\x01\x02"
_CHUNK = 1 << 20
_ENTRIES_WORTH_COUNTING = 100_000
"""A class's archive may hold so many that counting them beforehand saves nothing."""
_HARMLESS_EXPANSION = 4 << 20
"""Bytes that any member may expand to: text full of repetition packs very well."""
_DAMAGED = "the archive is damaged: pack the files again and hand in the new archive"


@dataclass(frozen=True)
class Member:
    """One file of an archive or a folder."""

    path: str
    """Relative, with forward slashes, without `..`."""
    data: bytes


def read_zip(
    archive: Path | bytes, limits: Limits = DEFAULT_LIMITS, notes: list[str] | None = None
) -> Iterator[Member]:
    """Yield the Python files and notebooks of a student's archive; raise `Unreadable`.

    What is left out on purpose (links, names that point outside) is told in `notes`.
    """
    notes = [] if notes is None else notes
    found = False
    for member in iter_members(archive, limits, notes, wanted=is_candidate):
        found = True
        yield member
    if not found:
        raise Unreadable(nothing_found("the archive", notes))


def iter_members(
    archive: Path | bytes,
    limits: Limits = DEFAULT_LIMITS,
    notes: list[str] | None = None,
    wanted: Callable[[str], bool] = lambda path: True,  # noqa: ARG005
    refused: Callable[[str, Unreadable], None] | None = None,
) -> Iterator[Member]:
    """Yield the files of a zip archive, in its order, one in memory at a time.

    wanted: says by its path whether a member is read at all.
    refused: is told of each member that cannot be read, and the walk goes on; without it the first
    such member raises `Unreadable`, as an archive that cannot be read always does.
    """
    notes = [] if notes is None else notes
    try:
        _check_size(archive, limits)
        with zipfile.ZipFile(io.BytesIO(archive) if isinstance(archive, bytes) else archive) as zf:
            yield from _members(zf, limits, notes, wanted, refused or _stop)
    except _FAULTS:
        raise Unreadable(_DAMAGED) from None


def _check_size(archive: Path | bytes, limits: Limits) -> None:
    """Refuse an archive that is too large or lists too many entries, before it is opened."""
    size = len(archive) if isinstance(archive, bytes) else archive.stat().st_size
    if size > limits.archive_mib << 20:
        raise Unreadable(f"the archive is larger than {limits.archive_mib} MiB: leave data out")
    if limits.archive_entries > _ENTRIES_WORTH_COUNTING:
        return
    stream = io.BytesIO(archive) if isinstance(archive, bytes) else archive.open("rb")
    entries, tail = 0, b""
    with stream:
        while chunk := stream.read(_CHUNK):
            entries += (tail + chunk).count(_DIRECTORY_RECORD)
            tail = chunk[-3:]
    # An archive within the archive, stored as it is, shows its entries too: hence the factor.
    if entries > 4 * limits.archive_entries:
        raise _too_many(limits)


def _too_many(limits: Limits) -> Unreadable:
    return Unreadable(
        f"the archive has more than {limits.archive_entries:,} entries: pack only your own files "
        "(no virtual environment, no data)"
    )


def _members(
    archive: zipfile.ZipFile,
    limits: Limits,
    notes: list[str],
    wanted: Callable[[str], bool],
    refused: Callable[[str, Unreadable], None],
) -> Iterator[Member]:
    entries = archive.infolist()
    if len(entries) > limits.archive_entries:
        raise _too_many(limits)
    left = limits.expanded_mib << 20
    for entry in entries:
        name = _name(entry)
        path = safe_path(name)
        if entry.is_dir():
            continue
        if path is None or stat.S_ISLNK(entry.external_attr >> 16):
            why = "points outside of it" if path is None else "is a link"
            note(notes, f"{shown_name(name)} was left out of the archive: it {why}")
        elif wanted(path):
            try:
                data = _read(archive, entry, min(left, limits.file_mib << 20), limits)
            except Unreadable as unreadable:
                refused(path, unreadable)
                continue
            left -= len(data)
            yield Member(path, data)


def _name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name: many programs write UTF-8 without the flag that says so."""
    if not entry.flag_bits & _UTF8_NAME:
        with contextlib.suppress(UnicodeError):
            return entry.filename.encode("cp437").decode("utf-8")
    return entry.filename


def _stop(path: str, unreadable: Unreadable) -> None:  # noqa: ARG001
    raise unreadable


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, limits: Limits) -> bytes:
    name = shown_name(_name(entry))
    if entry.flag_bits & _ENCRYPTED:
        raise Unreadable("the archive is protected by a password: pack it again without one")
    if entry.compress_type not in _METHODS:
        raise Unreadable(f"{name} is packed in an unusual way: pack the files as a plain zip")
    allowed = max(_HARMLESS_EXPANSION, entry.compress_size * limits.expansion)
    if entry.file_size > min(most, allowed):
        raise _too_large(name)
    try:
        with archive.open(entry) as stream:
            data = stream.read(min(most, allowed) + 1)
    except _FAULTS:
        raise Unreadable(f"{name} in {_DAMAGED}") from None
    if len(data) > min(most, allowed):
        raise _too_large(name)
    return data


def _too_large(name: str) -> Unreadable:
    return Unreadable(
        f"{name} in the archive unpacks to more than is allowed: clear the outputs of notebooks "
        "and pack only your own files"
    )


def safe_path(name: str) -> str | None:
    """Return an entry's relative path with forward slashes, or None when it points outside."""
    path = name.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    absolute = path.startswith("/") or re.match(r"[A-Za-z]:", path)
    if absolute or ".." in parts or not parts or len(path) > 1000 or not path.isprintable():
        return None
    return "/".join(parts)


def note(notes: list[str], text: str) -> None:
    """Add a note, unless there are enough of them."""
    if len(notes) < 20:
        notes.append(text)


def nothing_found(where: str, notes: list[str]) -> str:
    """Return the sentence for a submission without code."""
    besides = f" ({notes[0]})" if notes else ""
    return f"{where} holds no .py file and no notebook (.ipynb){besides}: add yours"
