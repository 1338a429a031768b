"""Is what a submission is sent as what was hashed, read once and by a process of its own?"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import pickle
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from grader.ingest import copied, copies
from grader.ingest.answers import contents
from grader.ingest.stored import StoredFile
from grader.model.submission import submission_digest
from grader.source import lean, outputs

ZERO = "def zeros():\n    return 0\n"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "copies"
    made.mkdir()
    return made


def sent(submission):
    return dict(zip(submission.names, submission.copy.read(), strict=True))


def by_student(gathered):
    return {one.student.label: one for one in gathered.submissions}


def large_notebook(notebook):
    text = json.loads(notebook(ZERO))
    text["cells"][0]["outputs"] = [{"data": {"image/png": "A" * (2 << 20)}}]
    return json.dumps(text).encode()


def test_what_is_sent_is_what_was_hashed(class_of, folder, notebook):
    large = large_notebook(notebook)
    files = {
        "ada/zero_init.py": "import mine\n" + ZERO,
        "ada/mine.py": "k = 1\n",
        "bob/zero_init.ipynb": large,
        "cut/zero_init.ipynb": large[:-9],
    }
    found = by_student(copied(class_of(files), folder))
    assert sent(found["ada"]) == {
        "mine.py": b"k = 1\n",
        "zero_init.py": ("import mine\n" + ZERO).encode(),
    }
    assert found["ada"].digest == submission_digest(found["ada"].read())
    # The digest is that of the file, the copy has its code alone.
    assert found["bob"].digest == submission_digest([("zero_init.ipynb", large)])
    assert sent(found["bob"]) == {"zero_init.ipynb": lean("zero_init.ipynb", large)}
    assert len(sent(found["bob"])["zero_init.ipynb"]) < outputs.LARGE
    # Of what cannot be read nothing is sent.
    assert found["cut"].problem is not None
    assert sent(found["cut"]) == {"zero_init.ipynb": b""}
    assert found["cut"].digest == submission_digest([("zero_init.ipynb", large[:-9])])


CHANGES = {
    "another answer": lambda path: path.write_text("def zeros():\n    return 1\n"),
    "nothing left in it": lambda path: path.write_text(""),
    "cut off": lambda path: path.write_text(ZERO[:-4]),
    "of another kind": lambda path: path.write_bytes(b"\0\0"),
    "a link to another file": lambda path: (path.unlink(), path.symlink_to("/etc/passwd")),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("was", [ZERO, "\0"])
def test_what_changes_after_it_was_chosen_is_listed(class_of, tmp_path, folder, was, change):
    """It was told by other words than those that would be graded: a 0 could stand for good work."""
    gathered = class_of({"ada/zero_init.py": was, "bob/zero_init.py": ZERO})
    CHANGES[change](tmp_path / "class" / "ada" / "zero_init.py")
    found = copied(gathered, folder)
    assert {*by_student(found)} == {"bob"}
    (left,) = [item for item in found.left_over if item.student == "ada" and item.alone]
    assert left.unread
    assert "changed while the class was being read" in left.reason


@pytest.mark.parametrize("number", [2, 3, 4])
def test_nor_is_it_taken_while_it_is_being_chosen(class_of, folder, monkeypatch, number):
    """A file that changes with each reading is never outlined as one thing and sent as another."""
    real, seen = contents.read_source, []

    def read(name, data):
        if b"mallory" in data and name == "work.py":
            seen.append(name)
        return real(name, data)

    def changing(file):
        data = real_read(file)
        if file.path.name != "work.py":
            return data
        changing.times += 1
        return data if changing.times < number else data.replace(b"return 0", b"return 1")

    changing.times, real_read = 0, StoredFile.read
    monkeypatch.setattr(contents, "read_source", read)
    monkeypatch.setattr(StoredFile, "read", changing)
    monkeypatch.setattr("grader.source.apart.get_all_start_methods", lambda: ["spawn"])
    files = {"mallory/work.py": f"# mallory\n{ZERO}", "ada/zero_init.py": ZERO}
    found = copied(class_of(files), folder)
    assert {*by_student(found)} == ({"ada"} if changing.times >= number else {"ada", "mallory"})
    # Looked at, outlined, copied: the last of these tests is the control.
    assert changing.times == 3


def test_line_ends_that_an_editor_changed_are_no_other_work(class_of, tmp_path, folder):
    gathered = class_of({"ada/zero_init.py": ZERO})
    (tmp_path / "class" / "ada" / "zero_init.py").write_bytes(ZERO.replace("\n", "\r\n").encode())
    (ada,) = copied(gathered, folder).submissions
    assert sent(ada)["zero_init.py"] == ZERO.replace("\n", "\r\n").encode()
    assert ada.digest == submission_digest(ada.read())


def test_what_changes_after_it_was_copied_is_the_next_run_s(class_of, tmp_path, folder):
    gathered = copied(class_of({"ada/zero_init.py": ZERO}), folder)
    (tmp_path / "class" / "ada" / "zero_init.py").write_text("x")
    (ada,) = gathered.submissions
    assert ada.digest == submission_digest([("zero_init.py", ZERO.encode())])
    assert sent(ada) == {"zero_init.py": ZERO.encode()}


@pytest.mark.parametrize("does", [b"", b"x", ZERO.encode()[:-1] + b" ", ZERO.encode() * 2])
def test_a_copy_that_was_changed_is_not_sent(class_of, folder, does):
    (ada,) = copied(class_of({"ada/zero_init.py": ZERO}), folder).submissions
    ada.copy.path.write_bytes(does)
    with pytest.raises(OSError, match="copy was changed while the class was being graded"):
        ada.copy.read()
    ada.copy.path.write_bytes(ZERO.encode())  # the control
    assert sent(ada) == {"zero_init.py": ZERO.encode()}


@pytest.mark.parametrize("forks", [True, False])
def test_no_byte_of_a_student_s_is_read_by_this_process(
    ours_of, tmp_path, folder, monkeypatch, forks, notebook
):
    log, real = tmp_path / "log", StoredFile.read

    def read(file):
        with log.open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        return real(file)

    monkeypatch.setattr(StoredFile, "read", read)
    if not forks:  # the control
        monkeypatch.setattr("grader.source.apart.get_all_start_methods", lambda: ["spawn"])
    given = Path(__file__).parents[2] / "exercises" / "random_init" / "starter.py"
    files = {
        "ada/zero_init.py": ZERO,
        "bob/random_init.ipynb": large_notebook(notebook),
        "random_init (1).ipynb": notebook("a = 1"),
        "random_init.ipynb": notebook("a = 2"),
        "starter.py": given.read_bytes(),
        "utils.py": "k = 1\n",
        "cy/random_init.py": "import utils\n\0",
    }
    found = copied(ours_of(files), folder)
    assert len(found.submissions) >= 3
    assert (str(os.getpid()) in log.read_text().split()) is not forks


def test_what_a_class_weighs_here_does_not_depend_on_its_bytes(class_of, folder):
    sizes = []
    for size in (10, 1 << 20):
        files = {f"s{n}/zero_init.py": f"{ZERO}#{'x' * size}" for n in range(5)}
        sizes.append(len(pickle.dumps(copied(class_of(files), folder))))
    assert abs(sizes[0] - sizes[1]) < 1000


def spin():
    while True:
        pass


ENDS = {
    "takes too long": spin,
    "takes too much memory": lambda: bytearray(64 << 30),
    "ends the program": lambda: ctypes.string_at(0),
}


@pytest.mark.parametrize("reason", ENDS)
def test_what_ends_its_reader_when_it_is_copied_is_its_student_s(
    class_of, folder, monkeypatch, reason
):
    real = copies.lean

    def bomb(name, data):
        if b"BOMB" in data:
            ENDS[reason]()
        return real(name, data)

    monkeypatch.setattr(copies, "lean", bomb)
    monkeypatch.setattr(copies, "Apart", lambda: contents_apart(0.5))
    files = {"ada/zero_init.py": ZERO, "mallory/zero_init.py": f"{ZERO}# BOMB"}
    found = by_student(copied(class_of(files), folder))
    assert found["ada"].problem is None
    assert reason in found["mallory"].problem
    assert sent(found["mallory"]) == {"zero_init.py": b""}
    assert found["mallory"].digest.startswith("sha256:")


def contents_apart(seconds):
    from grader.source import Apart

    return Apart(seconds=seconds)


@pytest.mark.parametrize("seconds", [0.3, 60.0])
def test_all_answers_of_one_student_are_copied_for_so_long(class_of, folder, monkeypatch, seconds):
    """A file may answer every exercise of a course, and was read for each."""
    real = copies.lean

    def slow(name, data):
        started = time.process_time()
        while b"SLOW" in data and time.process_time() - started < 0.2:
            pass
        return real(name, data)

    monkeypatch.setattr(copies, "lean", slow)
    monkeypatch.setattr(copies, "READING_SECONDS", seconds)
    gathered = class_of({"ada/zero_init.py": ZERO, "mallory/zero_init.py": f"{ZERO}# SLOW"})
    mine = by_student(gathered)["mallory"]
    gathered = replace(gathered, submissions=(*gathered.submissions, mine, mine, mine))
    found = copied(gathered, folder).submissions
    late = [one for one in found if one.problem and "take too long to read" in one.problem]
    assert {one.student.label for one in late} == ({"mallory"} if seconds == 0.3 else set())
    assert by_student(copied(gathered, folder))["ada"].problem is None


def test_what_there_is_no_room_for_is_listed_and_the_small_are_copied(
    class_of, folder, monkeypatch
):
    files = {f"m{n}/zero_init.py": f"{ZERO}#{'x' * (1 << 20)}" for n in range(5)}
    gathered = class_of(files | {"zoe/zero_init.py": ZERO})
    room = namedtuple("room", "free")(int((3 << 20) / 0.8))
    monkeypatch.setattr("shutil.disk_usage", lambda _: room)
    found = copied(gathered, folder)
    assert by_student(found)["zoe"].problem is None
    full = [left for left in found.left_over if "no room" in left.reason]
    assert len(full) == 3
    assert all(left.unread and left.alone for left in full)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 3 << 20


def test_what_is_written_of_a_copy_that_fails_is_taken_away(class_of, folder, monkeypatch):
    real = Path.write_bytes

    def fails(path, data):
        real(path, data[:5])
        raise OSError(28, "No space left on device")

    gathered = class_of({"ada/zero_init.py": ZERO})
    monkeypatch.setattr(Path, "write_bytes", fails)
    assert "No space left" in copied(gathered, folder).left_over[0].reason
    assert [*folder.iterdir()] == []


def test_submissions_stay_in_the_order_of_students(class_of, folder):
    files = {f"s{n}/zero_init.py": f"{ZERO}#{'x' * (90 - n)}" for n in range(5)}
    found = copied(class_of(files), folder)
    assert [one.student.label for one in found.submissions] == [f"s{n}" for n in range(5)]


def test_the_reader_copies_as_it_is_told(class_of, folder):
    """In this process, where it is measured."""
    (ada,) = class_of({"ada/zero_init.py": ZERO}).submissions
    path = folder / "1"
    digest, copy = copies.copy_of(ada, path, 100)
    assert copy == copies.Copy(path, (len(ZERO),), hashlib.sha256(ZERO.encode()).digest())
    assert digest == submission_digest([("zero_init.py", ZERO.encode())])
    with pytest.raises(OSError, match="no room"):
        copies.copy_of(ada, path, 10)
    _, copy = copies.copy_of(replace(ada, problem="a reason"), path, 10)
    assert copy.sizes == (0,)
