"""Walk a zip archive without ever writing it to disk, and without believing what it says of itself.

Declared sizes are checked first, so that a bomb is refused before it is unpacked, and real sizes
while reading, since the declared ones may lie. Only stored and deflated members are read: the other
methods can ask for gigabytes to unpack one byte. Archives within archives stay closed.
"""

from __future__ import annotations

import errno
import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from grader.source.cells import DEFAULT_LIMITS, Limits, Unreadable
from grader.source.files import shown_name
from grader.source.paths import place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO, Self

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
_FOLDER = 0x10
"""An attribute of DOS."""
_DIRECTORY_RECORD = b"PK\x01\x02"
_RECORD_SIZE, _HEADER_SIZE = 46, 30
_KEEPS_BYTES = (3, 19)
"""Systems whose file names are bytes: Unix and macOS."""
_CHUNK = 1 << 20
_ENTRIES_WORTH_COUNTING = 100_000
"""A class's archive may hold so many that counting them beforehand saves nothing."""
_HARMLESS_EXPANSION = 4 << 20
"""Bytes that any member may expand to: text full of repetition packs very well."""
_NO_ROOM = "there is no room left to unpack it, with all that lies beside it"
_DAMAGED = "the archive is damaged: pack the files again and hand in the new archive"


@dataclass(frozen=True)
class Entry:
    """One line of an archive's directory."""

    path: str
    """Relative, with forward slashes, without `..`; empty when the name says nothing."""
    is_folder: bool
    refused: str | None
    """Why it is not read, by its name or kind."""
    number: int
    """Its place in the directory: of two of one name, the later one was packed later."""
    read: Callable[[], bytes]
    """Unpacks it, while the walk stands here; raises `Unreadable`."""


@dataclass
class Budget:
    """What may still be read from an archive and those in it."""

    size: int
    """Bytes that they may unpack to."""
    entries: int
    is_shared: bool = False
    """Whether others use it up as well: what exceeds it is no fault of theirs."""

    @classmethod
    def of(cls, limits: Limits) -> Self:
        """Return the budget of one archive."""
        return cls(limits.expanded_mib << 20, limits.archive_entries)


def iter_entries(
    archive: Path | bytes, limits: Limits = DEFAULT_LIMITS, budget: Budget | None = None
) -> Iterator[Entry]:
    """Yield the entries of a zip archive, small ones first; raise `Unreadable` when it is none.

    A large one can then use up what is left of `budget` for larger ones alone.
    """
    budget = budget or Budget.of(limits)
    try:
        _check_size(archive, limits)
        with _stream(archive) as stream, _opened(stream) as opened:
            entries = list(enumerate(opened.infolist()))
            if len(entries) > budget.entries:
                if budget.is_shared:
                    raise OSError(errno.ENOSPC, _NO_ROOM)
                raise _too_many(limits, together=budget.entries < limits.archive_entries)
            budget.entries -= len(entries)
            for number, entry in sorted(entries, key=lambda one: one[1].file_size):
                found = place(_name(entry))
                link = stat.S_ISLNK(entry.external_attr >> 16)
                refused = "it is a link, and links are not followed" if link else found.refused
                read = partial(_read, opened, entry, budget, limits)
                yield Entry(found.path, _is_folder(entry), refused, number, read)
    except _FAULTS as error:
        _raise_of_disk(error)
        raise Unreadable(_DAMAGED) from None


def _raise_of_disk(error: Exception) -> None:
    """Raise what a disk says; a damaged archive leads to places that no file has."""
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        raise error


def _stream(archive: Path | bytes) -> BinaryIO:
    return io.BytesIO(archive) if isinstance(archive, bytes) else archive.open("rb")


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    """Open an archive, also one that says that a name is UTF-8 where it is not."""
    try:
        return zipfile.ZipFile(stream)
    except UnicodeDecodeError:
        return zipfile.ZipFile(_WithoutFlags(stream))


class _WithoutFlags(io.RawIOBase):
    """An archive whose headers make no promise about how names are encoded.

    zipfile reads the whole directory at once, and each header as it is.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def seekable(self) -> bool:
        """Say that it can be moved in."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to a place."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._stream.tell()

    def read(self, size: int | None = -1, /) -> bytes:
        """Return what is there, of headers without the flag of UTF-8."""
        data = bytearray(self._stream.read(-1 if size is None else size))
        if len(data) == _HEADER_SIZE and data.startswith(b"PK\x03\x04"):
            _clear_flag(data, 6)
        at = 0
        while data.startswith(_DIRECTORY_RECORD, at) and at + _RECORD_SIZE <= len(data):
            _clear_flag(data, at + 8)
            at += _RECORD_SIZE + sum(struct.unpack_from("<3H", data, at + 28))
        return bytes(data)


def _clear_flag(header: bytearray, at: int) -> None:
    (flags,) = struct.unpack_from("<H", header, at)
    struct.pack_into("<H", header, at, flags & ~_UTF8_NAME)


def _check_size(archive: Path | bytes, limits: Limits) -> None:
    """Refuse an archive that is too large or lists too many entries, before it is opened."""
    size = len(archive) if isinstance(archive, bytes) else archive.stat().st_size
    if size > limits.archive_mib << 20:
        raise Unreadable(f"the archive is larger than {limits.archive_mib} MiB: leave data out")
    if limits.archive_entries > _ENTRIES_WORTH_COUNTING:
        return
    entries, tail = 0, b""
    with _stream(archive) as stream:
        while chunk := stream.read(_CHUNK):
            entries += (tail + chunk).count(_DIRECTORY_RECORD)
            tail = chunk[-3:]
    # An archive within the archive, stored as it is, shows its entries too: hence the factor.
    if entries > 4 * limits.archive_entries:
        raise _too_many(limits)


def _too_many(limits: Limits, *, together: bool = False) -> Unreadable:
    whole = "all the archives together have" if together else "the archive has"
    return Unreadable(
        f"{whole} more than {limits.archive_entries:,} entries: pack only your own files "
        "(no virtual environment, no data)"
    )


def _name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name; bytes that nobody can decode are kept as `os.fsdecode` keeps them.

    Many programs write UTF-8 without the flag that says so. Other names without it are in the
    code page of DOS, or are the bytes that a file had on a Unix.
    """
    if "\0" in entry.orig_filename:  # where zipfile ends the name
        return entry.orig_filename
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeError:  # it has its name from an extra field
        return entry.filename
    try:
        return raw.decode("utf-8")
    except UnicodeError:
        keeps_bytes = entry.create_system in _KEEPS_BYTES
        return raw.decode("utf-8", "surrogateescape") if keeps_bytes else entry.filename


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder: by its last sign, in Windows a backslash, or by its kind.

    What has bytes is a file all the same, unless zipfile says otherwise.
    """
    by_kind = entry.external_attr & _FOLDER or stat.S_ISDIR(entry.external_attr >> 16)
    by_name = _name(entry).endswith("\\")
    return entry.is_dir() or (not entry.file_size and bool(by_kind or by_name))


def _read(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, limits: Limits
) -> bytes:
    path = place(_name(entry)).path
    name = shown_name(path)
    if entry.flag_bits & _ENCRYPTED:
        raise Unreadable("the archive is protected by a password: pack it again without one")
    if entry.compress_type not in _METHODS:
        raise Unreadable(f"{name} is packed in an unusual way: pack the files as a plain zip")
    if entry.file_size > limits.most_mib(path) << 20:
        raise limits.too_large(name)
    if budget.is_shared and entry.file_size > budget.size:
        raise OSError(errno.ENOSPC, _NO_ROOM)
    allowed = min(budget.size, limits.most_mib(path) << 20)
    if not path.lower().endswith(".ipynb"):
        growth = entry.compress_size * limits.expansion
        allowed = min(allowed, max(_HARMLESS_EXPANSION, growth))
    if entry.file_size > allowed:
        raise Unreadable(
            f"{name} in the archive unpacks to more than is allowed: clear the outputs of "
            "notebooks and pack only your own files"
        )
    try:
        with archive.open(entry) as stream:
            data = stream.read(allowed + 1)  # never more than the size that it states
    except _FAULTS as error:
        _raise_of_disk(error)
        raise Unreadable(f"{name} in {_DAMAGED}") from None
    budget.size -= len(data)
    return data
