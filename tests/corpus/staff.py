"""The modules of an exercise's staff half, for tests of what hidden tests compute."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

from grader.testing.plugin import beside

SOLUTIONS = Path(__file__).parents[2] / "solutions"


def staff_module(exercise_id: str, name: str) -> SimpleNamespace:
    """Return what a module defines that may import those beside it."""
    folder = SOLUTIONS / exercise_id
    with beside(folder):
        return SimpleNamespace(**runpy.run_path(str(folder / f"{name}.py")))
