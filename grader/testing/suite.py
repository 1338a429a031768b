"""A suite: an exercise's checks, collected by pytest once and run for many submissions.

Theory of operation. Starting pytest costs half a second, running fifteen collected items two
milliseconds. So pytest is started once, in a thread of its own, on the exercise's check files; a
plugin takes its place in `pytest_runtestloop` and there waits for submissions. For each it runs
pytest's own protocol on every item, so that fixtures, setup and teardown are pytest's. The caller
and the thread take turns; nothing here runs at the same time as anything else.
"""

from __future__ import annotations

import os
import queue
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from grader.catalog import ExerciseFolder
from grader.errors import CourseError
from grader.testing.checks import Check, check_of
from grader.testing.fixtures import RUN
from grader.testing.plugin import FILES
from grader.testing.runner import Run

# Only what items need: no terminal, no capture, no cache, and no plugin that happens to be there.
ARGUMENTS = (
    "--disable-plugin-autoload",
    "--import-mode=importlib",
    "-pgrader.testing.plugin",
    *(f"-pno:{name}" for name in (
        "cacheprovider", "capture", "debugging", "doctest", "faulthandler", "junitxml",
        "legacypath", "logging", "monkeypatch", "pastebin", "recwarn", "setuponly", "setupplan",
        "skipping", "stepwise", "subtests", "terminal", "threadexception", "tmpdir", "unittest",
        "unraisableexception", "warnings",
    )),
)  # fmt: skip


class Suite:
    """The collected checks of one exercise. Unless closed, its thread stays with the process."""

    def __init__(self, folder: ExerciseFolder, *, hidden: bool = True) -> None:
        """Collect; raise CourseError when the check files are not as they should be."""
        self._files = folder.check_files(hidden=hidden)
        self._loop = _Loop()
        root = folder.course.root
        # What a folder above the course says to pytest is not about the course.
        where = [f"--rootdir={root}", f"--confcutdir={root}", "-c", str(_NO_SETTINGS)]
        self._thread = threading.Thread(
            target=self._main, args=([*ARGUMENTS, *where, *map(str, self._files)],), daemon=True
        )
        with _no_settings(), _modules_of_its_own(root, self._files):
            self._thread.start()
            self._problem = self._loop.answers.get()
        if self._problem:
            raise CourseError(f"exercise {folder.id}: {self._problem}")
        self.checks = self._loop.checks
        self.public = self._loop.public
        _judge(folder.id, self.checks)

    def __enter__(self) -> Suite:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, run: Run, only: Sequence[str] | None = None) -> Run:
        """Run the checks (all, or those with ids in `only`) on one submission; fill in its run."""
        if not self._problem:
            self._loop.requests.put((run, only))
            self._problem = self._loop.answers.get()
        if self._problem:  # pytest has ended, and nobody would answer the next time
            raise CourseError(self._problem)
        return run

    def close(self) -> None:
        """End the pytest session."""
        self._loop.requests.put(None)
        self._thread.join()

    def _main(self, arguments: list[str]) -> None:
        problem = "the session ended"
        try:
            code = pytest.main(arguments, plugins=[self._loop])
            problem = "; ".join(self._loop.problems) or f"pytest ended with {code!r}"
        except BaseException as error:
            problem = f"pytest failed: {type(error).__name__}: {error}"
        finally:
            self._loop.answers.put(problem)


class _Loop:
    """The plugin that takes the place of pytest's loop over the items."""

    def __init__(self) -> None:
        self.requests: queue.SimpleQueue[tuple[Run, Sequence[str] | None] | None]
        self.requests = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.checks: tuple[Check, ...] = ()
        self.public: tuple[Check, ...] = ()
        self.problems: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext[-1500:]}")

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> object:
        try:
            return (yield)
        except pytest.UsageError as error:
            self.problems.append(str(error))
            raise

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        # A second course, or the same one after an edit, has modules of the same names, and pytest
        # would hand out these again.
        for item in session.items:
            if isinstance(item, pytest.Function):
                sys.modules.pop(item.module.__name__, None)
        if self.problems:
            return True
        found = {item: check_of(getattr(item, "obj", None)) for item in session.items}
        self.checks = tuple(check for check in found.values() if check is not None)
        self.public = tuple(c for i, c in found.items() if c and i.path.name == FILES["exercises"])
        self.answers.put("")
        # Checks compute with whatever a student returned: overflow is no news to staff.
        with np.errstate(all="ignore"):
            while (request := self.requests.get()) is not None:
                run, only = request
                session.config.stash[RUN] = run
                self._run([i for i, c in found.items() if c and (only is None or c.id in only)])
                self.answers.put("")
        return True

    @staticmethod
    def _run(items: list[pytest.Item]) -> None:
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def points_fault(folder: ExerciseFolder, checks: Sequence[Check]) -> str | None:
    """Return what is wrong when the checks' points are not those that the contract promises."""
    have, promised = sum(check.points for check in checks), folder.exercise.points
    if abs(have - promised) <= 1e-9:
        return None
    path = folder.public / "exercise.toml"
    lines = path.read_text("utf-8").splitlines()
    given = (n for n, line in enumerate(lines, 1) if _POINTS.match(line))
    place = f"{path.relative_to(folder.course.root)}:{next(given, 1)}"
    return f"{place}: the checks' points add up to {have:g}, exercise.toml says {promised:g}"


@contextmanager
def _no_settings() -> Iterator[None]:
    """Hide what a developer may have set for pytest runs of their own."""
    hidden = {name: os.environ.pop(name) for name in _SETTINGS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


@contextmanager
def _modules_of_its_own(root: Path, files: Sequence[Path]) -> Iterator[None]:
    """Make pytest import check files afresh: to it, those of two courses have the same names."""
    folders = {folder for file in files for folder in (root, file.parent, file.parent.parent)}
    paths = [*files, *(folder / "conftest.py" for folder in folders)]
    names = [".".join(path.relative_to(root).with_suffix("").parts) for path in paths]
    for name in names:
        sys.modules.pop(name, None)
    yield
    for name in names:
        sys.modules.pop(name, None)


def _judge(exercise_id: str, checks: tuple[Check, ...]) -> None:
    if not checks:
        raise CourseError(f"exercise {exercise_id}: there is no check")
    ids = {check.id for check in checks}
    for check in checks:
        unknown = [need for need in check.needs if need not in ids]
        if unknown:
            raise CourseError(f"exercise {exercise_id}: {check.id} needs {unknown[0]}, unknown")
    if not sum(check.points for check in checks):
        raise CourseError(f"exercise {exercise_id}: no check has points")


_POINTS = re.compile(r"\s*points\s*=")
_SETTINGS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
_NO_SETTINGS = Path(__file__).with_name("no-settings.ini")
