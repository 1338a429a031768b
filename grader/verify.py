"""Prove an exercise: what must pass passes, what must fail fails, and is called by its name."""

from __future__ import annotations

import multiprocessing
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from grader.catalog import Course, ExerciseFolder
from grader.corpus import Corpus, Mutant, read_corpus
from grader.errors import CourseError
from grader.grade import Answer, Slot
from grader.model.report import Outcome, ScoreReport
from grader.release import leaks, release
from grader.testing.budget import budgeted
from grader.testing.compare import audited

KILLS: Final = frozenset(Outcome) - {Outcome.PASSED, Outcome.NOT_RUN, Outcome.INTERNAL_ERROR}
VARIANT_SEEDS: Final = 50
MUTANT_SEEDS: Final = 3
FALSE_FAIL: Final = 1e-9
FEWEST: Final = {"hidden checks": 4, "variants": 4, "mutants": 8}


@dataclass
class Proof:
    """What was found out about one exercise; it is proven when there is no problem."""

    exercise_id: str
    problems: list[str] = field(default_factory=list)
    seeds: int = 0
    checks: int = 0
    points: float = 0.0
    variants: int = 0
    mutants: int = 0
    killed: int = 0
    named: int = 0
    false_fail: float = 0.0
    kills: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """For each check, the mutants that it kills."""

    @property
    def proven(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems

    def line(self) -> str:
        """Return the proof as one line."""
        parts = [
            f"{self.checks} checks, {self.points:g} points",
            f"reference {self.seeds} seeds",
            f"{self.variants} variants",
            f"{self.killed}/{self.mutants} mutants killed, {self.named} named",
            f"false-fail ≤ {self.false_fail:.1g}" if self.false_fail else "nothing left to chance",
        ]
        verdict = "proven" if self.proven else "NOT PROVEN"
        return f"{self.exercise_id:<20} {verdict:<11} {' · '.join(parts)}"


def verify_all(course: Course, ids: Sequence[str], seeds: int, jobs: int) -> Iterator[Proof]:
    """Prove exercises, `jobs` at a time; yield the proofs in the order of `ids`."""
    if min(jobs, len(ids)) <= 1:
        yield from (verify(course, exercise_id, seeds) for exercise_id in ids)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(ids)), mp_context=context) as pool:
        yield from pool.map(_verify, [(str(course.root), i, seeds) for i in ids])


def _verify(arguments: tuple[str, str, int]) -> Proof:
    root, exercise_id, seeds = arguments
    return verify(Course(Path(root)), exercise_id, seeds)


def verify(course: Course, exercise_id: str, seeds: int) -> Proof:
    """Prove one exercise with `seeds` seeds for its reference; what is wrong is in the proof."""
    # Hidden tests compute with wrong answers on purpose.
    warnings.simplefilter("ignore")
    proof = Proof(exercise_id, seeds=seeds)
    try:
        folder = course.folder(exercise_id)
        corpus = read_corpus(folder)
        with Slot(course) as slot:
            _Verification(folder, corpus, slot, proof).run()
        proof.problems += _leaks(course, exercise_id)
    except CourseError as error:
        proof.problems.append(str(error))
    return proof


class _Verification:
    """The steps of one proof."""

    def __init__(self, folder: ExerciseFolder, corpus: Corpus, slot: Slot, proof: Proof) -> None:
        self.folder, self.corpus, self.slot, self.proof = folder, corpus, slot, proof

    def run(self) -> None:
        checks = self.slot.suite(self.folder.id).checks
        self.proof.checks = len(checks)
        self.proof.points = sum(check.points for check in checks)
        self._fewest()
        if abs(self.proof.points - self.folder.exercise.points) > 1e-9:
            self._problem(
                f"the checks' points add up to {self.proof.points:g}, "
                f"exercise.toml says {self.folder.exercise.points:g}"
            )
        self._starter()
        self._reference()
        self._variants()
        self._mutants()
        for check in checks:
            if not self.proof.kills[check.id]:
                self._problem(f"check {check.id} kills no mutant: it may not look at anything")

    def _fewest(self) -> None:
        have = {
            "hidden checks": self.proof.checks - len(self.slot.suite(self.folder.id).public),
            "variants": len(self.corpus.variants),
            "mutants": len(self.corpus.mutants),
        }
        for what, fewest in FEWEST.items():
            if have[what] < fewest:
                self._problem(f"{have[what]} {what}, at least {fewest} are needed")

    def _starter(self) -> None:
        report = self._grade(self.folder.starter)
        if report.points != 0:
            passed = [c.id for c in report.checks if c.outcome is Outcome.PASSED]
            self._problem(f"the starter has {report.points} points: {', '.join(passed)}")
        passed = [c.id for c in report.checks if c.outcome is Outcome.PASSED]
        if report.points == 0 and passed:
            self._problem(f"the starter passes {', '.join(passed)}")
        if [d.misconception for d in report.diagnoses] != ["not-implemented"]:
            named = ", ".join(d.misconception for d in report.diagnoses) or "nothing"
            self._problem(f"the starter is called {named}, not not-implemented")

    def _reference(self) -> None:
        confusable: set[str] = set()

        def audit(name: str, pairs: list[tuple[str, str]]) -> None:
            confusable.update(f"{name}: {one} and {other}" for one, other in pairs)

        with audited(audit), budgeted() as spent:
            self._full_marks(self.folder.reference, "the reference", range(self.proof.seeds))
        # What one submission's checks may fail a right answer with, added up over its checks.
        self.proof.false_fail = sum(spent) / max(1, self.proof.seeds)
        if self.proof.false_fail > FALSE_FAIL:
            chance = f"{self.proof.false_fail:.1g}"
            self._problem(f"a right answer may fail with probability {chance} > {FALSE_FAIL}")
        for pair in sorted(confusable):
            self._problem(f"mistake models give the same numbers: {pair}")

    def _variants(self) -> None:
        for path in self.corpus.variants:
            self.proof.variants += 1
            seeds = range(min(self.proof.seeds, VARIANT_SEEDS))
            self._full_marks(path, f"variant {path.stem}", seeds)

    def _full_marks(self, path: Path, what: str, seeds: range) -> None:
        for seed in seeds:
            report = self._grade(path, seed)
            lost = [c for c in report.checks if c.outcome is not Outcome.PASSED]
            if lost:
                where = f"{what}, seed {seed}: {lost[0].id} is {lost[0].outcome}"
                self._problem(f"{where}: {lost[0].diagnostic or lost[0].feedback}")
                return

    def _mutants(self) -> None:
        for path, mutant in self.corpus.mutants.items():
            self.proof.mutants += 1
            reports = [self._grade(path, seed) for seed in range(MUTANT_SEEDS)]
            # Every report is looked at: each may show another problem.
            killed = {self._killed(path.stem, mutant, report) for report in reports}
            named = {self._named(path.stem, mutant, report) for report in reports}
            self.proof.killed += killed == {True}
            self.proof.named += killed == named == {True}

    def _killed(self, name: str, mutant: Mutant, report: ScoreReport) -> bool:
        outcomes = {check.id: check.outcome for check in report.checks}
        for check_id, outcome in outcomes.items():
            if outcome in KILLS:
                self.proof.kills[check_id].add(name)
            if outcome is Outcome.INTERNAL_ERROR:
                diagnostic = next(c.diagnostic for c in report.checks if c.id == check_id)
                self._problem(f"mutant {name}: check {check_id} broke: {diagnostic}")
        survived = [check for check in mutant.killed_by if outcomes.get(check) not in KILLS]
        if survived:
            found = outcomes.get(survived[0], "unknown")
            self._problem(f"mutant {name} survives {survived[0]}, which is {found}")
        return not survived

    def _named(self, name: str, mutant: Mutant, report: ScoreReport) -> bool:
        named = frozenset(d.misconception for d in report.diagnoses)
        if named == mutant.names:
            return True
        is_called = ", ".join(sorted(named)) or "nothing"
        wanted = ", ".join(sorted(mutant.names)) or "nothing"
        self._problem(f"mutant {name} is called {is_called} instead of {wanted}")
        return False

    def _grade(self, path: Path, seed: int = 0) -> ScoreReport:
        answer = Answer.of_file(self.folder.id, path.stem, path.name, path.read_bytes())
        return self.slot.grade(self.folder.id, answer, seed)

    def _problem(self, text: str) -> None:
        if text not in self.proof.problems:
            self.proof.problems.append(text)


def _leaks(course: Course, exercise_id: str) -> Iterator[str]:
    """Yield what of the staff half could be read in the public bundle."""
    with tempfile.TemporaryDirectory() as folder:
        release(course, [exercise_id], Path(folder))
        yield from leaks(course.folder(exercise_id), Path(folder))
