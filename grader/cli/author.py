"""Commands for those who write exercises: `verify`, `notebook`, `release`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.options import CourseOption, chosen, open_course
from grader.cli.terminal import note, say

if TYPE_CHECKING:
    from grader.verify import Proof

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Exercises.")]
All = Annotated[bool, typer.Option("--all", help="Every exercise of the course.")]


def verify(
    ids: Ids = None,
    everything: All = False,
    seeds: Annotated[
        int, typer.Option(min=1, max=100_000, help="Seeds for the reference solution.")
    ] = 200,
    jobs: Annotated[
        int, typer.Option(min=1, help="Processes to prove in at the same time.")
    ] = os.cpu_count() or 1,
    kills: Annotated[
        bool, typer.Option("--kills", help="Also print what each check kills, and what it alone.")
    ] = False,
    automatic: Annotated[
        bool,
        typer.Option(help="Also make small mistakes in the reference, which checks must notice."),
    ] = True,
    course: CourseOption = None,
) -> None:
    """Prove exercises: what must pass passes, what must fail fails and is called by its name.

    Prints a line for each, and below it the automatic mutants that no check notices. Exit code 1
    when one exercise is not proven.
    """
    from grader.verify import total, verify_all

    opened = open_course(course, staff=True)
    wanted = chosen(opened, ids, everything)
    proofs = []
    for proof in verify_all(opened, wanted, seeds, jobs, automatic=automatic, every_kill=kills):
        _print(proof, kills)
        proofs.append(proof)
    if everything:
        say(total(proofs))
    raise typer.Exit(0 if all(proof.proven for proof in proofs) else 1)


def _print(proof: Proof, kills: bool) -> None:
    say(proof.line())
    for problem in proof.problems:
        first, *rest = problem.splitlines()
        say(f"  - {first}", *(f"    {line}" for line in rest))
    for survivor in proof.survivors():
        say(*(f"  {line}" for line in survivor.splitlines()))
    for line in proof.details() if kills else ():
        say(f"  {line}")


def notebook(ids: Ids = None, everything: All = False, course: CourseOption = None) -> None:
    """Write each exercise's notebook from its lesson, its starter and its picture, drawn anew."""
    from grader.atomic import write_text
    from grader.notebooks import notebook_text
    from grader.pictures import draw_picture

    opened = open_course(course)
    for exercise_id in chosen(opened, ids, everything):
        folder = opened.folder(exercise_id)
        if picture := draw_picture(folder):
            say(str(picture))
        target = folder.public / f"{exercise_id}.ipynb"
        write_text(target, notebook_text(folder))
        say(str(target))


def release(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the bundle goes.")],
    ids: Ids = None,
    course: CourseOption = None,
) -> None:
    """Add exercises to the public bundle for students; without ids, all of the course.

    Refuses with exit code 2 when anything of the staff half would be in it, and leaves the bundle
    as it was.
    """
    from grader.release import release as build
    from grader.verify import quick_look

    opened = open_course(course, staff=True)
    wanted = chosen(opened, ids, everything=not ids)
    written = build(opened, wanted, out)
    for path in written:
        say(str(out / path))
    for exercise_id in wanted:
        if fault := quick_look(opened.folder(exercise_id)):
            first = fault.splitlines()[0]
            note(f"{exercise_id} is not proven: {first}; run: grader verify {exercise_id}")
