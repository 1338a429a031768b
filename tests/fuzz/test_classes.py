"""Whatever a hostile neighbour hands in, everybody else's work is read as if that were not there.

Some hundred classes on every run, as folders and as zips; `python tests/fuzz/long.py classes 60`
looks for an hour, and grades them, too.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neighbours import FORMS, honest_and_hostile, written
from small_course import COURSE
from thefts import CLASSES, stolen

from grader.ingest import gather


@pytest.fixture
def read(forkserver: Any, tmp_path_factory: Any) -> Any:
    """Return a function that gathers a class from a folder or a zip."""

    def gathered(files: Any, form: str) -> Any:
        root = tmp_path_factory.mktemp("class")
        scratch = tmp_path_factory.mktemp("scratch")
        return gather(written(root, files, form), scratch, COURSE, forkserver=forkserver)

    return gathered


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", CLASSES)
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(dice=st.randoms(use_true_random=False))
def test_a_hostile_neighbour_changes_nothing(read: Any, kind: str, form: str, dice: Random) -> None:
    honest, hostile = honest_and_hostile(kind, dice)
    assert stolen(read(honest, form), read({**honest, **hostile}, form)) == []


@pytest.mark.parametrize("form", FORMS)
def test_what_changes_would_be_seen(read: Any, form: str) -> None:
    honest = {f"{s}/random_init.py": b"def initialize(): ..." for s in ("s1", "s2")}
    before = read(honest, form)
    assert stolen(before, read({**honest, "s1/random_init.py": b"def initialize(): 1"}, form))
    assert stolen(before, read({"s1/random_init.py": honest["s1/random_init.py"]}, form))
    assert stolen(before, read({**honest, "s2/random_init/s.py": b"def scale(): 1"}, form))
