"""Pack the public half of the course by name: what else lies in `exercises/` stays at home.

Built where an author works, a package would take along what lies beside the exercises: a starter
that was filled in, a notebook's checkpoint, a copy of a folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OF_THE_COURSE = ("course.toml", "misconceptions.toml", "README.md")
OF_AN_EXERCISE = (
    "exercise.toml", "README.md", "starter.py", "hints.md", "test_examples.py", "picture.py",
    "picture.png",
)  # fmt: skip
PLACES = {"wheel": "grader/public_course/exercises", "sdist": "exercises"}


class PublicCourse(BuildHookInterface[Any]):
    """Adds the files of the exercises that `course.toml` lists."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name each file and its place in the package."""
        if version == "editable":
            return  # the clone itself is the course
        home = Path(self.root, "exercises")
        for name in _names(home):
            if (home / name).is_file():
                build_data["force_include"][str(home / name)] = f"{PLACES[self.target_name]}/{name}"


def _names(home: Path) -> Iterator[str]:
    yield from OF_THE_COURSE
    for exercise in tomllib.loads((home / "course.toml").read_text("utf-8"))["exercises"]:
        about = tomllib.loads((home / exercise / "exercise.toml").read_text("utf-8"))
        helpers = [about["helpers"]["file"]] if "helpers" in about else []
        for name in (*OF_AN_EXERCISE, f"{exercise}.ipynb", *helpers):
            yield f"{exercise}/{name}"
