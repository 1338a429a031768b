"""A zip is walked without unpacking it to disk, and no zip can do harm."""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.source import Limits, Member, Unreadable, iter_members, read_zip
from grader.source.archives import safe_path


def packed(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def reason(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        list(read_zip(data, limits or Limits()))
    return caught.value.reason


def test_candidates_are_read_and_the_rest_is_not():
    data = packed(
        ("lab/a.py", b"x = 1"),
        ("lab/b.IPYNB", b"{}"),
        ("lab/notes.txt", b""),
        ("__MACOSX/lab/._a.py", b""),
        ("lab/__pycache__/c.py", b""),
        ("lab/.ipynb_checkpoints/b.ipynb", b""),
        ("lab/.hidden.py", b""),
        ("lab/inner.zip", packed(("d.py", b""))),
    )
    assert list(read_zip(data)) == [Member("lab/a.py", b"x = 1"), Member("lab/b.IPYNB", b"{}")]


def test_a_path_is_read_like_bytes(tmp_path):
    (tmp_path / "a.zip").write_bytes(packed(("a.py", b"x")))
    assert list(read_zip(tmp_path / "a.zip")) == [Member("a.py", b"x")]
    with pytest.raises(Unreadable, match="damaged"):
        list(read_zip(tmp_path / "missing.zip"))


def test_names_that_point_outside_and_links_are_left_out_and_noted():
    link = zipfile.ZipInfo("link.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    names = ["../up.py", "/root.py", "C:\\b.py", "a/../../c.py", "..\\w.py", "n\nl.py"]
    data = packed(("good.py", b"1"), (link, b"/etc/passwd"), *[(name, b"2") for name in names])
    notes: list[str] = []
    assert list(read_zip(data, notes=notes)) == [Member("good.py", b"1")]
    assert len(notes) == 7
    assert "link.py was left out of the archive: it is a link" in notes


def test_an_archive_without_code_says_so():
    assert "holds no .py file and no notebook" in reason(packed(("a.txt", b"")))
    assert "../x.py" not in reason(packed(("../x.py", b"")))


def test_a_bomb_is_refused_before_it_is_unpacked():
    assert "unpacks to more than is allowed" in reason(packed(("a.py", bytes(15 << 20))))
    lots = [(f"{n}.py", b"0123456789" * 390_000) for n in range(60)]
    assert "unpacks to more than is allowed" in reason(packed(*lots))


def test_a_bomb_within_stays_closed():
    bomb = packed(("a.py", bytes(15 << 20)))
    assert list(read_zip(packed(("a.py", b"x"), ("bomb.zip", bomb)))) == [Member("a.py", b"x")]


def test_text_that_packs_well_is_no_bomb():
    assert len(next(read_zip(packed(("a.ipynb", b" " * (3 << 20))))).data) == 3 << 20


def test_a_size_that_lies_does_not_help():
    data = bytearray(packed(("a.py", bytes(30 << 20))))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 10)
    assert reason(bytes(data))


def test_a_bad_member_is_passed_over_when_asked_to():
    data = packed(("a.py", bytes(15 << 20)), ("b.py", b"1"))
    refused: list[tuple[str, Unreadable]] = []
    members = iter_members(data, refused=lambda path, why: refused.append((path, why)))
    assert [m.path for m in members] == ["b.py"]
    assert [path for path, _ in refused] == ["a.py"]


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
        for member in read_zip(data):
            assert safe_path(member.path) == member.path


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
    st.text(max_size=30)
    | st.lists(st.sampled_from(["..", ".", "", "a", "C:", "\\", "b.py"])).map("/".join)
)
def test_any_safe_path_stays_inside(name):
    path = safe_path(name)
    if path is not None:
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        assert path.isprintable()


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
    assert [member.path for member in iter_members(data)] == ["Zo\u00eb/a.py"]
