"""Try the automatic mutants of an exercise: each must be noticed by some check."""

from __future__ import annotations

from collections.abc import Iterator

from grader.catalog import Course, ExerciseFolder, read_text
from grader.errors import CourseError
from grader.mutation.code import Code
from grader.mutation.mutants import AutomaticMutant, mutants
from grader.sandbox.forkserver import Forkserver
from grader.testing.cases import NAME
from grader.testing.suite import Suite
from grader.verify.equivalence import Comparison
from grader.verify.proof import Automatic
from grader.verify.trial import SEEDS, Trial


def try_mutants(
    course: Course, exercise_id: str, part: tuple[int, int] = (0, 1), *, every_kill: bool = False
) -> Automatic:
    """Try every mutant of an exercise's reference, or one part of as many as `part` says."""
    found = Automatic()
    try:
        folder = course.folder(exercise_id)
        with Forkserver() as forkserver, Suite(folder) as suite:
            trial = Trial(folder, forkserver, suite, every_kill=every_kill)
            comparison = _comparison(folder, forkserver, found)
            found.exempt = len(Code(read_text(folder.reference)).exempt)
            for mutant in list(_mutants(folder))[part[0] :: part[1]]:
                _try(mutant, trial, comparison, found)
    except CourseError as error:
        found.problems.append(str(error))
    return found


def _mutants(folder: ExerciseFolder) -> Iterator[AutomaticMutant]:
    try:
        functions = [function.name for function in folder.exercise.functions]
        yield from mutants(read_text(folder.reference), functions)
    except SyntaxError as error:
        raise CourseError(f"{folder.reference}: {error}") from None


def _comparison(
    folder: ExerciseFolder, forkserver: Forkserver, found: Automatic
) -> Comparison | None:
    path = folder.staff / NAME
    if path.exists():
        return Comparison(folder, path, forkserver)
    found.problems.append(
        f"there is no {NAME}: a survivor cannot be told from what only looks different"
    )
    return None


def _try(
    mutant: AutomaticMutant, trial: Trial, comparison: Comparison | None, found: Automatic
) -> None:
    # Most mutants die at once, and those that are no mistakes need not be run with every seed.
    first, *others = range(SEEDS)
    death = trial.death(mutant, [first])
    differing = set()
    if death.survived and comparison is not None:
        differing = comparison.differing(mutant.source)
    if death.survived and (differing or comparison is None):
        death = trial.death(mutant, others)
    if death.broken:
        found.problems.append(f"{death.broken}\n{mutant}")
    if death.checks:
        found.killed += 1
        found.named += death.named
        found.deaths[mutant.name] = death.checks
    elif comparison is not None and comparison.differs_by_chance(mutant.source, differing):
        # What is never executed is equal to anything.
        reached = mutant.trap is None or comparison.differing(mutant.trap)
        (found.equal if reached else found.unreached).append(mutant)
    elif not death.broken:
        found.survivors.append(mutant)
