"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from grader.catalog import Course
    from grader.signing import Key

CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="PATH",
        help="The course's folder; found upwards from here when it is not given.",
    ),
]


def open_course(path: Path | None, *, staff: bool = False) -> Course:
    """Return the course that --course names, or the one found from the current folder.

    Raise UsageError where `staff` need their half and it is not there: a package of the grader and
    a bundle for students have none.
    """
    from grader.catalog import FOR_STAFF, find_course
    from grader.errors import UsageError

    course = find_course(path)
    if staff and not (course.root / "solutions").is_dir():
        raise UsageError(
            f"this needs solutions/, the half of a course for staff, and {course.root} has none. "
            f"{FOR_STAFF}"
        )
    return course


def chosen(course: Course, ids: list[str] | None, everything: bool) -> list[str]:
    """Return the exercises that a command was asked for; raise UsageError for none or unknown."""
    from grader.errors import UsageError

    if everything:
        return list(course.exercise_ids)
    if not ids:
        known = ", ".join(course.exercise_ids)
        raise UsageError(f"name exercises, or say --all; there are: {known}")
    return [course.folder(exercise_id).id for exercise_id in ids]


KeyOption = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="Only reports that this key signed count."),
]


def open_key(path: Path | None) -> Key | None:
    """Return the key in a file, if one is named."""
    from grader.signing import Key

    return Key(path) if path else None
