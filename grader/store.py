"""The store: every result of every run, in one SQLite file that survives being killed.

A result is found by its submission id and its key: a digest over the submission, the exercise,
the grader's version and the isolation level. What has the same key need not be graded again.
Nothing is ever overwritten, so a regrade can be compared with what was there before.

    runs         one row per `grader grade`
    roster       the submissions that a run found, each with the key it should have a result for
    unmatched    what a run found and could not grade, with the reason
    results      reports as JSON, with the time of grading

WAL mode with `synchronous=NORMAL`: kill -9 loses nothing that was committed; a power cut may lose
the last results, which are then pending, but never leaves a broken file. A second run in the same
folder is kept out by a lock that ends with the process.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import ValidationError

from grader.database import Database
from grader.errors import StoreError
from grader.model.report import ScoreReport, Status, parse_report, report_json
from grader.model.submission import Student

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMAT: Final = 1
# Moodle refuses a second score of a student within the same whole second.
_STEP: Final = timedelta(seconds=1)
_TABLES: Final = """
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    grader_version TEXT NOT NULL,
    isolation TEXT NOT NULL,
    scope TEXT
);
CREATE TABLE roster (
    run INTEGER NOT NULL REFERENCES runs,
    submission TEXT NOT NULL,
    exercise TEXT NOT NULL,
    key TEXT NOT NULL,
    student TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (run, submission)
) WITHOUT ROWID;
CREATE TABLE unmatched (
    run INTEGER NOT NULL REFERENCES runs,
    path TEXT NOT NULL,
    label TEXT,
    reason TEXT NOT NULL
);
CREATE TABLE results (
    result INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    submission TEXT NOT NULL,
    key TEXT NOT NULL,
    student TEXT NOT NULL,
    status TEXT NOT NULL,
    graded_at TEXT NOT NULL,
    report TEXT NOT NULL
);
CREATE INDEX results_of_submission ON results (submission, key, result);
"""
_ROWS: Final = """
SELECT r.submission, r.exercise, r.key, r.student, x.report, x.graded_at, x.run
FROM roster r LEFT JOIN results x ON x.result =
    (SELECT max(result) FROM results WHERE submission = r.submission AND key = r.key
    AND student = r.student AND run <= ?)
WHERE r.run =
    (SELECT max(run) FROM runs WHERE run <= ? AND (scope IS NULL OR scope = r.exercise))
ORDER BY r.label, r.student, r.submission
"""
_EXERCISES: Final = """
SELECT DISTINCT r.exercise FROM roster r
WHERE r.run = (SELECT max(run) FROM runs WHERE scope IS NULL OR scope = r.exercise)
"""


@dataclass(frozen=True)
class Seat:
    """A submission in a run's roster: what should be graded, under which key."""

    submission: str
    exercise: str
    key: str
    student: Student


class Unmatched(NamedTuple):
    """Something that a run found and could not match to an exercise."""

    path: str
    label: str | None
    """The student of whom nothing else could be matched; null when only this file is left over."""
    reason: str


@dataclass(frozen=True)
class Row:
    """A seat with its result: no report when it is pending."""

    seat: Seat
    report: ScoreReport | None
    graded_at: datetime | None
    run: int | None


def store_key(submission: str, exercise: str, grader_version: str, isolation: str) -> str:
    """Return the key of a result: two digests, the version and the level that it depends on."""
    parts = f"{submission}\n{exercise}\n{grader_version}\n{isolation}"
    return hashlib.sha256(parts.encode()).hexdigest()


def utc_now() -> datetime:
    """Return the time in UTC, cut to milliseconds."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def timestamp(moment: datetime) -> str:
    """Return ``2026-11-22T00:49:37.960Z``, the only form of time that we write."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Store:
    """One store file. Every method raises StoreError when the file does not comply."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the store; `create=False` refuses when there is none."""
        if not create and not path.is_file():
            raise StoreError(f"there is no store at {path}: has anything been graded there?")
        self.path = path
        self._db = Database(path, _TABLES, FORMAT)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start_run(
        self,
        seats: Iterable[Seat],
        unmatched: Iterable[Unmatched] = (),
        *,
        grader_version: str,
        isolation: str,
        scope: str | None = None,
    ) -> int:
        """Write down what a run found, all of it or nothing, and return the run's number.

        `scope` is the one exercise that the run was for; without it the run was for all.
        """
        with self._db.transaction():
            run = self._db.write(
                "INSERT INTO runs (started_at, grader_version, isolation, scope)"
                " VALUES (?, ?, ?, ?)",
                timestamp(utc_now()), grader_version, isolation, scope,
            )  # fmt: skip
            for s in seats:
                self._db.write(
                    "INSERT INTO roster VALUES (?, ?, ?, ?, ?, ?)",
                    run, s.submission, s.exercise, s.key, _identity(s.student), s.student.label,
                )  # fmt: skip
            for item in unmatched:
                self._db.write("INSERT INTO unmatched VALUES (?, ?, ?, ?)", run, *item)
        return run

    def finish_run(self, run: int) -> None:
        """Say that a run came to its end; one without an end was interrupted."""
        self._db.write("UPDATE runs SET finished_at = ? WHERE run = ?", timestamp(utc_now()), run)

    def last_run(self) -> int:
        """Return the number of the latest run; 0 when there was none."""
        row = self._db.row("SELECT max(run) FROM runs")
        return int(row[0] or 0) if row else 0

    def add(self, run: int, seat: Seat, report: ScoreReport) -> datetime:
        """Keep a result and return its time of grading."""
        with self._db.transaction():
            moment = self._next_moment(seat.submission)
            self._db.write(
                "INSERT INTO results (run, submission, key, student, status, graded_at, report)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                run, seat.submission, seat.key, _identity(seat.student), str(report.status),
                timestamp(moment), report_json(report),
            )  # fmt: skip
        return moment

    def _next_moment(self, submission: str) -> datetime:
        """Return the time, later than the submission's last result even if the clock was set."""
        query = "SELECT max(graded_at) FROM results WHERE submission = ?"
        last = self._db.row(query, submission)
        if last is None or last[0] is None:
            return utc_now()
        return max(utc_now(), datetime.fromisoformat(last[0]) + _STEP)

    def graded(self, seat: Seat) -> bool:
        """Return whether a seat has a result with a score; an internal error is still pending."""
        row = self._db.row(
            "SELECT status FROM results WHERE submission = ? AND key = ? AND student = ?"
            " ORDER BY result DESC LIMIT 1",
            seat.submission, seat.key, _identity(seat.student),
        )  # fmt: skip
        return row is not None and row[0] == Status.GRADED

    def rows(self, until: int | None = None) -> Iterator[Row]:
        """Yield the class in the order of students: every seat with its latest result, if any.

        An exercise's class is what the latest run for that exercise found. With `until`, only
        that run and earlier ones count.
        """
        last = self.last_run() if until is None else until
        for submission, exercise, key, student, report, graded_at, run in self._db.rows(
            _ROWS, last, last
        ):
            yield Row(
                Seat(submission, exercise, key, Student.model_validate_json(student)),
                self._report(submission, report) if report else None,
                datetime.fromisoformat(graded_at) if graded_at else None,
                run,
            )

    def exercises(self) -> set[str]:
        """Return the exercises of the class that `rows` yields."""
        return {exercise for (exercise,) in self._db.rows(_EXERCISES)}

    def history(self, submission: str) -> Iterator[tuple[int, datetime, ScoreReport]]:
        """Yield every result of a submission, oldest first: run, time of grading, report."""
        query = "SELECT run, graded_at, report FROM results WHERE submission = ? ORDER BY result"
        for run, graded_at, report in self._db.rows(query, submission):
            yield run, datetime.fromisoformat(graded_at), self._report(submission, report)

    def _report(self, submission: str, text: str) -> ScoreReport:
        try:
            return parse_report(text)
        except ValidationError as error:
            fault = error.errors()[0]["msg"]
            raise StoreError(
                f"{self.path}: the report of {submission} is broken: {fault}"
            ) from error

    def unmatched(self, run: int) -> list[Unmatched]:
        """Return what a run could not match to an exercise."""
        query = "SELECT path, label, reason FROM unmatched WHERE run = ? ORDER BY path"
        return [Unmatched(*row) for row in self._db.rows(query, run)]


def _identity(student: Student) -> str:
    return student.model_dump_json(exclude_none=True)
