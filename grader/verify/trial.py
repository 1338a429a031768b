"""Run an exercise's checks on one source after another, as far as is needed to know its fate.

Theory of operation. A mistake in one function is noticed by checks that call it, or a function that
uses it; which those are is seen once, with the reference. Other checks are not run: to them the
source is the reference. Hidden checks come first, and when two of them have killed a mutant nothing
more can be learned. Limits are shorter than a student's, so that a mutant that computes for ever
costs a few seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from grader import outcomes
from grader.catalog import ExerciseFolder, read_text
from grader.errors import CourseError
from grader.model.exercise import Limits
from grader.model.report import Outcome
from grader.mutation.code import Code, closure
from grader.mutation.mutants import AutomaticMutant
from grader.sandbox.deaths import WorkerLost
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.session import Session
from grader.testing.checks import Check
from grader.testing.material import of_source
from grader.testing.proxy import Submission
from grader.testing.runner import Run
from grader.testing.suite import Suite
from grader.verify.proof import KILLS
from grader.wire.messages import Argument, Reply

SEEDS: Final = 3
CALL_CPU_SECONDS: Final = 1
CALL_WALL_SECONDS: Final = 3.0
# As many kills by hidden checks as tell that none of them is alone.
ENOUGH: Final = 2


@dataclass
class Death:
    """What the checks said of one source."""

    checks: frozenset[str] = frozenset()
    """Those that kill it; unless all are asked for, `ENOUGH` at most."""
    named: bool = False
    """Whether one of them called it by some name."""
    broken: str = ""
    """Which check broke over it, and how: a fault of the hidden tests."""

    @property
    def survived(self) -> bool:
        """Whether no check had anything to say."""
        return not self.checks and not self.broken


class Trial:
    """The checks of one exercise, with what is known of them from its reference."""

    def __init__(
        self, folder: ExerciseFolder, forkserver: Forkserver, suite: Suite, *, every_kill: bool
    ) -> None:
        """Try the reference; raise CourseError when it does not pass."""
        self._folder, self._forkserver, self._suite = folder, forkserver, suite
        hidden = [check for check in suite.checks if check not in suite.public]
        self._stages = [list(suite.checks)] if every_kill else [hidden, list(suite.public)]
        self._enough = len(suite.checks) if every_kill else ENOUGH
        self._calls: defaultdict[str, set[str]] = defaultdict(set)
        self._users: dict[str, frozenset[str]] = {}
        reference = read_text(folder.reference)
        # An honest answer that is slow must not be taken for one that is wrong.
        for limits in (_shorter(folder.exercise.limits), folder.exercise.limits):
            self.limits = limits
            death = self._first_death(reference, suite.checks)
            if not death.checks:
                break
        if not death.survived:
            by = ", ".join(sorted(death.checks)) or death.broken
            raise CourseError(f"no automatic mutant was tried: the reference fails {by}")
        self._users = users(reference)

    def death(self, mutant: AutomaticMutant, seeds: Iterable[int] = range(SEEDS)) -> Death:
        """Return what kills a mutant, with the first seed that does."""
        reached = self._users.get(mutant.function)
        checks = self._suite.checks
        if reached is not None:
            # A check that calls nothing judges the file as a whole.
            checks = tuple(
                c for c in checks if not self._calls[c.id] or self._calls[c.id] & reached
            )
        return self._first_death(mutant.source, checks, seeds)

    def _first_death(
        self, source: str, checks: Collection[Check], seeds: Iterable[int] = range(SEEDS)
    ) -> Death:
        death = Death()
        for seed in seeds:
            death = self._run(source, checks, seed)
            if not death.survived:
                break
        return death

    def _run(self, source: str, checks: Collection[Check], seed: int) -> Death:
        given = of_source(self._folder, "mutant.py", source)
        session = _Watched(self._forkserver, given, self.limits)
        with session:
            try:
                _ = session.definitions
            except WorkerLost:
                return Death(frozenset(check.id for check in self._suite.checks))
            return self._judged(session, checks, seed)

    def _judged(self, session: _Watched, checks: Collection[Check], seed: int) -> Death:
        """Run check after check, until enough is known."""
        death, run = Death(), Run(Submission(session, self._folder.exercise, seed))
        for stage in self._stages:
            for check in stage:
                if check not in checks:
                    continue
                session.called.clear()
                self._suite.run(run, [check.id])
                if run.fault is not None:
                    raise run.fault
                self._calls[check.id] |= session.called
                _count(run, check, death)
                if len(death.checks) >= self._enough:
                    return death
            if death.checks:
                break
        return death


@dataclass
class _Watched(Session):
    """A session that notes which functions of the contract are called."""

    called: set[str] = field(default_factory=set)

    def call(self, names: Sequence[str], arguments: Sequence[Argument], seed: int) -> Reply:
        self.called.add(names[0])
        return super().call(names, arguments, seed)


def users(source: str) -> dict[str, frozenset[str]]:
    """Return, for each function of a source, itself and all that use it, directly or not."""
    uses = Code(source).uses
    used_by = {name: {user for user, used in uses.items() if name in used} for name in uses}
    return {name: closure([name], used_by) for name in used_by}


def _count(run: Run, check: Check, death: Death) -> None:
    ended = outcomes.ended(run, check)
    if ended.outcome in KILLS:
        death.checks |= {check.id}
        death.named |= bool(ended.failure and ended.failure.diagnoses)
    if ended.outcome == Outcome.INTERNAL_ERROR:
        death.broken = f"check {check.id} broke over an automatic mutant: {ended.diagnostic}"


def _shorter(limits: Limits) -> Limits:
    shorter = {
        "call_cpu_seconds": min(CALL_CPU_SECONDS, limits.call_cpu_seconds),
        "call_wall_seconds": min(CALL_WALL_SECONDS, limits.call_wall_seconds),
    }
    return limits.model_copy(update=shorter)
