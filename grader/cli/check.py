"""`grader check`: the public checks on one's own file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.options import CourseOption

if TYPE_CHECKING:
    from grader.catalog import Course
    from grader.model.report import ScoreReport
    from grader.sandbox.launch import Launched
    from grader.self_check import Checked

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
        checked = _checked(file, exercise, course, launched)
    if json:
        _print_json(checked.report)
    else:
        _print(checked)
    raise typer.Exit(0 if checked.report.fraction == 1 else 1)


def _checked(
    file: Path | None, exercise: str | None, course: Path | None, launched: Launched
) -> Checked:
    from grader import self_check
    from grader.catalog import FOR_STUDENTS, find_course
    from grader.errors import SandboxError
    from grader.model.report import Status

    opened = find_course(course, FOR_STUDENTS) if course else _course_of(file or Path())
    checked = self_check.check(opened, file, exercise, launched)
    report = checked.report
    if report.status is not Status.GRADED:
        name = report.submission.files[-1]
        raise SandboxError(
            f"{name} could not be checked, through no fault of yours: {report.diagnostic}"
        )
    return checked


def _course_of(path: Path) -> Course:
    """Return the course above the file, above the current folder, or in the package."""
    from contextlib import suppress

    from grader.catalog import FOR_STUDENTS, find_course
    from grader.errors import UsageError

    try:
        return find_course(path.parent, FOR_STUDENTS)
    except UsageError:
        with suppress(UsageError):
            return find_course()
        raise


def _print(checked: Checked) -> None:
    from grader.cli.terminal import say
    from grader.report_text import report_text

    say(*report_text(checked.report, checked.printed).removesuffix("\n").split("\n"))


def _print_json(report: ScoreReport) -> None:
    from grader.cli.terminal import write_json
    from grader.model.feedback import feedback_for_student
    from grader.model.report import canonical_json

    write_json(canonical_json(feedback_for_student(report)))
