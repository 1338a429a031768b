"""The modules of an exercise's staff half, for tests of what hidden tests compute."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

SOLUTIONS = Path(__file__).parents[2] / "solutions"


def staff_module(exercise_id: str, name: str) -> SimpleNamespace:
    """Return what a module defines that may import those beside it."""
    folder = SOLUTIONS / exercise_id
    sys.path.insert(0, str(folder))
    try:
        return SimpleNamespace(**runpy.run_path(str(folder / f"{name}.py")))
    finally:
        sys.path.remove(str(folder))
        for path in folder.glob("*.py"):
            sys.modules.pop(path.stem, None)
