"""Does nothing that a neighbour hands in change what others' files are taken for?"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest

from grader.ingest.gathered import Known
from grader.model.asked import asked_alone, asked_of_most

ZERO = "def zeros():\n    return 0\n"
BACK = "def backward():\n    return 0\n"
HONEST = {f"{who}/zero_init.py": f"{ZERO}# {who}\n" for who in ("ada", "bob")}
SILENT = {
    "code that tells nothing": {"sil/hw.py": "x = 1\n"},
    "an empty file": {"sil/hw.py": ""},
    "work that is cut off": {"sil/hw.ipynb": '{"cells": ['},
    "an archive that is damaged": {"sil/hw.zip": b"PK"},
    "several files": {"sil/hw.py": "x = 1\n", "sil/more.py": "y = 1\n"},
}
MORE = {
    "by its name": {"mal/backprop_step.py": BACK},
    "by its functions": {"mal/work.py": BACK},
    "by a folder": {"mal/backprop_step/work.py": BACK},
    "that is cut off": {"mal/backprop_step.ipynb": '{"cells": ['},
    "beside what all do": {"mal/backprop_step.py": BACK, "mal/zero_init.py": ZERO},
    "every other one": {f"mal/{name}.py": BACK for name in ("backprop_step", "random_init", "x")},
}


def of(gathered: Any, who: str) -> list[Any]:
    """Return all that is known of a student: what was taken for what, and what was not."""
    found = [
        (s.exercise, s.names, s.problem, s.notes)
        for s in gathered.submissions
        if s.student.label == who
    ]
    return found + [
        (left.path, left.reason, left.alone)
        for left in gathered.left_over
        if PurePosixPath(left.path).parts[0] == who
    ]


@pytest.mark.parametrize("silent", SILENT)
@pytest.mark.parametrize("more", MORE)
def test_a_second_exercise_of_one_student_s_is_no_other_s(
    class_of: Any, silent: str, more: str
) -> None:
    """Whose files told nothing had 0 points for the class's only exercise, or no row, as it was."""
    alone = of(class_of(HONEST | SILENT[silent]), "sil")
    assert [entry[0] for entry in alone][:1] == ["zero_init"]
    mixed = class_of(MORE[more])
    assert of(mixed, "sil") == alone
    assert "mal" in {student.label for student in mixed.handed}


@pytest.mark.parametrize("more", ["by its name", "by its functions"])
def test_what_several_hand_in_besides_leaves_a_class_without_an_only_exercise(
    class_of: Any, more: str
) -> None:
    """The control: a class that is asked for two gives nobody points by guessing."""
    several = {
        path.replace("mal", f"mal{n}"): f"{text}# {n}"
        for n in range(2)
        for path, text in MORE[more].items()
    }
    gathered = class_of(HONEST | SILENT["code that tells nothing"] | several)
    [(path, _, is_alone)] = of(gathered, "sil")
    assert (path, is_alone) == ("sil/hw.py", True)


def test_a_side_file_is_no_answer_because_one_classmate_hands_in_all_of_it(ours_of: Any) -> None:
    def lab(*names: str) -> str:
        return "".join(f"def {name}:\n    return 0\n" for name in names)

    full = lab("f(x)", "f_prime(x)", "gradient_descent(x0, learning_rate, steps)")
    own = lab("initialize_parameters(n_x, n_h, n_y)")
    files = {f"{who}/random_init.py": f"{own}# {who}" for who in ("ada", "bob", "cy")}
    files["ada/side.py"] = lab("f(x)", "f_prime(x)")
    alone = of(ours_of(files), "ada")
    hostile = {"mal/gradient_descent.py": full, "mal/random_init.py": own}
    assert of(ours_of(hostile), "ada") == alone
    found = ours_of({f"{who}/gradient_descent.py": full for who in ("bob", "cy")})
    exercises = {s.exercise for s in found.submissions if s.student.label == "ada"}
    assert exercises == {"random_init", "gradient_descent"}  # the control: most hand it in


def test_one_s_own_extra_work_counts_for_the_one_who_handed_it_in(class_of: Any) -> None:
    gathered = class_of(HONEST | MORE["beside what all do"])
    mine = {s.exercise for s in gathered.submissions if s.student.label == "mal"}
    assert mine == {"zero_init", "backprop_step"}


def test_what_the_class_was_asked_for_before_tells_of_who_is_graded_alone(class_of: Any) -> None:
    known = Known(frozenset({"sil"}), frozenset({"zero_init"}))
    found = class_of({"sil/hw.py": "x = 1\n"}, known=known)
    assert [s.exercise for s in found.submissions] == ["zero_init"]


@pytest.mark.parametrize(
    ("handed", "most", "alone"),
    [
        ([], set(), ""),
        ([{"a"}], {"a"}, "a"),
        ([{"a"}, {"b"}], set(), ""),
        ([{"a"}, {"a", "b"}], {"a"}, "a"),
        ([{"a"}, {"a"}, {"b"}, set(), set()], {"a"}, "a"),
        ([{"a"}] * 3 + [{"b"}] * 2, {"a"}, ""),
        ([{"a"}] * 30 + [{"b"}] * 3, {"a"}, "a"),
        ([{"a"}] * 30 + [{"b"}] * 4, {"a"}, ""),
        ([{"a", "b"}] * 3, {"a", "b"}, ""),
    ],
)
def test_what_most_hand_in_is_asked_for(handed: Any, most: set[str], alone: str) -> None:
    assert asked_of_most(handed) == most
    assert asked_alone(handed) == alone
    assert asked_alone(handed, {"c"}) == ("" if most else "c")
