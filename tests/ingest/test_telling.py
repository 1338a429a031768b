"""Is an exercise told by functions that fit it, and is what was guessed said?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import labs
import pytest
from labs import lab

from grader.ingest.gathered import Known

PLANAR = {"random_init", "backprop_step", "nn_model"}
EXERCISES_OF = {
    "LOGISTIC": {"logistic_zero_init"},
    "PLANAR": PLANAR,
    "STEP_BY_STEP": {"random_init"},
    "INITIALISATION": {"zero_init"},
    "INIT_UTILS": set(),
    "REGULARISATION": set(),
    "OPTIMISATION": set(),
    "TENSORFLOW": set(),
    "GRADIENT_CHECKING": set(),
    "OPT_UTILS": set(),
    "TEST_CASES": set(),
    "TF_UTILS": set(),
    "KERAS": set(),
    "REGRESSION": set(),
}
CONTRACT = "initialize_parameters(n_x, n_h, n_y)"


def told(gathered: Any, student: str = "ada") -> set[str]:
    return {s.exercise for s in gathered.submissions if s.student.label == student}


def notes(gathered: Any, exercise: str) -> list[str]:
    return [note for s in gathered.submissions if s.exercise == exercise for note in s.notes]


def test_every_lab_is_listed_here() -> None:
    assert {name for name in dir(labs) if name.isupper()} == EXERCISES_OF.keys()


@pytest.mark.parametrize("ending", [".py", ".ipynb"])
@pytest.mark.parametrize("name", EXERCISES_OF)
def test_a_lab_answers_what_it_answers_and_nothing_else(
    ours_of: Any, notebook: Any, name: str, ending: str
) -> None:
    source = getattr(labs, name)
    cells = source.replace("\ndef ", "\n\x00def ").split("\x00")
    text = source if ending == ".py" else notebook(*cells)
    gathered = ours_of({f"ada/hw{ending}": text})
    assert told(gathered) == EXERCISES_OF[name]
    assert bool(gathered.left_over) == (not EXERCISES_OF[name])


@pytest.mark.parametrize("order", [("Lab.ipynb", "init_utils.py"), ("lab.ipynb", "Init_utils.py")])
def test_a_helper_file_that_the_answer_imports_answers_nothing(
    ours_of: Any, notebook: Any, order: tuple[str, str]
) -> None:
    answer, helper = order
    module = helper.removesuffix(".py")
    # As small as it can be, so that its functions are no minor part of it.
    small = lab("forward_propagation(X, parameters)", CONTRACT, "predict(parameters, X)")
    source = labs.INITIALISATION.replace("init_utils", module)
    gathered = ours_of({f"ada/{answer}": notebook(source), f"ada/{helper}": small})
    assert told(gathered) == {"zero_init"}
    [submission] = gathered.submissions
    assert submission.names == (helper, answer)
    assert gathered.left_over == ()


def test_a_helper_of_a_helper_answers_nothing(ours_of: Any) -> None:
    files = {
        "ada/hw.py": f"import a\n{lab('initialize_parameters_zeros(layers_dims)')}",
        "ada/a.py": "from b import *",
        "ada/b.py": labs.PLANAR,
    }
    assert told(ours_of(files)) == {"zero_init"}


def test_files_that_import_each_other_both_answer(ours_of: Any) -> None:
    files = {
        "ada/a.py": f"import b\n{lab('initialize_parameters_zeros(layers_dims)')}",
        "ada/b.py": f"import a\n{lab(CONTRACT)}",
    }
    assert told(ours_of(files)) == {"zero_init", "random_init"}


@pytest.mark.parametrize(
    "user",
    ["from hw import *\nprint(initialize_parameters(2, 4, 1))", "import hw\ndef test_it(): hw.x"],
)
@pytest.mark.parametrize("name", ["run.py", "test_random_init.py", "main_random_init.py"])
def test_a_file_that_only_uses_the_answer_is_not_the_answer(
    ours_of: Any, name: str, user: str
) -> None:
    gathered = ours_of({"ada/hw.py": lab(CONTRACT), f"ada/{name}": user})
    [submission] = gathered.submissions
    assert (submission.exercise, submission.names[-1]) == ("random_init", "hw.py")


@pytest.mark.parametrize(
    ("signatures", "expected"),
    [
        (
            ["model(X, Y, n_h, num_iterations=9)"],
            {"nn_model"},
        ),  # half of the functions, and nothing else
        (["nn_model(X, Y, n_h, num_iterations=9)", *"abcdefgh"], {"nn_model"}),  # its own id
        (["model(X, Y, n_h, num_iterations=9)", *"abcdefgh"], set()),
        (["predict(parameters, X)", "predict_all(x)"], {"nn_model"}),
        (["predict(parameters, X)", *"abcdefgh"], set()),
        (["predict(w, b, X)"], {"nn_model"}),  # a wrong signature, and no other exercise has it
        (["predict(w, b, X)", CONTRACT], {"random_init"}),
        (["forward_propagation(X, parameters)", CONTRACT], {"random_init"}),
        (["initialize_parameters_he(layers_dims)"], {"deep_init"}),
        (["initialize_parameters_he(layers_dims)", CONTRACT], {"random_init"}),
        (["f(x)"], {"gradient_descent"}),
        (["f(x)", CONTRACT], {"random_init"}),
        ([CONTRACT, "initialize_parameters_zeros(layers_dims)"], {"random_init", "zero_init"}),
    ],
)
def test_few_functions_tell_where_nothing_else_does(
    ours_of: Any, signatures: list[str], expected: set[str]
) -> None:
    full = [s if "(" in s else f"{s}{s}(x)" for s in signatures]
    assert told(ours_of({"ada/hw.py": lab(*full)})) == expected


PART = lab("forward_propagation(X, parameters)", "update_parameters(parameters, grads, rate)")


@pytest.mark.parametrize("beside", [{}, {"ada/random_init.py": lab(CONTRACT)}])
@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("init_utils", False),
        ("planar_utils_v2", False),
        ("testCases", False),
        ("my helper", False),
        ("tools", False),
        ("futility", True),
        ("backprop", True),
    ],
)
def test_a_helper_file_answers_by_nothing_less_than_most(
    ours_of: Any, name: str, answers: bool, beside: dict[str, str]
) -> None:
    # A part of an exercise tells it where most have such a part.
    others = {f"{who}/work.py": PART for who in ("bo", "cy", "fay")}
    others |= {f"{who}/zero_init.py": "" for who in ("di", "ed")}
    gathered = ours_of({f"ada/{name}.py": PART} | others | beside)
    assert ("backprop_step" in told(gathered)) == answers
    assert answers or f"ada/{name}.py" in {item.path for item in gathered.left_over}


def test_a_helper_file_with_most_of_an_exercise_answers_it(ours_of: Any) -> None:
    files = {"ada/my_utils.py": PART + lab("compute_cost(A2, Y)", begin="")}
    assert told(ours_of(files)) == {"backprop_step"}


@pytest.mark.parametrize(
    "signature",
    ["f(x)", "predict(X)", "propagate(a)", "update_parameters(a, b, c)", "nothing(x)"],
)
@pytest.mark.parametrize("asked", [{"random_init"}, {"random_init", "zero_init"}])
def test_few_functions_tell_nothing_that_the_class_is_not_asked_for(
    ours_of: Any, tmp_path: Path, signature: str, asked: set[str]
) -> None:
    files = {f"s{n}/{exercise}.py": "" for n in range(3) for exercise in asked}
    files |= {"eve/hw.py": lab(signature)}
    gathered = ours_of(files)
    assert {s.exercise for s in gathered.submissions} == asked
    # The only exercise of a class is meant by whoever's files tell none.
    assert told(gathered, "eve") == (asked if len(asked) == 1 else set())
    assert ("eve/hw.py" in {item.path for item in gathered.left_over}) == (len(asked) > 1)
    # Graded again alone, she has what she had in the class.
    path, known = tmp_path / "class" / "eve", Known(frozenset({"eve"}), frozenset(asked))
    assert told(ours_of({}, path=path, known=known), "eve") == told(gathered, "eve")


@pytest.mark.parametrize(
    "signatures",
    [
        ("sigmoid(z)", "load()", "predict(parameters, X)"),
        ("f(x)", "f_prime(x)", "newton(x0, steps=10)"),
        ("forward_propagation(X, parameters)", "compute_cost(A2, Y)"),
    ],
)
def test_one_side_file_asks_the_class_for_nothing(ours_of: Any, signatures: list[str]) -> None:
    files = {f"{name}/zero_init.py": "" for name in ("ada", "bo", "cy")}
    gathered = ours_of(files | {"ada/side.py": lab(*signatures)})
    assert {s.exercise for s in gathered.submissions} == {"zero_init"}
    assert "ada/side.py" in {item.path for item in gathered.left_over}


def test_few_functions_tell_what_the_class_is_asked_for(ours_of: Any) -> None:
    full = lab("f(x)", "f_prime(x)", "gradient_descent(x0, learning_rate, steps)")
    files = {"ada/gradient_descent.py": full, "bo/random_init.py": lab(CONTRACT)}
    assert told(ours_of(files | {"eve/hw.py": lab("f(x)")}), "eve") == {"gradient_descent"}


LAB_UTILS = lab("sigmoid(x)", "relu(x)", "load()", "plot(x)", "score(x)", "show(x)", CONTRACT)


@pytest.mark.parametrize(
    ("name", "text", "answers"),
    [
        ("app_utils_v2", LAB_UTILS, False),
        ("helpers", LAB_UTILS, False),
        ("init", LAB_UTILS, True),
        ("my_utils", lab(CONTRACT, "plot(x)"), True),
    ],
)
def test_a_helper_file_with_little_of_an_exercise_answers_nothing_to_who_imports_it(
    ours_of: Any, name: str, text: str, answers: bool
) -> None:
    app = f"from {name} import *\n{lab('two_layers(X, Y)', 'many_layers(X, Y)')}"
    files = {
        "ada/app.py": app,
        f"ada/{name}.py": text,
        "bo/random_init.py": "",
        "bo/zero_init.py": "",
    }
    assert told(ours_of(files)) == ({"random_init"} if answers else set())


@pytest.mark.parametrize(
    ("signature", "more"),
    [
        ("f(x)", set()),
        ("f()", set()),
        ("predict(w, b, X)", set()),
        ("initialize_parameters_he(layers_dims)", set()),
        ("predict(parameters, X)", set()),  # a common name, and the half of nn_model
        ("nn_model(X, Y, n_h, num_iterations)", {"nn_model"}),
    ],
)
def test_beside_other_answers_few_functions_must_be_half_of_the_exercise(
    ours_of: Any, signature: str, more: set[str]
) -> None:
    files = {"ada/random_init.py": lab(CONTRACT), "ada/more.py": lab(signature)}
    assert told(ours_of(files)) == {"random_init"}
    # One side file does not ask the class for an exercise; two who have half of it do.
    assert told(ours_of(files | {"bo/more.py": lab(signature)})) == {"random_init"} | more


def test_two_side_files_of_one_student_ask_the_class_for_nothing(ours_of: Any) -> None:
    side = {
        "ada/cnn.py": lab("model(X_train, Y_train, X_test, Y_test)"),
        "ada/keras.py": lab("predict(model, img)"),
    }
    for asked in ("ada/zero_init.py", "bo/zero_init.py"):
        side[asked] = lab("initialize_parameters_zeros(layers_dims)")
    assert told(ours_of(side)) == {"zero_init"}


def test_two_students_with_the_same_work_have_the_same_exercises(ours_of: Any) -> None:
    gathered = ours_of(
        {
            "ada/Logistic Regression.py": labs.LOGISTIC,
            "bo/logistic_zero_init.py": labs.LOGISTIC,
            "cy/logistic_zero_init/my.py": labs.LOGISTIC,
        }
    )
    assert [told(gathered, s) for s in ("ada", "bo", "cy")] == [{"logistic_zero_init"}] * 3


def test_the_name_decides_among_exercises_that_fit(ours_of: Any) -> None:
    assert told(ours_of({"ada/random_init.py": labs.PLANAR})) == {"random_init"}
    both = "bo/nn-model and backprop step.py"
    assert told(ours_of({both: labs.PLANAR}), "bo") == {"nn_model", "backprop_step"}


def test_functions_decide_against_a_name_of_which_there_is_nothing(ours_of: Any) -> None:
    gathered = ours_of({"ada/zero_init.py": lab(CONTRACT)})
    assert told(gathered) == {"random_init"}
    assert notes(gathered, "random_init") == [
        "zero_init.py was taken for random_init because it defines initialize_parameters"
    ]


def test_the_name_decides_when_another_file_has_the_other_exercise(ours_of: Any) -> None:
    files = {"ada/zero_init.py": lab(CONTRACT), "ada/random_init.py": lab(CONTRACT)}
    gathered = ours_of(files)
    assert told(gathered) == {"random_init", "zero_init"}
    [note] = notes(gathered, "zero_init")
    assert "because of its name: it defines no function of zero_init" in note


@pytest.mark.parametrize(
    "content",
    ["", "x = 1", "def )(:\n", b"\x00\x01", "def initialize_parameters(n_x, n_h, n_y): pass"],
    ids=["empty", "no function", "broken", "unreadable", "another one's stub"],
)
def test_the_name_decides_alone_where_the_functions_tell_nothing(
    ours_of: Any, content: str | bytes
) -> None:
    assert told(ours_of({"ada/my zero-init (2).py": content})) == {"zero_init"}


DEF = f"def {CONTRACT}:\n    return 1\n"
INNER = DEF.replace("\n    ", "\n        ")


@pytest.mark.parametrize(
    "source",
    [
        "from functools import partial\ninitialize_parameters = partial(draw, 0.01)\n",
        "initialize_parameters = lambda n_x, n_h, n_y: 1\n",
        f"@cache\n{DEF}",
        f"async {DEF}",
        f"if True:\n    {INNER}",
        f"try:\n    {INNER}except NameError:\n    pass\n",
        DEF.replace("n_x, ", "n_x: int, *, "),
        DEF.replace("n_y)", "n_y, /, scale=0.01, **more)"),
        DEF.replace("initialize", "initialise"),
    ],
)
def test_a_function_tells_in_whatever_way_it_is_made(ours_of: Any, source: str) -> None:
    assert told(ours_of({"ada/hw.py": source})) == {"random_init"}


@pytest.mark.parametrize(
    "source",
    [
        f"class Net:\n    {INNER}",
        f"def main():\n    {INNER}",
        DEF.replace("initialize_parameters", "initialize"),
        f'"""\n{DEF}"""\n',
        "".join(f"# {line}\n" for line in DEF.splitlines()),
        "from lab import initialize_parameters\nprint(initialize_parameters(1, 2, 3))\n",
    ],
)
def test_what_nobody_can_call_tells_nothing(ours_of: Any, source: str) -> None:
    assert told(ours_of({"ada/hw.py": source, "bo/x.py": labs.PLANAR})) == set()


def test_a_function_whose_text_is_broken_tells_too(ours_of: Any) -> None:
    source = "def initialize_parameters(n_x, n_h, n_y):\n    return {'W1': (3\n"
    assert told(ours_of({"ada/hw.py": source})) == {"random_init"}


def test_a_file_that_no_worker_can_read_is_told_by_its_look(
    ours_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.sandbox.outline.Outliner.outline", lambda *_: "it tells nothing")
    files = {"ada/hw.py": lab(CONTRACT), "bo/hw.py": "def initialise_parameters(): 1", "cy.py": "x"}
    gathered = ours_of(files)
    assert [s.student.label for s in gathered.submissions] == ["ada", "bo", "cy"]


def test_functions_over_several_files_tell_together(ours_of: Any) -> None:
    start = "initialize_parameters_zeros(layers_dims)"
    files = {
        "ada/a.py": lab(start, "forward_propagation(X, parameters)", "compute_cost(A2, Y)"),
        "ada/b.py": lab(
            CONTRACT,
            "backward_propagation(parameters, cache, X, Y)",
            "update_parameters(parameters, grads, learning_rate)",
        ),
    }
    gathered = ours_of(files)
    assert told(gathered) == {"zero_init", "random_init", "backprop_step"}
    [step] = [s for s in gathered.submissions if s.exercise == "backprop_step"]
    assert set(step.names) == {"a.py", "b.py"}


def test_of_two_exercises_one_that_explains_less_is_not_answered(
    class_of: Any, make_exercise: Any
) -> None:
    course = [make_exercise("first", "zeros"), make_exercise("second", "zeros", "scale")]
    both = {"ada/hw.py": "def zeros(): return 1\ndef scale(): return 1"}
    assert told(class_of(both, exercises=course)) == {"second"}
    one = {"bo/hw.py": "def zeros(): return 1"}
    assert told(class_of(one, exercises=course), "bo") == {"first"}


def test_what_tells_nothing_is_left_unless_the_class_has_one_exercise(ours_of: Any) -> None:
    files = {"ada/hw.py": "x = 1", "bo/hw.py": lab(CONTRACT), "cy/hw.py": lab(CONTRACT)}
    gathered = ours_of(files)
    assert told(gathered) == {"random_init"}
    assert "hw.py does not tell its exercise; it was graded as random_init" in notes(
        gathered, "random_init"
    )
    # Two hand in another, so that the class is not asked for one alone.
    other = lab("initialize_parameters_zeros(layers_dims)")
    gathered = ours_of({"di/hw.py": other, "ed/hw.py": other})
    assert told(gathered) == set()
    [left] = gathered.left_over
    assert (left.path, left.student, left.alone) == ("ada/hw.py", "ada", True)


def test_what_cannot_be_read_is_listed_with_the_reason(ours_of: Any) -> None:
    gathered = ours_of({"ada/hw.ipynb": '{"cells": [', "bo/zero_init.py": "", "cy/nn_model.py": ""})
    [left] = gathered.left_over
    assert left.reason.startswith("the notebook hw.ipynb is cut off")


def test_the_answer_among_files_that_tell_nothing_is_chosen_as_ever(ours_of: Any) -> None:
    files = {
        "ada/hw.py": "import things\ndef other(): return things.x",
        "ada/things.py": "x = 1",
        "ada/zz.py": "",
        "bo/hw.py": lab(CONTRACT),
    }
    gathered = ours_of(files)
    [ada] = [s for s in gathered.submissions if s.student.label == "ada"]
    assert ada.names == ("things.py", "hw.py")
    assert [left.path for left in gathered.left_over] == ["ada/zz.py"]


def test_the_instructor_decides_before_the_functions(ours_of: Any) -> None:
    files = {
        "ada/planar.py": labs.PLANAR,
        "bo/zero_init.py": "x = 1",
        "cy/nn_model.py": labs.PLANAR,
        "di/nn_model/hw.py": labs.PLANAR,
    }
    gathered = ours_of(files, only="random_init")
    assert {s.student.label: s.names for s in gathered.submissions} == {
        "ada": ("planar.py",),
        "cy": ("nn_model.py",),
    }
    assert {left.reason for left in gathered.left_over} == {"its name tells another exercise"}
    told = "nn_model.py was taken for random_init, though its name tells nn_model"
    assert [s.notes for s in gathered.submissions] == [(), (told,)]


def test_nothing_is_outlined_where_the_name_tells(
    ours_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr("grader.sandbox.outline.Outliner.outline", lambda *a: asked.append(a) or "")
    files = {f"{s}/{e}.py": lab(CONTRACT) for s in ("ada", "bo") for e in ("random_init", "x")}
    files = {name: text for name, text in files.items() if "x.py" not in name}
    files |= {
        "cy/zero_init/hw.py": "x = 1",
        "cy/nn_model.py": labs.PLANAR,
        "di/uniform_init.py": lab("initialize_uniform(n_inputs, n_outputs, init_range)"),
    }
    assert len(ours_of(files).submissions) == 5
    assert asked == []


def test_of_equal_files_one_is_outlined(ours_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("grader.sandbox.outline.Outliner.outline", lambda *a: asked.append(a) or "")
    ours_of({f"s{n}/hw.py": lab(CONTRACT) for n in range(9)})
    assert len(asked) == 1


@pytest.mark.parametrize("order", [("zeros(a, b)", "backward(a)"), ("backward(a)", "zeros(a, b)")])
def test_of_two_exercises_that_are_told_as_well_the_course_s_first_is_taken(
    class_of: Any, order: tuple[str, str]
) -> None:
    # Neither function takes the contract's arguments.
    text = "".join(f"def {function}:\n    return 1\n" for function in order)
    assert told(class_of({"ada/work.py": text, "bo/zero_init.py": "def zeros(): ..."})) == {
        "zero_init"
    }
