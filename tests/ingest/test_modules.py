"""Do the files that an answer imports go along with it, and no others?"""

from __future__ import annotations

import time
from typing import Any

import pytest
from labs import lab

from grader.worker.modules import Files

ANSWER = lab("initialize_parameters(n_x, n_h, n_y)", begin="")


def read(class_of: Any, files: dict[str, str], name: str = "random_init.py") -> tuple[str, ...]:
    """Return the files of the one answer, of which `name` has the functions, too."""
    files = {path: text + (ANSWER if path.endswith(name) else "") for path, text in files.items()}
    # With one student alone, folders inside could as well be those of a class.
    members = {f"ada/{path}": text for path, text in files.items()} | {"bo/zero_init.py": ""}
    submission, _ = class_of(members).submissions
    assert submission.names[-1].endswith(name)
    names: tuple[str, ...] = submission.names[:-1]
    return names


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("import utils\n", "utils.py"),
        ("import utils as u, numpy\n", "utils.py"),
        ("from utils import *\n", "utils.py"),
        ("from utils import (\n    f,\n)\n", "utils.py"),
        ("import tools.draw as td\n", "tools/draw.py"),
        ("from tools import draw\n", "tools/draw.py"),
        ("from tools.draw import line\n", "tools/draw.py"),
        ("from . import utils\n", "utils.py"),
        ("from .tools.draw import line\n", "tools/draw.py"),
        ("def g():\n    import utils\n    return utils.f()\n", "utils.py"),
        ("try:\n    import utils\nexcept ImportError:\n    pass\n", "utils.py"),
        ("import importlib\ndef g():\n    return importlib.import_module('utils')\n", "utils.py"),
        ("%run utils.ipynb\n", "utils.ipynb"),
        ("%run ./lib/plots.py\n", "lib/plots.py"),
        ("%run -i lib/plots\n", "lib/plots.py"),
        ("%run plots.py\n", "lib/plots.py"),
        ("import notes\n", "notes.ipynb"),
        ("import plots\n", "lib/plots.py"),  # sys.path.append("lib")
        ("from package import start\n", "package/__init__.py"),
        ('%run "my notes.ipynb"\n', "my notes.ipynb"),
        ("%run my-tools.py\n", "my-tools.py"),
        ("exec(open('utils.py').read())\n", "utils.py"),
        ("import résumé\n", "résumé.py"),
    ],
)
def test_what_is_imported_goes_along(ours_of: Any, notebook: Any, line: str, module: str) -> None:
    there = {
        "utils.py": "def help_me(): return 1",
        "tools/draw.py": "def line(): return 1",
        "lib/plots.py": "",
        "my notes.ipynb": notebook("z = 1"),
        "my-tools.py": "",
        "package/__init__.py": "",
        "résumé.py": "",
        "notes.ipynb": notebook("x = 1"),
        "utils.ipynb": notebook("y = 1"),
        "never.py": "x = 1",
    }
    assert read(ours_of, {"random_init.py": line, **there}) == (module,)


def test_what_imported_files_import_goes_along_too(ours_of: Any) -> None:
    files = {
        "random_init.py": "import a\n",
        "a.py": "from pack.inner import deep",
        "pack/__init__.py": "from . import other",
        "pack/other.py": "",
        "pack/inner/__init__.py": "",
        "pack/inner/deep.py": "from .. import last\nimport a",
        "pack/last.py": "",
        "pack/unused.py": "",
    }
    expected = (
        "a.py",
        "pack/__init__.py",
        "pack/inner/__init__.py",
        "pack/inner/deep.py",
        "pack/last.py",
        "pack/other.py",
    )
    assert read(ours_of, files) == expected


@pytest.mark.parametrize(
    ("line", "file", "module"),
    [
        ("from utils import z\n", "utils-1.py", "utils.py"),
        ("import utils\n", "utils (1).py", "utils.py"),
        ("import utils\n", "Copy of utils.py", "utils.py"),
        ("import utils\n", "sub/utils - Kopie.py", "sub/utils.py"),
        ("import tools.draw as td\n", "tools/draw(2).py", "tools/draw.py"),
        ("%run utils.ipynb\n", "utils-Copy1.ipynb", "utils.ipynb"),
        ("%run -i utils\n", "utils (3).py", "utils.py"),
        ("import json, numpy as np\n", "numpy (1).py", None),
        ("import json\n", "json-2.py", None),
        ("import utils\n", "utils (1).ipynb", None),
        ("x = 'import utils'\n", "utils (1).py", None),
    ],
)
def test_a_mark_of_copies_is_no_part_of_a_module_s_name(
    ours_of: Any, notebook: Any, line: str, file: str, module: str | None
) -> None:
    text = notebook("y = 1") if file.endswith("ipynb") else "y = 1\n"
    expected = (module,) if module else ()
    assert read(ours_of, {"random_init.py": line, file: text}) == expected


def test_a_name_without_a_mark_goes_before_one_with_it_and_the_last_before_others(
    ours_of: Any,
) -> None:
    files = {"random_init.py": "import utils\n", "utils (9).py": "y = 9", "utils (10).py": ""}
    gathered = ours_of({f"ada/{path}": text for path, text in files.items()})
    (submission,) = gathered.submissions
    assert [str(file.file.path) for file in submission.files[:-1]] == ["ada/utils (10).py"]
    assert read(ours_of, files | {"utils.py": "y = 0"}) == ("utils.py",)


def test_a_module_beside_is_nearer_than_one_above(ours_of: Any) -> None:
    files = {"lab/random_init.py": "import utils\n", "lab/utils.py": "", "utils.py": ""}
    assert read(ours_of, files) == ("lab/utils.py",)


def test_a_module_above_is_found_and_a_relative_one_only_where_it_is(ours_of: Any) -> None:
    start = "import above\nfrom .. import more\nfrom . import most\n"
    files = {"lab/random_init.py": start, "above.py": "", "more.py": "", "most.py": ""}
    assert read(ours_of, files) == ("above.py", "more.py")


def test_of_two_modules_elsewhere_the_nearest_goes_along(ours_of: Any) -> None:
    files = {"random_init.py": "import utils\n", "b/utils.py": "", "c/utils.py": ""}
    assert read(ours_of, files | {"a/a/utils.py": ""}) == ("b/utils.py",)


@pytest.mark.parametrize("line", ["# import utils\n", "x = 'import utils'\n", "import os\n", ""])
def test_what_is_not_imported_does_not_go_along(ours_of: Any, line: str) -> None:
    assert read(ours_of, {"random_init.py": line, "utils.py": ""}) == ()


@pytest.mark.parametrize(
    "odd",
    ["/", "../utils", "..", "utils/", "", ".", "a..b", "\\0", "utils\\n", "/etc/passwd", "é" * 80],
)
def test_what_cannot_be_a_module_costs_nothing(ours_of: Any, odd: str) -> None:
    source = f"def g():\n    import_module('{odd}')\n    import utils\n%run {odd}\n"
    assert read(ours_of, {"random_init.py": source, "utils.py": ""}) in (("utils.py",), ())


def test_a_file_that_nobody_needs_does_not_change_the_answer(ours_of: Any) -> None:
    answer = {"ada/random_init.py": ANSWER, "bo/random_init.py": ANSWER}
    ada, bo = ours_of(answer | {"bo/notes.py": "x = 1", "bo/data.csv": "1"}).submissions
    assert ada.read() == bo.read()


def test_the_places_of_two_exercises_are_apart(ours_of: Any) -> None:
    files = {
        "random_init/ada/hw.py": f"import utils\n{ANSWER}",
        "random_init/ada/utils.py": "x = 1",
        "zero_init/ada/utils.py": "x = 2",
    }
    found = {s.exercise: s.read() for s in ours_of(files).submissions}
    assert found["random_init"][0] == ("utils.py", b"x = 1")
    assert found["zero_init"] == [("utils.py", b"x = 2")]


def test_the_student_is_told_what_was_read_besides(ours_of: Any) -> None:
    files = {"ada/random_init.py": f"import b, a\n{ANSWER}", "ada/a.py": "", "ada/b.py": ""}
    [submission] = ours_of(files).submissions
    assert submission.notes == ("a.py, b.py were read before random_init.py",)


def test_what_the_course_gives_to_every_answer_does_not_go_along(ours_of: Any, ours: Any) -> None:
    helpers = ours.folder("logistic_zero_init").helpers
    text = "from helpers import sigmoid\n" + lab("initialize_with_zeros(dim)", begin="")
    files = {"ada/logistic_zero_init.py": text, "ada/helpers.py": helpers.replace("\n", "\r\n")}
    files |= {"bo/logistic_zero_init.py": text, "bo/helpers.py": helpers + "MINE = 1\n"}
    gathered = ours_of(files)
    assert [s.names for s in gathered.submissions] == [
        ("logistic_zero_init.py",),
        ("helpers.py", "logistic_zero_init.py"),
    ]
    [left] = gathered.left_over
    assert (left.path, left.reason) == ("ada/helpers.py", "it is as the course gave it out")


def test_helpers_of_another_exercise_go_along(ours_of: Any, ours: Any) -> None:
    helpers = ours.folder("nn_model").helpers
    text = f"from helpers import load_flower\n{ANSWER}"
    [submission] = ours_of({"ada/random_init.py": text, "ada/helpers.py": helpers}).submissions
    assert submission.names == ("helpers.py", "random_init.py")


TREES = [
    ("a/b/random_init.py", {"a/util.py", "util.py"}),
    ("a/b/random_init.py", {"a/b/util.py", "util.py"}),
    ("a/b/random_init.py", {"util.py", "x/util.py"}),
    ("random_init.py", {"x/y/util.py", "z/util.py"}),
    ("random_init.py", {"util/__init__.py", "x/util.py"}),
    ("x/random_init.py", {"util.ipynb", "y/util.py"}),
]


@pytest.mark.parametrize(("answer", "there"), TREES)
@pytest.mark.parametrize("line", ["import util\n", "%run util.py\n"])
def test_the_worker_finds_the_module_that_goes_along(
    ours_of: Any, notebook: Any, answer: str, there: set[str], line: str
) -> None:
    files = {path: notebook("x = 1") if path.endswith("ipynb") else "x = 1" for path in there}
    sent = read(ours_of, {answer: line, **files}, answer)
    found = Files([(path, []) for path in there], answer)
    meant = found.run("util.py") if line.startswith("%") else found.find("util")
    assert list(sent) == ([meant] if meant else [])


def test_the_time_for_modules_grows_no_faster_than_their_pairs(ours_of: Any) -> None:
    def seconds(count: int) -> float:
        lines = "".join(f"import m{n}\n" for n in range(count))
        files = {f"eve/m{n}.py": lines + "def f(): return 1\n" for n in range(count)}
        start = time.process_time()
        ours_of({f"{count}/{path}": text for path, text in files.items()})
        return time.process_time() - start

    few, many = seconds(30), seconds(120)
    assert many < 40 * max(few, 0.05)  # by triples it would be 64 times


@pytest.mark.parametrize("more", [298, 299])
def test_among_too_many_files_imports_are_not_looked_for_and_that_is_said(
    ours_of: Any, more: int
) -> None:
    files = {"ada/random_init.py": f"import utils\n{ANSWER}", "ada/utils.py": "K = 1\n"}
    files |= {f"ada/data/f{n}.py": "x = 1\n" for n in range(more)} | {"bo/random_init.py": ANSWER}
    ada, bo = ours_of(files).submissions
    said = [note for note in ada.notes if "files were handed in" in note]
    if more + 2 > 300:
        assert ada.names == ("random_init.py",)
        assert said == [
            (
                "more than 300 files were handed in: what random_init.py imports was not looked for"
                " among them"
            )
        ]
    else:
        assert (ada.names, said) == (("utils.py", "random_init.py"), [])
    assert bo.notes == ()
