"""A zip is walked without unpacking it to disk, and no zip can do harm."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.source import Budget, Limits, Unreadable, iter_entries, place
from grader.source.archives import _name


def packed(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def read(archive: bytes | Path, limits: Limits | None = None) -> list[tuple[str, bytes]]:
    entries = iter_entries(archive, limits or Limits())
    return [(e.path, e.read()) for e in entries if not (e.is_folder or e.refused)]


def reason(data: bytes | Path, limits: Limits | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        read(data, limits)
    return caught.value.reason


def test_a_path_is_read_like_bytes(tmp_path):
    (tmp_path / "a.zip").write_bytes(packed(("a.py", b"x")))
    assert read(tmp_path / "a.zip") == [("a.py", b"x")]
    with pytest.raises(FileNotFoundError):  # no fault of who packed it
        read(tmp_path / "missing.zip")


@pytest.mark.parametrize("is_shared", [False, True])
def test_entries_that_others_have_used_up_are_no_fault_of_who_packed_them(is_shared):
    data = packed(("a.py", b"1"), ("b.py", b"2"))
    kind = OSError if is_shared else Unreadable
    with pytest.raises(kind, match="no room left" if is_shared else "all the archives together"):
        [*iter_entries(data, budget=Budget(1000, 1, is_shared=is_shared))]
    assert len([*iter_entries(data, budget=Budget(1000, 2, is_shared=is_shared))]) == 2


def test_names_that_point_outside_and_links_are_refused():
    link = zipfile.ZipInfo("link.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    names = ["../up.py", "a/../../c.py", "..\\w.py", "n\nl.py", "a/..", "\x1b[2J.py", "t\tt.py"]
    data = packed(("good.py", b"1"), (link, b"/etc/passwd"), *[(name, b"2") for name in names])
    assert read(data) == [("good.py", b"1")]
    refused = {e.path: e.refused for e in iter_entries(data) if e.refused}
    assert len(refused) == 8
    assert refused["link.py"] == "it is a link, and links are not followed"
    assert refused["up.py"] == "its path leads elsewhere (../up.py)"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("/root.py", "root.py"),
        ("//server/share/b.py", "server/share/b.py"),
        ("C:\\b.py", "b.py"),
        ("d:/x/b.py", "x/b.py"),
        ("C:b.py", "C:b.py"),
        ("a\\b.py", "a/b.py"),
        ("./a/./b.py", "a/b.py"),
        ("\u5c71\u7530\u3000\u592a\u90ce/b.py",) * 2,
        ("no\u00a0break/b.py",) * 2,
        ("join\u200d\u200c\u2060ed/b.py",) * 2,
        ("\u200emarked\u202e/b.py",) * 2,
        ("e\u0301/b.py",) * 2,
        ("\U0001f469\u200d\U0001f393/b.py",) * 2,
        ("\ue000private\ufeff/b.py",) * 2,
    ],
)
def test_any_other_name_is_read(name, path):
    assert read(packed((name, b"1"))) == [(path, b"1")]


def test_a_name_that_ends_in_a_zero_byte_is_not_cut_short():
    data = packed(("a.pyX.txt", b"1"), ("b.py", b"2")).replace(b"a.pyX.txt", b"a.py\0.txt")
    assert read(data) == [("b.py", b"2")]
    assert len([e for e in iter_entries(data) if e.refused]) == 1


def renamed(data: bytes, old: bytes, new: bytes, flag: bool, system: int = 3) -> bytes:
    """Return an archive with other bytes for a name, and with or without the flag of UTF-8."""
    assert len(old) == len(new)
    found = bytearray(data.replace(old, new))
    at = -1
    while (at := found.find(new, at + 1)) >= 0:
        for record, flags, size in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
            if found[at - size : at - size + 4] == record:
                struct.pack_into("<H", found, at - size + flags, 0x800 if flag else 0)
                if size == 46:
                    found[at - size + 5] = system
    return bytes(found)


@pytest.mark.parametrize(
    ("raw", "flag", "system", "path"),
    [
        (b"M\xfcller.py", False, 3, "M\\xfcller.py"),
        (b"M\xfcller.py", True, 3, "M\\xfcller.py"),
        (b"M\xfcller.py", False, 19, "M\\xfcller.py"),
        (b"M\xfcller.py", True, 0, "M\u207fller.py"),
        (b"M\x81ller.py", False, 0, "M\u00fcller.py"),
        ("M\u00fcler.py".encode(), False, 0, "M\u00fcler.py"),
        (b"\xed\xa0\x80ab.py", True, 3, "\\xed\\xa0\\x80ab.py"),
    ],
)
def test_bytes_that_are_no_utf8_are_shown_as_what_they_are(raw, flag, system, path):
    old = b"x" * (len(raw) - 3) + b".py"
    data = packed(("first.py", b"1"), (old.decode(), b"2"))
    changed = renamed(data, old, raw, flag, system)
    assert read(changed) == [("first.py", b"1"), (path, b"2")]


def test_two_names_that_differ_in_a_byte_stay_two():
    data = packed(("M1ller.py", b"1"), ("M2ller.py", b"2"))
    data = renamed(data, b"M1ller.py", b"M\xfcller.py", True)
    data = renamed(data, b"M2ller.py", b"M\xf6ller.py", True)
    assert len({path for path, _ in read(data)}) == 2


def test_a_bomb_is_refused_before_it_is_unpacked():
    assert "unpacks to more than is allowed" in reason(packed(("a.py", bytes(15 << 20))))
    lots = [(f"{n}.py", b"0123456789" * 390_000) for n in range(60)]
    assert "unpacks to more than is allowed" in reason(packed(*lots))


def test_text_that_packs_well_is_no_bomb():
    assert len(read(packed(("a.ipynb", b" " * (3 << 20))))[0][1]) == 3 << 20


def test_a_size_that_lies_does_not_help():
    data = bytearray(packed(("a.py", bytes(30 << 20))))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 10)
    assert reason(bytes(data))


def test_a_bad_entry_does_not_end_the_walk():
    data = packed(("x/", b""), ("a.py", bytes(15 << 20)), ("../b.py", b"1"), ("c.py", b"1"))
    read, refused = [], {}
    for entry in iter_entries(data):
        try:
            if entry.refused or entry.is_folder:
                refused[entry.path] = entry.refused
            else:
                read.append(entry.read())
        except Unreadable as unreadable:
            refused[entry.path] = unreadable.reason
    assert read == [b"1"]
    assert refused == {
        "x": None,
        "a.py": "a.py in the archive unpacks to more than is allowed: clear the outputs of "
        "notebooks and pack only your own files",
        "b.py": "its path leads elsewhere (../b.py)",
    }


def test_a_notebook_may_repeat_itself_as_often_as_it_likes():
    data = notebook = b'{"cells": [], "outputs": "' + b"A" * (12 << 20) + b'"}'
    assert [len(found) for _, found in read(packed(("a.ipynb", data)))] == [len(notebook)]
    assert "larger than 11 MiB" in reason(packed(("a.ipynb", data)), Limits(notebook_mib=11))


def test_a_password_is_named():
    data = bytearray(packed(("a.py", b"x")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in reason(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_may_ask_for_gigabytes_are_refused(method):
    assert "plain zip" in reason(packed(("a.py", b"x" * 100), method=method))


def test_too_many_entries_are_refused():
    data = packed(*[(f"{n}.txt", b"") for n in range(9000)])
    assert "more than 2,000 entries" in reason(data)
    assert "more than 8,000 entries" in reason(data, Limits(archive_entries=8000))
    assert "larger than 0 MiB" in reason(data, Limits(archive_mib=0))


BASE = packed(("a.py", b"x = 1\n" * 50), ("b/c.ipynb", b'{"cells": []}'), ("d.py", b"y"))


def _walk(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        for path, _ in read(data):
            assert ".." not in path.split("/")
            assert not path.startswith("/")


@given(st.binary(max_size=400))
def test_any_bytes_are_walked_or_unreadable(data):
    _walk(data)
    _walk(b"PK\x03\x04" + data)


@given(
    st.lists(st.tuples(st.integers(0, len(BASE) - 1), st.integers(0, 255)), max_size=8),
    st.integers(0, 30),
)
def test_any_damage_is_walked_or_unreadable(changes, cut):
    data = bytearray(BASE)
    for at, value in changes:
        data[at] = value
    _walk(bytes(data[: len(data) - cut]))


@given(
    st.text(st.characters(codec=None, categories=None), max_size=30)
    | st.lists(st.sampled_from(["..", ".", "", "a", "C:", "\\", "b.py"])).map("/".join)
)
def test_any_place_stays_inside_and_can_be_shown(name):
    found = place(name)
    assert not found.path.startswith("/")
    assert ".." not in found.path.split("/")
    found.path.encode()
    assert not any(ord(c) < 32 for c in found.path)
    assert found.refused or not any(ord(c) < 32 for c in name)
    again = place(found.path) if "\\" not in found.path else found
    assert again.path == found.path or re.match("[A-Za-z]:/", found.path)


@pytest.mark.parametrize("name", ["\u5c71\u7530/a.py", "Zo\u00eb/\u20ac.py"])
def test_a_name_of_an_extra_field_is_read(name):
    entry = zipfile.ZipInfo(name)  # as Python 3.13 gives it, which reads that field
    assert entry.flag_bits == 0
    assert _name(entry) == name


def test_a_name_in_utf8_without_the_flag_is_read_as_what_it_is(tmp_path):
    # As `zip` on Linux and the Finder of macOS write it.
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Zo\u00eb/a.py", "x = 1\n")
    data = path.read_bytes()
    flagged = struct.pack("<H", 0x800)
    for record, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(record) + offset
        assert data[at : at + 2] == flagged
        data = data[:at] + b"\0\0" + data[at + 2 :]
    assert [path for path, _ in read(data)] == ["Zo\u00eb/a.py"]


class Failing(io.FileIO):
    """A file whose disk fails at its n-th reading, moving or telling, and ever after."""

    left = 0

    def _count(self) -> None:
        type(self).left -= 1
        if self.left < 0:
            raise OSError(self.number, os.strerror(self.number))

    number = errno.EIO

    def readinto(self, buffer):
        self._count()
        return super().readinto(buffer)

    def read(self, size=-1, /):
        self._count()
        return super().read(size)

    def seek(self, *place):
        self._count()
        return super().seek(*place)


MEMBERS = [(f"{n}.py", os.urandom(9_000)) for n in range(3)]
ON_DISK = {
    "plain": packed(*MEMBERS),
    "stored": packed(*MEMBERS, method=zipfile.ZIP_STORED),
    "with a name that is not UTF-8": packed(("é.py", b"1")).replace("é".encode(), b"\xe9\xe9"),
    "with much behind it": packed(*MEMBERS) + bytes(60_000),
    "empty": packed(),
}


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT])
@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("what", ON_DISK)
def test_a_disk_that_fails_at_any_time_is_no_damage(monkeypatch, tmp_path, what, buffered, number):
    """zipfile calls an archive bad whose last bytes the disk does not give."""
    path = tmp_path / "a.zip"
    path.write_bytes(ON_DISK[what])
    honest = read(path)
    monkeypatch.setattr(Failing, "number", number)
    monkeypatch.setattr(
        Path, "open", lambda p, *_: io.BufferedReader(Failing(p)) if buffered else Failing(p)
    )
    for good in range(1000):
        monkeypatch.setattr(Failing, "left", good)
        try:
            found = read(path)
        except OSError as error:
            assert error.errno == number  # noqa: PT017
        else:
            break
    assert found == honest
    assert good > 3


def test_zipfile_alone_would_take_it_for_damage(monkeypatch, tmp_path):
    """The control: it did, at some of the readings."""
    path = tmp_path / "a.zip"
    path.write_bytes(ON_DISK["plain"])
    monkeypatch.setattr("grader.source.archives._told_apart", contextlib.nullcontext)
    monkeypatch.setattr(Path, "open", lambda p, *_: io.BufferedReader(Failing(p)))
    ends = set()
    for good in range(20):
        monkeypatch.setattr(Failing, "left", good)
        try:
            read(path)
        except (OSError, Unreadable) as error:
            ends.add(type(error))
    assert ends == {OSError, Unreadable}


@pytest.mark.parametrize("what", ON_DISK)
def test_what_is_damaged_on_a_good_disk_is_damaged(tmp_path, what):
    """The control, and a directory that leads before the beginning of the file."""
    data, path = ON_DISK[what], tmp_path / "a.zip"
    for damaged in (data[:20], data.replace(b"PK\x05\x06", b"PK\x05\x07"), b""):
        path.write_bytes(damaged)
        assert "damaged" in reason(path)
    at = data.rindex(b"PK\x05\x06")
    path.write_bytes(data[: at + 16] + b"\xff\xff\xff\x7f" + data[at + 20 :])
    with contextlib.suppress(Unreadable):
        read(path)


def within(data: bytes, budget: Budget) -> list[tuple[str, bytes | int | None]]:
    """Return what is read of each entry, or the number of the disk's fault, or None."""
    found: list[tuple[str, bytes | int | None]] = []
    for entry in iter_entries(data, Limits(), budget):
        try:
            found.append((entry.path, entry.read()))
        except OSError as error:
            found.append((entry.path, error.errno))
        except Unreadable:
            found.append((entry.path, None))
    return found


def test_what_exceeds_a_budget_is_its_archive_s_fault_where_nobody_else_uses_it():
    data = packed(("a.py", b"x" * 10), ("b.py", b"y" * 300), ("c.py", b"z" * 40))
    small = [("a.py", b"x" * 10), ("c.py", b"z" * 40)]
    assert within(data, Budget(100, 3)) == [*small, ("b.py", None)]
    assert within(data, Budget(100, 3, is_shared=True)) == [*small, ("b.py", errno.ENOSPC)]
    assert within(data, Budget(350, 3, is_shared=True)) == [*small, ("b.py", b"y" * 300)]


def test_an_archive_of_more_entries_than_are_left_says_whose_fault_it_is():
    data = packed(("a.py", b"x"), ("b.py", b"y"))
    assert len(within(data, Budget(100, 2, is_shared=True))) == 2
    with pytest.raises(OSError, match="no room") as full:
        within(data, Budget(100, 1, is_shared=True))
    assert full.value.errno == errno.ENOSPC
    with pytest.raises(Unreadable, match="all the archives together have more than"):
        within(data, Budget(100, 1))
