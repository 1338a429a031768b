"""Does the engine speak of no course? None of its files holds a word of the first one's."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from grader.catalog import Course

ROOT = Path(__file__).parents[2]
FIRST = Course(ROOT)
ENGINE = ROOT / "grader"
ENDINGS = {".py", ".toml", ".json", ".ini", ".md", ".txt"}
FILES = sorted(path for path in ENGINE.rglob("*") if path.suffix in ENDINGS)
OWN = tomllib.loads((ENGINE / "misconceptions.toml").read_text("utf-8"))["ids"]


def words() -> dict[str, re.Pattern[str]]:
    """Return the ids of the first course; one that is an English word counts in quotes only."""
    folders = {p.parent.name for p in (ROOT / "exercises").glob("*/exercise.toml")}
    ids = folders | set(FIRST.exercise_ids) | (FIRST.misconceptions.keys() - OWN.keys())
    return {
        word: re.compile(
            rf"(?<![\w-]){re.escape(word)}(?![\w-])"
            if "_" in word or "-" in word
            else rf"[\"'`]{word}[\"'`]"
        )
        for word in ids
    }


def spoken(text: str) -> set[str]:
    return {word for word, pattern in words().items() if pattern.search(text)}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ENGINE)))
def test_no_word_of_the_course_is_in_the_engine(path: Path) -> None:
    assert spoken(path.read_text("utf-8")) == set()


def test_such_a_word_would_be_found() -> None:
    assert "random_init" in spoken("`pytest solutions/random_init` runs")
    assert "zero-weights" in spoken('Diagnosis("zero-weights")')
    assert spoken("a random_initial, my-zero-weights") == set()
