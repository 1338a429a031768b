"""Is each lesson's picture the one that its script draws, and is a slip of the author's said?"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from matplotlib.testing.compare import compare_images

from grader.catalog import Course, ExerciseFolder
from grader.errors import CourseError
from grader.leaks import contents, leaks
from grader.notebooks import notebook_text
from grader.pictures import draw_picture, drawn, image_of
from grader.release import release

ROOT = Path(__file__).parents[2]
DRAWN = [f for f in Course(ROOT).folders if (f.public / "picture.py").exists()]
# Root mean square difference of pixels (of 255): another rounding of a curve, not another picture.
ALIKE = 2.0
SCRIPT = """\
import matplotlib.pyplot as plt


def draw():
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.plot([0, 1, 2])
    return figure


draw()
"""


@pytest.mark.parametrize("folder", DRAWN, ids=lambda folder: folder.id)
def test_the_picture_is_what_its_script_draws(folder: ExerciseFolder, tmp_path: Path) -> None:
    again = tmp_path / "again.png"
    again.write_bytes(drawn(folder.public / "picture.py"))
    assert compare_images(str(folder.public / "picture.png"), str(again), tol=ALIKE) is None


def test_another_picture_is_noticed(folder: ExerciseFolder, tmp_path: Path) -> None:
    draw_picture(folder)
    script = folder.public / "picture.py"
    script.write_text(SCRIPT.replace("[0, 1, 2]", "[0, 2, 1]"), "utf-8")
    other = tmp_path / "other.png"
    other.write_bytes(drawn(script))
    assert compare_images(str(folder.public / "picture.png"), str(other), tol=ALIKE)


@pytest.fixture
def folder(tmp_path: Path) -> ExerciseFolder:
    """Return an exercise of a copied course, whose lesson shows a picture that is not drawn yet."""
    for half in ("exercises", "solutions"):
        shutil.copytree(ROOT / half, tmp_path / half)
    folder = Course(tmp_path).folder("zero_init")
    (folder.public / "picture.py").write_text(SCRIPT, "utf-8")
    with (folder.public / "README.md").open("a", encoding="utf-8") as lesson:
        lesson.write("\n## Picture\n\n![A line that rises](picture.png)\n\nIt rises.\n")
    return folder


def test_the_notebook_holds_code_and_picture(folder: ExerciseFolder) -> None:
    draw_picture(folder)
    notebook = nbformat.reads(notebook_text(folder), as_version=4)
    nbformat.validate(notebook)
    [cell] = [c for c in notebook.cells if c.cell_type == "code" and c.outputs]
    assert cell.source == SCRIPT.strip()
    assert cell.outputs[0].data["text/plain"] == "A line that rises"
    assert cell.outputs[0].data["image/png"].startswith("iVBORw0KGgo")
    assert not any("picture.png" in c.source for c in notebook.cells)


def test_students_are_given_the_picture(folder: ExerciseFolder, tmp_path: Path) -> None:
    draw_picture(folder)
    out = tmp_path / "bundle"
    written = release(folder.course, [folder.id], out)
    assert Path("exercises/zero_init/picture.png") in written
    released = out / "exercises" / "zero_init" / "picture.png"
    assert released.read_bytes() == image_of(folder)
    assert list(leaks(folder, contents(out))) == []


def test_an_answer_in_the_script_is_a_leak(folder: ExerciseFolder, tmp_path: Path) -> None:
    script = folder.public / "picture.py"
    script.write_text(folder.reference.read_text("utf-8") + SCRIPT, "utf-8")
    draw_picture(folder)
    with pytest.raises(CourseError, match=r"picture\.py holds a part of solutions/zero_init"):
        release(folder.course, [folder.id], tmp_path / "bundle")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import nothing_of_that_name\n", "No module named 'nothing_of_that_name'"),
        ("x = 1\n", "KeyError: 'draw'"),
        ("import sys\n\n\ndef draw():\n    sys.exit(0)\n", "exit code 0"),
    ],
)
def test_a_script_that_draws_nothing_is_said(
    folder: ExerciseFolder, script: str, said: str
) -> None:
    (folder.public / "picture.py").write_text(script, "utf-8")
    with pytest.raises(CourseError, match=said):
        draw_picture(folder)


def test_a_picture_that_was_not_drawn_is_said(folder: ExerciseFolder) -> None:
    with pytest.raises(CourseError, match="run `grader notebook zero_init`"):
        notebook_text(folder)


def test_a_lesson_that_shows_no_script_s_picture_is_said(folder: ExerciseFolder) -> None:
    (folder.public / "picture.py").unlink()
    with pytest.raises(CourseError, match=r"there is no picture\.py"):
        notebook_text(folder)


def test_a_picture_that_the_lesson_does_not_show_is_said(folder: ExerciseFolder) -> None:
    draw_picture(folder)
    lesson = folder.public / "README.md"
    lesson.write_text(lesson.read_text("utf-8").replace("(picture.png)", "(other.png)"), "utf-8")
    with pytest.raises(CourseError, match=r"does not show picture\.png"):
        notebook_text(folder)
