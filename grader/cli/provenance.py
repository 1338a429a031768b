"""`grader verify-report`: whether a report is what it says it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.options import CourseOption, open_course
from grader.cli.terminal import say

if TYPE_CHECKING:
    from grader.catalog import Course


def verify_report(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="A report's JSON file.")],
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="The public key it was signed for.")
    ] = None,
    submission: Annotated[
        Path | None,
        typer.Option("--submission", metavar="PATH", help="The file or folder that was handed in."),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Say whether a report, its signature, its submission and its exercise belong together.

    Exit code 0 when nothing differs of what was checked, 1 when something does.
    """
    from grader.provenance import examine

    findings = list(examine(report, key, submission, _course(course)))
    for found in findings:
        say(f"{found.what:<11} {found.verdict:<12} {found.why}")
    raise typer.Exit(1 if any(found.verdict == "differs" for found in findings) else 0)


def _course(path: Path | None) -> Course | None:
    """Return the course that is named or found; whoever has a report and no course needs none."""
    from grader.errors import UsageError

    try:
        return open_course(path)
    except UsageError:
        if path is not None:
            raise
        return None
