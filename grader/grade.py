"""Grade one submission: its files in, a score report out, in this process's own slot.

A *slot* is what a process keeps between submissions: one forkserver, and the suites it has
collected. Whatever a submission does, `Slot.grade` returns a report; it raises only when the
course or the machine is at fault in a way that would befall every submission.
"""

from __future__ import annotations

import atexit
import math
import time
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final, Self

from grader import outcomes
from grader.catalog import Course, ExerciseFolder
from grader.errors import CourseError, SandboxError
from grader.jobs import Job
from grader.model.report import Execution, ExerciseInfo, Outcome, ScoreReport, report_json
from grader.model.submission import Student, SubmissionInfo, submission_digest
from grader.model.text import clean_line
from grader.sandbox.deaths import Stop, WorkerLost
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.launch import Launched
from grader.sandbox.layers import DEFAULT_LEVEL, Level, require
from grader.sandbox.session import Session, Usage
from grader.signing import Key
from grader.source import Misplaced, Unreadable
from grader.testing.failures import CheckFailed
from grader.testing.material import material, read_files
from grader.testing.proxy import Submission, derive_seed
from grader.testing.runner import CheckOutcome, Run
from grader.testing.suite import Suite, points_fault

# Measured peaks differ by a few pages from run to run; reports of two runs should not.
MEMORY_STEP_MIB: Final = 16
# The second may be the first to come to calls; the third tells whose doing a stop in those is.
ATTEMPTS: Final = 3


@dataclass(frozen=True)
class Answer:
    """A submission to one exercise: who handed it in, and the files as bytes."""

    info: SubmissionInfo
    files: Sequence[tuple[str, bytes]]
    notes: Sequence[str] = ()
    """Sentences for the student about how the files were found."""
    problem: str | None = None
    """Why it could not be read, in words for the student; the files then hold nothing."""

    @classmethod
    def of_file(cls, exercise_id: str, student: str, name: str, data: bytes) -> Self:
        """Return the answer of one file that came from no class."""
        name = clean_line(name)
        files = [(name, data)]
        info = SubmissionInfo(
            id=f"{student}.{exercise_id}",
            student=Student(label=student),
            digest=submission_digest(files),
            files=(name,),
        )
        return cls(info, files)


class Slot:
    """One process's forkserver and suites. Use it as a context manager."""

    def __init__(
        self,
        course: Course,
        level: Level = DEFAULT_LEVEL,
        disabled: Collection[str] = (),
        *,
        hidden: bool = True,
        launched: Launched | None = None,
    ) -> None:
        """Start a forkserver; raise SandboxError when the machine does not reach `level`.

        `launched` is a forkserver's process that was started earlier, to save the wait.
        """
        self.course, self._level, self._disabled = course, level, tuple(disabled)
        self._hidden = hidden
        self._suites: dict[str, Suite] = {}
        self.printed = b""
        """What student code printed in the last grading. Empty where hidden checks run: they
        hand it their inputs."""
        self._forkserver = self._start(launched)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def forkserver(self) -> Forkserver:
        """What forks workers here; a later attempt at a submission may replace it."""
        return self._forkserver

    @property
    def layers(self) -> tuple[str, ...]:
        """The sandbox layers that hold."""
        return self._forkserver.layers

    def suite(self, exercise_id: str) -> Suite:
        """Return the collected checks of an exercise."""
        if exercise_id not in self._suites:
            folder = self.course.folder(exercise_id)
            self._suites[exercise_id] = Suite(folder, hidden=self._hidden)
        return self._suites[exercise_id]

    def grade(self, exercise_id: str, answer: Answer, seed: int | None = None) -> ScoreReport:
        """Grade one submission; `seed` replaces the one derived from its digest."""
        folder = self.course.folder(exercise_id)
        if seed is None:
            seed = derive_seed(self.course.secret, exercise_id, answer.info.digest)
        suite = self.suite(exercise_id)
        started = time.perf_counter()
        stops: set[Stop] = set()
        for attempt in range(1, ATTEMPTS + 1):
            grading = _Grading(folder, answer, suite, self._forkserver, seed, stops)
            grading.run()
            if grading.fault is None or attempt == ATTEMPTS:
                break
            # The forkserver may be what is broken; the submission is tried with a new one.
            self._forkserver.close()
            self._forkserver = self._start()
        grading.usage.wall_seconds = time.perf_counter() - started
        self.printed = b"" if self._hidden else grading.printed
        return grading.report()

    def close(self) -> None:
        """End the forkserver, and then the suites: what still runs after Ctrl-C ends at once."""
        self._forkserver.close()
        for suite in self._suites.values():
            suite.close()

    def _start(self, launched: Launched | None = None) -> Forkserver:
        forkserver = Forkserver(self._disabled, launched)
        try:
            require(self._level, forkserver.layers, forkserver.reasons)
        except SandboxError:
            forkserver.close()
            raise
        return forkserver


@dataclass
class _Grading:
    """One attempt at one submission."""

    folder: ExerciseFolder
    answer: Answer
    suite: Suite
    forkserver: Forkserver
    seed: int
    stops: set[Stop]
    """How workers were stopped from outside, in this attempt and in those before."""
    usage: Usage = field(default_factory=Usage)
    observed: tuple[str, ...] = ()
    printed: bytes = b""
    fault: SandboxError | None = None
    held: str = ""
    """Why the submission has no grade, when that is nobody's fault."""
    misplaced: list[Misplaced] = field(default_factory=list)
    ended: list[CheckOutcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notes = list(self.answer.notes)

    def run(self) -> None:
        """Read the files and run the checks."""
        try:
            if self.answer.problem:
                raise Unreadable(self.answer.problem)
            read = read_files(self.answer.files)
        except Unreadable as unreadable:
            # What exports have room for is the notes.
            self.notes.insert(0, f"it could not be read: {unreadable}")
            self._fail_all(CheckFailed(str(unreadable)))
            return
        self.notes += [note for _, source in read for note in source.notes]
        self.misplaced = [found for _, source in read for found in source.misplaced]
        exercise, given = self.folder.exercise, material(self.folder, read)
        session = Session(self.forkserver, given, exercise.limits, stops=self.stops)
        try:
            with session:
                self._run_checks(session)
        except SandboxError as error:
            self.fault = error
        self.usage, self.observed = session.usage, tuple(session.observed)
        self.printed = bytes(session.output)

    def _run_checks(self, session: Session) -> None:
        try:
            self.notes += outcomes.reading_notes(session.definitions, self.folder.exercise)
        except WorkerLost as lost:
            headline = f"your file could not be read: {lost.detail}"
            self._fail_all(CheckFailed(headline, outcome=lost.outcome))
            return
        if broken := session.definitions.too_new:
            # It may be right, and nobody here can tell: staff decide.
            self.held = outcomes.too_new(broken.place, broken.needs)
            return
        run = Run(Submission(session, self.folder.exercise, self.seed, self.misplaced))
        self.suite.run(run)
        self.fault = run.fault
        if newer := run.submission.too_new:
            self.held = outcomes.too_new(*newer)
            self.notes.append(self.held)
        self.ended = [outcomes.ended(run, check) for check in self.suite.checks]

    def _fail_all(self, failure: CheckFailed) -> None:
        # No check was tried, so no hint of a check helps.
        silent = [replace(check, hint="") for check in self.suite.checks]
        self.ended = [CheckOutcome(check, failure.outcome, failure) for check in silent]

    def report(self) -> ScoreReport:
        """Build the report; after a fault of the sandbox it has no score."""
        ended, folder = self.ended, self.folder
        diagnostic = f"{type(self.fault).__name__}: {self.fault}" if self.fault else self.held
        if diagnostic:
            ended = [CheckOutcome(c, Outcome.INTERNAL_ERROR) for c in self.suite.checks]
        public = {c.id for c in self.suite.public}
        results = [outcomes.result(o, public=o.check.id in public) for o in ended]
        return ScoreReport.of(
            self.answer.info,
            ExerciseInfo(id=folder.id, title=folder.exercise.title, digest=folder.digest),
            results,
            self._execution(),
            outcomes.grader_info(),
            diagnoses=outcomes.diagnoses(ended, folder.course.misconceptions),
            notes=dict.fromkeys(self.notes),
            diagnostic=diagnostic,
        )

    def _execution(self) -> Execution:
        usage = self.usage
        peak = math.ceil(usage.peak_mib / MEMORY_STEP_MIB) * MEMORY_STEP_MIB
        return Execution(
            layers=tuple(self.forkserver.layers),
            limits=self.folder.exercise.limits,
            wall_seconds=round(usage.wall_seconds, 4),
            cpu_seconds=round(usage.cpu_seconds, 4),
            peak_memory_mib=float(peak),
            observed=self.observed,
        )


_private_key = cache(Key.private)


@cache
def _slot(course: Path, isolation: str) -> Slot:
    slot = Slot(Course(course), Level(isolation))
    atexit.register(slot.close)
    return slot


def run_job(text: str) -> str:
    """Grade the submission of a job (JSON of `Job`); return its report, signed if it has a key.

    The process keeps its slot for the next job. Raises what `Slot` raises when the course or the
    machine is at fault.
    """
    # Hidden tests compute with student data; numpy's warnings about that are for nobody.
    warnings.simplefilter("ignore")
    job = Job.model_validate_json(text)
    slot = _slot(job.course, job.isolation)
    if fault := points_fault(slot.course.folder(job.exercise), slot.suite(job.exercise).checks):
        raise CourseError(fault)
    files = [(file.name, file.data) for file in job.files]
    answer = Answer(job.submission, files, job.notes, job.problem)
    text = report_json(slot.grade(job.exercise, answer))
    return "".join(_private_key(job.key).sign(text)) if job.key else text
