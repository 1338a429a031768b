"""Does everything that can change a grade change the exercise's digest, and nothing else?"""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from grader.autograder.build import build
from grader.catalog import Course
from grader.grade import Slot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HIDDEN = """
    import json
    from pathlib import Path

    import numpy as np

    from grader.testing import check, expect_equal
    from shapes import POWER
    from shapes.deep import OFFSET

    HERE = Path(__file__).parent
    GIVEN = HERE.parents[1] / "exercises" / "mini"


    @check("the square is right", points=1)
    def test_square(submission):
        expected = json.loads((HERE / "expected.json").read_text())["nine"]
        with np.load(HERE / "cases.npz") as cases:
            x = float(cases["x"])
        rows = (HERE / "data" / "rows.csv").read_text() + (GIVEN / "points.csv").read_text()
        expected = expected * POWER + OFFSET + len(rows) - 4
        expect_equal(float(submission.square(x)), expected, "square")
"""


@pytest.fixture
def course(mini_course: Callable[..., Course]) -> Course:
    import numpy as np

    course = mini_course(HIDDEN)
    staff, public = course.folder("mini").staff, course.folder("mini").public
    for folder in ("shapes", "data", "variants", "mutants"):
        (staff / folder).mkdir()
    (staff / "shapes" / "__init__.py").write_text("POWER = 1\n")
    (staff / "shapes" / "deep.py").write_text("OFFSET = 0\n")
    (staff / "expected.json").write_text('{"nine": 9.0}')
    np.savez(staff / "cases.npz", x=3.0)
    (staff / "data" / "rows.csv").write_text("1,\n")
    (public / "points.csv").write_text("2")
    return course


def digest(course: Course) -> str:
    return Course(course.root).folder("mini").digest


def test_hidden_tests_read_what_lies_beside_them(course: Course, make_answer: Any) -> None:
    with Slot(course) as slot:
        report = slot.grade("mini", make_answer("def square(x): return x**2\n"))
    assert [(str(c.outcome), c.diagnostic) for c in report.checks] == [("passed", "")]


@pytest.mark.parametrize(
    "name",
    [
        "solutions/mini/expected.json",
        "solutions/mini/cases.npz",
        "solutions/mini/data/rows.csv",
        "solutions/mini/shapes/__init__.py",
        "solutions/mini/shapes/deep.py",
        "solutions/mini/notes",
        "solutions/mini/data/variants/a.py",
        "solutions/secret.txt",
        "solutions/conftest.py",
        "exercises/mini/points.csv",
        "exercises/mini/given/words.txt",
        "exercises/misconceptions.toml",
        "exercises/conftest.py",
        "conftest.py",
    ],
)
def test_what_a_hidden_test_can_read_counts(course: Course, name: str) -> None:
    path = course.root / name
    before = digest(course)
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(b"something else")
    changed = digest(course)
    path.write_bytes(b"something else.")
    again = digest(course)
    path.unlink()
    assert len({before, changed, again, digest(course)}) == (4 if is_given(name) else 3)


def is_given(name: str) -> bool:
    """Whether the course had the file before: then taking it away makes a fourth digest."""
    return any(word in name for word in ("expected", "cases", "rows", "shapes", "points"))


@pytest.mark.parametrize(
    "name",
    [
        "solutions/mini/corpus.toml",
        "solutions/mini/variants/other.py",
        "solutions/mini/mutants/deep/other.json",
        "solutions/mini/__pycache__/x.cpython-311.pyc",
        "solutions/mini/shapes/__pycache__/deep.cpython-311.pyc",
        "solutions/mini/.pytest_cache/v",
        "solutions/mini/.test_hidden.py.swp",
        "solutions/mini/test_hidden.py~",
        "solutions/another/test_hidden.py",
        "exercises/mini/README.md",
        "exercises/mini/hints.md",
        "exercises/mini/mini.ipynb",
        "exercises/mini/picture.py",
        "exercises/mini/picture.png",
        "exercises/mini/.ipynb_checkpoints/mini-checkpoint.ipynb",
        "exercises/README.md",
        "out/store.sqlite",
    ],
)
def test_what_grades_nobody_does_not_count(course: Course, name: str) -> None:
    before = digest(course)
    path = course.root / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(b"something else")
    assert digest(course) == before


def test_one_more_exercise_changes_no_digest(course: Course) -> None:
    before = digest(course)
    (course.root / "exercises" / "course.toml").write_text('exercises = ["other", "mini"]\n')
    assert digest(course) == before


def test_neither_the_place_of_the_course_nor_the_order_of_its_files_counts(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(course)
    moved = tmp_path / "elsewhere"
    shutil.copytree(course.root, moved, ignore=shutil.ignore_patterns("elsewhere"))
    assert digest(Course(moved)) == before
    listed = type(moved).iterdir
    monkeypatch.setattr(type(moved), "iterdir", lambda path: sorted(listed(path), reverse=True))
    assert digest(course) == before


def test_a_file_that_moves_counts_although_no_byte_changes(course: Course) -> None:
    before = digest(course)
    staff = course.folder("mini").staff
    (staff / "expected.json").rename(staff / "data" / "expected.json")
    assert digest(course) != before


def test_what_a_link_leads_to_counts_and_a_circle_ends(course: Course, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "rows.csv").write_text("1")
    staff = course.folder("mini").staff
    (staff / "linked").symlink_to(shared)
    (staff / "linked_too").symlink_to(shared)
    (staff / "circle").symlink_to(staff)
    before = digest(course)
    (shared / "rows.csv").write_text("2")
    assert digest(course) != before
    names = [
        p.relative_to(staff).as_posix()
        for p in Course(course.root).folder("mini").graded_with
        if p.is_relative_to(staff)
    ]
    assert {"linked/rows.csv", "linked_too/rows.csv"} < set(names)
    assert not any(name.startswith("circle") for name in names)


def test_two_exercises_may_call_their_packages_the_same(
    course: Course, tmp_path: Path, write_course: Any, make_answer: Any
) -> None:
    other = write_course(
        tmp_path / "other",
        "from grader.testing import check, expect_equal\nfrom shapes import POWER\n\n\n"
        "@check('it is cubed', points=1)\ndef test_cube(submission):\n"
        "    expect_equal(float(submission.square(2.0)), 2.0**POWER, 'square')\n",
    )
    (other.folder("mini").staff / "shapes").mkdir()
    (other.folder("mini").staff / "shapes" / "__init__.py").write_text("POWER = 3\n")
    for which, source in ((course, "x**2"), (other, "x**3"), (course, "x**2")):
        with Slot(which) as slot:
            report = slot.grade("mini", make_answer(f"def square(x): return {source}\n"))
        assert [c.diagnostic for c in report.checks if str(c.outcome) != "passed"] == []


def test_a_gradescope_zip_holds_all_that_counts_and_grades_by_it(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_answer: Any
) -> None:
    (tmp_path / "grader.whl").write_bytes(b"")
    monkeypatch.setattr("grader.autograder.build._wheel", lambda _: tmp_path / "grader.whl")
    (course.root / "solutions" / "mini" / "mutants" / "wrong.py").write_text("x = 1")
    with zipfile.ZipFile(build(course.folder("mini"), tmp_path / "autograder.zip")) as zf:
        zf.extractall(tmp_path / "there")
    there = Course(tmp_path / "there" / "course")
    assert not (there.folder("mini").staff / "mutants").exists()
    assert there.folder("mini").digest == course.folder("mini").digest
    with Slot(there) as slot:
        report = slot.grade("mini", make_answer("def square(x): return x**2\n"))
    assert [(str(c.outcome), c.diagnostic) for c in report.checks] == [("passed", "")]
