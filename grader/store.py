"""The store: every result of every run, in one SQLite file that survives being killed.

A result is found by its submission id and its key: a digest over the submission, the exercise,
the grader's version and the isolation level. What has the same key need not be graded again.
Nothing is ever overwritten, so a regrade can be compared with what was there before.

A run adds. The class is what all runs since the last one for the whole class have found, of each
student and exercise the latest; a student is told by `people`, so that a result stays that of its
student when another run knows more of them. `grader.tables` has the tables.

WAL mode with `synchronous=NORMAL`: kill -9 loses nothing that was committed; a power cut may lose
the last results, which are then pending, but never leaves a broken file. A second run in the same
folder is kept out by a lock that ends with the process.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from grader.database import Database
from grader.errors import StoreError, UsageError, unknown
from grader.model.report import report_json
from grader.model.submission import Person, Student
from grader.model.text import file_stem, timestamp
from grader.register import Register
from grader.results import Result, read_report, read_result
from grader.signing import Signed
from grader.tables import NAMED, ROWS, SCHEMA, SEATS, UNMATCHED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from grader.model.report import ScoreReport
    from grader.signing import Key

# Moodle refuses a second score of a student within the same whole second.
_STEP: Final = timedelta(seconds=1)
NOBODY: Final[Mapping[str, str]] = MappingProxyType({})
UNMATCHED_STATUS: Final = "unmatched"


@dataclass(frozen=True)
class Seat:
    """A submission in a run's roster: what should be graded, under which key."""

    submission: str
    exercise: str
    key: str
    student: Student
    stem: str = ""
    """Whose it is, as `Person.stem`; when empty, what the submission's id begins with."""

    @property
    def person(self) -> str:
        """The stem of the student."""
        return self.stem or self.submission.removesuffix(f".{self.exercise}")


class Unmatched(NamedTuple):
    """Something that a run found and could not match to an exercise."""

    path: str
    label: str | None
    """The student of whom nothing else could be matched; null when only this file is left over."""
    reason: str
    person: str | None = None
    """That student's `Person.stem`; when null, the label."""


@dataclass(frozen=True)
class Row:
    """A seat with its result: no report when it is pending, or when the result does not count."""

    seat: Seat
    report: ScoreReport | None
    """It names the student as the student is known today."""
    graded_at: datetime | None
    run: int | None
    signed: Signed | None = None
    """The report's text as it was signed when it was graded."""
    fault: str = ""
    """Why there is a result and it does not count."""


def utc_now() -> datetime:
    """Return the time in UTC, cut to milliseconds."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Store(AbstractContextManager["Store"]):
    """One store file. Every method raises StoreError when the file does not comply."""

    def __init__(self, path: Path, *, create: bool = True, key: Key | None = None) -> None:
        """Open the store; `create=False` is for reading and refuses when there is none.

        With a key, only results that it signed count.
        """
        if not create and not path.is_file():
            raise StoreError(f"there is no store at {path}: has anything been graded there?")
        self.path, self._key = path, key
        self._db = Database(path, SCHEMA, reading=not create)
        self._register = Register(self._db)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __exit__(self, *_: object) -> None:
        self.close()

    def start_run(
        self,
        seats: Iterable[Seat],
        unmatched: Iterable[Unmatched] = (),
        people: Iterable[Person] = (),
        *,
        grader_version: str,
        isolation: str,
        scope: str | None = None,
        whole: bool = False,
        merged: Mapping[str, str] = NOBODY,
        unread: Collection[str] = (),
    ) -> int:
        """Write down what a run found, all of it or nothing, and return the run's number.

        people: who is known besides by the seats, or better. merged: who turned out to be whom.
        scope: the one exercise that the run was for; without it the run was for all. whole: what
        the run found is all there is, but for those of whom something was `unread`.
        """
        with self._db.transaction():
            before = list(self._seats()) if unread else []
            run = self._db.write(
                "INSERT INTO runs (started_at, grader_version, isolation, scope, whole)"
                " VALUES (?, ?, ?, ?, ?)",
                timestamp(utc_now()), grader_version, isolation, scope, whole,
            )  # fmt: skip
            for old, new in merged.items():
                self._register.merge(old, new)
            for person in people:
                self._register.know(person)
            for s in seats:
                self._register.know(Person(s.person, s.student), better=False)
                self._seat(run, (s.person, s.exercise, s.submission, s.key, s.student.participant))
            for kept in before:
                if whole and kept[0] in unread and scope in (None, kept[1]):
                    self._seat(run, kept)
            for item in unmatched:
                self._leave(run, item)
        return run

    def _seat(self, run: int, seat: tuple[str | None, ...]) -> None:
        self._db.write("INSERT OR IGNORE INTO roster VALUES (?, ?, ?, ?, ?, ?)", run, *seat)

    def _leave(self, run: int, item: Unmatched) -> None:
        person = item.person or item.label
        if person and item.label:
            self._register.know(Person(person, Student(label=item.label)), better=False)
        self._db.write(
            "INSERT INTO unmatched VALUES (?, ?, ?, ?, ?)",
            run, item.path, item.label, person, item.reason,
        )  # fmt: skip

    def finish_run(self, run: int) -> None:
        """Say that a run came to its end; one without an end was interrupted."""
        self._db.write("UPDATE runs SET finished_at = ? WHERE run = ?", timestamp(utc_now()), run)

    def last_run(self) -> int:
        """Return the number of the latest run; 0 when there was none."""
        row = self._db.row("SELECT max(run) FROM runs")
        return int(row[0] or 0) if row else 0

    def add(
        self, run: int, seat: Seat, report: ScoreReport, signed: Signed | None = None
    ) -> datetime:
        """Keep a result, as it was signed if it was, and return its time of grading."""
        with self._db.transaction():
            moment = self._next_moment(seat.submission)
            result = self._db.write(
                "INSERT INTO results (run, submission, key, status, graded_at, report)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                run, seat.submission, seat.key, str(report.status), timestamp(moment),
                signed.text if signed else report_json(report),
            )  # fmt: skip
            if signed:
                self._db.write(
                    "INSERT OR REPLACE INTO signatures VALUES (?, ?)", result, signed.signature
                )
        return moment

    def _next_moment(self, submission: str) -> datetime:
        """Return the time, later than the submission's last result even if the clock was set."""
        query = "SELECT max(graded_at) FROM results WHERE submission = ?"
        last = self._db.row(query, submission)
        if last is None or last[0] is None:
            return utc_now()
        return max(utc_now(), datetime.fromisoformat(last[0]) + _STEP)

    def rows(self, until: int | None = None) -> Iterator[Row]:
        """Yield the class in the order of students: every seat with its latest result, if any.

        With `until`, only that run and earlier ones count.
        """
        for found in self._db.rows(ROWS, until=self.last_run() if until is None else until):
            with self._db.complaints():
                row = self._row(found)
            yield row

    def _row(self, found: tuple[Any, ...]) -> Row:
        (
            submission, exercise, key, known, participant, stem,
            text, graded_at, run, signature, isolation,
        ) = found  # fmt: skip
        file_stem(submission)
        student = Student.model_validate_json(known)
        student = student.model_copy(update={"participant": participant})
        seat = Seat(submission, exercise, key, student, stem)
        if text is None:
            return Row(seat, None, None, None)
        signed = None if signature is None else Signed(text, signature)
        result = Result(submission, exercise, key, student, isolation, text, signed)
        report, fault = read_result(result, self._key)
        of_today = report.of_student(student) if report else None
        return Row(seat, of_today, datetime.fromisoformat(graded_at), run, signed, fault)

    def chosen(self, exercise: str | None) -> Iterator[Row]:
        """Return the rows of one exercise, or of all; raise UsageError where there are none."""
        known = sorted(self.exercises())
        if not known:
            raise UsageError(f"{self.path.parent} holds no submission: grade a class into it first")
        if exercise not in (None, *known):
            raise unknown("graded exercise", exercise or "", known)
        return (row for row in self.rows() if exercise in (None, row.seat.exercise))

    def exercises(self) -> set[str]:
        """Return the exercises of the class that `rows` yields."""
        return {exercise for _, exercise in self.members()}

    def members(self) -> set[tuple[str, str]]:
        """Return who is in the class at which exercise: stems and exercises."""
        return {(person, exercise) for person, exercise, *_ in self._seats()}

    def is_signed(self) -> bool:
        """Whether a run has signed any report."""
        return self._db.row("SELECT 1 FROM signatures LIMIT 1") is not None

    def named(self) -> set[str]:
        """Return the exercises that an instructor has named for the class."""
        return {exercise for (exercise,) in self._db.rows(NAMED, until=self.last_run())}

    def _seats(self) -> Iterator[tuple[Any, ...]]:
        return self._db.rows(SEATS, until=self.last_run())

    def others(self) -> dict[str, tuple[Student, str]]:
        """Return who is known and has no submission in the class, with the reason, by stem."""
        return {
            person: (Student.model_validate_json(known), UNMATCHED_STATUS if path else reason)
            for person, known, path, reason in self._db.rows(UNMATCHED, until=self.last_run())
        }

    def students(self) -> list[Student]:
        """Return everybody of the class by label, those who handed in nothing too."""
        stems = {stem for stem, _ in self.members()} | self.others().keys()
        return sorted((p.student for p in self.people() if p.stem in stems), key=lambda s: s.label)

    def people(self) -> list[Person]:
        """Return the students of all runs."""
        with self._db.complaints():
            return self._register.people()

    def ids(self) -> dict[tuple[str, str], str]:
        """Return the ids of all submissions that a run has found, by stem and exercise."""
        query = "SELECT person, exercise, submission FROM roster ORDER BY run"
        with self._db.complaints():
            return {(who, exercise): file_stem(i) for who, exercise, i in self._db.rows(query)}

    def written(self) -> set[str]:
        """Return the ids of all submissions that may have files: those of every run."""
        query = "SELECT submission FROM roster UNION SELECT submission FROM results"
        with self._db.complaints():  # what is named so is removed where it counts no more
            return {file_stem(name) for (name,) in self._db.rows(query)}

    def history(self, submission: str) -> Iterator[tuple[int, datetime, ScoreReport]]:
        """Yield every result of a submission, oldest first: run, time of grading, report."""
        query = "SELECT run, graded_at, report FROM results WHERE submission = ? ORDER BY result"
        for run, graded_at, text in self._db.rows(query, submission):
            report, fault = read_report(text)
            if report is None:
                raise StoreError(f"{self.path}: {submission}: {fault}")
            yield run, datetime.fromisoformat(graded_at), report

    def unmatched(self, run: int) -> list[Unmatched]:
        """Return what a run could not match to an exercise."""
        query = "SELECT path, label, reason FROM unmatched WHERE run = ? ORDER BY path"
        return [Unmatched(*row) for row in self._db.rows(query, run)]
