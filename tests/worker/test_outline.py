"""Is what a file defines told as its author meant it, with nothing of it executed?"""

from __future__ import annotations

from typing import Any

import pytest

from grader.worker.outline import MAX_NAME, Outliner

STARTER = '''
def solve(a, b):
    """Return it."""
    # TODO
    raise NotImplementedError


def scale(values, factor=2):
    result = None  # TODO
    return result * factor
'''


def argument(name: str, *aliases: str, optional: bool = False) -> dict[str, Any]:
    return {"name": name, "aliases": list(aliases), "optional": optional}


EXERCISES = [
    {
        "id": "sums",
        "starter": STARTER,
        "functions": [
            {"names": ["solve", "model"], "arguments": [argument("a"), argument("b", "bias")]},
            {
                "names": ["scale"],
                "arguments": [argument("values"), argument("factor", optional=True)],
            },
        ],
    },
    {
        "id": "rates",
        "starter": "",
        "functions": [{"names": ["rate"], "arguments": [argument("learning_rate")]}],
    },
]


def outline(*cells: str) -> dict[str, Any]:
    numbered = [(f"cell {n}", cell) for n, cell in enumerate(cells, 1)]
    return Outliner(EXERCISES).outline(numbered)


def solve(source: str) -> dict[str, bool] | None:
    found: dict[str, bool] | None = outline(source)["functions"].get("sums", {}).get("solve")
    return found


@pytest.mark.parametrize(
    ("parameters", "fits"),
    [
        ("a, b", True),
        ("first, second", True),
        ("b, a", True),
        ("a, bias, seed=3", True),
        ("a, b, /", True),
        ("a, *, b", True),
        ("a, *, b=2", True),
        ("*everything", True),
        ("a, **rest", True),
        ("", False),
        ("a", False),
        ("a, b, c", False),
        ("a, b, *, c", False),
        ("a, a", False),
        ("a, learning_rate", True),  # under its own name only the call counts
    ],
)
def test_a_function_fits_when_a_call_could_be_bound(parameters: str, fits: bool) -> None:
    for source in (
        f"def solve({parameters}): return 1",
        f"async def solve({parameters}): return 1",
        f"if True:\n    def solve({parameters}): return 1",
    ):
        found = solve(source)
        assert found == {"fits": fits, "written": True, "definition": True, "own_name": True}


def test_the_parameters_of_a_lambda_are_known() -> None:
    assert solve("solve = lambda a, b: a + b")["fits"]  # type: ignore[index]
    assert not solve("solve = lambda a: a")["fits"]  # type: ignore[index]


@pytest.mark.parametrize(
    "source",
    [
        "@memo\ndef solve(): return 1",
        "class solve:\n    pass",
        "from functools import partial\nsolve = partial(print, 1)",
        "def solve(a, b:\n    return a",
    ],
    ids=["decorated", "class", "value", "broken"],
)
def test_what_is_not_known_fits(source: str) -> None:
    assert solve(source)["fits"]  # type: ignore[index]


@pytest.mark.parametrize(
    "head",
    [
        "with open('x') as x",
        "for x in 'ab'",
        "while True",
        "match x:\n  case _",
        "try:\n  x = 1\nfinally",
    ],
)
def test_a_function_that_is_defined_within_a_statement_is_told(head: str) -> None:
    source = "{}:\n    {}\n    def solve({}): return 1\n"
    assert solve(source.format(head, "", "a, b"))["fits"]  # type: ignore[index]
    assert not solve(source.format(head, "", "a"))["fits"]  # type: ignore[index]
    assert solve(source.format(head, "@memo", "a"))["fits"]  # type: ignore[index]
    assert solve(source.format(head, "", "a, b").replace("solve", "other")) is None


@pytest.mark.parametrize(
    "source", ["solve = 3", "solve = [1, 2]", "solve, b = range(2)", "solve: int"]
)
def test_a_value_that_nobody_can_call_is_no_function(source: str) -> None:
    assert solve(source) is None


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def model(a, b): return 1", True),
        ("def model(a, second): return 1", True),
        ("def model(first, second): return 1", False),
        ("def model(a, learning_rate=0.1): return 1", False),
        ("def model(learning_rate, values): return 1", False),
        ("def model(a): return 1", False),
        ("model = lambda a, b: 1", True),
    ],
)
def test_under_an_alias_no_argument_goes_to_another_ones_parameter(
    source: str, found: bool
) -> None:
    known = solve(source)
    assert known is not None
    assert (known["fits"], known["own_name"]) == (found, False)


@pytest.mark.parametrize("source", ["model = partial(print)", "class model:\n    pass"])
def test_a_value_under_an_alias_is_no_function_of_the_exercise(source: str) -> None:
    assert solve(source) is None


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (STARTER, False),
        ("def solve(a, b):\n    # done\n    return a + b", True),
        ("def solve(a, b):\n    ...", False),
        ("def solve(a, b): pass\ndef solve(a, b): return a", True),
        ("def solve(a, b): return a\ndef solve(a, b): pass", True),
    ],
)
def test_work_is_told_from_what_was_given_out(source: str, written: bool) -> None:
    assert solve(source)["written"] is written  # type: ignore[index]


def test_the_starter_of_the_exercise_is_what_counts() -> None:
    given = STARTER.partition("\n\n\n")[2]
    assert not outline(given)["functions"]["sums"]["scale"]["written"]
    assert outline(given.replace("2", "3"))["functions"]["sums"]["scale"]["written"]


def test_one_that_fits_counts_before_one_that_does_not() -> None:
    for source in ("def solve(): return 1", "def solve(a, b): return 1"):
        both = f"{source}\ndef solve(a, b): return 2\ndef solve(): return 3"
        assert solve(both)["fits"]  # type: ignore[index]


def test_functions_are_found_in_any_cell_and_for_each_exercise() -> None:
    found = outline("def rate(lr): return 1", "%matplotlib inline\ndef solve(a, b): return 1")
    assert {e: list(functions) for e, functions in found["functions"].items()} == {
        "rates": ["rate"],
        "sums": ["solve"],
    }


def test_definitions_are_counted_once_and_those_of_tests_left_aside() -> None:
    source = (
        "def f(): 1\ndef f(): 2\ndef test_f(): 1\nclass TestAll: pass\ng = lambda: 1\nh = len(x)"
    )
    assert outline(source, "def broken(:\n    pass")["definitions"] == 3


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import utils", ["utils"]),
        ("import tools.draw as td, numpy", ["tools.draw", "numpy"]),
        ("from tools import draw, colour", ["tools", "tools.draw", "tools.colour"]),
        ("from utils import *", ["utils"]),
        ("from . import x", [".", ".x"]),
        ("from ..a.b import (\n    c,\n)", ["..a.b", "..a.b.c"]),
        ("def f():\n    import inner\n    return inner.g()", ["inner"]),
        ("try:\n    import fast\nexcept ImportError:\n    import slow", ["slow", "fast"]),
        ("def f():\n    import importlib\n    return importlib.import_module('a.b')",
         ["importlib", "a.b"]),
        ("def f(n):\n    return __import__('a'), __import__(n), import_module()", ["a"]),
        ("'''\nimport nothing\n'''", []),
        ("# import nothing", []),
        (f"import {'a' * (MAX_NAME + 1)}", []),
    ],
)  # fmt: skip
def test_modules_are_found_wherever_they_are_imported(source: str, modules: list[str]) -> None:
    assert outline(source)["imports"] == modules


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("%run utils.ipynb", ["utils.ipynb"]),
        ("%run -i 'my tools.py' --fast", ["my tools.py"]),
        ("U = runpy.run_path('./utils.py')", ["./utils.py"]),
        ("s = spec_from_file_location('utils', location='utils.py')", ["utils.py"]),
        ('  %run "a b.ipynb"', ["a b.ipynb"]),
        ("x = 1 %run", []),
        ("%runs utils.py", []),
    ],
)
def test_what_a_notebook_runs_is_found(line: str, paths: list[str]) -> None:
    assert outline(f"import numpy\n{line}\nx = 1")["runs"] == paths


def test_nothing_is_executed() -> None:
    marks: list[int] = []
    source = "MARKS.append(1)\nsolve = MARKS.append(2)\ndef solve(a=MARKS.append(3), b=1): return 1"
    Outliner(EXERCISES).outline([("cell 1", source)])
    assert marks == []
    assert solve(source)["fits"]  # type: ignore[index]


def test_what_a_cell_writes_into_a_file_is_told_too() -> None:
    found = outline("%%writefile answer.py\nimport tools\ndef solve(a, b): return a", "x = 1")
    assert found["functions"]["sums"]["solve"]["written"]
    assert (found["imports"], found["definitions"]) == (["tools"], 1)
    assert outline("%%writefile answer.txt\ndef solve(a, b): return a")["functions"] == {}
