"""Is the file taken that holds the student's work, whatever the files are called?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labs import lab
from pairs import in_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

EXERCISE = "random_init"
RIGHT = """
import numpy as np

def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    W2 = np.random.randn(n_y, n_h) * 0.01
    return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}
"""
OTHER_PARAMETERS = lab("initialize_parameters(layer_dims)")
HALF = "def forward_propagation(X, parameters):\n    return 1, 2\n"
OTHER_HALF = lab("compute_cost(A2, Y)")


@pytest.fixture
def public(ours: Any) -> Any:
    """Return the files of an exercise's folder, as they are given out, by name."""

    def files(exercise: str = EXERCISE) -> dict[str, str]:
        folder = ours.folder(exercise).public
        return {p.name: p.read_text("utf-8") for p in folder.iterdir() if p.suffix[:3] in _CODE}

    return files


_CODE = (".py", ".ip")


def filled(notebook: str, answer: str = RIGHT) -> str:
    """Return the exercise's notebook with an answer in the cell of the stub."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        if "raise NotImplementedError" in "".join(cell["source"]):
            cell["source"] = answer
    return json.dumps(content)


def taken(gathered: Any) -> list[tuple[str, ...]]:
    return [s.names for s in gathered.submissions]


def notes(gathered: Any) -> list[str]:
    return [note for s in gathered.submissions for note in s.notes if "because it" not in note]


def in_folder(files: dict[str, str], folder: str = "ada") -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}


@pytest.mark.parametrize("folder", ["ada", "ada/random_init", "random_init/ada"])
def test_the_whole_folder_with_the_starter_done(ours_of: Any, public: Any, folder: str) -> None:
    gathered = ours_of(in_folder(public() | {"starter.py": RIGHT}, folder))
    [(name,)] = taken(gathered)
    assert name.endswith("starter.py")
    [note] = notes(gathered)
    assert note.endswith("random_init.ipynb is as it was given out")
    assert {left.reason for left in gathered.left_over} == {"it is as the course gave it out"}


def test_the_whole_folder_with_the_notebook_done(ours_of: Any, public: Any) -> None:
    files = public()
    files["random_init.ipynb"] = filled(files["random_init.ipynb"])
    gathered = ours_of(in_folder(files))
    assert taken(gathered) == [("random_init.ipynb",)]
    assert notes(gathered) == ["random_init.ipynb was taken: starter.py is as it was given out"]


@pytest.mark.parametrize(
    "copy",
    [
        "random_init-Copy1.ipynb",
        "random_init (1).ipynb",
        "Copy of random_init.ipynb",
        "random_init (copy).ipynb",
        "random_init的副本.ipynb",
        "RANDOM_INIT — копия.IPYNB",
        "random_init-checkpoint.ipynb",
        "a.ipynb",
        "zzz.ipynb",
    ],
)
def test_a_copy_that_is_done_beside_what_was_given_out(
    ours_of: Any, public: Any, copy: str
) -> None:
    given = public()["random_init.ipynb"]
    gathered = ours_of(in_folder({"random_init.ipynb": given, copy: filled(given)}))
    assert taken(gathered) == [(copy,)]
    assert notes(gathered) == [f"{copy} was taken: random_init.ipynb is as it was given out"]


@pytest.mark.parametrize(("answer", "given"), [("answer.py", "given.py"), ("z.py", "a.py")])
@pytest.mark.parametrize("only", [None, EXERCISE])
def test_an_answer_beside_a_renamed_starter(
    ours_of: Any, public: Any, answer: str, given: str, only: str | None
) -> None:
    files = in_folder({answer: RIGHT, given: public()["starter.py"]})
    assert taken(ours_of(files, only=only)) == [(answer,)]


def run(notebook: str) -> str:
    """Return a notebook as it is after its cells were run: with numbers, outputs and a kernel."""
    content = json.loads(notebook) | {"metadata": {"kernelspec": {"name": "python3"}}}
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            error = {"output_type": "error", "ename": "NotImplementedError", "traceback": []}
            cell |= {"execution_count": 1, "outputs": [error]}
    return json.dumps(content, indent=1)


SAVED: dict[str, Callable[[str], bytes]] = {
    "with line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "with a byte order mark": lambda text: text.encode("utf-8-sig"),
    "in UTF-16": lambda text: text.encode("utf-16"),
    "without an end of the last line": lambda text: text.rstrip().encode(),
    "with a name on top": lambda text: f"# Ada Lovelace, 12345\n{text}".encode(),
    "with another gap": lambda text: text.replace("raise NotImplementedError", "pass").encode(),
}


@pytest.mark.parametrize(
    ("how", "given", "only"),
    in_pairs(SAVED, ("starter.py", "random_init.py", "zz.py"), (None, EXERCISE)),
)
def test_what_was_given_out_and_only_saved_is_no_answer(
    ours_of: Any, public: Any, how: str, given: str, only: str | None
) -> None:
    """What was done to it is read past before its name counts, or the exercise that is named."""
    files = {"ada/a.py": RIGHT, f"ada/{given}": SAVED[how](public()["starter.py"])}
    assert taken(ours_of(files, only=only)) == [("a.py",)]


def test_a_notebook_that_was_only_run_is_no_answer(ours_of: Any, public: Any) -> None:
    files = {"random_init.ipynb": run(public()["random_init.ipynb"]), "starter.py": RIGHT}
    assert taken(ours_of(in_folder(files))) == [("starter.py",)]


def test_the_starter_alone_is_the_answer(ours_of: Any, public: Any) -> None:
    assert taken(ours_of({"ada/starter.py": public()["starter.py"]})) == [("starter.py",)]
    assert len(taken(ours_of(in_folder(public(), "bo")))) == 2


def test_what_comes_with_an_exercise_is_no_answer_unless_it_is_alone(
    ours_of: Any, public: Any
) -> None:
    helpers = public("nn_model")["helpers.py"]
    files = {"ada/hw.py": RIGHT, "ada/helpers.py": helpers, "bo/helpers.py": helpers}
    gathered = ours_of(files, only=EXERCISE)
    assert taken(gathered) == [("hw.py",), ("helpers.py",)]


@pytest.mark.parametrize("names", [("planar.py", "tf_tutorial.py"), ("z.py", "a.py")])
@pytest.mark.parametrize("only", [None, EXERCISE])
def test_parameters_that_fit_beat_others(
    ours_of: Any, names: tuple[str, str], only: str | None
) -> None:
    answer, other = names
    gathered = ours_of({f"ada/{answer}": RIGHT, f"ada/{other}": OTHER_PARAMETERS}, only=only)
    assert taken(gathered) == [(answer,)]
    said = "has other parameters for initialize_parameters"
    named = f"{answer} was taken: {other} {said}" if only else f"{other} was not taken: it {said}"
    assert notes(gathered) == [named]


MORE = {
    "functions": "".join(f"def g{n}(x): return x\n" for n in range(9)),
    "values": "".join(f"g{n} = lambda x: x\n" for n in range(9)),
    "functions of two kinds": "".join(
        f"def g{n}(x): return x\nasync def h{n}(x): return x\n" for n in range(5)
    ),
}


@pytest.mark.parametrize("kind", MORE)
@pytest.mark.parametrize("name", ["a.py", "zz.py"])
def test_a_file_that_has_a_function_among_many_others_is_named_with_the_reason(
    class_of: Any, kind: str, name: str
) -> None:
    answer = "def initialize(): return 1\ndef scale(): return 2\n"
    function = "def initialize(): return 3\n"
    gathered = class_of({"ada/random_init.py": answer, f"ada/{name}": function + MORE[kind]})
    assert taken(gathered) == [("random_init.py",)]
    said = f"{name} was not taken: it defines initialize, but most of it is something else"
    assert notes(gathered) == [said]
    # The control: with nothing else in it, it is a file that may have been meant.
    alone = class_of({f"ada/{name}": function})
    assert said not in notes(alone)


OF_ANOTHER_LAB = {
    "no parameters": lab("initialize_parameters()"),
    "one more that must be given": lab("initialize_parameters(n_x, n_h, n_y, scope)"),
    "by their names alone": lab("initialize_parameters(*, seed, dtype)"),
    "one of its own": lab("initialize_parameters(model)"),
    "a method": "class Net:\n    def initialize_parameters(self, n_x, n_h, n_y):\n        pass\n",
    "an import": "from lab import initialize_parameters\nprint(initialize_parameters(2, 4, 1))\n",
}


@pytest.mark.parametrize("kind", OF_ANOTHER_LAB)
@pytest.mark.parametrize("name", ["zz.py", "random_init.py"])
def test_the_function_s_name_in_another_lab_is_no_answer(
    ours_of: Any, kind: str, name: str
) -> None:
    gathered = ours_of({"ada/planar.py": RIGHT, f"ada/{name}": OF_ANOTHER_LAB[kind]})
    assert taken(gathered) == [("planar.py",)]


def test_more_functions_beat_the_name(ours_of: Any) -> None:
    files = {"ada/backprop_step.py": HALF, "ada/backprop_step v2.py": HALF + OTHER_HALF}
    gathered = ours_of(files)
    assert taken(gathered) == [("backprop_step v2.py",)]
    assert notes(gathered) == [
        "backprop_step v2.py was taken: backprop_step.py has fewer of the functions"
    ]


def test_the_name_decides_between_two_that_are_done(ours_of: Any) -> None:
    gathered = ours_of({"ada/random_init.py": RIGHT, "ada/random_init_old.py": RIGHT + "\n\n"})
    assert taken(gathered) == [("random_init.py",)]
    assert notes(gathered) == ["random_init.py was taken: random_init_old.py is called an old one"]


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("random_init_v2.py", "random_init.py"),
        ("random_init_final.py", "random_init.py"),
        ("random_init_fixed.ipynb", "random_init.py"),
        ("random_init 2.py", "random_init.py"),
        ("random_init_v10.py", "random_init_v9.py"),
        # A mark of copies tells nothing of which is newer: the exercise's own name counts.
        ("random_init.py", "random_init (1).py"),
        ("random_init.py", "random_init - Copy.py"),
        ("random_init.ipynb", "random_init-Copy1.ipynb"),
        ("starter.py", "starter (1).py"),
        ("random_init.py", "test_random_init.py"),
        ("random_init.py", "random_init_old.py"),
        ("random_init.py", "Random-Init backup.py"),
        ("new/random_init.py", "old/random_init.py"),
        ("Week 10/random_init.py", "Week 9/random_init.py"),
        ("v10/work.py", "v9/work.py"),
        ("rand_new.py", "rand_old.py"),
        ("rand.py", "rand_backup.py"),
        ("work.py", "random_init.bak.py"),
        ("random_init.py", "random_init_uniform.py"),  # another way, not a version
    ],
)
def test_of_versions_the_later_counts(
    ours_of: Any, notebook: Any, later: str, earlier: str
) -> None:
    files = {later: RIGHT, earlier: RIGHT + "# earlier"}
    text = {n: notebook(t) if n.endswith(".ipynb") else t for n, t in files.items()}
    [names] = taken(ours_of({f"ada/{name}": text[name] for name in text}))
    assert names == (later,)


def test_what_was_handed_in_last_decides_between_two_of_other_names(ours_of: Any) -> None:
    files = {"ada_4_322_a.py": RIGHT, "ada_4_310_b.py": RIGHT + "# old"}
    gathered = ours_of(files, layout="canvas")
    assert taken(gathered) == [("a.py",)]
    assert notes(gathered) == ["a.py was taken: b.py was handed in before"]


def test_numbers_in_names_are_counted(ours_of: Any) -> None:
    gathered = ours_of({f"ada/v{n}.py": RIGHT + f"# {n}" for n in (2, 9, 10)})
    assert taken(gathered) == [("v10.py",)]
    differs = "differs in its name only, and the last name counts"
    assert notes(gathered) == [f"v10.py was taken: v9.py {differs}; v2.py {differs}"]


def test_a_file_that_an_answer_imports_is_not_the_answer(ours_of: Any) -> None:
    main = f"import zz\n{HALF}"
    gathered = ours_of({"ada/a.py": main, "ada/zz.py": OTHER_HALF}, only="backprop_step")
    assert taken(gathered) == [("zz.py", "a.py")]


def test_an_unreadable_file_is_the_answer_beside_what_was_given_out(
    ours_of: Any, public: Any
) -> None:
    files = {"random_init-final.ipynb": '{"cells": [', "starter.py": public()["starter.py"]}
    gathered = ours_of(in_folder(files))
    assert taken(gathered) == [("random_init-final.ipynb",)]
    gathered = ours_of({"bo/random_init-final.ipynb": '{"cells": [', "bo/x.py": RIGHT})
    assert taken(gathered)[1] == ("x.py",)
    assert "x.py was taken: random_init-final.ipynb cannot be read" in notes(gathered)


def test_a_file_without_the_functions_is_the_answer_beside_what_was_given_out(
    ours_of: Any, public: Any
) -> None:
    """Something was done there, under other names; of the starter that is not known."""
    files = {"mine.py": "def my_start(): return 1", "starter.py": public()["starter.py"]}
    assert taken(ours_of(in_folder(files), only=EXERCISE)) == [("mine.py",)]


def test_only_a_few_files_are_named_in_a_note(ours_of: Any) -> None:
    gathered = ours_of({f"ada/v{n}.py": RIGHT + f"# {n}" for n in range(12)})
    [note] = notes(gathered)
    assert note.endswith("; 6 more files were not read")


def test_functions_that_the_answer_lacks_are_taken_from_where_they_are(ours_of: Any) -> None:
    stub = "def compute_cost(A2, Y):\n    raise NotImplementedError\n"
    files = {"ada/backprop_step.py": HALF + "x = 1\n" + stub, "ada/backprop_step_2.py": OTHER_HALF}
    gathered = ours_of(files)
    assert taken(gathered) == [("backprop_step.py", "backprop_step_2.py")]
    [note] = notes(gathered)
    assert note.startswith("backprop_step.py was read before backprop_step_2.py: it has ")


def test_several_suppliers_stand_in_the_order_in_which_they_count(ours_of: Any) -> None:
    back = lab("backward_propagation(parameters, cache, X, Y)", "compute_cost(A2, Y)")
    files = {
        "ada/backprop_step.py": HALF + lab("update_parameters(parameters, grads, learning_rate)"),
        "ada/backprop_step b.py": back,
        "ada/backprop_step c.py": OTHER_HALF,
    }
    [names] = taken(ours_of(files))
    assert names == ("backprop_step b.py", "backprop_step.py")


STEMS = st.lists(
    st.sampled_from(
        ["a", "b", "random_init", "random_init (1)", "random_init-Copy1", "starter", "zz", "v10"]
    ),
    min_size=3,
    max_size=3,
    unique=True,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(stems=STEMS, order=st.permutations(range(3)))
def test_whatever_the_names_the_same_work_is_taken(
    ours_of: Any, public: Any, tmp_path: Path, stems: list[str], order: list[int]
) -> None:
    shutil.rmtree(tmp_path / "class", ignore_errors=True)  # of the example before
    contents = [RIGHT, public()["starter.py"], OTHER_PARAMETERS]
    files = {f"ada/{stem}.py": contents[n] for stem, n in zip(stems, order, strict=True)}
    gathered = ours_of(files)
    [submission] = gathered.submissions
    assert submission.read() == [(f"{stems[order.index(0)]}.py", RIGHT.encode())]
    assert len(gathered.left_over) == 2


@pytest.mark.parametrize(
    ("name", "is_given"),
    [("README.md", True), ("hints.md", True), ("exercise.toml", True), ("picture.png", True),
     ("notes.md", False), ("data.csv", False)],
)  # fmt: skip
def test_a_lesson_handed_in_with_the_answer_is_no_unread_work(
    ours_of: Any, name: str, is_given: bool
) -> None:
    gathered = ours_of(in_folder({name: "x", "random_init.py": RIGHT}))
    assert [left.passed_over for left in gathered.left_over] == [is_given]


def test_a_version_that_another_one_imports_does_not_count(ours_of: Any) -> None:
    importing = f"from random_init_v1 import *\n{RIGHT}"
    files = {
        "random_init_v1.py": f"{RIGHT}# one\n",
        "random_init_v2.py": importing,
        "random_init_v3.py": f"{RIGHT}# three\n",
    }
    gathered = ours_of(in_folder(files))
    assert taken(gathered) == [("random_init_v3.py",)]
    [note] = notes(gathered)
    assert "random_init_v1.py is imported by another file" in note
    assert "random_init_v2.py" in note
    # The control: nobody imports it, and the names alone decide.
    gathered = ours_of(in_folder(files | {"random_init_v2.py": f"{RIGHT}# two\n"}))
    assert "imported" not in notes(gathered)[0]
