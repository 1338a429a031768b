"""Zips as they come: of any program, damaged or written to do harm.

A zip tells by a flag whether a name is UTF-8, and programs set it as they like. `names` says how
names are written: as they should be, as bytes without the flag, with a flag that is wrong, or with
another name in a field of its own.
"""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from dataclasses import dataclass
from typing import Final
from zlib import crc32

UTF8: Final = 0x800
NAMES: Final = ("right", "unflagged", "flagged", "cp437", "utf-16", "extra", "wrong extra")


@dataclass
class Member:
    """A member of a zip, before it is written."""

    name: str
    data: bytes
    mode: int = 0
    is_packed: bool = False
    names: str = "right"


class _Info(zipfile.ZipInfo):
    """A member whose name is written as given, whatever it is, by a hook of the library's."""

    raw, flag = b"", 0

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.raw, self.flag_bits & ~UTF8 | self.flag


def written_name(name: str, names: str) -> tuple[bytes, int, bytes]:
    """Return the bytes of a name, its flag, and an extra field."""
    raw = name.encode("utf-8", "surrogateescape" if _is_bytes(name) else "surrogatepass")
    flag = 0 if name.isascii() or names == "unflagged" else UTF8
    if names == "flagged":
        return raw.decode("utf-8", "replace").encode("cp1252", "replace"), UTF8, b""
    if names == "cp437":
        return name.encode("cp437", "replace"), 0, b""
    if names == "utf-16":
        return name.encode("utf-16-le", "replace"), 0, b""
    if "extra" in names:
        shown = name.encode("ascii", "replace")
        said = b"s1/random_init.py" if "wrong" in names else raw
        field = struct.pack("<BL", 1, crc32(shown)) + said
        return shown, 0, struct.pack("<HH", 0x7075, len(field)) + field
    return raw, flag, b""


def _is_bytes(name: str) -> bool:
    """Whether a name is of bytes that are no text, as `os.fsdecode` keeps them."""
    return all("\udc80" <= sign <= "\udcff" for sign in name if "\ud800" <= sign <= "\udfff")


def zipped(members: list[Member], *, is_packed: bool = True) -> bytes:
    """Return a zip of members; names may stand in it more than once."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # of names that stand twice
        for member in members:
            info = _Info("x")
            info.raw, info.flag, info.extra = written_name(member.name, member.names)
            info.raw = info.raw[:60_000]
            info.compress_type = method if member.is_packed else zipfile.ZIP_STORED
            info.external_attr = member.mode << 16
            archive.writestr(info, member.data)
    return buffer.getvalue()
