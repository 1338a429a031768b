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

    launched = launch()  # it imports numpy while this process imports the rest
    from grader.catalog import find_course
    from grader.errors import UsageError
    from grader.model.feedback import feedback_for_student
    from grader.model.report import Status, canonical_json
    from grader.self_check import check_file, find_file, tell_exercise

    path = find_file(file)
    opened = find_course(course) if course else _course_of(path)
    exercise_id = exercise or tell_exercise(opened, path)
    report = check_file(opened, exercise_id, path, launched)
    if report.status is not Status.GRADED:
        raise UsageError(f"{path} could not be checked: a problem on our side. {report.diagnostic}")
    if json:
        sys.stdout.write(canonical_json(feedback_for_student(report)))
    else:
        _print(report, path)
    raise typer.Exit(0 if report.fraction == 1 else 1)


def _course_of(path: Path) -> Course:
    """Return the course above the file, above the current folder, or in the package."""
    from grader.catalog import find_course
    from grader.errors import UsageError

    try:
        return find_course(path.parent)
    except UsageError:
        return find_course()


def _print(report: ScoreReport, path: Path) -> None:
    from grader.report_text import report_text

    sys.stdout.write(report_text(report, path.name))
