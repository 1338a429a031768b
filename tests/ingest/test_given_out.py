"""What a course gives out: is nobody called like it, and is it nobody's where it lies about?"""

from __future__ import annotations

import json
import zipfile
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pairs import in_pairs

from grader.ingest.gathered import Known

EXERCISE = "random_init"
RIGHT = """
import numpy as np

def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    W2 = np.random.randn(n_y, n_h) * 0.01
    return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}
"""
ZEROS = "def initialize_parameters_zeros(layers_dims): return {}"
PUBLIC = Path(__file__).parents[2] / "exercises"
HELPERS = "import numpy as np\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"


def given(exercise: str) -> str:
    return (PUBLIC / exercise / "starter.py").read_text("utf-8")


def saved_again(exercise: str) -> str:
    """Return an exercise's notebook as Jupyter leaves it when it was opened and run."""
    notebook = json.loads((PUBLIC / exercise / f"{exercise}.ipynb").read_text("utf-8"))
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {"scrolled": True}
        if cell["cell_type"] == "code":
            cell |= {"execution_count": number, "outputs": []}
    return json.dumps(notebook)


@pytest.fixture
def public(ours: Any) -> dict[str, str]:
    """Return all text files of an exercise's folder by name."""
    folder = ours.folder(EXERCISE).public
    return {p.name: p.read_text("utf-8") for p in folder.iterdir() if p.suffix != ".png"}


@pytest.fixture
def helpers(ours: Any) -> str:
    """Return the helpers that some exercise of the course gives out."""
    return str(next(f.helpers for f in ours.folders if f.exercise.helpers))


def students(gathered: Any) -> set[str]:
    """Return who has a row."""
    return {s.student.label for s in gathered.submissions} | {
        str(item.student) for item in gathered.left_over if item.alone
    }


def answers(gathered: Any) -> dict[str, str]:
    return {s.student.label: s.read()[-1][1].decode() for s in gathered.submissions}


def folders(public: dict[str, str]) -> dict[str, dict[str, str]]:
    done = public | {"starter.py": RIGHT}
    return {
        "starter and notebook": {n: done[n] for n in ("starter.py", "random_init.ipynb")},
        "the files of the folder": done,
        "the folder": {f"{EXERCISE}/{name}": text for name, text in done.items()},
        "marks of copies": {
            "starter (1).py": RIGHT, "random_init (2).ipynb": done["random_init.ipynb"],
        },
        "words beside": done | {"utils.py": "K = 1\n", "old/starter.py": public["starter.py"]},
    }  # fmt: skip


FORMS = [
    "starter and notebook", "the files of the folder", "the folder", "marks of copies",
    "words beside",
]  # fmt: skip


HOW = ("folder", "zip", "zip of the folder", "class of one")
KNOWN = ((), ("anna", "ben"), ("val", "anna"))


@pytest.mark.parametrize(
    ("in_form", "known", "only"), in_pairs(product(FORMS, HOW), KNOWN, (None, EXERCISE))
)
def test_one_student_s_folder_is_one_student(
    ours_of: Any, tmp_path: Any, public: Any, in_form: tuple[str, str], known: Any, only: Any
) -> None:
    """The exercise that is named chooses what counts; who is known, whose it is."""
    form, how = in_form
    files = folders(public)[form]
    path = tmp_path / "class" / "val"
    if how.startswith("zip"):
        path = tmp_path / "val.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(f"val/{name}" if how != "zip" else name, text)
        files = {}
    elif how == "class of one":
        path = tmp_path / "class"
    files = {f"val/{name}": text for name, text in files.items()}
    gathered = ours_of(files, path=path, only=only, known=Known(frozenset(known)))
    assert students(gathered) == {"val"}
    assert answers(gathered) == {"val": RIGHT}
    assert all(item.passed_over for item in gathered.left_over)


@pytest.mark.parametrize("name", [EXERCISE, ""])
def test_what_lies_beside_students_is_nobody_s(
    ours_of: Any, public: Any, helpers: str, name: str
) -> None:
    files = {"anna.ipynb": public["random_init.ipynb"], "ben.py": RIGHT}
    files |= public | {"helpers.py": helpers}
    gathered = ours_of({f"{name}/{n}" if name else n: text for n, text in files.items()})
    assert students(gathered) == {"anna", "ben"}
    assert all(item.passed_over for item in gathered.left_over)
    strays = {item.path.rpartition("/")[2] for item in gathered.left_over if not item.student}
    assert strays == {*public, "helpers.py"}


@pytest.mark.parametrize("folder", ["{}", "{}/deep", "hand-ins/{}"])
def test_what_lies_beside_folders_of_students_is_nobody_s(
    ours_of: Any, public: Any, folder: str
) -> None:
    files = {f"{folder.format(who)}/random_init.py": RIGHT for who in ("anna", "ben")}
    above = "hand-ins/" * folder.startswith("hand-ins")
    gathered = ours_of(files | {f"{above}{name}": text for name, text in public.items()})
    assert students(gathered) == {"anna", "ben"}


def test_one_that_was_changed_beside_students_is_listed_for_staff(ours_of: Any) -> None:
    gathered = ours_of({"anna.py": RIGHT, "ben.py": RIGHT, "starter.py": RIGHT})
    assert students(gathered) == {"anna", "ben"}
    [left] = gathered.left_over
    assert (left.path, left.passed_over) == ("starter.py", False)
    assert "name it after its student" in left.reason


def test_work_with_the_exercise_s_name_alone_keeps_its_row(ours_of: Any) -> None:
    gathered = ours_of({"anna.py": RIGHT, "ben.py": RIGHT, "random_init.py": RIGHT})
    assert students(gathered) == {"anna", "ben", "class"}


SYSTEMS = {
    "moodle": "{0} Meier_{1}_assignsubmission_file/random_init.py",
    "canvas": "{0}meier_{1}_500{1}_random_init.py",
    "gradescope": "submission_{1}/random_init.py",
    "nbgrader": "submitted/{0}/random_init/random_init.py",
}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("wrapper", ["", "export/"])
def test_nobody_of_a_system_is_called_like_it(
    ours_of: Any, public: Any, system: str, several: bool, wrapper: str
) -> None:
    files = {SYSTEMS[system].format(who, n): RIGHT for n, who in enumerate(("Anna", "Ben"), 1)}
    if system == "gradescope":
        entry = "submission_{0}:\n  :submitters:\n  - :name: Student {0}\n"
        files["submission_metadata.yml"] = entry.format(1) + entry.format(2)
    # A tree of nbgrader with more strays than students is not recognised.
    strays = public if several and system != "nbgrader" else {"starter.py": public["starter.py"]}
    files = {f"{wrapper}{name}": text for name, text in (files | strays).items()}
    gathered = ours_of(files)
    assert len(students(gathered)) == 2
    assert set(answers(gathered).values()) == {RIGHT}
    assert gathered.layout != ""
    assert all(item.passed_over for item in gathered.left_over)


@pytest.mark.parametrize(
    "more",
    [
        {"bo/deep_init.py": given("deep_init")},
        {"bo/deep_init/starter.py": given("deep_init"), "bo/nn_model.py": given("nn_model")},
        {"bo/starter.py": given("deep_init").replace("\n", "\r\n")},
        {"bo/deep_init.ipynb": saved_again("deep_init")},
        {"bo/all.zip/deep_init/starter.py": given("deep_init")},
    ],
)
def test_what_one_student_left_as_it_was_asks_nobody_for_it(
    ours_of: Any, more: dict[str, str]
) -> None:
    gathered = ours_of({"ada/zero_init.py": ZEROS, "bo/zero_init.py": ZEROS} | more)
    assert {(s.student.label, s.exercise) for s in gathered.submissions} == {
        ("ada", "zero_init"),
        ("bo", "zero_init"),
    }


def test_it_counts_where_a_classmate_did_it_or_nobody_did_anything(ours_of: Any) -> None:
    files = {"ada/random_init.py": given("random_init"), "bo/zero_init.py": given("zero_init")}
    assert {s.id for s in ours_of(files).submissions} == {"ada.random_init", "bo.zero_init"}
    done = {"bo/random_init.py": "def initialize_parameters(n_x, n_h, n_y): return 1"}
    assert {s.id for s in ours_of(done).submissions} == {"ada.random_init", "bo.random_init"}


@pytest.mark.parametrize(
    "name", ["template.py", "zero_init_given.py", "zero_init_template.py", "zero_init — копия.py"]
)
def test_what_lies_beside_students_as_it_was_given_out_is_nobody_s(ours_of: Any, name: str) -> None:
    files = {"ada_zero_init.py": ZEROS, "bo_zero_init.py": ZEROS, name: given("zero_init")}
    gathered = ours_of(files)
    assert {s.student.label for s in gathered.submissions} == {"ada", "bo"}
    assert [(item.path, item.passed_over) for item in gathered.left_over] == [(name, True)]
    cy = ours_of(files | {"cy_zero_init.py": given("zero_init")})
    assert {s.student.label for s in cy.submissions} == {"ada", "bo", "cy"}
