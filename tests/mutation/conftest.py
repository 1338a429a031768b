"""A tiny exercise whose reference, checks and cases each test chooses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from grader.catalog import Course

FUNCTION = """
[[functions]]
name = "step"
parameters = [{ name = "X" }, { name = "rate" }]
returns = { kind = "array" }
"""
REFERENCE = """
def step(X, rate=0.5):
    return X - rate * X.sum(axis=1, keepdims=True)
"""
CASES = """
[sizes]
n = [2, 5]
m = [3, 9]
[values]
X = { normal = ["n", "m"] }
rate = { uniform = [0.1, 0.9] }
"""


@pytest.fixture
def tiny(tmp_path: Path, write_course: Callable[..., Course]) -> Callable[..., Course]:
    """Return a function that writes a course of the exercise ``mini``."""

    def make(
        hidden: str = "",
        reference: str = REFERENCE,
        cases: str = CASES,
        exercise: str = FUNCTION,
        **parts: Any,
    ) -> Course:
        course = write_course(tmp_path, hidden, exercise=exercise, **parts)
        for name, text in (("reference.py", reference), ("cases.toml", cases)):
            (tmp_path / "solutions" / "mini" / name).write_text(dedent(text), "utf-8")
        return course

    return make
