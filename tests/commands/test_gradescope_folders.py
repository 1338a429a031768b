"""Whose fault is it when there is nothing to grade in Gradescope's container?"""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from grader.autograder.build import SETTINGS
from grader.autograder.run import NOTHING, run
from grader.model.feedback import OUR_FAULT

HIDDEN = """
from grader.testing import check

@check("a", points=10)
def test_a(submission): assert submission.square(3.0) == 9.0
"""
RIGHT = b"def square(x): return x * x"


def packed(name: str = "mini.py") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zf:
        zf.writestr(name, RIGHT)
    return stream.getvalue()


@pytest.fixture
def container(tmp_path, write_course):
    """Write Gradescope's folders, with an empty submission."""
    write_course(tmp_path / "source" / "course", HIDDEN)
    settings = {"exercise": "mini", "isolation": "process"}
    (tmp_path / "source" / SETTINGS).write_text(json.dumps(settings))
    (tmp_path / "submission").mkdir()
    return tmp_path


def results(container, **files):
    for name, data in files.items():
        (container / "submission" / name).write_bytes(data)
    graded = run(container)
    document = json.loads((container / "results" / "results.json").read_text())
    assert graded == ("score" in document)
    return document


def replaced_by_a_file(folder):
    folder.rmdir()
    folder.write_bytes(RIGHT)


def link_to_nowhere(folder):
    folder.rmdir()
    folder.symlink_to(folder / "nowhere")


def closed(folder):
    folder.chmod(0)


def closed_file(folder):
    (folder / "mini.py").write_bytes(RIGHT)
    (folder / "mini.py").chmod(0)


def closed_folder_in_it(folder):
    (folder / "work").mkdir(mode=0)


OURS = {
    "missing": shutil.rmtree,
    "a file in its place": replaced_by_a_file,
    "a link to nowhere": link_to_nowhere,
    "not to be read": closed,
    "a file that is not to be read": closed_file,
    "a folder that is not to be read": closed_folder_in_it,
}


@pytest.mark.parametrize("name", OURS)
def test_what_the_system_left_undone_is_no_zero(container, name, capsys):
    if "not to be read" in name and os.getuid() == 0:
        pytest.skip("root reads whatever it likes")
    OURS[name](container / "submission")
    try:
        document = results(container)
    finally:
        for path in container.glob("submission*/**"):
            path.chmod(0o700)
    assert "score" not in document
    assert document["output"] == OUR_FAULT
    assert "Error" in capsys.readouterr().out


@pytest.mark.parametrize("litter", [None, ".DS_Store"])
def test_a_folder_without_work_is_the_students(container, litter):
    document = results(container, **({litter: b"x"} if litter else {}))
    assert document["score"] == 0
    assert document["output"] == NOTHING


DAMAGED = {
    "cut": packed()[:-30],
    "cut in the middle": packed()[:40],
    "empty": b"",
    "of another kind": b"not a zip at all",
    "a member that does not fit its checksum": packed().replace(b"mini.py", b"mini.py", 1)[:50]
    + b"\0\0\0"
    + packed()[53:],
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_archive_is_told_as_that(container, name):
    document = results(container, **{"work.zip": DAMAGED[name]})
    assert document["score"] == 0
    assert "damaged" in document["output"]


def test_a_sound_archive_is_graded(container):
    assert results(container, **{"work.zip": packed()})["score"] == 10


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_cannot_be_written_is_no_student_s_zero(container, monkeypatch, number):
    """It had read "There is no file to grade", with a score of 0, for whoever handed in a zip."""

    real = Path.write_bytes

    def full(self, data):
        if "scratch" in self.parts:
            raise OSError(number, os.strerror(number))
        return real(self, data)

    (container / "submission" / "work.zip").write_bytes(packed())
    with monkeypatch.context() as disk:
        disk.setattr("pathlib.Path.write_bytes", full)
        assert not run(container)
    document = json.loads((container / "results" / "results.json").read_text())
    assert document["output"] == OUR_FAULT
    assert results(container)["score"] == 10


def test_nor_is_one_without_room(container, monkeypatch):
    room = shutil.disk_usage(container)._replace(free=10)
    with monkeypatch.context() as disk:
        disk.setattr("shutil.disk_usage", lambda _: room)
        document = results(container, **{"work.zip": packed()})
        assert "score" not in document
    assert results(container)["score"] == 10


def test_nor_is_a_file_that_the_disk_does_not_give(container, monkeypatch):
    def broken(self):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as disk:
        disk.setattr("grader.ingest.stored.StoredFile.read", broken)
        assert "score" not in results(container, **{"mini.py": RIGHT})
    assert results(container)["score"] == 10


@pytest.mark.parametrize("name", ["mini.py", "other.txt"])
def test_beside_an_answer_it_costs_nothing_and_a_link_is_the_student_s(
    container, monkeypatch, name
):
    (container / "submission" / "link.py").symlink_to("nowhere.py")
    document = results(container, **{name: RIGHT})
    assert document["score"] == (10 if name == "mini.py" else 0)
