"""Is an author's mistake said in the author's words, with its place, before anything is tried?"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from grader.catalog import Course
from grader.lessons import lesson_faults
from grader.notebooks import notebook_text
from grader.readiness import PUBLIC, STAFF, obstacles
from grader.verify import verify

COURSE = Path(__file__).parents[1] / "second_course" / "course"
TOML, CORPUS = "exercises/centre/exercise.toml", "solutions/centre/corpus.toml"
HIDDEN, LESSON = "solutions/centre/test_hidden.py", "exercises/centre/README.md"
CATALOGUE, STARTER = "exercises/misconceptions.toml", "exercises/centre/starter.py"
REFERENCE = "solutions/centre/reference.py"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a copy of the second course that a test may break."""
    return Path(shutil.copytree(COURSE, tmp_path / "course"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def found(course: Path) -> str:
    return "\n".join(obstacles(Course(course).folder("centre")))


def test_nothing_is_in_the_way_of_a_course_that_is_whole(course: Path) -> None:
    assert found(course) == ""
    assert list(lesson_faults(Course(course).folder("centre"))) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (TOML, 'title = "', "title = ", "exercise.toml: Invalid value (at line 2"),
        (TOML, "teaches", "teachs", "exercise.toml: teachs: there is no such key"),
        (TOML, '"number" }', '"numbr" }', "functions #2.returns.kind: Input should be 'dict'"),
        (TOML, '"number" }', '"number", keys = ["a"] }', "returns: keys belong to kind = 'dict'"),
        (TOML, '[{ name = "values", a', '["x", { name = "y", a', "#1: it must be a table"),
        (TOML, "parameters = [{", "arguments = [{", "functions #1.parameters: it is missing"),
        (TOML, 'id = "centre"', 'id = "middle"', "id is 'middle', the folder is 'centre'"),
        (TOML, '"variance"', '"spread"', "starter.py: there is no function spread, which"),
        (TOML, '"helpers.py"', '"helper.py"', "helper.py cannot be read: No such file"),
        (CORPUS, '"root-taken"', '"root-taking"', "standard_deviation: there is no root-taking in"),
        (CORPUS, '"root-taken"', '"root-taking"', "; is root-taken meant?"),
        (CORPUS, 'misconception = "root-taken"\n', "", "needs `misconception` or `misconceptions`"),
        (CORPUS, "[variants.given_helper]", "[variants.given]", "given has no file"),
        (CATALOGUE, 'title = "Divided by', 'name = "Divided by', "divisor.title: it is missing"),
        (CATALOGUE, "[ids.wrong-divisor]", "[id.wrong-divisor]", "id: there is no such key"),
        (HIDDEN, "def test_mean(", "def test_mean(:", "solutions/centre/test_hidden.py:65: inv"),
        (STARTER, "def variance(", "def varianse(", "starter.py: there is no function variance"),
        (REFERENCE, "def variance(", "def varianse(", "reference.py: there is no function"),
        (STARTER, "centre(values):", "centre(values)", "centre/starter.py:4: expected ':'"),
    ],
)  # fmt: skip
def test_a_slip_in_a_file_is_said_with_its_place(
    course: Path, file: str, old: str, new: str, said: str
) -> None:
    change(course / file, old, new)
    assert said in found(course)


@pytest.mark.parametrize("name", [*PUBLIC, *STAFF])
def test_missing_files_are_said_together(course: Path, name: str) -> None:
    half = "exercises" if name in PUBLIC else "solutions"
    (course / half / "centre" / name).unlink()
    (course / LESSON).unlink(missing_ok=True)
    lines = found(course).splitlines()
    assert f"there is no {half}/centre/{name}" in lines
    assert f"there is no {LESSON}" in lines


@pytest.mark.parametrize("name", ["exercise.toml", "README.md", "starter.py"])
def test_text_that_is_not_utf_8_is_said(course: Path, name: str) -> None:
    path = course / "exercises" / "centre" / name
    path.write_bytes(path.read_bytes().replace(b"middle", b"m\xefddle", 1))
    assert f"{name}: it is not UTF-8 text (byte " in found(course)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (LESSON, "126.4", "126.5", "README.md:20: the worked example prints other than it says\n"),
        (LESSON, "mean   126.4\n", "", "said:    median 34\nprinted: mean   126.4"),
        (LESSON, "median 34\n", "", "said:    1 lines\nprinted: 2 lines"),
        (LESSON, "sum(street)", "som(street)", "fails: NameError: name 'som' is not defined"),
        (LESSON, "```text", "```", "README.md: a worked example is a block ```python, an empty"),
        (LESSON, "Write two", "Write " + 100 * "really " + "two", "words, 120 are the most"),
        ("exercises/centre/hints.md", "## Hint 2", "## Hint two", "hints.md: the headings are"),
    ],
)
def test_a_lesson_that_does_not_hold_is_said(
    course: Path, file: str, old: str, new: str, said: str
) -> None:
    change(course / file, old, new)
    assert said in "\n".join(lesson_faults(Course(course).folder("centre")))


def test_a_notebook_older_than_its_lesson_is_said(course: Path) -> None:
    folder = Course(course).folder("centre")
    notebook = folder.public / "centre.ipynb"
    notebook.write_text(notebook_text(folder), "utf-8")
    assert list(lesson_faults(folder)) == []
    change(course / LESSON, "Write two", "Write these two")
    (fault,) = lesson_faults(folder)
    assert fault.startswith("exercises/centre/centre.ipynb: it is older than lesson or starter")


def test_a_worked_example_that_does_not_end_is_said(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.lessons.RUN_SECONDS", 0.2)
    change(course / LESSON, "street = [", "import time; time.sleep(60)\nstreet = [")
    (fault,) = lesson_faults(Course(course).folder("centre"))
    assert fault.endswith("the worked example does not end in 0.2 s")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (HIDDEN, "reference, odd):\n    expect_mean", "reference, old):\n    expect_mean",
         "check mean broke on the starter: test_hidden.py, line 64: there is no fixture 'old'"),
        (HIDDEN, "submission.centre(values)", "submission.centre(value=values)",
         "test_hidden.py, line 31: TypeError: centre(values) has no argument ['value']"),
        (HIDDEN, "submission.centre(values)", "submission.center(values)",
         "test_hidden.py, line 31: AttributeError: centre has no function 'center'"),
        (HIDDEN, "points=1.5", 'points="1"', "points must be a finite number from 0 up, not '1'"),
        (HIDDEN, "points=1.5", "points=2.5", "points add up to 12, exercise.toml says 10"),
        (CORPUS, 'killed_by = ["mean"]', 'killed_by = ["means"]', "there is no check means to"),
        (LESSON, "126.4", "126.5", "the worked example prints other than it says"),
    ],
)  # fmt: skip
def test_verify_says_what_only_shows_when_it_is_tried(
    course: Path, file: str, old: str, new: str, said: str
) -> None:
    change(course / file, old, new)
    problems = verify(Course(course), "centre", 1, automatic=False).problems
    assert any(said in problem for problem in problems)
    # One fault is not said once for every answer of the corpus.
    assert len(problems) <= 4


def test_a_hidden_test_in_the_public_half_is_noticed(course: Path) -> None:
    shutil.copy(course / HIDDEN, course / "exercises" / "centre" / "old_tests.py")
    (problem,) = verify(Course(course), "centre", 1, automatic=False).problems
    assert problem.startswith(f"exercises/centre/old_tests.py holds a part of {HIDDEN}: ")


def test_verify_of_what_cannot_be_tried_says_so_in_one_line(run: Any, course: Path) -> None:
    (course / REFERENCE).unlink()
    code, out, err = run("verify", "centre", "--course", course, "--jobs", 1)
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "centre               NOT PROVEN  nothing was tried yet",
        f"  - there is no {REFERENCE}",
    ]


@pytest.mark.parametrize("command", ["notebook", "release"])
def test_other_commands_end_without_a_stack_trace(run: Any, course: Path, command: str) -> None:
    change(course / STARTER, "def centre(", "def centre(:")
    out = ["--out", course.parent / "out"] if command == "release" else []
    code, _, err = run(command, "centre", *out, "--course", course)
    assert code == 2
    assert err == f"grader: {course / STARTER}:4: invalid syntax\n"


def test_nothing_with_blanks_is_released(run: Any, course: Path) -> None:
    change(course / LESSON, "Write two", "FILL IN: what to do\nWrite two")
    code, _, err = run("release", "--out", course.parent / "out", "--course", course)
    assert code == 2
    assert err.endswith("left to fill in: exercises/centre/README.md:3: FILL IN: what to do\n")
    assert not (course.parent / "out").exists()
