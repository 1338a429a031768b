"""Of several versions of one file: does work count, then the newest, and is it said?"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

EXERCISE = "random_init"
RIGHT = """
import numpy as np

def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    W2 = np.random.randn(n_y, n_h) * 0.01
    return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}
"""
OTHER = RIGHT.replace("0.01", "0.02")
ELSE = "def draw(x):\n    return x\n"
METADATA = """
submission_9:
  :submitters:
  - :name: Anna Meier
    :sid: '1'
submission_12:
  :submitters:
  - :name: Anna Meier
    :sid: '1'
"""
CANVAS = ("meieranna_101_5001_random_init.py", "meieranna_101_5003_random_init-1.py")
GRADESCOPE = ("submission_9/random_init.py", "submission_12/random_init.py")


def zipped(text: str, name: str = "random_init.py") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


@pytest.fixture
def stub(ours: Any) -> str:
    return (ours.folder(EXERCISE).public / "starter.py").read_text("utf-8")


@pytest.fixture
def one(ours_of: Any) -> Any:
    """Return a function that gathers one student's files: what was taken, notes, what was not."""

    def gather(files: dict[str, Any], **options: Any) -> Any:
        gathered = ours_of(files, **options)
        [submission] = gathered.submissions
        [(_, data)] = submission.read()
        [left] = gathered.left_over
        assert left.passed_over
        return data.decode(), submission.notes, left

    return gather


def handed_in(places: tuple[str, str], older: str, newer: str) -> dict[str, Any]:
    files: dict[str, Any] = dict(zip(places, (older, newer), strict=True))
    return files | {"submission_metadata.yml": METADATA} if places is GRADESCOPE else files


@pytest.mark.parametrize("places", [CANVAS, GRADESCOPE], ids=["canvas", "gradescope"])
@pytest.mark.parametrize("only", [None, EXERCISE])
@pytest.mark.parametrize("empty", ["starter", "nothing", "something else"])
def test_work_beats_a_newer_file_without_any(
    one: Any, stub: str, places: tuple[str, str], only: str | None, empty: str
) -> None:
    newer = {"starter": stub, "nothing": "# to do\n", "something else": ELSE}[empty]
    text, notes, left = one(handed_in(places, RIGHT, newer), only=only)
    assert text == RIGHT
    reason = {
        "starter": "it is as the course gave it out, and another version of it counts",
        "nothing": "it defines nothing, and another version of it counts",
        "something else": "it has no function of the exercise, and another version of it counts",
    }[empty]
    assert (left.path, left.reason) == (places[1], reason)
    assert f"{places[0]} was taken, and {places[1]} was not: {reason}" in notes


@pytest.mark.parametrize("places", [CANVAS, GRADESCOPE], ids=["canvas", "gradescope"])
@pytest.mark.parametrize("older", ["starter", "work"])
def test_of_work_the_newest_counts(
    one: Any, stub: str, places: tuple[str, str], older: str
) -> None:
    text, notes, left = one(handed_in(places, stub if older == "starter" else OTHER, RIGHT))
    assert text == RIGHT
    assert left.path == places[0]
    assert ("handed it in again later" in left.reason) == (older == "work")
    assert any(note.startswith(f"{places[1]} was taken") for note in notes)


@pytest.mark.parametrize("work", ["zip", "folder"])
def test_a_zip_beside_a_folder_of_its_name(one: Any, stub: str, work: str) -> None:
    first, second = (RIGHT, stub) if work == "zip" else (stub, RIGHT)
    files = {"s2.zip": zipped(first), "s2/random_init.py": second}
    text, notes, left = one(files)
    assert text == RIGHT
    assert left.reason.startswith("it is as the course gave it out")
    names = ["random_init.py in s2.zip", "s2/random_init.py"]
    taken, other = names if work == "zip" else reversed(names)
    assert any(n.startswith(f"{taken} was taken, and {other} was not") for n in notes)


@pytest.mark.parametrize("name", ["random_init.py", "lab.py"])
def test_where_nothing_tells_which_is_newer_no_reason_says_so(one: Any, name: str) -> None:
    _, _, left = one({"s2.zip": zipped(OTHER, name), f"s2/{name}": RIGHT})
    assert left.reason == (
        "another file of this name counts, and nothing tells which of them is newer"
    )


def test_of_a_zip_and_a_folder_the_one_with_more_functions_counts(class_of: Any) -> None:
    whole = "def initialize(): return 1\ndef scale(): return 2\n"
    files = {"s2.zip": zipped(whole), "s2/random_init.py": "def scale(): return 3\n"}
    gathered = class_of(files)
    assert [s.read()[0][1].decode() for s in gathered.submissions] == [whole]
    assert "more functions" in gathered.left_over[0].reason


def test_an_older_version_is_not_merged_with_a_newer_one(class_of: Any) -> None:
    older, newer = "def initialize(): return 1\n", "def scale(): return 2\n"
    places = CANVAS
    [submission] = class_of(dict(zip(places, (older, newer), strict=True))).submissions
    assert [data.decode() for _, data in submission.read()] == [newer]


def test_a_module_of_two_versions_is_the_newest(class_of: Any) -> None:
    names = ["meier_101_5001_tools.py", "meier_101_5003_tools-1.py"]
    files = dict(zip(names, ("K = 1\n", "K = 2\n"), strict=True))
    files["meier_101_5002_zero_init.py"] = "import tools\ndef zeros(): return tools.K\n"
    [submission] = class_of(files).submissions
    assert [data.decode() for _, data in submission.read()][:1] == ["K = 2\n"]
    assert any("tools-1.py was taken" in note for note in submission.notes)
