"""Check one's own file against the public checks of its exercise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.catalog import Course
from grader.grade import Answer, Slot
from grader.ingest import Matched, match_own
from grader.model.report import ScoreReport
from grader.model.submission import SubmissionInfo, submission_digest
from grader.model.text import clean_line
from grader.sandbox.launch import Launched
from grader.sandbox.layers import Level


@dataclass(frozen=True)
class Checked:
    """What a check of one's own file gives."""

    report: ScoreReport
    printed: str
    """What the code printed while it was checked."""


def check(
    course: Course, path: Path | None, exercise: str | None, launched: Launched | None = None
) -> Checked:
    """Run the public checks on a file, or on the answer that the current folder holds.

    Which file that is, and which exercise without `exercise`, is told as for a class. The student's
    own machine needs no isolation level. Raise UsageError when it cannot be told.
    """
    # A starter with the answer in it would make the answer look like what was given out.
    course = Course(course.root, is_own_copy=True)
    if exercise is not None:
        course.folder(exercise)
    with Slot(course, Level.PROCESS, hidden=False, launched=launched) as slot:
        matched = match_own(course, path, exercise, slot.forkserver)
        report = slot.grade(matched.exercise, _answer(matched))
        return Checked(report, slot.printed.decode("utf-8", "replace"))


def _answer(matched: Matched) -> Answer:
    files = [(clean_line(str(f.path)), f.file.read()) for f in matched.files]
    info = SubmissionInfo(
        id=f"{matched.student.label}.{matched.exercise}",
        student=matched.student,
        digest=submission_digest(files),
        files=tuple(name for name, _ in files),
    )
    return Answer(info, files, matched.notes)
