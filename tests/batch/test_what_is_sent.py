"""Is a class graded as it was when the run began, whatever becomes of its files meanwhile?"""

from __future__ import annotations

import os

import pytest

from grader.ingest.copies import Copy

FULL = {"ada": "2", "bob": "2"}
CHANGES = {
    "other words": lambda path: path.write_text("fail"),
    "nothing": lambda path: path.write_text(""),
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_while_a_class_is_graded_is_the_next_run_s(classroom, monkeypatch, change):
    classroom.write(ada="pass", bob="pass")
    real, bob = Copy.read, classroom.folder / "bob" / "alpha.py"

    def read(copy):
        if bob.is_file() and bob.read_text() == "pass":
            CHANGES[change](bob)
        return real(copy)

    monkeypatch.setattr(Copy, "read", read)
    assert classroom.grade().complete
    assert {name: row["alpha"] for name, row in classroom.book().items()} == {
        "ada": "2",
        "bob": "2",
    }
    monkeypatch.undo()
    if change == "other words":  # the control: then it is read
        assert classroom.grade().graded == 1
        assert classroom.book()["bob"]["alpha"] == "0"


@pytest.mark.parametrize("does", ["fail", "", "passed", None])
def test_a_copy_that_is_not_what_was_written_is_no_zero(classroom, monkeypatch, does):
    classroom.write(ada="pass", bob="pass")
    real = Copy.read

    def read(copy):
        if copy.path.exists() and copy.path.name == "000002":
            copy.path.unlink() if does is None else copy.path.write_text(does)
        return real(copy)

    with monkeypatch.context() as strained:
        strained.setattr(Copy, "read", read)
        summary = classroom.grade()
    assert summary.graded == 1
    [fault] = summary.faults.values()
    assert "a file could not be read" in fault
    assert sorted(row["alpha"] for row in classroom.book().values()) == ["", "2"]
    assert classroom.grade().graded == 1
    assert sorted(row["alpha"] for row in classroom.book().values()) == ["2", "2"]


def test_copies_are_gone_when_the_run_is(classroom, monkeypatch, tmp_path):
    made = []
    real = Copy.read
    monkeypatch.setattr(Copy, "read", lambda copy: made.append(copy.path) or real(copy))
    classroom.write(ada="pass", bob="interrupt")
    classroom.grade()
    assert len(made) >= 1
    assert not any(path.parent.exists() for path in made)
