"""`grader new`: begin an exercise, and a course where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.options import CourseOption
from grader.cli.terminal import note, say

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="What the exercise is called.")]
FunctionOption = Annotated[
    list[str] | None,
    typer.Option(
        "--function",
        metavar="SIGNATURE",
        help='A function to write: "name(arg, arg=default)", or with what its arguments and result '
        'are: "name(x: array(n, m), axis=0) -> array(m)". May be given several times.',
    ),
]
TitleOption = Annotated[str | None, typer.Option("--title", help="The exercise's title.")]
ReferenceOption = Annotated[
    Path | None,
    typer.Option(
        "--reference",
        metavar="FILE",
        help="A right answer that you have already: starter, mutants and variants come from it.",
    ),
]


def new(
    exercise_id: IdArgument,
    function: FunctionOption = None,
    reference: ReferenceOption = None,
    title: TitleOption = None,
    course: CourseOption = None,
) -> None:
    """Begin an exercise: writes its files, with what is left to you marked FILL IN.

    Where there is no course yet, one begins in the current folder, or in the one of --course.
    """
    from grader.blanks import blanks
    from grader.catalog import Course
    from grader.scaffold import course_root, plan, write_exercise

    planned = plan(exercise_id, title, function or (), reference)
    root = course_root(course)
    for path in write_exercise(root, planned):
        say(str(path.relative_to(root)))
    opened = Course(root)
    left = sum(1 for _ in blanks(opened.folder(exercise_id)))
    note(
        f"{exercise_id} is in the course {opened.title!r} in {root}",
        f"{left} blanks are marked FILL IN; `grader verify {exercise_id}` lists them",
    )
