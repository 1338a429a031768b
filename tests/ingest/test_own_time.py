"""Each file is read in the time of its own student, and what one takes changes nobody's answer."""

from __future__ import annotations

import time
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_course import zipped

from grader.ingest.answers import contents
from grader.ingest.stored import StoredFile

ZERO = "def zeros():\n    return 0\n"
SILENT = "def mine():\n    return 1\n"
# What tells nothing is read again at the end, when the class is known to be asked for one exercise.
HONEST = {
    "a module": {"a.py": f"import utils\n{SILENT}", "utils.py": "y = 1\n"},
    "a renamed module": {"a.py": f"import utils\n{SILENT}", "utils-1.py": "y = 1\n"},
    "a program": {"a.py": f"%run utils.py\n{SILENT}", "utils.py": "y = 1\n"},
    "two files": {"a.py": SILENT, "b.py": f"{SILENT}\ndef more(): return 1\n"},
    "one file": {"a.py": SILENT},
}
SLOW = {f"m{n}.py": f"# BOMB {n}\nimport m{n + 1}\n" for n in range(6)}
WORDS = {f"w{n}.py": "".join(f"import w{n}x{m}\n" for m in range(9_000)) for n in range(2)}


def placed(who, where, files):
    if where == "zip":
        return {f"{who}.zip": zipped(files)}
    folder = f"{who}_1_assignsubmission_file" if where == "moodle" else who
    return {f"{folder}/{name}": text for name, text in files.items()}


@pytest.fixture
def slow(monkeypatch):
    """Let what says BOMB be read slowly, and everybody have little time."""
    real = contents.read_source

    def read(name, data):
        started = time.process_time()
        while b"BOMB" in data and time.process_time() - started < 0.1:
            pass
        return real(name, data)

    monkeypatch.setattr(contents, "read_source", read)
    monkeypatch.setattr(contents, "READING_SECONDS", 0.3)
    monkeypatch.setattr(contents, "OF_A_FOLDER", 1.0)


def answers(gathered):
    return {s.student.label: (s.names, s.problem, s.notes) for s in gathered.submissions}


def left(gathered, who):
    return [(item.path, item.reason) for item in gathered.left_over if item.student == who]


CASES = [
    ("a module", "folder", "zzz"),
    ("a module", "zip", "aaa"),
    ("a renamed module", "moodle", "zzz"),
    ("a renamed module", "folder", "aaa"),
    ("a program", "zip", "zzz"),
    ("two files", "folder", "zzz"),
    ("one file", "moodle", "aaa"),
]


@pytest.fixture
def changed(class_of):
    """Return a function that says whether a neighbour changes what others get."""

    def look(what, where, hostile, more):
        honest = placed("ada", where, HONEST[what]) | placed("bob", where, {"zero_init.py": ZERO})
        alone = class_of(honest)
        assert {*answers(alone)} == {"ada", "bob"}
        beside = class_of(placed(hostile, where, {"zero_init.py": f"{ZERO}#\n"} | more))
        assert any("together take too long" in reason for _, reason in left(beside, hostile))
        others = {who: answer for who, answer in answers(beside).items() if who != hostile}
        return (answers(alone), left(alone, "ada")) != (others, left(beside, "ada"))

    return look


@pytest.mark.parametrize(("what", "where", "hostile"), CASES)
def test_one_who_uses_up_time_and_memory_changes_nobody_s_answer(
    changed, slow, what, where, hostile
):
    assert not changed(what, where, hostile, SLOW | WORDS)


@pytest.mark.parametrize(("what", "where"), [(what, where) for what, where, _ in CASES])
def test_one_time_for_all_would_change_it(changed, slow, monkeypatch, what, where):
    """The control."""

    def charged(self, *_):
        self.owners = {"all": 1.0}
        return self

    monkeypatch.setattr(contents.Contents, "charged_to", charged)
    assert changed(what, where, "aaa", SLOW)


@pytest.mark.parametrize("where", ["folder", "zip", "moodle"])
def test_each_file_is_read_in_its_student_s_time_to_the_end(class_of, monkeypatch, where):
    seen = set()
    real = contents.Contents._look

    def look(self, file):
        people = [owner.label for owner in self.owners if not isinstance(owner, PurePosixPath)]
        seen.add((file.path.parts[0].partition("_")[0], file.path.name, *people))
        return real(self, file)

    monkeypatch.setattr(contents.Contents, "_look", look)
    files = placed("bob", where, {"zero_init.py": ZERO})
    for who in ("ada", "zoe"):
        files |= placed(who, where, HONEST["a module"])
    assert len(answers(class_of(files))) == 3
    assert {(place, *people) for place, _, *people in seen} == {
        (who, who) for who in ("ada", "bob", "zoe")
    }


def test_a_file_is_looked_at_once_however_much_others_hand_in(class_of, monkeypatch):
    seen = []
    real = contents.Contents._looked

    def looked(self, file):
        seen.append(file)
        return real(self, file)

    monkeypatch.setattr(contents.Contents, "_looked", looked)
    files = placed("ada", "folder", HONEST["a module"])
    files |= placed("bob", "folder", {"zero_init.py": ZERO})
    found = class_of(files | placed("zzz", "folder", WORDS | {"zero_init.py": ZERO + "#"}))
    assert answers(found)["ada"][0] == ("utils.py", "a.py")
    assert len(seen) == len({*seen}) == 6


NAMES = st.text("abcxyz_0", min_size=1, max_size=6).map("n".__add__)


@given(names=st.lists(NAMES, min_size=1, max_size=30), others=st.lists(NAMES, max_size=5))
def test_what_stands_near_an_import_may_be_imported(tmp_path_factory, names, others):
    opened = contents.Contents([])
    blob = tmp_path_factory.mktemp("file") / "a.py"
    file = StoredFile(PurePosixPath("a.py"), blob)
    blob.write_text("".join(f"import {name}\n" for name in names))
    assert all(opened.may_import(file, {name, *others}) for name in names)


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("utils = 1\n", False),
        ("import numpy as np\nfrom math import pi\nx = np.zeros(3)\n", False),
        ("from . import utils\n", True),
        ("%run utils.py\n", True),
        (WORDS["w0.py"] * 9, True),  # so many that everything may be among them
    ],
)
def test_what_is_remembered_of_a_file_is_small(tmp_path, text, may):
    opened, file = contents.Contents([]), StoredFile(PurePosixPath("a.py"), tmp_path / "a.py")
    file.blob.write_text(text)
    assert opened.may_import(file, {"utils"}) is may
    assert opened._look(file).words.bit_length() <= contents._WORD_BITS
