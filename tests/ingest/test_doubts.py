"""Where a tree does not tell whether files are one student's or several's, is it said?"""

from __future__ import annotations

from typing import Any

import pytest
from small_course import zipped

from grader.ingest import read_roster
from grader.ingest.answers import modules

ZERO = "def zeros():\n    return 0\n"
OTHER = "def backward():\n    return 0\n"


def written(*names: str) -> dict[str, Any]:
    """Return files with the same exercise in each, none equal to another."""
    return {name: f"{ZERO}# {number}\n" for number, name in enumerate(names)}


BESIDE = written("ada/zero_init.py")
PAIR = written("s1/zero_init.py", "s2/zero_init.py")
WEEK = "Week 1/Group A/Section B/Lab"
# Of each, who is read as one student, the names in it, and the files.
TREES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a team below four levels": (
        "Section B/Lab 1/Team C",
        "ann, ben",
        written(*(f"{WEEK} {n}/Team C/{who}.py" for n in (1, 2) for who in ("ann", "ben"))),
    ),
    "folders beside a document": (
        "w",
        "s1, s2",
        written("w/s1/zero_init.py", "w/s2/zero_init.py") | {"ada.pdf": "%PDF"},
    ),
    "folders beside a file": (
        "w",
        "s1, s2",
        written("w/s1/zero_init.py", "w/s2/zero_init.py", "ada.py"),
    ),
    "folders beside a folder": (
        "w",
        "s1, s2",
        written("w/s1/zero_init.py", "w/s2/zero_init.py") | BESIDE,
    ),
    "files beside a folder": ("w", "s1, s2", written("w/s1.py", "w/s2.py") | BESIDE),
    "files with an exercise beside folders": (
        "turned in later",
        "s1, s2",
        written("turned in later/s1_zero_init.py", "turned in later/s2_zero_init.py", "bo/x.py")
        | BESIDE,
    ),
    "folders in a folder": (
        "w",
        "s1, s2",
        written("w/x/s1/zero_init.py", "w/x/s2/zero_init.py") | BESIDE,
    ),
    "folders with work further below": (
        "w",
        "s1, s2",
        written("w/s1/src/a/work.py", "w/s2/src/a/work.py") | BESIDE,
    ),
    "an archive": ("w", "s1, s2", {"w.zip": zipped(PAIR)} | BESIDE),
    "archives in a folder": (
        "w",
        "s1, s2",
        {f"w/{who}.zip": zipped(written("zero_init.py", f"{who}_old.py")) for who in ("s1", "s2")}
        | BESIDE,
    ),
    "a pair": ("a and b", "a, b", written("a and b/a.py", "a and b/b.py") | BESIDE),
    "many in one": (
        "w",
        "s0, s1, s10 and 9 more",
        written(*(f"w/s{n}.py" for n in range(12))) | BESIDE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("tree", TREES)
def test_what_may_be_several_students_is_said_with_what_to_do(class_of: Any, tree: str) -> None:
    """Of two answers one was passed over, without a word."""
    label, names, files = TREES[tree]
    gathered = class_of(files)
    assert label in {student.label for student in gathered.handed}
    [said] = [hint for hint in gathered.hints if hint.startswith(f"{label} was read as one")]
    assert f"({names})" in said
    assert "move their files or folders to where those of the other students are" in said


def test_who_is_moved_as_the_hint_says_is_a_student(class_of: Any) -> None:
    gathered = class_of(PAIR | BESIDE)
    assert {student.label for student in gathered.handed} == {"ada", "s1", "s2"}
    assert gathered.hints == ()


@pytest.mark.parametrize("levels", range(1, 8))
def test_folders_as_deep_as_anybody_makes_them_hold_their_students(
    class_of: Any, levels: int
) -> None:
    """Below the fourth, two teams were two students."""
    above = "/".join(
        ["Week 1", "Group A", "Section B", "Lab 1", "Unit 2", "Task 3", "Day 4"][:levels]
    )
    files = written(*(f"{above}/Team {t}/{who}{t}.py" for t in "CD" for who in ("ann", "ben")))
    gathered = class_of(files)
    assert {student.label for student in gathered.handed} == {
        f"Team {t}/{who}{t}" for t in "CD" for who in ("ann", "ben")
    }
    assert gathered.hints == ()


HONEST = {
    "one answer each": BESIDE | written("bo/zero_init.py"),
    "an older one in a folder": BESIDE | written("bo/zero_init.py", "bo/old/zero_init.py"),
    "drafts": BESIDE | written("bo/draft/zero_init.py", "bo/final/zero_init.py"),
    "versions": BESIDE | written("bo/plan.py", "bo/plan_v2.py", "bo/plan (1).py"),
    "weeks": BESIDE | written("bo/week1/zero_init.py", "bo/week2/zero_init.py"),
    "several exercises": BESIDE | {"bo/x/zero_init.py": ZERO, "bo/y/backprop_step.py": OTHER},
    "the own name in each": BESIDE | written("bo/bo_first.py", "bo/bo_second.py"),
    "modules": BESIDE | {"bo/zero_init.py": "import m\n" + ZERO, "bo/m.py": "k = 1", "bo/n.py": ""},
    "a zip with versions": BESIDE | {"bo.zip": zipped(written("zero_init.py", "old/zero_init.py"))},
}


@pytest.mark.parametrize("kind", HONEST)
def test_of_one_student_s_own_work_nothing_is_said(class_of: Any, kind: str) -> None:
    gathered = class_of(HONEST[kind])
    assert gathered.hints == ()
    assert {student.label for student in gathered.handed} == {"ada", "bo"}


@pytest.mark.parametrize(
    ("first", "second", "who"),
    [
        ("w/s1/zero_init.py", "w/s2/backprop_step.py", "s2"),
        ("w/s1/zero_init.py", "w/S2/backprop_step.py", "S2"),
        ("w/s1/zero_init.py", "w/s2@x.invalid/backprop_step.py", "s2@x.invalid"),
        ("w/zero_init.py", "w/Sue Two/backprop_step.py", "Sue Two"),
        ("w/a.py", "w/Sue Two.py", "Sue Two"),
        ("w/a.py", "w/s2_backprop_step.py", "s2"),
        ("w/a.py", "w/deep/er/s2/work.py", "s2"),
    ],
)
def test_a_student_of_the_roster_inside_of_another_is_told_of(
    class_of: Any, tmp_path: Any, first: str, second: str, who: str
) -> None:
    """Whose answers to different exercises lie in one folder, names alone tell."""
    (tmp_path / "roster.csv").write_text("name,email,login\nSue Two,s2@x.invalid,s2\nAda,a@x,ada\n")
    without = class_of({first: ZERO, second: OTHER} | BESIDE)
    assert without.hints == ()  # the control: it may be one student's
    found = class_of({}, roster=read_roster(tmp_path / "roster.csv"))
    [said] = found.hints
    assert said.startswith("w was read as one student")
    assert who in said


def test_who_is_known_is_one_student_whatever_is_inside(class_of: Any, tmp_path: Any) -> None:
    _, _, files = TREES["folders beside a folder"]
    (tmp_path / "roster.csv").write_text("name,email,login\nWil,w@x,w\nAda,a@x,ada\n")
    assert class_of(files, roster=read_roster(tmp_path / "roster.csv")).hints == ()


@pytest.mark.parametrize("system", ["w_5_{}_{}.py", "W_5_assignsubmission_file_/{}/{}.py"])
def test_of_what_a_system_says_is_one_student_s_nothing_is_said(class_of: Any, system: str) -> None:
    files = written(*(system.format(n, name) for n, name in enumerate(("s1", "s2"))))
    files |= written(*(system.replace("_5_", "_6_").format(n, "zero_init") for n in range(2)))
    assert class_of(files).hints == ()


def test_however_many_are_doubtful_the_hints_are_few(class_of: Any) -> None:
    files = written(
        *(f"w{n:02}/{who}/zero_init.py" for n in range(30) for who in (f"a{n}", f"b{n}"))
    )
    gathered = class_of(files | BESIDE | written("bo.py"))
    assert {student.label for student in gathered.handed} >= {"ada", "bo"}
    hints = [hint for hint in gathered.hints if "was read as one" in hint or "so were" in hint]
    assert len(hints) == 11
    assert hints[-1] == "so were 20 more students"


def test_of_very_many_files_the_first_are_looked_at(class_of: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("grader.ingest.layouts.doubts.MOST_FILES", 1)
    assert class_of(written("w/s1.py", "w/s2.py") | BESIDE).hints == ()
    assert modules.MOST_FILES >= 100
