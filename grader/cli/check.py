"""`grader check`: the public checks on one's own file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.options import CourseOption

if TYPE_CHECKING:
    from grader.catalog import Course
    from grader.model.report import ScoreReport
    from grader.sandbox.launch import Launched

FileArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="Your .py file or notebook; guessed when not given."),
]
ExerciseOption = Annotated[
    str | None, typer.Option("--exercise", metavar="ID", help="The exercise it belongs to.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def check(
    file: FileArgument = None,
    exercise: ExerciseOption = None,
    json: JsonOption = False,
    course: CourseOption = None,
) -> None:
    """Run the public checks on your own file.

    Exit code 0 when all pass, 1 when not, 2 when the file could not be checked.
    """
    from grader.sandbox.launch import launch

    # It imports numpy while this process imports the rest.
    with launch() as launched:
        report = _report(file, exercise, course, launched)
    if json:
        _print_json(report)
    else:
        _print(report)
    raise typer.Exit(0 if report.fraction == 1 else 1)


def _report(
    file: Path | None, exercise: str | None, course: Path | None, launched: Launched
) -> ScoreReport:
    from grader import self_check
    from grader.catalog import find_course
    from grader.errors import SandboxError
    from grader.model.report import Status

    opened = find_course(course) if course else _course_of(file or Path())
    report = self_check.check(opened, file, exercise, launched)
    if report.status is not Status.GRADED:
        name = report.submission.files[-1]
        raise SandboxError(f"{name} could not be checked, which is our fault: {report.diagnostic}")
    return report


def _course_of(path: Path) -> Course:
    """Return the course above the file, above the current folder, or in the package."""
    from grader.catalog import find_course
    from grader.errors import UsageError

    try:
        return find_course(path.parent)
    except UsageError:
        return find_course()


def _print(report: ScoreReport) -> None:
    from grader.report_text import report_text

    sys.stdout.write(report_text(report))


def _print_json(report: ScoreReport) -> None:
    from grader.model.feedback import feedback_for_student
    from grader.model.report import canonical_json

    sys.stdout.write(canonical_json(feedback_for_student(report)))
