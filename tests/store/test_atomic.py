"""A file is there whole or not at all."""

from __future__ import annotations

import errno

import pytest

from grader.atomic import make_folder, write_text, write_text_if_changed
from grader.errors import StoreError


def test_text_is_written_as_it_is(tmp_path):
    path = tmp_path / "李.json"
    write_text(path, "ü\n")
    assert path.read_bytes() == "ü\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    write_text(path, "old")

    def full(self, data, *_args, **_kwargs):
        with open(self, "wb") as half:
            half.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(path), "write_bytes", full)
    with pytest.raises(StoreError, match="the disk is full"):
        write_text(path, "a new and longer text")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unchanged_file_is_left_alone(tmp_path):
    path = tmp_path / "a"
    assert write_text_if_changed(path, "x")
    assert not write_text_if_changed(path, "x")
    assert write_text_if_changed(path, "y")


def test_a_file_where_a_folder_should_be_is_said(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        make_folder(tmp_path / "out")
    with pytest.raises(StoreError, match="cannot be written"):
        write_text(tmp_path / "absent" / "x", "")
