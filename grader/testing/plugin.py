"""The pytest plugin: makes a course's test files runnable by plain `pytest` and by a class run.

Only files of a course are touched: `exercises/<id>/test_examples.py` and, in `solutions/<id>`,
`test_hidden.py` and `test_hidden_*.py`, below a folder with `exercises/course.toml`. For all other
sessions the plugin does nothing; what it needs is imported when the first such file is met.

`pytest solutions/ID` runs the checks of an exercise against the reference through the real sandbox,
and `pytest exercises/ID` against the student's own `starter.py` and what it imports;
`--grader-submission` names another file, and so does `--submission` where pytest is called in a
course or on one. The fixtures are those of check files alone. A class run owns the loop over the
collected items (`grader.testing.suite`) and sets the submission itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.testing.checks import Check, check_of
from grader.testing.fixtures import FIXTURES, RUNS, run_of

if TYPE_CHECKING:
    from types import ModuleType


FILES = {"exercises": "test_examples.py", "solutions": "test_hidden*.py"}


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Offer --grader-submission; where a course is, by its short name, which others may have."""
    config = pluginmanager.get_plugin("pytestconfig")
    parser.getgroup("grader").addoption(
        "--grader-submission",
        *(["--submission"] if config and _is_about_a_course(config) else []),
        metavar="FILE",
        help="run the checks of a course against this file (default: the reference or starter)",
    )


def _is_about_a_course(config: pytest.Config) -> bool:
    called = config.invocation_params
    paths = [called.dir / arg.partition("::")[0] for arg in called.args if arg[:1] != "-"]
    return any(_in_course(folder) for path in (called.dir, *paths) for folder in _upwards(path))


def _upwards(path: Path) -> tuple[Path, ...]:
    path = Path(os.path.abspath(path))  # noqa: PTH100  # as it is called, not where links lead
    return (path, *path.parents)


def _in_course(folder: Path) -> bool:
    return os.path.isfile(folder / "exercises" / "course.toml")  # noqa: PTH113  # never raises


@cache
def exercise_of(path: Path) -> Path | None:
    """Return the course's folder when `path` is one of its check files."""
    half = path.parent.parent
    if not path.match(FILES.get(half.name, "no check file")):
        return None
    return half.parent if (half.parent / "exercises" / "course.toml").is_file() else None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> CheckFile | None:
    """Collect check files in their own way, and all others as everybody does."""
    if exercise_of(module_path) is None:
        return None
    return CheckFile.from_parent(parent, path=module_path)


class CheckFile(pytest.Module):
    """A check file: it imports the modules beside it, however pytest imports, and has fixtures."""

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        """Collect the checks; a fixture that the file has itself stays."""
        with beside(self.path.parent):
            for name, fixture in FIXTURES.items():
                vars(self.obj).setdefault(name, fixture)
            return list(super().collect())


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
    """Refuse what is no check in a check file, checks that need a later one, and lonely ones."""
    found: dict[str, list[tuple[pytest.Item, Check]]] = {}
    for item in items:
        check = check_of(getattr(item, "obj", None))
        if exercise_of(item.path) is None:
            if check is not None:
                _refuse_without_course(item)
            continue
        if check is None:
            raise pytest.UsageError(f"{item.nodeid}: every test in a check file is a @check")
        if "[" in item.name:
            raise pytest.UsageError(f"{item.nodeid}: a check cannot be parametrised")
        found.setdefault(item.path.parent.name, []).append((item, check))
    for checks in found.values():
        _judge_order(checks)


def _refuse_without_course(item: pytest.Item) -> None:
    """End the session: without its course, a check has nothing to look at."""
    from grader.catalog import FOR_STUDENTS, no_course

    pytest.exit(str(no_course(item.path.parent, FOR_STUDENTS)), returncode=2)


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
    run = run_of(item)
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
        run_of(item).record(check, call.excinfo)
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


def _check(item: pytest.Item) -> Check | None:
    check = check_of(getattr(item, "obj", None))
    return check if check is not None and exercise_of(item.path) is not None else None
