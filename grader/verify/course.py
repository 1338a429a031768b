"""Prove one exercise, or several side by side."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path

from grader.catalog import Course
from grader.executors import local_executor
from grader.lessons import lesson_faults
from grader.readiness import obstacles
from grader.verify.automatic import try_mutants
from grader.verify.proof import Automatic, Proof
from grader.verify.written import prove_written


@dataclass(frozen=True)
class _Halves:
    """The proofs of one exercise that are being made: the written half, the automatic in parts."""

    written: Future[Proof]
    automatic: list[Future[Automatic]]

    def joined(self) -> Proof:
        proof = self.written.result()
        if self.automatic:
            proof.add(reduce(add, [part.result() for part in self.automatic]))
        return proof


def verify_all(
    course: Course,
    ids: Sequence[str],
    seeds: int,
    jobs: int,
    *,
    automatic: bool = True,
    every_kill: bool = False,
) -> Iterator[Proof]:
    """Prove exercises in `jobs` processes; yield the proofs in the order of `ids`.

    Without `automatic`, automatic mutants are left out. With `every_kill`, all checks that kill an
    automatic mutant are found, which takes longer than to tell whether one does it alone.
    """
    if jobs <= 1 or (len(ids) <= 1 and not automatic):
        for exercise_id in ids:
            yield verify(course, exercise_id, seeds, automatic=automatic, every_kill=every_kill)
        return
    with local_executor(jobs) as pool:
        halves = []
        for exercise_id in ids:
            where = str(course.root), exercise_id
            parts = [(part, jobs) for part in range(jobs if automatic else 0)]
            halves.append(
                _Halves(
                    pool.submit(_written, *where, seeds),
                    [pool.submit(_automatic, *where, part, every_kill) for part in parts],
                )
            )
        for half in halves:
            yield half.joined()


def verify(
    course: Course,
    exercise_id: str,
    seeds: int,
    *,
    automatic: bool = True,
    every_kill: bool = False,
) -> Proof:
    """Prove one exercise with `seeds` seeds for its reference; what is wrong is in the proof."""
    root = str(course.root)
    proof = _written(root, exercise_id, seeds)
    if automatic:
        proof.add(_automatic(root, exercise_id, (0, 1), every_kill))
    return proof


def _written(root: str, exercise_id: str, seeds: int) -> Proof:
    # Hidden tests compute with wrong answers on purpose.
    warnings.simplefilter("ignore")
    course = Course(Path(root))
    folder = course.folder(exercise_id)
    if found := obstacles(folder):
        return Proof(exercise_id, found)
    proof = prove_written(course, exercise_id, seeds)
    proof.problems += lesson_faults(folder)
    return proof


def _automatic(root: str, exercise_id: str, part: tuple[int, int], every_kill: bool) -> Automatic:
    warnings.simplefilter("ignore")
    course = Course(Path(root))
    if obstacles(course.folder(exercise_id)):
        return Automatic()
    return try_mutants(course, exercise_id, part, every_kill=every_kill)
