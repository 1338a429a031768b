"""Are inputs drawn as `cases.toml` says, and is a slip in that file told with its place?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.catalog import Course
from grader.errors import CourseError
from grader.grade import Answer, Slot
from grader.model.report import Outcome
from grader.testing.cases import Case, read_cases

REFERENCE = SimpleNamespace(
    double=lambda X: 2 * X,
    both=lambda X: (X, {"twice": 2 * X}),
    draw=lambda n: np.random.randn(n),
    spoils=lambda X: X.fill(0.0),
    breaks=lambda X: X[99],
    has_default=lambda X, rate=0.5: X * rate,
)


def case_of(tmp_path: Path, text: str, seed: int = 0) -> Case:
    path = tmp_path / "cases.toml"
    path.write_text(text, "utf-8")
    return Case(read_cases(path), path, np.random.default_rng(seed), REFERENCE)


ONE_OF_EACH = """
[sizes]
n = [2, 4]
m = [2, 4]
[values]
X = { normal = ["n", "m"], scale = 2.0, centre = 100.0 }
number = { normal = [] }
rate = { uniform = [0.1, 0.6] }
Z = { uniform = [-3, 3], shape = ["m", 1] }
steps = { integer = [2, 9] }
labels = { integer = [0, 2], shape = ["m"] }
Y = { binary = [1, "m"] }
kind = { choice = ["tanh", "relu"] }
dims = { list = ["n", 7, "m"] }
n = { size = "n" }
grads = { dict = { dW = { normal = ["n", "n"] }, twice = { result = "double" } } }
twice = { result = "double" }
part = { result = "both", item = 1 }
key = { result = "both", item = 0 }
flag = { constant = false }
"""


def test_each_kind_is_drawn_as_it_says(tmp_path: Path) -> None:
    case = case_of(tmp_path, ONE_OF_EACH).namespace()
    n, m = case.n, case.m
    assert {n, m} < {2, 3, 4}
    assert n != m
    assert case.X.shape == (n, m)
    assert abs(case.X.mean() - 100) < 10
    assert type(case.number) is float
    assert 0.1 <= case.rate <= 0.6
    assert case.Z.shape == (m, 1)
    assert type(case.steps) is int
    assert case.labels.dtype.kind == "i"
    assert set(np.unique(case.Y)) == {0.0, 1.0}
    assert case.kind in ("tanh", "relu")
    assert case.dims == [n, 7, m]
    assert case.grads["dW"].shape == (n, n)
    np.testing.assert_array_equal(case.twice, 2 * case.X)
    np.testing.assert_array_equal(case.part["twice"], case.grads["twice"])
    np.testing.assert_array_equal(case.key, case.X)
    assert case.flag is False


@given(seed=st.integers(0, 2**32))
def test_all_sizes_of_any_case_are_different(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "cases.toml"
    if not path.exists():
        path.write_text("[sizes]\na = [1, 4]\nb = [1, 4]\nc = [2, 3]\nd = [1, 5]\n")
    sizes = Case(read_cases(path), path, np.random.default_rng(seed), REFERENCE).sizes
    assert len(set(sizes.values())) == 4
    assert 2 <= sizes["c"] <= 3


def test_a_seed_gives_the_same_case_whatever_is_asked_first(tmp_path: Path) -> None:
    one, other = (case_of(tmp_path, ONE_OF_EACH, 5) for _ in range(2))
    other.value("rate")
    np.testing.assert_array_equal(one.value("X"), other.value("X"))
    assert case_of(tmp_path, ONE_OF_EACH, 6).value("rate") != one.value("rate")


def test_a_function_s_own_value_wins_for_that_function(tmp_path: Path) -> None:
    text = "[values]\nX = { constant = 1 }\n[functions.double]\nX = { constant = 2 }\n"
    case = case_of(tmp_path, text + "[values.t]\nresult = 'double'\n")
    assert case.arguments("double") == {"X": 2}
    assert case.arguments("both") == {"X": 1}
    assert case.value("t") == 4
    assert case.namespace().X == 1


def test_a_parameter_with_a_default_needs_no_value(tmp_path: Path) -> None:
    case = case_of(tmp_path, "[values]\nX = { constant = 1 }\n")
    assert case.arguments("has_default") == {"X": 1}


def test_a_reference_cannot_spoil_a_case_nor_the_generator_of_others(tmp_path: Path) -> None:
    text = "[sizes]\nn = [3, 9]\n[values]\nX = { normal = [3] }\nn = { size = 'n' }\n"
    text += "a = { result = 'spoils' }\nb = { result = 'draw' }\n"
    np.random.seed(3)
    expected = np.random.random()
    np.random.seed(3)
    case, again = case_of(tmp_path, text).namespace(), case_of(tmp_path, text).namespace()
    assert np.random.random() == expected
    assert case.X.all()
    np.testing.assert_array_equal(case.b, again.b)


FAULTS = {
    "x =": "Invalid value",
    "[size]\nn = [1, 2]": "size: there is no such key",
    "[sizes]\nn = 2": "sizes.n: ",
    "[sizes]\nn = [-1, 2]": "sizes.n.0: ",
    "[sizes]\nn = [2, 2]\nm = [2, 2]": "sizes: there is no m that differs from all other sizes",
    "[sizes]\nn = [5, 2]": "sizes: there is no n that differs",
    "[values]\nX = { norml = [2] }": "values.X.norml: there is no such key",
    "[values]\nX = {}": "values.X: has nothing, where one is needed of normal, uniform",
    "[values]\nX = { constant = 1, choice = [1] }": "values.X: has choice and constant",
    "[values]\nX = { normal = ['q'] }": "values.X: there is no size q",
    "[values]\nX = { list = ['q'] }": "values.X: there is no size q",
    "[values]\nX = { dict = { a = { normal = ['q'] } } }": "values.X: there is no size q",
    "[values]\nX = { normal = [2], shape = [3] }": "values.X: shape does not go with normal",
    "[values]\nX = { uniform = [3, 1] }": "values.X: uniform goes from 3 down to 1",
    "[values]\nX = { choice = [] }": "values.X.choice: ",
    "[sizes]\nn = [1, 2]\n[values]\nn = { constant = 3 }": "values.n: is the name of a size",
    "[functions.f]\nX = { size = 'q' }": "functions.f.X: there is no size q",
    "[values]\nX = { normal = [2], scale = nan }": "values.X.scale: ",
}


@pytest.mark.parametrize(("text", "said"), FAULTS.items())
def test_a_slip_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CourseError) as caught:
        case_of(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'cases.toml'}: {said}")


NEEDS: dict[str, tuple[str, str]] = {
    "[values]\nX = { result = 'nothing' }": ("X", "the reference has no function nothing"),
    "[values]\nX = { result = 'double' }": ("X", "values.X: needs itself to be computed"),
    "[values]\nt = { result = 'double' }": ("t", "there is no value for X of double"),
    "[values]\nX = { normal = [2] }\nt = { result = 'breaks' }": (
        "t", "values.t: breaks of the reference raised IndexError",
    ),
    "[values]\nX = { normal = [2] }\nt = { result = 'both', item = 5 }": (
        "t", "values.t: both of the reference raised IndexError",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "needs"), NEEDS.items())
def test_a_result_that_cannot_be_is_told(tmp_path: Path, text: str, needs: tuple[str, str]) -> None:
    case = case_of(tmp_path, text)
    with pytest.raises(CourseError, match=needs[1]) as caught:
        case.value(needs[0])
    assert "cases.toml" in str(caught.value)


USES_CASE = """
import pytest
from types import SimpleNamespace
from grader.testing import check, expect_close
{}
@check("the square", points=1)
def test_square(submission, case):
    expect_close(submission.square(case.x), case.wanted, "the square")
"""
OWN = """
@pytest.fixture
def case(rng):
    return SimpleNamespace(x=rng.normal(size=3), wanted=0.0)
"""


@pytest.mark.parametrize(
    ("fixture", "cases", "outcome"),
    [
        ("", "[values]\nx = { normal = [3] }\nwanted = { result = 'square' }\n", Outcome.PASSED),
        (OWN, "[values]\nx = { normal = [3] }\n", Outcome.FAILED),
        ("", "[values]\nx = 3\n", Outcome.INTERNAL_ERROR),
        ("", None, Outcome.INTERNAL_ERROR),
    ],
    ids=["from cases.toml", "a fixture of its own wins", "a slip is ours", "no file is ours"],
)
def test_hidden_tests_are_given_a_case(
    mini_course: Callable[..., Course], make_answer: Callable[..., Answer], fixture: str,
    cases: str | None, outcome: Outcome,
) -> None:  # fmt: skip
    course = mini_course(USES_CASE.format(fixture))
    staff = course.folder("mini").staff
    (staff / "reference.py").write_text("def square(x):\n    return x * x\n")
    if cases is not None:
        (staff / "cases.toml").write_text(cases)
    with Slot(course) as slot:
        report = slot.grade("mini", make_answer("def square(x):\n    return x ** 2\n"))
    assert [check.outcome for check in report.checks] == [outcome]
    if outcome is Outcome.INTERNAL_ERROR:
        assert "cases.toml" in report.checks[0].diagnostic


def test_another_case_is_another_exercise(mini_course: Callable[..., Any]) -> None:
    course = mini_course("")
    before = Course(course.root).folder("mini").digest
    (course.folder("mini").staff / "cases.toml").write_text("[values]\n")
    assert Course(course.root).folder("mini").digest != before
