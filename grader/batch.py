"""Grade a class: plan what is pending, run it, and keep every result the moment it is there.

    plan      copy every submission, tell who is who of earlier runs, compute its key, write what
              was found into the store
    tidy      files of what is graded are written if need be, of what is pending taken away; what
              was not signed with the key of this run is pending
    run       jobs through the executor; each result into the store, then into its files
    finish    the gradebook, also after Ctrl-C

A run adds: who is in the store and not in this run stays as they are, and so does a student's other
work. Only a run that says that it is about the whole class takes away.

Killed at any moment, the same command goes on where it was: what is stored under the same key is
not run again. The gradebook is written before the run too, so that it never shows a grade that a
regrade has put in doubt.
"""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import grader
from grader.blanks import grading_blanks
from grader.database import sole_writer
from grader.dispatch import Finished, Task, run_tasks
from grader.enrolment import asked_for, enrol, kept_from_earlier
from grader.errors import CourseError
from grader.ingest import copied
from grader.jobs import Job, JobFile
from grader.model.asked import due_from_all
from grader.model.report import Execution, ExerciseInfo, GraderInfo, Outcome, ScoreReport, Status
from grader.outputs import Outputs
from grader.results import UNSIGNED, store_key
from grader.scratch import scratch_folder
from grader.store import Row, Seat, Store
from grader.tally import Summary, Tally, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from grader.catalog import Course
    from grader.executors import ExecutorFactory
    from grader.ingest import Gathered
    from grader.ingest.gathered import Submission
    from grader.jobs import JobFunction
    from grader.signing import Key, Signed

STALL_MARGIN_SECONDS: Final = 120.0


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    done: int
    total: int
    rate: float
    """Submissions per second."""
    eta_seconds: float


@dataclass(frozen=True)
class Way:
    """How jobs are run."""

    function: JobFunction
    executor: ExecutorFactory
    jobs: int
    isolation: str
    scope: str | None = None
    """The one exercise that the run is for."""
    progress: Callable[[Progress], None] = lambda _: None
    key: Key | None = None
    """Signs each report where it is formed; what it has not signed does not count as graded."""
    whole: bool = False
    """Whether what was gathered is all there is: who is not in it leaves the class."""


def grade_class(gathered: Gathered, course: Course, out: Path, way: Way) -> Summary:
    """Grade what is pending into the folder `out`; Ctrl-C ends it early and in order.

    Raise StoreError when `out` cannot be written, CourseError when an exercise is not finished, and
    what befalls every submission.
    """
    for exercise in dict.fromkeys(s.exercise for s in gathered.submissions):
        if blank := next(grading_blanks(course.folder(exercise)), None):
            raise CourseError(f"{exercise} is not finished, and nothing was graded: {blank}")
    outputs = Outputs(out)
    with scratch_folder() as scratch:
        # Before there are threads and open databases, which a fork would not survive.
        gathered = copied(gathered, scratch)
        return _graded(gathered, course, outputs, way)


def _graded(gathered: Gathered, course: Course, outputs: Outputs, way: Way) -> Summary:
    """Grade what is pending of a class that has been copied."""
    with sole_writer(outputs.folder), Store(outputs.store, key=way.key) as store:
        outputs.sweep()
        run = _Run(gathered, course, outputs, store, way)
        try:
            run.grade()
        except KeyboardInterrupt:
            run.summary.interrupted = True
        finally:
            run.finish()
        if not run.summary.interrupted:
            store.finish_run(run.number)
    return run.summary


class _Run:
    def __init__(
        self, gathered: Gathered, course: Course, outputs: Outputs, store: Store, way: Way
    ) -> None:
        self._course, self._outputs, self._store, self._way = course, outputs, store, way
        self._seats: dict[str, Seat] = {}
        self._enrolment = enrolled = enrol(gathered, store, whole=way.whole)
        self.number = store.start_run(
            map(self._seat, enrolled.submissions),
            [*enrolled.unmatched, *enrolled.passed_over],
            enrolled.people.persons.values(),
            grader_version=grader.__version__,
            isolation=way.isolation,
            scope=way.scope,
            whole=way.whole,
            merged=enrolled.people.merged,
            unread=enrolled.unread,
        )
        self._pending = enrolled.submissions
        self.summary = Summary(
            len(enrolled.submissions),
            unverified=way.key is None and store.is_signed(),
            unmatched=enrolled.unmatched,
            passed_over=enrolled.passed_over,
            unsure=enrolled.people.unsure,
            strangers=enrolled.strangers,
            changes=enrolled.people.changes,
        )
        kept = kept_from_earlier(enrolled, store, way.scope)
        self.summary.kept_students, self.summary.kept_submissions = kept

    def grade(self) -> None:
        """Tell what is pending, and run it."""
        self._tidy()
        started = time.monotonic()
        tasks = map(self._task, self._pending)
        window = 1 if self._way.jobs == 1 else 2 * self._way.jobs
        ended = run_tasks(
            tasks,
            self._way.function,
            self._way.executor,
            window=window,
            stall_seconds=self._stall_seconds(),
        )
        submissions = {s.id: s for s in self._pending}
        for done, finished in enumerate(ended, 1):
            self._keep(submissions[finished.submission], finished)
            rate = done / max(time.monotonic() - started, 1e-9)
            total = len(self._pending)
            self._way.progress(Progress(done, total, rate, (total - done) / rate))

    def finish(self) -> None:
        """Write the gradebook and count the class, as the store has it."""
        tallies: dict[str, Tally] = {}
        self._write_gradebook(counted(self._store.rows(), tallies))
        self.summary.tallies = {e: tallies[e] for e in self._exercises()}
        self.summary.unasked = tallies.keys() - asked_for(self._store, due_from_all)

    def _write_gradebook(self, rows: Iterable[Row]) -> None:
        others, named = self._store.others().values(), self._store.named()
        self._outputs.write_gradebook(rows, self._exercises(), others, named)

    def _exercises(self) -> list[str]:
        present = self._store.exercises()
        return [exercise for exercise in self._course.exercise_ids if exercise in present]

    def _seat(self, submission: Submission) -> Seat:
        exercise = self._course.folder(submission.exercise)
        key = store_key(submission.digest, exercise.digest, grader.__version__, self._way.isolation)
        stem = self._enrolment.stems[submission.id]
        seat = Seat(submission.id, submission.exercise, key, submission.student, stem)
        self._seats[submission.id] = seat
        return seat

    def _tidy(self) -> None:
        """Bring the files in line with the store, and tell what is pending."""
        present, graded = set[str](), set[str]()
        for row in self._store.rows():
            name = row.seat.submission
            present.add(name)
            if row.report is not None and row.report.status is Status.GRADED:
                graded.add(name)
                self.summary.stored += name in self._seats
                self._outputs.write(row.report, row.signed)
                continue
            self._outputs.discard(name)
            if row.fault == UNSIGNED and name in self._seats:
                self.summary.unsigned += 1
            elif row.fault:
                self.summary.distrusted[name] = row.fault
        for submission in self._store.written() - present:
            self._outputs.discard(submission)
        self._pending = [s for s in self._pending if s.id not in graded]
        if self._pending:
            self._write_gradebook(self._store.rows())

    def _task(self, submission: Submission) -> Task:
        return Task(
            submission.id, partial(self._job, submission), partial(self._fault_of, submission)
        )

    def _job(self, submission: Submission) -> str:
        assert submission.copy is not None
        files = zip(submission.names, submission.copy.read(), strict=True)
        return Job(
            submission=submission.info(),
            files=tuple(JobFile(name=name, data=data) for name, data in files),
            problem=submission.problem,
            exercise=submission.exercise,
            course=self._course.root,
            isolation=self._way.isolation,
            key=self._way.key.path if self._way.key else None,
            notes=submission.notes,
        ).model_dump_json()

    def _fault_of(
        self, submission: Submission, report: ScoreReport, signed: Signed | None
    ) -> str | None:
        found = (report.submission.id, report.submission.digest, report.submission.student)
        expected = (submission.id, submission.digest, submission.student)
        folder = self._course.folder(submission.exercise)
        if found != expected:
            return f"the report is about another submission: {report.submission.id}"
        if (report.exercise.id, report.exercise.digest) != (folder.id, folder.digest):
            return f"the report is about another exercise: {report.exercise.id}"
        if (key := self._way.key) and not (signed and key.is_genuine(signed)):
            return "the report was not signed with this key"
        return None

    def _keep(self, submission: Submission, finished: Finished) -> None:
        report = finished.report
        if report is None:
            report = self._ungraded(submission, finished.fault)
        self._store.add(self.number, self._seats[submission.id], report, finished.signed)
        self._outputs.write(report, finished.signed)
        if report.status is Status.GRADED:
            self.summary.graded += 1
        else:
            self.summary.faults[submission.id] = report.diagnostic or _faults(report)

    def _ungraded(self, submission: Submission, fault: str) -> ScoreReport:
        """Return the report of a submission whose job gave none."""
        folder = self._course.folder(submission.exercise)
        return ScoreReport.of(
            submission.info(),
            ExerciseInfo(id=folder.id, title=folder.exercise.title, digest=folder.digest),
            [],
            Execution(
                layers=(),
                limits=folder.exercise.limits,
                wall_seconds=0.0,
                cpu_seconds=0.0,
                peak_memory_mib=0.0,
            ),
            GraderInfo(
                version=grader.__version__,
                python=platform.python_version(),
                numpy=version("numpy"),
            ),
            notes=submission.notes,
            diagnostic=fault,
        )

    def _stall_seconds(self) -> float:
        folders = {s.exercise: self._course.folder(s.exercise) for s in self._pending}
        walls = [f.exercise.limits.submission_wall_seconds for f in folders.values()]
        return STALL_MARGIN_SECONDS + 3 * max(walls, default=0.0)


def _faults(report: ScoreReport) -> str:
    broken = (check for check in report.checks if check.outcome is Outcome.INTERNAL_ERROR)
    said = (f"{one.id}: {one.diagnostic.strip().rpartition(chr(10))[2]}" for one in broken)
    return next(said, "no reason was given")
