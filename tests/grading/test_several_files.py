"""Hidden checks in several files, with modules of their own beside them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.catalog import Course
from grader.errors import CourseError
from grader.grade import Slot
from grader.leaks import contents, leaks
from grader.testing.suite import Suite

RIGHT = "def square(x): return x**2\n"
IMPORTS = "from grader.testing import check, expect_equal\nfrom powers import POWER\n"


def a_check(name: str, body: str = "pass") -> str:
    return f"@check('The title of {name}', points=1)\ndef test_{name}(submission):\n    {body}\n"


def compare(got: str = "float(submission.square(3.0))") -> str:
    return f"expect_equal({got}, 3.0**POWER, 'square')"


@pytest.fixture
def course(mini_course: Any) -> Course:
    course: Course = mini_course(IMPORTS + a_check("first", compare()))
    staff = course.folder("mini").staff
    (staff / "powers.py").write_text("POWER = 2\n")
    (staff / "test_hidden_more.py").write_text(IMPORTS + a_check("second", compare()))
    return course


def outcomes(course: Course, answer: Any) -> dict[str, tuple[str, str]]:
    with Slot(course) as slot:
        report = slot.grade("mini", answer)
    return {check.id: (str(check.outcome), str(check.visibility)) for check in report.checks}


def test_all_of_them_are_hidden_and_run_in_the_order_of_their_names(
    course: Course, make_answer: Any
) -> None:
    found = outcomes(course, make_answer(RIGHT))
    assert list(found.items()) == [
        ("first", ("passed", "hidden")),
        ("second", ("passed", "hidden")),
    ]


def test_a_module_beside_them_is_read_anew_and_is_not_another_course_s(
    course: Course, make_answer: Any
) -> None:
    digest = course.folder("mini").digest
    assert outcomes(course, make_answer(RIGHT))["second"] == ("passed", "hidden")
    (course.folder("mini").staff / "powers.py").write_text("POWER = 3\n")
    assert {o for o, _ in outcomes(course, make_answer(RIGHT)).values()} == {"failed"}
    assert Course(course.root).folder("mini").digest != digest
    assert "powers" not in sys.modules


def test_a_module_of_that_name_elsewhere_is_left_as_it_was(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "powers", pytest)
    before = list(sys.path)
    Suite(course.folder("mini")).close()
    assert sys.modules["powers"] is pytest
    assert sys.path == before


def test_a_fault_in_the_second_file_is_ours_and_has_its_place(
    course: Course, make_answer: Any
) -> None:
    path = course.folder("mini").staff / "test_hidden_more.py"
    path.write_text(IMPORTS + a_check("second", "1 / 0"))
    with Slot(course) as slot:
        report = slot.grade("mini", make_answer(RIGHT))
    assert report.status == "internal_error"
    assert "test_hidden_more.py, line 5" in report.checks[1].diagnostic


def test_one_id_in_two_files_is_a_mistake(course: Course) -> None:
    path = course.folder("mini").staff / "test_hidden_more.py"
    path.write_text(IMPORTS + a_check("first"))
    with pytest.raises(CourseError, match=r"test_hidden_more\.py.*first exists twice"):
        Suite(course.folder("mini"))


def test_each_of_them_is_looked_for_in_a_bundle(course: Course, tmp_path: Path) -> None:
    folder, bundle = course.folder("mini"), tmp_path / "bundle"
    (folder.staff / "reference.py").write_text(RIGHT)
    bundle.mkdir()
    (bundle / "mine.py").write_text(a_check("second", compare()))
    (leak,) = leaks(folder, contents(bundle))
    assert leak.startswith("mine.py holds a part of solutions/mini/test_hidden_more.py: ")
    assert "test_second" in leak


@pytest.mark.parametrize("mode", ["prepend", "importlib"])
def test_plain_pytest_runs_them_however_it_imports(course: Course, mode: str) -> None:
    staff = course.folder("mini").staff
    (staff / "reference.py").write_text(RIGHT)
    command = [sys.executable, "-m", "pytest", "-q", f"--import-mode={mode}", str(staff)]
    ended = subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout
    assert "2 passed" in ended.stdout


def test_no_test_file_of_another_name_is_taken_for_one(course: Course, tmp_path: Path) -> None:
    (course.folder("mini").staff / "test_other.py").write_text("1 / 0\n")
    with Suite(course.folder("mini")) as suite:
        assert [check.id for check in suite.checks] == ["first", "second"]
