"""Is anything long? A file fits in one sitting, a function on one screen."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "grader").rglob("*.py"))
COURSE = sorted([*ROOT.glob("solutions/*/*.py"), *ROOT.glob("exercises/*/*.py")])
LONGEST_FILE = 300
LONGEST_FUNCTION = 50


@pytest.mark.parametrize("path", [*FILES, *COURSE], ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    long = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring
    assert docstring.splitlines()[0].endswith(".")


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "helpers", "common", "misc", "manager", "base", "core"}
    assert [str(p) for p in FILES if p.stem in vague] == []
