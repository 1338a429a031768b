"""Is what lies beside students' files, and answers nothing, taken for nobody's work?"""

from __future__ import annotations

from typing import Any

import pytest
from labs import lab

from grader.ingest import read_roster
from grader.ingest.answers.contents import Contents
from grader.ingest.gathered import Known

RANDOM = lab("initialize_parameters(n_x, n_h, n_y)")
MODULE = "k = 3\n\ndef scaled(x):\n    return k * x\n"
SCRIPT = "import os\n\nprint(os.listdir())\n"
CLASS = {
    "files": ("Ada.py", "Bo.py"),
    "logins": ("adal.py", "boli.py", "cyoung.py"),
    "named by the exercise": ("Ada_random_init.py", "random_init - Bo.py"),
    "folders": ("Ada/random_init.py", "Bo/answer.py"),
    "weeks": ("Week 1/Ada.py", "Week 1/Bo.py"),
}


def rows(gathered: Any) -> set[str]:
    found = {one.student.label for one in gathered.submissions}
    return found | {str(item.student) for item in gathered.left_over if item.alone}


def listed(gathered: Any) -> set[str]:
    return {
        item.path for item in gathered.left_over if item.student is None and not item.passed_over
    }


def class_with(kind: str, work: str = RANDOM) -> dict[str, str]:
    return {name: f"{work}\n# {name}\n" for name in CLASS[kind]}


STAFF = ["setup.py", "plotting.py", "grade_all.py", "run_tests.py", "unpack.py", "lib/maths.py"]


@pytest.mark.parametrize("kind", [kind for kind in CLASS if kind != "weeks"])
@pytest.mark.parametrize("name", [*STAFF, "toolkit/__init__.py", "rename_students.py"])
@pytest.mark.parametrize("only", [None, "random_init"])
def test_a_program_beside_students_is_listed_and_nobody_s(
    ours_of: Any, once: Any, kind: str, name: str, only: str | None
) -> None:
    files = class_with(kind)
    expected = once((kind, only), lambda: rows(ours_of(files, only=only)))
    gathered = ours_of(files | {name: SCRIPT}, only=only)
    assert rows(gathered) == expected
    assert listed(gathered) == {name}


@pytest.mark.parametrize("name", ["data/points.csv", "figures/a.png", "lib/notes.txt"])
@pytest.mark.parametrize("kind", ["files", "folders"])
def test_a_folder_without_code_that_is_called_so_is_nobody_s(
    ours_of: Any, kind: str, name: str
) -> None:
    gathered = ours_of(class_with(kind) | {name: "x"})
    assert (rows(gathered), listed(gathered)) == ({"Ada", "Bo"}, {name})


NOBODY_ANSWERS = {"adal.py": RANDOM, "boli.py": SCRIPT, "cyoung.py": SCRIPT}
STUDENTS = {
    "a name of a person": {"Cy.py": SCRIPT},
    "a login": {"cyoung.py": SCRIPT},
    "two names": {"Cy Young.py": SCRIPT},
    "a name of another script": {"李雷.py": SCRIPT},
    "a number of a school": {"s1234567.py": SCRIPT},
    "a notebook": {"cyoung.ipynb": '{"cells": [], "nbformat": 4}'},
    "nothing in it": {"cyoung.py": ""},
    "cut off": {"cyoung.py": "def initialize_parameters("},
    "a name and a task": {"cyoung - lab.py": SCRIPT},
    "the exercise's name": {"cyoung_random_init.py": SCRIPT},
    "a stub": {"cyoung.py": "def initialize_parameters(n_x, n_h, n_y):\n    pass\n"},
    "a folder": {"cyoung/hw.py": SCRIPT},
    "one classmate imports it": {"cyoung.py": SCRIPT, "Eve.py": "from cyoung import *\n" + RANDOM},
}  # fmt: skip


@pytest.mark.parametrize("kind", STUDENTS)
def test_who_may_be_a_student_has_a_row(ours_of: Any, kind: str) -> None:
    files = STUDENTS[kind]
    gathered = ours_of(class_with("files") | files)
    assert len(rows(gathered)) == 2 + len(files)
    assert listed(gathered) == set()


def test_names_of_the_exercise_alone_are_no_answers(ours_of: Any) -> None:
    files = dict.fromkeys(CLASS["named by the exercise"], SCRIPT)
    assert rows(ours_of(files | {"amy.py": SCRIPT})) == {"Ada", "Bo", "amy"}


def test_where_most_do_not_answer_all_have_rows(ours_of: Any) -> None:
    assert rows(ours_of(NOBODY_ANSWERS)) == {"adal", "boli", "cyoung"}


@pytest.mark.parametrize("how", ["an earlier run", "a roster"])
def test_who_is_known_has_a_row(ours_of: Any, tmp_path: Any, how: str) -> None:
    table = tmp_path / "roster.csv"
    table.write_text("Name,SIS Login ID\nCy Young,plotting\n")
    known, roster = Known(frozenset({"plotting"})), read_roster(table)
    options = {"known": known} if how == "an earlier run" else {"roster": roster}
    gathered = ours_of(class_with("files") | {"plotting.py": SCRIPT}, **options)
    assert {"Ada", "Bo"} < rows(gathered)
    assert len(rows(gathered)) == 3


IMPORTS = {
    "a package": ({"lib/__init__.py": "", "lib/maths.py": MODULE}, "from lib.maths import scaled"),
    "a folder on the path": ({"lib/maths.py": MODULE}, "import sys\nimport maths"),
    "a program": ({"plotting.py": MODULE}, "import plotting"),
    "any module": ({"extras.py": MODULE}, "from extras import *"),
}


@pytest.mark.parametrize("kind", CLASS)
@pytest.mark.parametrize("what", IMPORTS)
def test_what_several_import_goes_to_them(ours_of: Any, kind: str, what: str) -> None:
    files, line = IMPORTS[what]
    used = class_with(kind, f"{line}\n{RANDOM}")
    gathered = ours_of(used | files)
    assert len(gathered.submissions) == len(used)
    for one in gathered.submissions:
        assert [name.rpartition("/")[2] for name in one.names[:-1]] == [
            name.rpartition("/")[2] for name in files
        ]
    assert gathered.left_over == ()


def test_two_files_of_one_student_are_not_several_who_import(ours_of: Any) -> None:
    files = {f"Eve/{n}.py": f"from ben import *\n# {n}\n{RANDOM}" for n in "ab"}
    gathered = ours_of(class_with("files") | files | {"ben.py": MODULE})
    assert rows(gathered) == {"Ada", "Bo", "Eve", "ben"}


def test_each_week_has_its_own_module(ours_of: Any) -> None:
    zero = lab("initialize_parameters_zeros(layers_dims)")
    files = {
        f"Week {n}/{who}.py": f"from tools import k\n{work}\n# {who}\n"
        for n, work in ((1, RANDOM), (2, zero))
        for who in ("Ada", "Bo")
    }
    gathered = ours_of(files | {f"Week {n}/tools.py": f"k = {n}\n" for n in (1, 2)})
    assert len(gathered.submissions) == 4
    for one in gathered.submissions:
        assert one.names[0] == f"{one.names[-1].partition('/')[0]}/tools.py"
    assert gathered.left_over == ()


def test_a_module_in_a_student_s_folder_is_no_classmate_s(ours_of: Any) -> None:
    use = f"import layers\n{RANDOM}"
    files = {"ann/a.py": use, "cy/c.py": use, "bob/layers.py": MODULE, "bob/hw.py": SCRIPT}
    gathered = ours_of(files)
    assert rows(gathered) == {"ann", "bob", "cy"}
    assert not any("layers.py" in one.names for one in gathered.submissions if one.id[:3] != "bob")


def test_a_folder_of_modules_beside_one_student_s_answer_is_the_student_s(ours_of: Any) -> None:
    files = {"random_init.py": RANDOM, "lib/__init__.py": "", "lib/maths.py": MODULE}
    assert rows(ours_of(files)) == {"class"}


@pytest.mark.parametrize("kind", CLASS)
def test_each_file_is_looked_at_once_in_the_time_of_its_student(
    ours_of: Any, monkeypatch: Any, kind: str
) -> None:
    looked, whose = [], {}
    look, of = Contents._looked, Contents.of

    def count(self: Any, file: Any) -> Any:
        looked.append(file.path)
        return look(self, file)

    def note(self: Any, file: Any) -> Any:
        whose.setdefault(str(file.path), set()).add(next(iter(self.owners)).label)
        return of(self, file)

    monkeypatch.setattr(Contents, "_looked", count)
    monkeypatch.setattr(Contents, "of", note)
    gathered = ours_of(class_with(kind))
    assert len(looked) == len(set(looked))
    for one in gathered.submissions:
        for path, labels in whose.items():
            assert not path.endswith(one.names[-1]) or "/" in path or labels == {one.student.label}


@pytest.mark.parametrize(
    "name", ["random_init.py", "Random-Init (1).py", "random_init.ipynb", "src/random_init.py"]
)
def test_a_student_s_folder_may_be_a_package(ours_of: Any, name: str) -> None:
    """Were its functions called wrongly, an empty file beside them had left its student out."""
    others = {"bob/random_init.py": RANDOM, "cy/random_init.py": RANDOM}
    work = '{"cells": []}' if name.endswith("ipynb") else SCRIPT
    gathered = ours_of(others | {"ada/__init__.py": "", f"ada/{name}": work})
    assert rows(gathered) == {"ada", "bob", "cy"}
    # The control: without an exercise's name it is a module's folder, as before.
    module = ours_of(others | {"tool/__init__.py": "", "tool/work.py": SCRIPT})
    assert "tool" not in rows(module)
