"""The fixtures of check files, which see them as if they had imported them.

No other test does: every project in the environment may have a `submission` or a `case` of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from grader.testing.runner import Run
    from grader.testing.standalone import StandaloneRun

RUN: pytest.StashKey[Run] = pytest.StashKey()
"""The run that items belong to; a class run sets it before each submission."""
RUNS: pytest.StashKey[dict[Path, StandaloneRun]] = pytest.StashKey()
"""One run per exercise, when pytest was called by a person."""


def run_of(item: pytest.Item) -> Any:
    """Return the run that an item belongs to: that of the class, or one for its exercise."""
    run = item.config.stash.get(RUN, None)
    if run is not None:
        return run
    from grader.errors import GraderError
    from grader.testing.standalone import StandaloneRun

    runs = item.config.stash.setdefault(RUNS, {})
    key = item.path.parent
    if key not in runs:
        try:
            runs[key] = StandaloneRun(item.path, item.config.getoption("--grader-submission"))
        except GraderError as error:
            pytest.exit(str(error), returncode=2)
    return runs[key]


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Any:
    """Give the student code under test; each function of the exercise is an attribute."""
    return run_of(request.node).submission


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Give a generator for hidden inputs, seeded by submission and check."""
    import numpy as np

    return np.random.default_rng(run_of(request.node).submission.seed)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Any:
    """Give what the exercise's `reference.py` defines, on the trusted side."""
    from grader.testing.runner import load_reference

    return load_reference(request.path.parent / "reference.py", _references)


@pytest.fixture
def case(request: pytest.FixtureRequest, rng: np.random.Generator, reference: Any) -> Any:
    """Give one case of the exercise's `cases.toml`: its sizes and values by name.

    A test file that needs other inputs defines a `case` of its own.
    """
    from grader.testing.cases import NAME, draw, read_cases

    path = request.path.parent / NAME
    if path not in _cases:
        _cases[path] = read_cases(path)
    return draw(_cases[path], path, rng, reference)


_references: dict[Path, Any] = {}
_cases: dict[Path, Any] = {}

FIXTURES: Final = {"submission": submission, "rng": rng, "reference": reference, "case": case}
