"""What became of each check: filled in while pytest runs the items of one submission."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.errors import SandboxError
from grader.testing.checks import Check
from grader.testing.failures import CheckFailed
from grader.testing.proxy import Submission

AUTHORS = ("test_examples.py", "test_hidden*.py", "reference.py")
PASSED, NOT_RUN, INTERNAL = "passed", "not_run", "internal_error"


@dataclass(frozen=True)
class CheckOutcome:
    """How one check ended, and why."""

    check: Check
    outcome: str
    failure: CheckFailed | None = None
    diagnostic: str = ""
    """For staff, when there is no failure that says it."""


@dataclass
class Run:
    """One submission under the checks of one exercise."""

    submission: Submission
    outcomes: dict[str, CheckOutcome] = field(default_factory=dict)
    fault: SandboxError | None = None
    """Set when the sandbox gave way: the run is to be repeated, whatever the outcomes say."""

    def unmet(self, check: Check) -> list[Check]:
        """Return the checks that `check` needs and that ran, but did not pass."""
        ran = [self.outcomes[need] for need in check.needs if need in self.outcomes]
        return [ended.check for ended in ran if ended.outcome != PASSED]

    def record(self, check: Check, info: pytest.ExceptionInfo[BaseException] | None) -> None:
        """Take the end of a check's setup or call; a later one never improves an earlier one."""
        known = self._outcome(check.id)
        if info is None and known in (None, PASSED):
            self.outcomes[check.id] = CheckOutcome(check, PASSED)
        elif info is not None and known in (None, PASSED):
            self.outcomes[check.id] = self._ended(check, info)

    def _ended(self, check: Check, info: pytest.ExceptionInfo[BaseException]) -> CheckOutcome:
        error = info.value
        if isinstance(error, CheckFailed):
            return CheckOutcome(check, error.outcome, self.submission.redacted(error))
        if isinstance(error, pytest.skip.Exception):
            return CheckOutcome(check, NOT_RUN, diagnostic=str(error))
        if isinstance(error, SandboxError):
            self.fault = error
        # A plain assert in a check judges the submission; anything else there is our fault.
        outcome = "failed" if type(error) is AssertionError else INTERNAL
        return CheckOutcome(check, outcome, diagnostic=_explain(info))

    def _outcome(self, check_id: str) -> str | None:
        known = self.outcomes.get(check_id)
        return known.outcome if known else None


def _explain(info: pytest.ExceptionInfo[BaseException]) -> str:
    if isinstance(info.value, pytest.FixtureLookupError):
        path, line, _ = info.value.request.node.location
        where = f"{Path(path).name}, line {(line or 0) + 1}"
        return f"{where}: there is no fixture {info.value.argname!r}"
    # The author's own line says more than the line of ours, or of a library, that gave up.
    authors = [e for e in info.traceback if any(map(Path(e.path).match, AUTHORS))]
    entry = (authors or info.traceback)[-1]
    return f"{Path(entry.path).name}, line {entry.lineno + 1}: {info.exconly()[:1500]}"


def load_reference(path: Path, loaded: dict[Path, SimpleNamespace]) -> SimpleNamespace:
    """Return the names that a reference solution defines, executed once on the trusted side."""
    if path not in loaded:
        names: dict[str, Any] = {"__name__": "reference", "__file__": str(path)}
        exec(compile(path.read_text("utf-8"), str(path), "exec"), names)  # noqa: S102
        loaded[path] = SimpleNamespace(**names)
    return loaded[path]
