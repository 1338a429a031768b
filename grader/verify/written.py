"""Prove the written half of an exercise: the reference, and right and wrong answers by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader.catalog import Course, ExerciseFolder
from grader.corpus import Corpus, Mutant, read_corpus
from grader.errors import CourseError, GraderError
from grader.grade import Answer, Slot
from grader.leaks import contents, leaks
from grader.model.report import Outcome, ScoreReport
from grader.readiness import LEFT, obstacles
from grader.release import release
from grader.sandbox.layers import Level
from grader.scratch import scratch_folder
from grader.testing.budget import budgeted
from grader.testing.compare import audited
from grader.testing.suite import points_fault
from grader.verify.proof import KILLS, Proof

VARIANT_SEEDS: Final = 50
MUTANT_SEEDS: Final = 3
FALSE_FAIL: Final = 1e-9
FEWEST: Final = {"hidden checks": 4, "variants": 4, "mutants": 10}


def prove_written(course: Course, exercise_id: str, seeds: int) -> Proof:
    """Prove what people wrote, with `seeds` seeds for the reference."""
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


def quick_look(folder: ExerciseFolder) -> str | None:
    """Return why an exercise cannot be proven, as far as a second tells; None says nothing.

    Looked at are blanks, files, points, and whether the reference passes.
    """
    if found := obstacles(folder):
        return ": ".join(found[:2]) if found[0].startswith(LEFT) else found[0]
    proof = Proof(folder.id, seeds=1)
    try:
        with Slot(folder.course, Level.PROCESS) as slot:
            look = _Verification(folder, read_corpus(folder), slot, proof)
            look.look_at_points()
            look.reference()
    except GraderError as error:
        return str(error)
    return next(iter(proof.problems), None)


class _Verification:
    """The steps of one proof."""

    def __init__(self, folder: ExerciseFolder, corpus: Corpus, slot: Slot, proof: Proof) -> None:
        self.folder, self.corpus, self.slot, self.proof = folder, corpus, slot, proof
        self._deaths: defaultdict[str, set[str]] = defaultdict(set)

    def look_at_points(self) -> None:
        """See whether the points of the checks are those of the contract."""
        if fault := points_fault(self.folder, self.slot.suite(self.folder.id).checks):
            self._problem(fault)

    def run(self) -> None:
        """Take all steps, as far as they make sense."""
        checks = self.slot.suite(self.folder.id).checks
        self.proof.checks = len(checks)
        self.proof.points = sum(check.points for check in checks)
        self.proof.items.points = {check.id: check.points for check in checks}
        self.proof.items.public = frozenset(c.id for c in self.slot.suite(self.folder.id).public)
        self._fewest()
        self.look_at_points()
        self._starter()
        if not self.reference():
            return  # whatever is wrong there would be said again of every variant and mutant
        self._variants()
        self._mutants()
        self.proof.items.deaths |= {name: frozenset(by) for name, by in self._deaths.items()}
        for check in checks:
            if not self.proof.items.kills(check.id):
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
        broken = [c for c in report.checks if c.outcome is Outcome.INTERNAL_ERROR]
        if broken:
            self._problem(f"check {broken[0].id} broke on the starter: {broken[0].diagnostic}")
            return
        if report.points != 0:
            passed = [c.id for c in report.checks if c.outcome is Outcome.PASSED]
            self._problem(f"the starter has {report.points} points: {', '.join(passed)}")
        passed = [c.id for c in report.checks if c.outcome is Outcome.PASSED]
        if report.points == 0 and passed:
            self._problem(f"the starter passes {', '.join(passed)}")
        if [d.misconception for d in report.diagnoses] != ["not-implemented"]:
            named = ", ".join(d.misconception for d in report.diagnoses) or "nothing"
            self._problem(f"the starter is called {named}, not not-implemented")

    def reference(self) -> bool:
        """Try the reference with every seed; return whether it has full points each time."""
        confusable: set[str] = set()

        def audit(name: str, pairs: list[tuple[str, str]]) -> None:
            confusable.update(f"{name}: {one} and {other}" for one, other in pairs)

        with audited(audit), budgeted() as spent:
            seeds = range(self.proof.seeds)
            right = self._full_marks(self.folder.reference, "the reference", seeds)
        # What one submission's checks may fail a right answer with, added up over its checks.
        self.proof.false_fail = sum(spent) / max(1, self.proof.seeds)
        if self.proof.false_fail > FALSE_FAIL:
            chance = f"{self.proof.false_fail:.1g}"
            self._problem(f"a right answer may fail with probability {chance} > {FALSE_FAIL}")
        for pair in sorted(confusable):
            self._problem(f"mistake models give the same numbers: {pair}")
        return right

    def _variants(self) -> None:
        for path in self.corpus.variants:
            self.proof.variants += 1
            seeds = range(min(self.proof.seeds, VARIANT_SEEDS))
            self._full_marks(path, f"variant {path.stem}", seeds)

    def _full_marks(self, path: Path, what: str, seeds: range) -> bool:
        for seed in seeds:
            report = self._grade(path, seed)
            lost = [c for c in report.checks if c.outcome is not Outcome.PASSED]
            if lost:
                where = f"{what}, seed {seed}: {lost[0].id} is {lost[0].outcome}"
                self._problem(f"{where}: {lost[0].diagnostic or lost[0].feedback}")
                return False
        return True

    def _mutants(self) -> None:
        for path, mutant in self.corpus.mutants.items():
            self.proof.mutants += 1
            seeds = range(min(self.proof.seeds, MUTANT_SEEDS))
            reports = [self._grade(path, seed) for seed in seeds]
            # Every report is looked at: each may show another problem.
            killed = {self._killed(path.stem, mutant, report) for report in reports}
            named = {self._named(path.stem, mutant, report) for report in reports}
            self.proof.killed += killed == {True}
            self.proof.nameable += bool(mutant.names)
            if killed == named == {True}:
                self.proof.named += bool(mutant.names)
                self.proof.unnamed += not mutant.names

    def _killed(self, name: str, mutant: Mutant, report: ScoreReport) -> bool:
        outcomes = {check.id: check.outcome for check in report.checks}
        for check_id, outcome in outcomes.items():
            if outcome in KILLS:
                self._deaths[name].add(check_id)
            if outcome is Outcome.INTERNAL_ERROR:
                diagnostic = next(c.diagnostic for c in report.checks if c.id == check_id)
                self._problem(f"mutant {name}: check {check_id} broke: {diagnostic}")
        survived = [check for check in mutant.killed_by if outcomes.get(check) not in KILLS]
        if survived and survived[0] not in outcomes:
            self._problem(f"mutant {name}: there is no check {survived[0]} to kill it")
        elif survived:
            found = outcomes[survived[0]]
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
    """Yield what of the staff half could be read in the public half, or in the bundle of it."""
    staff = course.folder(exercise_id)
    if found := list(leaks(staff, contents(staff.public))):
        # A file that is in no bundle is public all the same: its folder is given away as it is.
        yield from (f"exercises/{exercise_id}/{leak}" for leak in found)
        return
    with scratch_folder() as folder:
        release(course, [exercise_id], folder / "bundle")  # refuses what leaks
