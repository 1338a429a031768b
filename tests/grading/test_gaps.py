"""What does a function get that was left open, or that stands where nothing executes it?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

RIGHT = "def square(x):\n    return x**2\n"
STUB = "def square(x):\n    # TODO: return the square of x.\n    raise NotImplementedError"

OPEN = {
    "ellipsis sign": "def square(x):\n    …\n",
    "ellipsis sign for a value": "def square(x):\n    y = …\n    return y\n",
    "two for one none": "def square(x):\n    y, cache = None\n    return y\n",
    "less none": "def square(x):\n    y = x\n    y -= None\n    return y\n",
    "a loop of comments": "def square(x):\n    y = []\n    for v in x:\n        # v\n    return y",
    "a stray indent": "def other(x):\n    return x\n\n def square(x):\n    pass\n",
    "a lambda": "square = lambda x: None\n",
    "a typed lambda": "from typing import Callable\nsquare: Callable = lambda x: ...\n",
    "a blank": "def square(x):\n    return ____\n",
    "a name and a print": "def square(x):\n    print('Ada')\n    raise NotImplementedError\n",
    "the starter and a print": STUB.replace("    raise", "    print(x)\n    raise") + "\n",
}


@pytest.mark.parametrize("kind", OPEN)
def test_what_was_left_open_is_not_implemented(grade: Any, kind: str) -> None:
    report = grade(OPEN[kind])
    assert report.points == 0
    assert [d.misconception for d in report.diagnoses] == ["not-implemented"]
    assert not any("not valid Python" in note for note in report.notes)


@pytest.mark.parametrize("kind", OPEN)
def test_what_was_left_open_below_a_right_function_costs_it_nothing(grade: Any, kind: str) -> None:
    report = grade(f"{RIGHT}\n{OPEN[kind]}")
    assert report.points == report.max_points


BESIDE = {
    "def": " def helper(x):\n    return x\n",
    "tab": "\tdef helper(x):\n\t\treturn x\n",
    "class": " class Helper:\n    pass\n",
    "assignment": " rate = 3\n",
    "decorator": " @staticmethod\n def helper(x):\n    return x\n",
    "wrong indent": "def helper(x):\n    y = x\n  return y\n",
    "bracket": "def helper(x):\n    return (x\n",
    "quote": "def helper(x):\n    return 'x\n",
    "conflict": "def helper(x):\n<<<<<<< A\n    return x\n=======\n    return 2\n>>>>>>> B\n",
}


@pytest.mark.parametrize("kind", BESIDE)
def test_what_is_broken_below_a_right_function_costs_it_nothing(grade: Any, kind: str) -> None:
    report = grade(f"{RIGHT}\n{BESIDE[kind]}")
    assert report.points == report.max_points
    assert sum("not valid Python" in note for note in report.notes) == 1


def test_a_stray_space_before_a_function_is_named_with_its_line(
    grade: Any, told: Any, snapshot: SnapshotAssertion
) -> None:
    assert (
        told(grade("def helper(x):\n    return x\n\n def square(x):\n    return x**2\n"))
        == snapshot
    )


def notebook(*cells: tuple[str, str]) -> bytes:
    made = [{"cell_type": kind, "source": text, "metadata": {}} for kind, text in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


MISPLACED = {
    "markdown": notebook(("markdown", "# Lab"), ("code", "x = 1"), ("markdown", RIGHT)),
    "raw": notebook(("code", "x = 1"), ("raw", f"# my answer\n{RIGHT}")),
    "beside the stub": notebook(("code", STUB), ("markdown", RIGHT)),
    "nothing else": notebook(("raw", RIGHT)),
    "an alias": notebook(("markdown", RIGHT.replace("square", "squared"))),
}


@pytest.mark.parametrize("kind", MISPLACED)
def test_a_function_in_a_cell_that_is_not_code_is_told_where_it_is(
    grade: Any, told: Any, snapshot: SnapshotAssertion, kind: str
) -> None:
    report = grade(MISPLACED[kind], "lab.ipynb")
    assert [d.misconception for d in report.diagnoses] == ["not-implemented"]
    assert "change its type to Code" in report.checks[0].feedback
    assert told(report) == snapshot


OTHERS = ["bash", "html", "R -i x", "sql"]


@pytest.mark.parametrize("magic", OTHERS)
def test_a_function_under_another_language_s_magic_is_told_where_it_is(
    grade: Any, magic: str
) -> None:
    report = grade(notebook(("code", "x = 1"), ("code", f"%%{magic}\n{RIGHT}")), "lab.ipynb")
    assert [d.misconception for d in report.diagnoses] == ["not-implemented"]
    assert report.checks[0].feedback.splitlines()[1] == (
        f"  the function is in cell 2, which begins with %%{magic.split()[0]}: take that line away"
    )


@pytest.mark.parametrize("magic", ["ipytest", "cache", "nbgrader_check 1", "beartype", "time"])
def test_a_function_under_any_other_magic_is_graded(grade: Any, magic: str) -> None:
    report = grade(notebook(("code", "x = 1"), ("code", f"%%{magic}\n{RIGHT}")), "lab.ipynb")
    assert (report.points, report.notes) == (report.max_points, ())
    report = grade(notebook(("code", f"%%{magic}\n{STUB}")), "lab.ipynb")
    assert "type to Code" not in report.checks[0].feedback
    assert "that line" not in report.checks[0].feedback


SHOWN = {
    "fenced": notebook(("markdown", f"Write\n```python\n{RIGHT}```\n"), ("code", "x = 1")),
    "named": notebook(("markdown", "Write\n\ndef square(x):\n\nbelow."), ("code", "x = 1")),
    "indented": notebook(("markdown", "Write\n\n    def square(x):\n        ..."), ("code", "1")),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_a_function_that_a_text_shows_is_missing(grade: Any, kind: str) -> None:
    report = grade(SHOWN[kind], "lab.ipynb")
    assert [d.misconception for d in report.diagnoses] == ["function-missing"]


def test_a_function_that_a_text_repeats_is_graded_where_it_is_code(grade: Any) -> None:
    report = grade(notebook(("markdown", RIGHT), ("code", RIGHT), ("raw", STUB)), "lab.ipynb")
    assert (report.points, report.notes) == (report.max_points, ())
