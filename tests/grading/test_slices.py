"""What does a submission get whose functions need the statements around them?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from grader.grade import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.catalog import Course
    from grader.model.report import ScoreReport

CHECKS = """
from grader.testing import check, expect_close

@check("Square every entry", points=3)
def test_square(submission, rng):
    x = rng.normal(size=(3, 2))
    expect_close(submission.square(x), x**2, "square(x)")
"""
EXERCISE = """
[[functions]]
name = "square"
aliases = ["squared"]
parameters = [{ name = "x" }]
returns = { kind = "array" }
[limits]
call_wall_seconds = 6.0
"""
STARTER = """
def square(x):
    # TODO: return the square of every entry of x.
    raise NotImplementedError
"""


@pytest.fixture(scope="module")
def slot(
    tmp_path_factory: pytest.TempPathFactory, write_course: Callable[..., Course]
) -> Iterator[Slot]:
    """Start a slot in which what is stopped is stopped by its own time."""
    root: Path = tmp_path_factory.mktemp("course")
    with Slot(write_course(root, CHECKS, exercise=EXERCISE, starter=STARTER)) as started:
        yield started


SQUARE = "def square(x): return x ** K"
FULL = 3.0

# Statements from which K is 2, and after each of which the function stands.
GIVE_TWO = {
    "a comprehension": "K = [k for k in range(3)][-1]",
    "a loop": "K = 0\nfor k in range(2):\n    K += 1",
    "a call": "def two(): return 2\nK = two()",
    "an object": "class Two:\n    k = 2\ntwo = Two()\nK = two.k",
    "a table": "T = {}\nT['k'] = 2\nK = T['k']",
    "a choice": "K = 2 if len('ab') == 2 else 3",
    "behind an hour of training": "import time\ntime.sleep(3600)\nK = [2][0]\ntime.sleep(3600)",
    "a loop for ever beside it": "K = 2\nwhile True: pass",
    "the end of Python beside it": "import os\nK = [2][0]\nos._exit(1)",
    "a question beside it": "K = [2][0]\nname = input('who? ')",
}


@pytest.mark.parametrize("way", GIVE_TWO)
def test_code_that_works_in_python_works_here(grade: Callable[..., ScoreReport], way: str) -> None:
    report = grade(f"{GIVE_TWO[way]}\n{SQUARE}\n")
    assert (report.points, report.notes) == (FULL, ())


# What is lost with these is the statement, and not what stands beside it.
LOSE = {
    "an endless call": "K = sum(iter(int, 1))",
    "the end of Python": "import os\nfor k in range(3):\n    K = k\n    os._exit(1)",
    "too much memory": "K = len(b'x' * (1 << 40))",
    "a swallowed stop": "while 1:\n    try:\n        K = 1\n    except BaseException:\n        0",
    "a deep call": "def deep(n): return deep(n)\nK = deep(1)",
    "the end": "import sys\nK = sys.exit(3)",
}


@pytest.mark.parametrize("way", LOSE)
def test_a_statement_that_is_lost_costs_those_who_need_it(
    grade: Callable[..., ScoreReport], told: Callable[[ScoreReport], str], way: str
) -> None:
    report = grade(f"{LOSE[way]}\ndef square(x): return x ** K\n")
    assert report.points == 0
    assert "K is set in answer.py, line" in told(report)
    assert "could not be run here" in told(report)
    report = grade(f"{LOSE[way]}\ndef square(x): return x ** 2\ndef other(): return K\n")
    assert report.points == FULL


def test_a_value_that_a_stopped_loop_left_behind_gives_no_mistake_a_name(
    grade: Callable[..., ScoreReport], told: Callable[[ScoreReport], str]
) -> None:
    loop = "K = 0\nwhile K < 2: K += 1e-12\n"
    report = grade(f"{loop}def square(x): return x[:, :1] ** K\n")
    assert [d.misconception for d in report.diagnoses] == []
    assert "square needs K, set in answer.py, line 2, which could not be run here" in told(report)
    assert any("half of their time" in fact for fact in report.execution.observed)


def test_what_is_said_of_a_missing_name(
    grade: Callable[..., ScoreReport], told: Callable[[ScoreReport], str], snapshot: Any
) -> None:
    data = "from sklearn import datasets\nsamples = datasets.load_iris()\nK = samples.shape\n"
    assert told(grade(f"{data}{SQUARE}")) == snapshot(name="a module")
    assert told(grade(f"K = open('data/k.csv').read()\n{SQUARE}")) == snapshot(name="a file")
    assert told(grade(f"K = int(input())\n{SQUARE}")) == snapshot(name="a question")
    assert told(grade(f"while True: K = 2\n{SQUARE}")) == snapshot(name="time")


ASSERTIONS = {
    "an assert": "assert y.shape == (1, 1), 'wrong'",
    "on two lines": "assert (y.shape ==\n        (1, 1))",
    "of numpy": "np.testing.assert_array_equal(y, [[1]])",
    "of numpy by its name": "assert_allclose(y, 1)",
    "of a test case": "unittest.TestCase().assertEqual(y.shape, (1, 1))",
    "in a loop": "for size in y.shape:\n        assert size == 1",
    "of a helper": "check(y)",
}


@pytest.mark.parametrize("way", ASSERTIONS)
def test_an_assert_of_the_students_does_not_turn_one_mistake_into_many(
    grade: Callable[..., ScoreReport], told: Callable[[ScoreReport], str], way: str
) -> None:
    wrong = (
        "import unittest\nimport numpy as np\nfrom numpy.testing import assert_allclose\n"
        "def check(a):\n    assert a.shape == (1, 1)\n"
        "def square(x):\n    y = x ** 2\n    {}\n    return y[:, :1]\n"
    )
    with_assert = grade(wrong.format(ASSERTIONS[way]))
    assert told(with_assert) == told(grade(wrong.format("pass")))
    assert "shape (3, 1) instead of (3, 2)" in told(with_assert)


def test_one_that_was_written_counts_wherever_it_stands(grade: Callable[..., ScoreReport]) -> None:
    right = "def square(x): return x ** 2\n"
    stub = "def square(x):\n    # TODO: return the square of every entry of x.\n    raise \
NotImplementedError\n"
    unfit = "def square(): return 3\n"
    for source in (right + stub, stub + right, right + unfit, unfit + right, stub + unfit + right):
        report = grade(source)
        assert report.points == FULL
        assert any("is defined" in note for note in report.notes)
    assert grade(right + "def squared(x): return x\n").points == FULL
    assert grade("def square(x): pass\ndef squared(x): return x ** 2\n").points == FULL


NEWER = {
    "a function": 'def square(x):\n    d = {"a": 2}\n    return x ** int(f"{d["a"]}")\n',
    "a value": 'd = {"a": "2"}\nK = int(f"{d["a"]}")\ndef square(x): return x ** K\n',
    "a type": "type K = int\ndef square(x): return x ** 2 if K else x\n",
    "a later definition": 'def square(x): return x\ndef square(x): return f"{"x"}"\n',
    "an except without brackets": "def square(x):\n    try:\n        return x ** 2\n"
    "    except* ValueError, TypeError:\n        pass\n",
    "a helper": "def two[T](x: T) -> T: return 2\ndef square(x): return x ** two(x)\n",
    "a name of the library": "from itertools import batched\nK = len(next(batched('abc', 2)))\n"
    "def square(x): return x ** K\n",
    "a decorator of the library": "import typing as t\nclass A:\n    @t.override\n"
    "    def two(self): return 2\ndef square(x): return x ** A().two()\n",
}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows these forms")
@pytest.mark.parametrize("way", NEWER)
def test_what_a_newer_python_is_needed_for_is_held_back(
    grade: Callable[..., ScoreReport], way: str
) -> None:
    report = grade(NEWER[way])
    assert (report.status, report.points) == ("internal_error", None)
    version = "3.14" if "except" in way else "3.12"
    assert f"needs Python {version}, and Python 3.11 grades here" in report.diagnostic
    assert any(f"needs Python {version}" in note for note in report.notes)
    assert "not valid Python" not in str(report)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows these forms")
def test_a_module_that_needs_a_newer_python_holds_its_users_back(
    grade: Callable[..., ScoreReport],
) -> None:
    tools = b'def power(x):\n    print(f"{"a"}")\n    return x ** 2\n'
    answer = b"import tools\ndef square(x): return tools.power(x)\n"
    assert grade(tools.decode(), "tools.py", ("answer.py", answer)).status == "internal_error"
    other = b"import tools\ndef square(x): return x ** 2\n"
    assert grade(tools.decode(), "tools.py", ("answer.py", other)).points == FULL


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows these forms")
def test_a_newer_python_that_nothing_needs_holds_nothing_back(
    grade: Callable[..., ScoreReport],
) -> None:
    plot = 'def plot(d): print(f"{d["a"]}")\nplot({"a": 1})\ntype T = int\n'
    report = grade(f"{plot}def square(x): return x ** 2\n")
    assert report.points == FULL
    assert "not valid Python" not in str(report)


def test_modules_beside_the_answer_are_graded_with_it(grade: Callable[..., ScoreReport]) -> None:
    files = ("tools.py", b"K = [2][0]\ndef power(x): return x ** K\n")
    report = grade("def square(x): return x", "old.py", files)
    assert report.points == 0
    answer = ("answer.py", b"import tools\ndef square(x): return tools.power(x)\n")
    report = grade("K = [2][0]\ndef power(x): return x ** K\n", "tools.py", answer)
    assert (report.points, report.notes) == (FULL, ())
    broken = grade("{", "broken.ipynb", ("answer.py", b"def square(x): return x ** 2\n"))
    assert broken.points == FULL
    assert any("left out" in note for note in broken.notes)


def test_an_assert_that_does_something_is_kept(grade: Callable[..., ScoreReport]) -> None:
    binding = "def square(x):\n    assert (two := 2) > 1\n    return x ** two\n"
    caught = (
        "def square(x):\n    try:\n        assert isinstance(x, dict)\n        x = x['x']\n"
        "    except AssertionError:\n        pass\n    return x ** 2\n"
    )
    raised = caught.replace("assert isinstance(x, dict)", "if 1: raise AssertionError")
    debug = "def square(x):\n    if __debug__:\n        return x ** 2\n"
    used = "def asserted(x): return x\ndef square(x):\n    y = asserted(x) ** 2\n    return y\n"
    sources = (binding, caught, raised, debug, used)
    assert [grade(source).points for source in sources] == [FULL] * len(sources)


def test_of_a_try_the_definition_that_was_executed_counts(
    grade: Callable[..., ScoreReport],
) -> None:
    stub = "try:\n    import nowhere\n    def square(x): raise NotImplementedError\n"
    assert grade(f"{stub}except ImportError:\n    def square(x): return x ** 2\n").points == FULL


def test_a_function_that_is_made_by_exec_is_one(grade: Callable[..., ScoreReport]) -> None:
    assert grade("exec('def square(x): return x ** 2')").points == FULL
    assert grade("def g(x): return x ** 2\nglobals()['square'] = g\n").points == FULL


def test_where_a_library_lies_here_is_nobodys_business(
    grade: Callable[..., ScoreReport], told: Callable[[ScoreReport], str]
) -> None:
    text = told(grade("from warnings import no_such_name\ndef square(x): return no_such_name\n"))
    assert "cannot import name 'no_such_name' from 'warnings'" in text
    assert ".py)" not in text


def test_a_file_of_thousands_of_statements_is_graded_like_any(
    grade: Callable[..., ScoreReport], told: Callable[[ScoreReport], str]
) -> None:
    report = grade("T = []\n" + "T.append(1)\n" * 9_000 + f"K = len(T) // 4500\n{SQUARE}")
    assert (report.points, report.notes) == (FULL, ())
    report = grade("T = []\n" + "T.append(1)\n" * 20_000 + SQUARE)
    assert report.points == 0
    assert "answer.py, line 20001 could not be executed and was left out: of a" in told(report)
