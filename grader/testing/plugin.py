"""The pytest plugin: makes a course's test files runnable by plain `pytest` and by a class run.

Only files of a course are touched: `exercises/<id>/test_examples.py` and, in `solutions/<id>`,
`test_hidden.py` and `test_hidden_*.py`, below a folder with `exercises/course.toml`. For all other
sessions the plugin does nothing; what it needs is imported when the first such file is met.

`pytest solutions/ID` runs the checks of an exercise against the reference through the real sandbox,
and `pytest exercises/ID` against the student's own `starter.py` and what it imports; `--submission`
names another file. A class run owns the loop over the collected items (`grader.testing.suite`) and
sets the submission itself.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.testing.checks import Check, check_of

if TYPE_CHECKING:
    from types import ModuleType

    import numpy as np

    from grader.testing.runner import Run
    from grader.testing.standalone import StandaloneRun


FILES = {"exercises": "test_examples.py", "solutions": "test_hidden*.py"}
RUN: pytest.StashKey[Run] = pytest.StashKey()
"""The run that items belong to; a class run sets it before each submission."""
RUNS: pytest.StashKey[dict[Path, StandaloneRun]] = pytest.StashKey()
"""One run per exercise, when pytest was called by a person."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer --submission."""
    parser.getgroup("grader").addoption(
        "--submission",
        metavar="FILE",
        help="run the checks of a course against this file (default: the reference or starter)",
    )


@cache
def exercise_of(path: Path) -> Path | None:
    """Return the course's folder when `path` is one of its check files."""
    half = path.parent.parent
    if not path.match(FILES.get(half.name, "no check file")):
        return None
    return half.parent if (half.parent / "exercises" / "course.toml").is_file() else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let a check file import the modules beside it, whatever way pytest imports test files."""
    if not isinstance(collector, pytest.Module) or exercise_of(collector.path) is None:
        return (yield)
    with beside(collector.path.parent):
        return (yield)


@contextmanager
def beside(folder: Path) -> Iterator[None]:
    """Import from `folder` first; its modules are its own: another exercise's have their names."""
    tops = {path.stem for path in folder.glob("*.py")}
    tops |= {path.parent.name for path in folder.glob("*/*.py")}  # packages
    others = _forget(tops)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _forget(tops)
        sys.modules.update(others)


def _forget(tops: set[str]) -> dict[str, ModuleType]:
    """Take modules of these names, and what lies in them, out of those imported; return them."""
    names = [name for name in sys.modules if name.partition(".")[0] in tops]
    return {name: sys.modules.pop(name) for name in names}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse check files that hold anything but checks, or checks that need a later one."""
    found: dict[str, list[tuple[pytest.Item, Check]]] = {}
    for item in items:
        if exercise_of(item.path) is None:
            continue
        check = check_of(getattr(item, "obj", None))
        if check is None:
            raise pytest.UsageError(f"{item.nodeid}: every test in a check file is a @check")
        if "[" in item.name:
            raise pytest.UsageError(f"{item.nodeid}: a check cannot be parametrised")
        found.setdefault(item.path.parent.name, []).append((item, check))
    for checks in found.values():
        _judge_order(checks)


def _judge_order(checks: list[tuple[pytest.Item, Check]]) -> None:
    ids = [check.id for _, check in checks]
    for place, (item, check) in enumerate(checks):
        if check.id in ids[:place]:
            raise pytest.UsageError(f"{item.nodeid}: the check {check.id} exists twice")
        later = [need for need in check.needs if need in ids[place:]]
        if later:
            raise pytest.UsageError(f"{item.nodeid}: needs {later[0]}, which comes later")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a check whose needs are not met."""
    check = _check(item)
    if check is None:
        return
    run = _run(item)
    unmet = run.unmet(check)
    by_place = "hidden" if item.path.match(FILES["solutions"]) else "public"
    run.submission.begin(check.id, hidden=(check.visibility or by_place) == "hidden")
    if unmet:
        # By their titles: ids stand in no text that a student reads.
        titles = [f'"{need.title}"' for need in unmet]
        pytest.skip(f"needs {' and '.join(titles)}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> pytest.TestReport | None:
    """Record how a check ended, and let a failed one speak for itself instead of a traceback."""
    check = _check(item)
    if check is None:
        return None
    if call.when != "setup" or call.excinfo is not None:
        _run(item).record(check, call.excinfo)
    from grader.testing.failures import CheckFailed

    excinfo = call.excinfo
    if excinfo is None or not isinstance(excinfo.value, CheckFailed) or call.when == "collect":
        return None
    # Made here, because pytest would first lay out a traceback: 15 ms for each failed check.
    hint = [f"\n  hint: {check.hint}"] if check.hint else []
    lines = [check.title, str(excinfo.value), *hint]
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={},
        outcome="failed",
        longrepr="\n".join(lines),
        when=call.when,
        duration=call.duration,
        start=call.start,
        stop=call.stop,
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what was opened for a person's run."""
    for run in config.stash.get(RUNS, {}).values():
        run.close()


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Any:
    """Give the student code under test; each function of the exercise is an attribute."""
    return _run(request.node).submission


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Give a generator for hidden inputs, seeded by submission and check."""
    import numpy as np

    return np.random.default_rng(_run(request.node).submission.seed)


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


def _check(item: pytest.Item) -> Check | None:
    check = check_of(getattr(item, "obj", None))
    return check if check is not None and exercise_of(item.path) is not None else None


def _run(item: pytest.Item) -> Any:
    run = item.config.stash.get(RUN, None)
    if run is not None:
        return run
    from grader.errors import GraderError
    from grader.testing.standalone import StandaloneRun

    runs = item.config.stash.setdefault(RUNS, {})
    key = item.path.parent
    if key not in runs:
        try:
            runs[key] = StandaloneRun(item.path, item.config.getoption("--submission"))
        except GraderError as error:
            pytest.exit(str(error), returncode=2)
    return runs[key]
