"""Is a change that nobody can see told from a mistake, and from a mistake that hides well?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.catalog import Course
from grader.errors import CourseError
from grader.sandbox.forkserver import Forkserver
from grader.verify.distribution import alike
from grader.verify.equivalence import Comparison, same_values

DRAWN = """
[[functions]]
name = "draw"
parameters = [{ name = "n" }, { name = "m" }]
returns = { kind = "dict", keys = ["W", "V"] }
"""
DRAWING = """
import numpy as np

def draw(n, m):
    return {"W": np.random.randn(n, m) * 0.1, "V": np.random.randn(m, n)}
"""
SIZES = """
[sizes]
n = [2, 5]
m = [3, 9]
[values]
n = { size = "n" }
m = { size = "m" }
"""
TWO = """
import numpy as np

def step(X, rate=0.5):
    {}
"""


def is_equal(comparison: Comparison, source: str) -> bool:
    return comparison.differs_by_chance(source, comparison.differing(source))


@pytest.fixture
def compare(tiny: Callable[..., Course], forkserver: Forkserver) -> Callable[..., Comparison]:
    """Return a function that makes the comparison of a tiny exercise."""

    def make(**parts: str) -> Comparison:
        folder = tiny(**parts).folder("mini")
        return Comparison(folder, folder.staff / "cases.toml", forkserver)

    return make


@pytest.mark.parametrize(
    "body",
    [
        "return X - rate * X.sum(axis=1, keepdims=True)",
        "return X - X.sum(axis=1)[:, None] * rate",
        "return -(rate * X.sum(axis=-1).reshape(-1, 1) - X)",
        "Y = X.copy(); Y -= rate * X.sum(axis=1, keepdims=True); return Y",
        "print(X); return X - rate * X @ np.ones((X.shape[1], 1))",
    ],
)
def test_the_same_written_otherwise_is_equal(compare: Callable[..., Comparison], body: str) -> None:
    assert is_equal(compare(), TWO.format(body))


@pytest.mark.parametrize(
    "body",
    [
        "return X - rate * X.sum(axis=0)",
        "return X - rate * X.sum()",
        "return X - (rate + 1e-6) * X.sum(axis=1, keepdims=True)",
        "X -= rate * X.sum(axis=1, keepdims=True); return X",
        "return (X - rate * X.sum(axis=1, keepdims=True)).astype('float32')",
        "return (X - rate * X.sum(axis=1, keepdims=True))[None]",
        "return list(X - rate * X.sum(axis=1, keepdims=True)), 1",
        "return X if X.shape == (3, 4) else X - rate * X.sum(axis=1, keepdims=True)",
        "raise ValueError",
        "return None",
        "while True: pass",
        "import os; os._exit(3)",
        "return np.full(X.shape, np.nan)",
    ],
)
def test_what_a_check_could_see_is_not_equal(compare: Callable[..., Comparison], body: str) -> None:
    assert not is_equal(compare(), TWO.format(body))


def test_another_default_shows_although_cases_give_a_value(
    compare: Callable[..., Comparison],
) -> None:
    right = "def step(X, rate={}):\n    return X - rate * X.sum(axis=1, keepdims=True)"
    comparison = compare()
    assert is_equal(comparison, right.format("0.5"))
    assert not is_equal(comparison, right.format("0.6"))


@pytest.mark.parametrize(
    "returned",
    [
        '{"W": np.random.randn(n, m) * 0.1, "V": np.random.randn(m, n)}',
        '{"W": np.random.randn(n, m) * -0.1, "V": np.random.randn(m, n)}',
        '{"V": np.random.randn(m, n), "W": np.random.randn(n, m) / 10, "extra": 1}',
        '{"W": np.random.default_rng().normal(0, 0.1, (n, m)), "V": np.random.randn(m, n)}',
    ],
)
def test_other_draws_of_the_same_kind_are_equal(
    compare: Callable[..., Comparison], returned: str
) -> None:
    source = f"import numpy as np\ndef draw(n, m):\n    return {returned}\n"
    assert is_equal(compare(reference=DRAWING, exercise=DRAWN, cases=SIZES), source)


@pytest.mark.parametrize(
    "returned",
    [
        '{"W": np.random.rand(n, m) * 0.1, "V": np.random.randn(m, n)}',
        '{"W": np.random.randn(n, m) * 0.2, "V": np.random.randn(m, n)}',
        '{"W": np.random.randn(1, m) * np.full((n, 1), 0.1), "V": np.random.randn(m, n)}',
        '{"V": (V := np.random.randn(m, n)), "W": 0.1 * V.T}',
        '{"W": np.zeros((n, m)), "V": np.random.randn(m, n)}',
        '{"W": np.random.randn(m, n) * 0.1, "V": np.random.randn(m, n)}',
        '{"W": np.random.randn(n, m) * 0.1 + 0.05, "V": np.random.randn(m, n)}',
    ],
)
def test_draws_of_another_kind_are_not(compare: Callable[..., Comparison], returned: str) -> None:
    source = f"import numpy as np\ndef draw(n, m):\n    return {returned}\n"
    assert not is_equal(compare(reference=DRAWING, exercise=DRAWN, cases=SIZES), source)


def test_what_no_draw_explains_is_no_draw(compare: Callable[..., Comparison]) -> None:
    """A function that draws nothing is held to its numbers, beside one that draws."""
    functions = (
        DRAWN
        + '[[functions]]\nname = "size"\nparameters = [{ name = "n" }]\n'
        + ('returns = { kind = "number" }\n')
    )
    comparison = compare(
        reference=DRAWING + "def size(n):\n    return n\n", exercise=functions, cases=SIZES
    )
    turned = DRAWING.replace("0.1", "-0.1")
    assert is_equal(comparison, turned + "def size(n):\n    return n\n")
    assert not is_equal(comparison, turned + "def size(n):\n    return n + 1\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reference": "def step(X, rate):\n    raise ValueError('no')"}, "case 0 of step"),
        ({"reference": "def step(X, rate):\n    return 'text'"}, "broke its contract"),
        ({"reference": "def step(X, rate, beta):\n    return X"}, "no value for beta of step"),
        ({"reference": "x = 1"}, "the reference has no function step"),
        ({"cases": "[functions.stepp]\nX = { constant = 1 }"}, "there is no function stepp"),
    ],
)
def test_cases_that_do_not_fit_are_ours_to_mend(
    compare: Callable[..., Comparison], change: dict[str, str], said: str
) -> None:
    with pytest.raises(CourseError, match=said) as caught:
        compare(**change)
    assert "cases.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0 + 1e-12, True),
        (1.0, 1.0 + 1e-7, False),
        (0.0, 1e-17, True),
        (np.zeros(2), np.zeros((2, 1)), False),
        (np.zeros(2), np.zeros(2, int), False),
        (np.array([np.nan, 1]), np.array([np.nan, 1]), True),
        (np.array([1e12, 1e-5]), np.array([1e12, 0.0]), True),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"b": 1}, False),
        ([1, 2], (1, 2), True),
        ([1, 2], [1], False),
        ("a", "a", True),
        ("a", 1, False),
        (None, None, True),
        (None, 0.0, False),
        (np.array(["a"]), np.array(["b"]), False),
    ],
)
def test_values_are_compared_as_data(one: object, other: object, same: bool) -> None:
    assert same_values(one, other) is same


def test_samples_are_told_apart_by_each_kind_of_difference() -> None:
    rng = np.random.default_rng(4)

    def sample(make: Callable[[], object]) -> list[object]:
        return [make() for _ in range(400)]

    right = sample(lambda: {"W": rng.normal(size=(3, 2)), "n": 3, "kind": "tanh"})
    assert alike(right, sample(lambda: {"W": rng.normal(size=(3, 2)), "n": 3, "kind": "tanh"}))
    for wrong in (
        lambda: {"W": rng.normal(size=(2, 3)), "n": 3, "kind": "tanh"},
        lambda: {"W": rng.normal(size=(3, 2)), "n": 4, "kind": "tanh"},
        lambda: {"W": rng.normal(size=(3, 2)), "n": 3, "kind": "relu"},
        lambda: {"W": rng.uniform(-(3**0.5), 3**0.5, size=(3, 2)), "n": 3, "kind": "tanh"},
        lambda: {"W": rng.normal(size=(1, 2)) + np.zeros((3, 1)), "n": 3, "kind": "tanh"},
    ):
        assert not alike(right, sample(wrong))
