"""Does everything that has to choose a file choose the same one, and say which?"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.autograder.build import SETTINGS
from grader.autograder.run import run as run_autograder

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
RIGHT = (ROOT / "solutions/random_init/reference.py").read_text()
PUBLIC = ROOT / "exercises/random_init"
STUB, NOTEBOOK = (PUBLIC / "starter.py").read_text(), (PUBLIC / "random_init.ipynb").read_text()
LOGISTIC = (
    (ROOT / "solutions/logistic_zero_init/reference.py").read_text()
    + """

def predict(w, b, X):
    return (X > 0) + 1


def model(X_train, Y_train, X_test, Y_test, num_iterations=2000, learning_rate=0.5):
    return {"w": num_iterations * learning_rate}
"""
)
SPLIT = """
import numpy as np
import tools.draw as td

def initialize_parameters(n_x, n_h, n_y):
    return td.parameters(n_x, n_h, n_y)
"""

CUT = NOTEBOOK.encode()[:900]

Run = Any


def filled(answer: str = RIGHT) -> str:
    content = json.loads(NOTEBOOK)
    for cell in content["cells"]:
        if "raise NotImplementedError" in "".join(cell["source"]):
            cell["source"] = answer
    return json.dumps(content)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that writes files into a folder of a course, and works there."""

    def write(files: dict[str, str], folder: str = "random_init") -> Path:
        shutil.copytree(ROOT / "exercises", tmp_path / "exercises", dirs_exist_ok=True)
        work = tmp_path / "exercises" / folder
        work.mkdir(exist_ok=True)
        for name, text in files.items():
            (work / name).parent.mkdir(exist_ok=True)
            (work / name).write_text(text, newline="")
        monkeypatch.chdir(work)
        return work

    return write


def with_cell(answer: str, *, below: bool = False) -> str:
    """Return the notebook with the answer in a cell of its own, its stub untouched."""
    content = json.loads(NOTEBOOK)
    sources = ["".join(cell["source"]) for cell in content["cells"]]
    [stub] = [n for n, text in enumerate(sources) if "raise NotImplementedError" in text]
    content["cells"].insert(stub + below, content["cells"][stub] | {"source": answer})
    return json.dumps(content)


TUTORIAL = """
import tensorflow as tf

def initialize_parameters():
    W1 = tf.get_variable("W1", [25, 12288])
    return {"W1": W1}
"""
KEPT = RIGHT.replace("    return {", "    # TODO: draw W1 and W2 at random\n    return {")
CASES = {
    "starter done": ({"starter.py": RIGHT}, "starter.py"),
    "starter done, its comment kept": ({"starter.py": KEPT}, "starter.py"),
    "notebook done": ({"random_init.ipynb": filled()}, "random_init.ipynb"),
    "copy done": ({"random_init-Copy1.ipynb": filled()}, "random_init-Copy1.ipynb"),
    "download done": ({"random_init (1).ipynb": filled()}, "random_init (1).ipynb"),
    "first of the alphabet": ({"answer.py": RIGHT}, "answer.py"),
    "last of the alphabet": ({"zz.py": RIGHT}, "zz.py"),
    "copy of another tongue": (
        {"random_init - コピー.ipynb": filled()}, "random_init - コピー.ipynb",
    ),
    "a cell above the stub": ({"random_init.ipynb": with_cell(RIGHT)}, "random_init.ipynb"),
    "a cell below the stub": (
        {"random_init.ipynb": with_cell(RIGHT, below=True)}, "random_init.ipynb",
    ),
    "beside a renamed starter": ({"answer.py": RIGHT, "given.py": STUB}, "answer.py"),
    "beside a starter saved in Windows": (
        {"a.py": RIGHT, "zz.py": "\ufeff" + STUB.replace("\n", "\r\n")}, "a.py",
    ),
    "beside another lab's function": (
        {"planar.py": RIGHT, "tf_tutorial.py": TUTORIAL}, "planar.py",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_check_takes_what_was_done(run: Run, here: Callable[..., Path], case: str) -> None:
    files, name = CASES[case]
    here(files)
    code, out, _ = run("check")
    assert code == 0
    assert f"{name} was taken: " in out
    assert "is as it was given out" in out


@pytest.mark.parametrize("case", CASES)
def test_a_gradescope_autograder_takes_the_same(tmp_path: Path, case: str) -> None:
    files, name = CASES[case]
    root = tmp_path / "autograder"
    for half in ("exercises", "solutions"):
        (root / "source/course" / half).mkdir(parents=True)
        shutil.copytree(ROOT / half / "random_init", root / "source/course" / half / "random_init")
    for name_of_course in ("course.toml", "misconceptions.toml"):
        shutil.copy(
            ROOT / "exercises" / name_of_course, root / "source/course/exercises" / name_of_course
        )
    settings = {"exercise": "random_init", "isolation": "process"}
    (root / "source" / SETTINGS).write_text(json.dumps(settings))
    shutil.copytree(PUBLIC, root / "submission")
    for path, text in files.items():
        (root / "submission" / path).write_text(text, newline="")
    assert run_autograder(root)
    results = json.loads((root / "results/results.json").read_text())
    assert results["score"] == 10
    assert f"{name} was taken" in results["output"]


@pytest.mark.parametrize("case", CASES)
def test_a_class_takes_the_same(
    run: Run, here: Callable[..., Path], tmp_path: Path, case: str
) -> None:
    files, name = CASES[case]
    work = here(files)
    shutil.copytree(work, tmp_path / "class" / "ada")
    run("grade", tmp_path / "class", "--out", tmp_path / "out", "--jobs", 1, "--course", ROOT)
    [report] = [json.loads(p.read_text()) for p in (tmp_path / "out/reports").glob("*.json")]
    assert report["submission"]["files"] == [name]
    assert report["fraction"] == 1


def test_check_reads_the_modules_of_a_file(run: Run, here: Callable[..., Path]) -> None:
    module = RIGHT.replace("initialize_parameters", "parameters")
    here({"mine.py": SPLIT.replace("import tools.draw as td", "from tools.draw import parameters")
          .replace("td.", ""), "tools/draw.py": module})  # fmt: skip
    code, out, _ = run("check", "mine.py")
    assert "tools/draw.py was read before mine.py" in out
    assert code == 0


def test_check_of_one_file_tells_the_exercise_by_what_fits(
    run: Run, here: Callable[..., Path]
) -> None:
    here({"hw.py": LOGISTIC}, "work")
    code, out, _ = run("check", "hw.py")
    assert code == 0
    assert "hw.py was taken for logistic_zero_init because it defines" in out


def test_the_exercise_that_is_said_wins_over_the_folder(
    run: Run, here: Callable[..., Path]
) -> None:
    here({"hw.py": LOGISTIC})
    assert run("check", "hw.py", "--exercise", "logistic_zero_init")[0] == 0
    assert run("check", "--exercise", "logistic_zero_init")[0] == 0


def plain_pytest(*arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False).stdout


def test_plain_pytest_takes_a_starter_that_is_done(here: Callable[..., Path]) -> None:
    here({"starter.py": KEPT})
    assert "2 passed" in plain_pytest()


PARAMETERS = RIGHT.replace("initialize_parameters", "parameters")
CALLED = SPLIT.replace("import tools.draw as td", "{}").replace("td.parameters", "{}")
IMPORTED = {
    "a module": {
        "starter.py": CALLED.format("from helper import parameters", "parameters"),
        "helper.py": PARAMETERS,
    },
    "a module under another name": {
        "starter.py": CALLED.format("import helper as h", "h.parameters"),
        "helper.py": PARAMETERS,
    },
    "a module of a folder": {"starter.py": SPLIT, "tools/draw.py": PARAMETERS},
    "a module of a module": {
        "starter.py": CALLED.format("from first import *", "parameters"),
        "first.py": "from second import parameters",
        "second.py": PARAMETERS,
    },
    "a notebook that is not the answer": {
        "starter.py": CALLED.format("import drawing", "drawing.parameters"),
        "drawing.ipynb": filled(PARAMETERS),
    },
}


@pytest.mark.parametrize("case", IMPORTED)
def test_what_an_answer_imports_goes_along_for_check_and_for_pytest(
    run: Run, here: Callable[..., Path], case: str
) -> None:
    here(IMPORTED[case])
    assert run("check", "starter.py")[0] == 0
    assert "2 passed" in plain_pytest()


def test_pytest_takes_what_another_file_imports(here: Callable[..., Path]) -> None:
    folder = here(IMPORTED["a module"])
    (folder / "starter.py").rename(folder / "mine.py")
    assert "2 passed" in plain_pytest("--submission", "mine.py")


def test_a_module_that_is_not_there_is_said_by_both(run: Run, here: Callable[..., Path]) -> None:
    here({"starter.py": IMPORTED["a module"]["starter.py"]})
    for said in (run("check", "starter.py")[1], plain_pytest()):
        assert "the module 'helper' is not available" in said


@pytest.mark.parametrize(
    ("name", "said"), [("nothing.py", "no such file"), (".", "is a folder"), ("cut.ipynb", "cut")]
)
def test_pytest_says_what_it_cannot_check(here: Callable[..., Path], name: str, said: str) -> None:
    (here({}) / "cut.ipynb").write_bytes(CUT)
    printed = plain_pytest("--submission", name)
    assert said in printed
    assert "Traceback" not in printed


def test_check_says_that_nothing_was_worked_on(run: Run, here: Callable[..., Path]) -> None:
    here({})
    code, out, _ = run("check")
    assert code == 1
    assert "starter.py was taken: random_init.ipynb is as it was given out, too" in out


@pytest.mark.parametrize("arguments", [["random_init.ipynb"], [], ["--json"]])
@pytest.mark.parametrize("data", [CUT, b"\x89PNG\r\n", b""])
def test_a_file_that_cannot_be_read_is_not_checked(
    run: Run, here: Callable[..., Path], arguments: list[str], data: bytes
) -> None:
    (here({}) / "random_init.ipynb").write_bytes(data)
    code, out, err = run("check", *arguments)
    assert (code, out) == (2, "")
    assert "random_init.ipynb could not be checked: " in err


def test_check_where_there_is_no_code_says_what_to_do(
    run: Run, here: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = here({}).parent
    monkeypatch.chdir(folder)
    code, _, err = run("check")
    assert code == 2
    assert f"there is no .py file and no notebook in {folder}: go to" in err


def refused(command: str, folder: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", *command.split()], capture_output=True, text=True, timeout=300,
        check=False, cwd=folder,
    )  # fmt: skip
    assert ended.returncode == 2
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said
    assert "Error" not in said
    return said


@pytest.mark.parametrize("command", ["pytest", "grader.cli check", "grader.cli check starter.py"])
def test_a_folder_of_an_exercise_alone_is_no_course(tmp_path: Path, command: str) -> None:
    shutil.copytree(PUBLIC, tmp_path / "random_init")
    said = refused(command, tmp_path / "random_init")
    assert f"no course at or above {tmp_path / 'random_init'}: " in said
    assert "copy all of exercises/" in said


@pytest.mark.parametrize("command", ["grade . --out ../out", "verify --all", "notebook"])
def test_staff_outside_of_a_course_are_told_where_to_run(tmp_path: Path, command: str) -> None:
    (tmp_path / "class").mkdir()
    said = refused(f"grader.cli {command}", tmp_path / "class")
    assert "Run this in the course's folder, or name it with --course PATH" in said
    assert "copy" not in said


@pytest.mark.parametrize(
    ("name", "command", "place"),
    [
        ("course", "pytest", "random_init"),
        ("Exercises", "grader.cli check", "random_init"),
        ("exercises (1)", "grader.cli check random_init/starter.py", ""),
        ("exercises-main", "grader.cli check random_init/starter.py --course .", ""),
        ("lab", "grader.cli notebook --course .", ""),
    ],
)
def test_a_course_under_another_name_is_told_so(
    tmp_path: Path, name: str, command: str, place: str
) -> None:
    shutil.copytree(PUBLIC.parent, tmp_path / name)
    said = refused(command, tmp_path / name / place)
    assert f"{tmp_path / name} holds a course.toml, but is not called exercises" in said
    assert "copy" not in said


def test_check_asks_which_exercise_when_there_are_answers_to_several(
    run: Run, here: Callable[..., Path]
) -> None:
    here({"a.py": LOGISTIC, "b.py": RIGHT}, "work")
    code, _, err = run("check")
    assert code == 2
    assert "which exercise? Say --exercise with one of: logistic_zero_init, random_init" in err
    assert run("check", "--exercise", "random_init")[0] == 0


@pytest.mark.parametrize("limit", ["MOST_FILES", "MOST_SEEN", "DEEPEST"])
def test_check_does_not_search_a_whole_disk(
    run: Run, here: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(f"grader.ingest.listing.{limit}", 0)
    here({"hw.py": f"import far.away\n{RIGHT}", "far/away.py": "x = 1"}, "work")
    code, out, _ = run("check")
    assert code == 0
    assert "far/away.py was read" not in out


def test_two_students_with_the_same_work_have_the_same_grade(run: Run, tmp_path: Path) -> None:
    files = {
        "ada/Logistic Regression.py": LOGISTIC,
        "bo/logistic_zero_init.py": LOGISTIC,
        "cy/random_init.py": RIGHT,
        "di/logistic_zero_init.py": LOGISTIC,
        "di/random_init.py": RIGHT,
    }
    for name, text in files.items():
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_text(text)
    out = tmp_path / "out"
    run("grade", tmp_path / "class", "--out", out, "--jobs", 1, "--course", ROOT)
    with (out / "gradebook.csv").open(newline="") as stream:
        rows = {row["student"]: row for row in csv.DictReader(stream)}
    assert {name: (row["total"], row["max"], row["fraction"]) for name, row in rows.items()} == {
        "ada": ("10", "20", "0.5"),
        "bo": ("10", "20", "0.5"),
        "cy": ("10", "20", "0.5"),
        "di": ("20", "20", "1"),
    }
    assert rows["ada"]["status"] == rows["bo"]["status"] == "not handed in: random_init"


def test_a_folder_that_was_graded_into_is_no_student(run: Run, tmp_path: Path) -> None:
    """What `--out` of an earlier run left inside PATH was one more student, with 0 points."""
    folder = tmp_path / "class"
    for who in ("ada", "bo"):
        (folder / who).mkdir(parents=True)
        (folder / who / "random_init.py").write_text(RIGHT)
    grade = ("grade", folder, "--jobs", 1, "--course", ROOT, "--out")
    assert run(*grade, folder / "graded")[0] == 0
    (folder / "cy").mkdir()  # a student's file of that name is no store of ours
    (folder / "cy" / "store.sqlite").write_text("x")
    (folder / "cy" / "random_init.py").write_text(RIGHT)
    _, _, err = run(*grade, tmp_path / "again")
    assert "graded was not read: a class was graded into it" in err
    assert "cy was not read" not in err
    with (tmp_path / "again" / "gradebook.csv").open(newline="") as stream:
        assert [row["student"] for row in csv.DictReader(stream)] == ["ada", "bo", "cy"]
    # The one of this run is not read either, and nobody needs to be told.
    _, out, err = run(*grade, folder / "graded")
    assert "was not read: a class" not in err
    assert out.startswith("3 files of 3 students") or "1 graded" in out
