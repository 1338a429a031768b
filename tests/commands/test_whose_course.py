"""Is a course taken that its caller chose, and never one that lies beside a stranger's file?"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
TRAP = "from pathlib import Path\nPath({!r}).touch()\n"
RIGHT = ROOT / "solutions" / "random_init" / "reference.py"


def trapped(where: Path, sprung: Path) -> Path:
    """Write a course whose example test is a trap."""
    shutil.copytree(ROOT / "exercises", where / "exercises")
    examples = where / "exercises" / "random_init" / "test_examples.py"
    examples.write_text(TRAP.format(str(sprung)) + examples.read_text("utf-8"), "utf-8")
    return where


def beside(student: Path, sprung: Path) -> Path:
    return trapped(student, sprung)


def above(student: Path, sprung: Path) -> Path:
    return trapped(student.parent, sprung)


def through_a_link(student: Path, sprung: Path) -> Path:
    trapped(student / "hidden", sprung)
    (student / "exercises").symlink_to("hidden/exercises")
    return student


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("place", [beside, above, through_a_link])
def test_a_course_beside_a_file_is_not_executed(
    run: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: Callable[[Path, Path], Path],
    inside: bool,
) -> None:
    student, sprung = tmp_path / "class" / "s3", tmp_path / "sprung"
    student.mkdir(parents=True)
    course = place(student, sprung)
    folder = course / "exercises" / "random_init" if inside else student
    file = Path(shutil.copy(RIGHT, folder / "random_init.py"))
    monkeypatch.chdir(ROOT)
    code, out, err = run("check", file)
    assert (code, err) == (0, "")
    assert "2 / 2" in out
    assert not sprung.exists()
    # The trap works, for who chooses that course.
    assert run("check", file, "--course", course)[0] == 0
    assert sprung.exists()


def test_where_no_course_is_chosen_nothing_is_executed(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    student, sprung = tmp_path / "class" / "s3", tmp_path / "sprung"
    student.mkdir(parents=True)
    shutil.copy(RIGHT, student / "random_init.py")
    beside(student, sprung)
    monkeypatch.chdir(tmp_path)
    code, out, err = run("check", student / "random_init.py")
    assert (code, out) == (2, "")
    assert f"no course at or above {tmp_path}" in err
    assert "--course PATH" in err
    assert not sprung.exists()
    monkeypatch.chdir(student)  # who stands in a course has chosen it
    assert run("check", "random_init.py")[0] == 0
    assert sprung.exists()
