"""Try the automatic mutants of an exercise: each must be noticed by some check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from grader import outcomes
from grader.catalog import Course, ExerciseFolder, read_text
from grader.errors import CourseError
from grader.model.exercise import Limits
from grader.model.report import Outcome
from grader.mutation.mutants import AutomaticMutant, mutants
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.session import Material, Session, WorkerLost
from grader.testing.cases import NAME
from grader.testing.checks import Check
from grader.testing.proxy import Submission
from grader.testing.runner import Run
from grader.testing.suite import Suite
from grader.verify.equivalence import Comparison
from grader.verify.proof import KILLS, Automatic

SEEDS: Final = 3
# A mutant that waits or computes for ever costs this for each function, twice at most.
CALL_CPU_SECONDS: Final = 1
CALL_WALL_SECONDS: Final = 3.0
# As many kills by hidden checks as tell that none of them is alone.
ENOUGH: Final = 2


@dataclass
class Death:
    """What the checks said of one mutant."""

    checks: frozenset[str] = frozenset()
    """Those that kill it; unless all are asked for, `ENOUGH` at most."""
    named: bool = False
    broken: str = ""
    """Which check broke over it, and how: a fault of the hidden tests."""


def try_mutants(
    course: Course, exercise_id: str, part: tuple[int, int] = (0, 1), *, every_kill: bool = False
) -> Automatic:
    """Try every mutant of an exercise's reference, or one part of as many as `part` says."""
    found = Automatic()
    folder = course.folder(exercise_id)
    try:
        with Forkserver() as forkserver, Suite(folder) as suite:
            trial = _Trial(folder, forkserver, suite, every_kill)
            comparison = _comparison(folder, forkserver, trial.limits, found)
            for mutant in list(_mutants(folder))[part[0] :: part[1]]:
                _try(mutant, trial, comparison, found)
    except CourseError as error:
        found.problems.append(str(error))
    return found


def _mutants(folder: ExerciseFolder) -> Iterator[AutomaticMutant]:
    try:
        yield from mutants(read_text(folder.reference))
    except SyntaxError as error:
        raise CourseError(f"{folder.reference}: {error}") from None


def _comparison(
    folder: ExerciseFolder, forkserver: Forkserver, limits: Limits, found: Automatic
) -> Comparison | None:
    path = folder.staff / NAME
    if not path.exists():
        found.problems.append(
            f"there is no {NAME}: a survivor cannot be told from what only looks different"
        )
        return None
    return Comparison(folder, path, forkserver, limits)


def _try(
    mutant: AutomaticMutant, trial: _Trial, comparison: Comparison | None, found: Automatic
) -> None:
    death = trial.death(mutant.source)
    if death.broken:
        found.problems.append(f"{death.broken}\n{mutant}")
    if death.checks:
        found.killed += 1
        found.named += death.named
        found.deaths[mutant.name] = death.checks
    elif comparison is not None and comparison.is_equal(mutant.source):
        found.equal += 1
    else:
        found.survivors.append(mutant)


def _shorter(limits: Limits) -> Limits:
    shorter = {
        "call_cpu_seconds": min(CALL_CPU_SECONDS, limits.call_cpu_seconds),
        "call_wall_seconds": min(CALL_WALL_SECONDS, limits.call_wall_seconds),
    }
    return limits.model_copy(update=shorter)


class _Trial:
    """Runs the checks of an exercise on one source after another."""

    def __init__(
        self, folder: ExerciseFolder, forkserver: Forkserver, suite: Suite, every_kill: bool
    ) -> None:
        self._folder, self._forkserver, self._suite = folder, forkserver, suite
        hidden = [check for check in suite.checks if check not in suite.public]
        # Public checks come last here: they tell something only where hidden ones see nothing.
        self._stages = [list(suite.checks)] if every_kill else [hidden, list(suite.public)]
        self._enough = len(suite.checks) if every_kill else ENOUGH
        # An honest answer that is slow must not be taken for one that is wrong.
        for limits in (_shorter(folder.exercise.limits), folder.exercise.limits):
            self.limits = limits
            death = self.death(read_text(folder.reference))
            if not death.checks:
                break
        if death.checks or death.broken:
            by = ", ".join(sorted(death.checks)) or death.broken
            raise CourseError(f"no automatic mutant was tried: the reference fails {by}")

    def death(self, source: str) -> Death:
        """Return what kills a source, with the first seed that does."""
        for seed in range(SEEDS):
            death = self._run(source, seed)
            if death.checks or death.broken:
                break
        return death

    def _run(self, source: str, seed: int) -> Death:
        cells = Material([("mutant.py", source)], self._folder.helpers, self._folder.starter_source)
        with Session(self._forkserver, cells, self.limits) as session:
            try:
                _ = session.definitions
            except WorkerLost:
                return Death(frozenset(check.id for check in self._suite.checks))
            return self._judged(Run(Submission(session, self._folder.exercise, seed)))

    def _judged(self, run: Run) -> Death:
        """Run check after check, until enough is known."""
        death = Death()
        for stage in self._stages:
            for check in stage:
                self._suite.run(run, [check.id])
                if run.fault is not None:
                    raise run.fault
                self._count(run, check, death)
                if len(death.checks) >= self._enough:
                    return death
            if death.checks:
                break
        return death

    @staticmethod
    def _count(run: Run, check: Check, death: Death) -> None:
        ended = outcomes.ended(run, check)
        if ended.outcome in KILLS:
            death.checks |= {check.id}
            death.named |= bool(ended.failure and ended.failure.diagnoses)
        if ended.outcome == Outcome.INTERNAL_ERROR:
            death.broken = f"check {check.id} broke over an automatic mutant: {ended.diagnostic}"
