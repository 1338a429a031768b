"""A folder is walked without following links out of it."""

from __future__ import annotations

import os

import pytest

from grader.source import Limits, Member, Unreadable, read_folder


def test_candidates_are_read_sorted_by_path(tmp_path):
    for name in (
        "b.py",
        "a/x.ipynb",
        "__pycache__/c.py",
        ".git/d.py",
        "notes.md",
        ".e.py",
        "setup.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    assert [m.path for m in read_folder(tmp_path)] == ["a/x.ipynb", "b.py", "setup.py"]


def test_links_and_pipes_are_left_out_and_noted(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "handed-in"
    (folder / "sub").mkdir(parents=True)
    (folder / "good.py").write_text("x")
    (folder / "link.py").symlink_to(tmp_path / "secret.txt")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.py")
    (folder / "folder.py").mkdir()
    notes: list[str] = []
    assert list(read_folder(folder, notes=notes)) == [Member("good.py", b"x")]
    assert sorted(note.split()[0] for note in notes) == ["link.py", "pipe.py"]


def test_a_folder_without_code_says_so(tmp_path):
    with pytest.raises(Unreadable, match="the folder holds no"):
        list(read_folder(tmp_path))
    with pytest.raises(Unreadable, match="the folder holds no"):
        list(read_folder(tmp_path / "missing"))


def test_limits_hold(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.py").write_bytes(bytes(1000))
    with pytest.raises(Unreadable, match="more than 4 files"):
        list(read_folder(tmp_path, Limits(archive_entries=4)))
    with pytest.raises(Unreadable, match="too large"):
        list(read_folder(tmp_path, Limits(file_mib=0)))
