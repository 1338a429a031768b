"""Does everything that is printed go through the one place that keeps it harmless?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACE = "grader/cli/terminal.py"
# What a worker prints goes into a pipe; in Gradescope's container its log is the only reader.
ELSEWHERE = ("grader/worker/", "grader/autograder/run.py")
# A table of the course's own words, and the screen below which rich paints it.
UNGUARDED = ("grader/cli/grade.py",)
WAYS = (
    *("print", "unguarded", "Console", "typer.echo", "click.echo"),
    *("sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"),
)


def ways_round(source: str) -> Iterator[str]:
    """Yield what a module prints, or writes to a stream, by itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in WAYS:
            yield ast.unparse(node)


def test_nothing_prints_but_the_one_place() -> None:
    found = {}
    for path in sorted((ROOT / "grader").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name != PLACE and not name.startswith(ELSEWHERE):
            found[name] = {*ways_round(path.read_text("utf-8"))}
    left = {name: ways for name, ways in found.items() if ways}
    streams = left.pop("grader/cli/ending.py")
    assert streams == {"sys.stdout"}  # emptied when a disk is full, never written to
    assert left.pop(*UNGUARDED) == {"unguarded", "Console", "sys.stdout"}
    assert left == {}


@pytest.mark.parametrize(
    "way",
    ["print(x)", "sys.stdout.write(x)", "print(x, file=sys.stderr)", "typer.echo(x)",
     "f = print\nf(x)", "out = sys.stderr", "Console().print(x)"],
)  # fmt: skip
def test_a_way_round_is_noticed(way: str) -> None:
    assert list(ways_round(way))
    assert not list(ways_round("say(x)\nnote(x)"))
