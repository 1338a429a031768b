"""Is a folder an exercise's, however its id or title is written, and never a student?"""

from __future__ import annotations

import zipfile
from typing import Any

import pytest

FOLDERS = [
    "random_init", "Random Init", "Random-Init", "RANDOM_INIT", "randominit", "01_random_init",
    "3 - Random Init", "random_init (1)", "Week 3 random init", "Random initialisation",
    "02 Random Initialisation", "random-initialisation",
]  # fmt: skip
INITIALIZE = "def initialize_parameters(n_x, n_h, n_y): return {}\n"
ZERO = "def initialize_parameters_zeros(layers_dims): return {}\n"


def found(gathered: Any) -> set[tuple[str, str]]:
    assert gathered.left_over == ()
    return {(s.student.label, s.exercise) for s in gathered.submissions}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("form", ["{}.ipynb", "{}/deep/lab.ipynb", "{}_random_init.ipynb"])
@pytest.mark.parametrize("how", ["folder", "zip"])
def test_students_in_an_exercise_s_folder(
    ours_of: Any, tmp_path: Any, notebook: Any, folder: str, form: str, how: str
) -> None:
    files = {f"{folder}/{form.format(who)}": notebook(INITIALIZE) for who in ("anna", "ben")}
    path = None
    if how == "zip":
        path = tmp_path / "hand-ins.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        files = {}
    gathered = ours_of(files, path=path)
    assert found(gathered) == {("anna", "random_init"), ("ben", "random_init")}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("other", ["zero_init", "Zero-Init", "02_zero_init"])
def test_one_with_files_in_two_is_one_student(ours_of: Any, folder: str, other: str) -> None:
    files = {f"{folder}/anna.py": INITIALIZE, f"{other}/anna/a.py": ZERO, f"{other}/ben.py": ZERO}
    assert found(ours_of(files)) == {
        ("anna", "random_init"), ("anna", "zero_init"), ("ben", "zero_init"),
    }  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_folder_within_one_student_s(ours_of: Any, tmp_path: Any, folder: str) -> None:
    files = {f"zoe/{folder}/starter.py": INITIALIZE, "anna/x.py": INITIALIZE}
    for inner in ("zoe", f"zoe/{folder}"):
        gathered = ours_of(files, path=tmp_path / "class" / inner)
        assert found(gathered) == {("zoe", "random_init")}


@pytest.mark.parametrize("folder", ["anna random_init", "random_init_anna", "12345_random_init"])
def test_a_folder_with_a_name_beside_the_exercise_is_a_student_s(ours_of: Any, folder: str) -> None:
    files = {f"{folder}/x.py": INITIALIZE, "ben/x.py": INITIALIZE}
    assert {label for label, _ in found(ours_of(files))} == {folder, "ben"}


def test_a_zip_called_like_an_exercise_is_no_crash(ours_of: Any, tmp_path: Any) -> None:
    (tmp_path / "class").mkdir()
    with zipfile.ZipFile(tmp_path / "class" / "random_init.zip", "w") as archive:
        archive.writestr("x.py", INITIALIZE)
    assert found(ours_of({"ben/x.py": INITIALIZE})) >= {("ben", "random_init")}
