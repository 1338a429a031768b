"""Do releases add up, is only what is secret kept back, and does a refused one change nothing?"""

from __future__ import annotations

import errno
import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.catalog import Course
from grader.errors import CourseError, StoreError, UsageError
from grader.release import LIST, release
from grader.scratch import held

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
COURSE = Path(__file__).parents[1] / "second_course" / "course"
ANSWER = "    total = sum(float(value) ** 2 for value in values if value is not None)\n"
AS_HELPER = f"\n\ndef total_of_squares(values):\n{ANSWER}    return total\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return a copy of the second course that a test may change."""
    return Course(Path(shutil.copytree(COURSE, tmp_path / "course")))


def add(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name != LIST
    }


def anew(course: Course) -> Course:
    return Course(course.root)


def test_the_shipped_course_is_released(tmp_path: Path) -> None:
    course = Course(ROOT)
    release(course, course.exercise_ids, tmp_path / "out")
    assert Course(tmp_path / "out").exercise_ids == course.exercise_ids
    assert (tmp_path / "out" / "exercises" / "README.md").exists()


@pytest.mark.parametrize(
    "place", ["words/helpers.py", "words/starter.py", "words/test_examples.py", "words/README.md"]
)
def test_what_another_exercise_gives_out_is_no_leak(
    course: Course, tmp_path: Path, place: str
) -> None:
    add(course.folder("centre").reference, AS_HELPER)
    path = course.root / "exercises" / place
    given = AS_HELPER if path.suffix == ".py" else f"\n```python{AS_HELPER}```\n"
    path.touch()
    add(path, given)
    release(course, ["centre"], tmp_path / "one")
    release(course, ["words", "centre"], tmp_path / "two")
    assert "centre" in Course(tmp_path / "two").exercise_ids


@pytest.mark.parametrize(
    ("answer", "place", "origin"),
    [
        ("reference.py", "centre/starter.py", "solutions/centre/reference.py"),
        ("reference.py", "centre/test_examples.py", "solutions/centre/reference.py"),
        ("variants/another.py", "centre/starter.py", "solutions/centre/variants/another.py"),
    ],
)
def test_an_answer_in_what_its_own_students_start_from_is_one(
    course: Course, tmp_path: Path, answer: str, place: str, origin: str
) -> None:
    path = course.folder("centre").staff / answer
    path.touch()
    add(path, AS_HELPER)
    add(course.root / "exercises" / place, AS_HELPER)
    with pytest.raises(CourseError, match=f"nothing was released: .*{place}.* a part of {origin}"):
        release(course, ["words", "centre"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_hidden_test_or_the_secret_is_a_leak_wherever_it_stands(
    course: Course, tmp_path: Path
) -> None:
    hidden = course.folder("centre").staff / "test_hidden.py"
    text = hidden.read_text("utf-8")
    add(course.folder("words").public / "test_examples.py", text[text.index("@check") :])
    with pytest.raises(CourseError, match=r"words/test_examples.py holds a part of .*test_hidden"):
        release(course, ["words", "centre"], tmp_path / "out")
    (course.root / "solutions" / "secret.txt").write_text("open sesame")
    add(course.folder("words").public / "hints.md", "\nopen sesame\n")
    with pytest.raises(CourseError, match=r"hints.md holds the course's secret"):
        release(anew(course), ["words"], tmp_path / "out")


def answer_given_out(course: Course) -> None:
    add(course.folder("centre").starter, course.folder("centre").reference.read_text("utf-8"))


def secret_given_out(course: Course) -> None:
    (course.root / "solutions" / "secret.txt").write_text("open sesame")
    add(course.folder("centre").public / "hints.md", "\nopen sesame\n")


def blank_in_the_contract(course: Course) -> None:
    add(course.folder("centre").public / "exercise.toml", "# FILL IN: the limits\n")


def contract_that_is_none(course: Course) -> None:
    add(course.folder("centre").public / "exercise.toml", "points = \n")


def statement_that_is_gone(course: Course) -> None:
    (course.folder("centre").public / "README.md").unlink()


@pytest.mark.parametrize(
    "slip",
    [
        answer_given_out,
        secret_given_out,
        blank_in_the_contract,
        contract_that_is_none,
        statement_that_is_gone,
    ],
)
def test_a_refused_release_leaves_the_old_bundle_as_it_was(
    course: Course, tmp_path: Path, slip: Callable[[Course], None]
) -> None:
    out = tmp_path / "out"
    release(course, ["centre", "words"], out)
    before = contents(out)
    add(course.folder("words").public / "README.md", "\nA new line.\n")
    slip(course)
    with pytest.raises(CourseError):
        release(anew(course), ["words", "centre"], out)
    assert contents(out) == before
    assert sorted(p.name for p in out.iterdir()) == [LIST, "exercises"]


def test_a_full_disk_leaves_the_old_bundle_as_it_was(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    release(course, ["centre", "words"], out)
    before = contents(out)
    add(course.folder("words").public / "README.md", "\nA new line.\n")
    written = type(out).write_bytes

    def full(path: Path, data: bytes) -> int:
        if b"total" in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(path, data)

    add(course.folder("words").public / "hints.md", "\ntotal\n")
    with monkeypatch.context() as patch:
        patch.setattr(type(out), "write_bytes", full)
        with pytest.raises(StoreError, match=f"^{re.escape(str(out))} cannot be .* disk is full"):
            release(anew(course), ["words"], out)
    assert contents(out) == before
    release(anew(course), ["words"], out)
    assert contents(out) != before


def test_a_folder_in_which_nothing_can_be_made_is_named_itself(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = type(tmp_path).mkdir

    def refuse(path: Path, *args: Any, **options: Any) -> None:
        if path != tmp_path:
            raise PermissionError(errno.EACCES, "Permission denied")
        made(path, *args, **options)

    monkeypatch.setattr(type(tmp_path), "mkdir", refuse)
    with pytest.raises(StoreError) as refused:
        release(course, ["words"], tmp_path)
    assert str(refused.value) == f"{tmp_path} cannot be written: permission denied"


def test_weekly_releases_add_up_in_the_order_of_the_course(course: Course, tmp_path: Path) -> None:
    week, whole = tmp_path / "week", tmp_path / "whole"
    (course.root / "exercises" / "README.md").write_text("# Both\n")
    first, second = course.exercise_ids
    release(course, [second], week)
    assert Course(week).exercise_ids == (second,)
    assert not (week / "exercises" / "README.md").exists()
    release(course, [first], week)
    assert Course(week).exercise_ids == (first, second)
    release(course, [first], week)
    release(course, course.exercise_ids, whole)
    assert contents(week) == contents(whole)


def test_two_releases_into_one_folder_are_one_after_the_other(
    course: Course, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    release(course, ["centre"], out)
    there = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with held(out), pytest.raises(StoreError, match="another run is writing into"):
        release(course, ["words"], out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == there
    release(course, ["words"], out)
    assert (out / "exercises" / "words").is_dir()


def test_what_was_released_and_left_the_course_stays(course: Course, tmp_path: Path) -> None:
    first, second = course.exercise_ids
    release(course, [first, second], tmp_path / "out")
    (course.root / "exercises" / "course.toml").write_text(f'exercises = ["{second}"]\n')
    release(anew(course), [second], tmp_path / "out")
    assert Course(tmp_path / "out").exercise_ids == (second, first)
    assert Course(tmp_path / "out").folder(first).exercise.id == first


def test_only_what_a_release_wrote_is_taken_away_or_replaced(
    course: Course, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    release(course, ["centre", "words"], out)
    mine = out / "exercises" / "centre" / "notes.txt"
    mine.write_text("mine")
    contract = course.folder("centre").public / "exercise.toml"
    text = contract.read_text("utf-8")
    assert 'file = "helpers.py"' in text
    contract.write_text(text.replace('file = "helpers.py"', 'file = "given.py"'), "utf-8")
    helpers = course.folder("centre").public / "helpers.py"
    helpers.rename(helpers.with_name("given.py"))
    release(anew(course), ["centre"], out)
    there = {p.name for p in mine.parent.iterdir()}
    assert {"notes.txt", "given.py"} <= there
    assert "helpers.py" not in there


@pytest.mark.parametrize("name", ["exercises/course.toml", "exercises/centre/starter.py"])
def test_somebody_else_s_file_is_not_overwritten(course: Course, tmp_path: Path, name: str) -> None:
    path = tmp_path / "out" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(UsageError, match=f"{name} is there and no release wrote it"):
        release(course, ["centre"], tmp_path / "out")
    assert contents(tmp_path / "out") == {name: b"mine"}


def test_the_course_s_own_folder_is_no_place_for_its_bundle(course: Course) -> None:
    before = contents(course.root)
    for out in (course.root, course.root / "exercises", course.root / "solutions" / "x"):
        with pytest.raises(UsageError, match="choose a folder outside"):
            release(course, ["centre"], out)
    assert contents(course.root) == before


@pytest.mark.parametrize("name", ["file", "file/bundle"])
def test_a_file_is_no_place_for_a_bundle(course: Course, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match=f"{name} cannot be written"):
        release(course, ["centre"], tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}', "[" * 60_000])
def test_a_list_that_says_nothing_is_not_believed(
    course: Course, tmp_path: Path, text: str
) -> None:
    (tmp_path / LIST).write_text(text)
    with pytest.raises(UsageError, match="does not say what was released"):
        release(course, ["centre"], tmp_path)


def test_a_list_never_leads_out_of_the_bundle(course: Course, tmp_path: Path) -> None:
    out, mine = tmp_path / "out", tmp_path / "mine.txt"
    mine.write_text("mine")
    out.mkdir()
    names = ["exercises/centre/../../../mine.txt", str(mine), "exercises/centre/\0"]
    (out / LIST).write_text(json.dumps({"files": names}))
    release(course, ["centre"], out)
    assert mine.read_text() == "mine"


FOREIGN = ["notes.ipynb", "exercises/mine.ipynb", "exercises/centre/mine.ipynb", "solutions/x.py"]


def test_nothing_is_read_that_somebody_else_put_into_the_bundle(
    run: Any, course: Course, tmp_path: Path
) -> None:
    out, opened = tmp_path / "out", list[str]()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("open", "os.listdir", "os.scandir"):
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)  # it cannot be taken away, so it only adds to a list
    for name in FOREIGN:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text('{"cells": 3', "utf-8")
    there = {str(out / name) for name in FOREIGN}
    assert there <= {*opened}  # what is opened is seen
    opened.clear()
    for _ in range(2):
        assert run("release", "--out", out, "--course", course.root)[0] == 0
    assert str(out / LIST) in opened
    assert not there & {*opened}
    assert all((out / name).read_text("utf-8") == '{"cells": 3' for name in FOREIGN)


def test_an_exercise_that_is_not_proven_is_said_and_released(
    run: Any, course: Course, tmp_path: Path
) -> None:
    where = ["--out", tmp_path / "out", "--course", course.root]
    code, _, err = run("release", *where)
    assert (code, err) == (0, "")
    toml = course.folder("centre").public / "exercise.toml"
    toml.write_text(toml.read_text("utf-8").replace("title", "points = 9\ntitle", 1), "utf-8")
    words = course.folder("words").reference
    words.write_text(words.read_text("utf-8").replace("return", "return None  #"), "utf-8")
    code, out, err = run("release", *where)
    assert code == 0
    assert str(tmp_path / "out" / "exercises" / "words" / "starter.py") in out
    one, two = sorted(err.splitlines())
    assert one.startswith("centre is not proven: exercises/centre/exercise.toml:2: ")
    assert one.endswith("add up to 10, exercise.toml says 9; run: grader verify centre")
    assert two.startswith("words is not proven: the reference, seed 0: ")


def reference_for_a_mutant(staff: Path) -> None:
    shutil.copy(staff / "reference.py", staff / "mutants" / "letters.py")


def mutant_for_a_variant(staff: Path) -> None:
    shutil.copy(staff / "mutants" / "letters.py", staff / "variants" / "loops.py")


def mutant_that_is_not_there(staff: Path) -> None:
    (staff / "mutants" / "letters.py").unlink()


def mutant_that_is_not_listed(staff: Path) -> None:
    shutil.copy(staff / "mutants" / "letters.py", staff / "mutants" / "more_letters.py")


@pytest.mark.parametrize(
    "slip",
    [
        reference_for_a_mutant,
        mutant_for_a_variant,
        mutant_that_is_not_there,
        mutant_that_is_not_listed,
    ],
)
def test_what_speaks_against_an_exercise_is_said_in_one_line(
    run: Any, course: Course, tmp_path: Path, slip: Callable[[Path], None]
) -> None:
    slip(course.folder("words").staff)
    code, _, err = run("release", "words", "--out", tmp_path / "out", "--course", course.root)
    assert code == 0
    [line] = err.splitlines()
    assert line.startswith("words is not proven: ")
    assert "letters" in line or "loops" in line
    assert line.endswith("; run: grader verify words")


def test_a_blank_that_only_staff_see_is_said(run: Any, course: Course, tmp_path: Path) -> None:
    add(course.folder("centre").staff / "corpus.toml", "\n# FILL IN: more mutants\n")
    code, _, err = run("release", "centre", "--out", tmp_path / "out", "--course", course.root)
    assert code == 0
    assert err.startswith("centre is not proven: left to fill in: 1: solutions/centre/corpus.toml:")
