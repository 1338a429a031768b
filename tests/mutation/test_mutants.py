"""Is each automatic mutant a valid file with one mistake, told once and shown in a diff?"""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from grader.mutation.mutants import mutants

ROOT = Path(__file__).parents[2]
REFERENCES = sorted(ROOT.glob("solutions/*/reference.py"))
# How many of the reference's lines one mistake may touch: an exchange of two long values, at most.
MOST_LINES = 8


@pytest.mark.parametrize("path", REFERENCES, ids=lambda p: p.parts[-2])
def test_every_mutant_of_a_reference_is_another_program(path: Path) -> None:
    source = path.read_text("utf-8")
    made = list(mutants(source))
    said = [ast.dump(ast.parse(mutant.source)) for mutant in made]
    assert made
    assert ast.dump(ast.parse(source)) not in said
    assert len(set(said)) == len(said) == len({mutant.name for mutant in made})
    for mutant in made:
        compile(mutant.source, mutant.name, "exec")
        assert len(changed_lines(mutant.diff)) <= MOST_LINES


def changed_lines(diff: str) -> list[str]:
    return [line for line in diff.splitlines()[2:] if line.startswith(("+", "-"))]


def test_a_mutant_says_where_it_is_and_what_was_done() -> None:
    source = "import numpy as np\n\n\ndef f(X):\n    return X.T\n"
    (mutant,) = mutants(source)
    assert str(mutant) == (
        "f, line 5: dropped transpose: a transpose dropped\n"
        "--- reference.py\n+++ mutant.py\n@@ -4,2 +4,2 @@\n"
        " def f(X):\n-    return X.T\n+    return X"
    )


def test_a_trap_stands_in_front_of_the_statement() -> None:
    source = "def f(X, k=3):\n    for x in X:\n        x -= 1\n    return -x\n"
    traps = {m.name.split(":")[0]: m.trap for m in mutants(source)}
    assert traps["dropped_sign"] == source.replace("return", "raise AssertionError\n    return")
    assert traps["other_update"] == source.replace("x -=", "raise AssertionError\n        x -=")
    assert traps["other_default"] is None


def test_an_inner_function_belongs_to_the_one_around_it() -> None:
    source = "def f(X):\n    def g(Y):\n        return -Y\n    return g(X)\nSCALE = -g\n"
    functions = {m.function for m in mutants(source) if m.name.startswith("dropped_sign")}
    assert functions == {"f", ""}


def test_what_only_prints_and_what_nobody_calls_is_left_alone() -> None:
    source = dedent("""
        def cost(x):
            return x * 2

        def scale(x):
            return -x

        def train(x, print_cost=False):
            if print_cost:
                now = cost(x)
                print(now)
            return scale(x)

        def old(x):
            return -x
        """)
    assert {m.function for m in mutants(source)} == {"cost", "scale", "train", "old"}
    changed = list(mutants(source, ["train"]))
    assert {m.function for m in changed} == {"scale", "train"}
    assert not any("now" in line for m in changed for line in changed_lines(m.diff))


def test_a_line_may_be_excepted() -> None:
    source = "def f(x):\n    y = x * 3{}\n    return [\n        -x,{}\n        -y,\n    ]\n"
    changed = {line for m in mutants(source.format("", "")) for line in changed_lines(m.diff)}
    assert {"-    y = x * 3", "-        -x,", "-        -y,"} <= changed
    pragma = "  # pragma: no mutate"
    changed = {
        line for m in mutants(source.format(pragma, pragma)) for line in changed_lines(m.diff)
    }
    assert "-        -y," in changed
    assert not any(pragma in line for line in changed)


def test_a_file_that_is_no_python_has_no_mutants() -> None:
    with pytest.raises(SyntaxError):
        list(mutants("def f(:\n"))
