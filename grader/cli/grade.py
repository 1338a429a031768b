"""`grader grade` and `grader sample`: a class in, reports out; and a class to try it on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from grader.cli.options import CourseOption, open_course
from grader.cli.room import must_have_room
from grader.cli.terminal import note_progress, say, unguarded

if TYPE_CHECKING:
    from grader.batch import Progress
    from grader.ingest import Gathered
    from grader.sandbox.layers import Level
    from grader.signing import Key
    from grader.tally import Summary

PathArgument = Annotated[
    Path, typer.Argument(metavar="PATH", help="A file, a folder or a zip of submissions.")
]
OutOption = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Where reports, feedback and gradebook go.")
]
ExerciseOption = Annotated[
    str | None,
    typer.Option("--exercise", metavar="ID", help="Told by file names and functions if not given."),
]
JobsOption = Annotated[
    int, typer.Option("--jobs", min=0, help="Jobs at once; 0 for one per processor.")
]
LayoutOption = Annotated[
    str,
    typer.Option(
        "--layout",
        metavar="NAME",
        help="How PATH is laid out: auto, plain, canvas, moodle, gradescope or nbgrader.",
    ),
]
RosterOption = Annotated[
    Path | None,
    typer.Option("--roster", metavar="FILE", help="A CSV of the class that adds identities."),
]
SignOption = Annotated[
    Path | None,
    typer.Option("--sign", metavar="KEY", help="Sign each report with the private key in a file."),
]
IsolationOption = Annotated[
    str | None,
    typer.Option(
        "--require-isolation",
        metavar="LEVEL",
        help="Refuse to grade below: process, syscalls, filesystem (default) or full.",
    ),
]
UnsandboxedOption = Annotated[
    bool,
    typer.Option("--allow-unsandboxed", help="Grade with a process of its own as the only wall."),
]


WholeOption = Annotated[
    bool,
    typer.Option("--whole-class", help="PATH is all there is: who is not in it leaves the class."),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="LABEL", help="Grade this student of PATH; may be repeated."),
]


def grade(
    path: PathArgument,
    out: OutOption,
    exercise: ExerciseOption = None,
    jobs: JobsOption = 0,
    layout: LayoutOption = "auto",
    roster: RosterOption = None,
    require_isolation: IsolationOption = None,
    allow_unsandboxed: UnsandboxedOption = False,
    sign: SignOption = None,
    whole_class: WholeOption = False,
    only: OnlyOption = None,
    course: CourseOption = None,
) -> None:
    """Grade a class or a part of it; what was graded before and has not changed is not run again.

    Who was graded into DIR before and is not in PATH stays, unless --whole-class is given.

    Exit code 0 when every submission has a graded report, 3 when one has not, or when a file was
    not read or a student not matched, 2 when the command could not be carried out.
    """
    from functools import partial

    from grader.batch import Way, grade_class
    from grader.cli.complaints import tell
    from grader.enrolment import known_before
    from grader.executors import local_executor
    from grader.ingest import Given, gather, read_roster
    from grader.outputs import graded_into
    from grader.scratch import scratch_folder

    opened = open_course(course, staff=True)
    level = _level(require_isolation, allow_unsandboxed)
    _judge_options(path, out, layout, only, whole_class=whole_class)
    if exercise is not None:
        opened.folder(exercise)
    from grader.grade import run_job

    n, key = _jobs(jobs), _key(sign, level, path, opened.root)
    way = Way(run_job, partial(local_executor, n), n, level, exercise, _show, key, whole_class)
    table, known = read_roster(roster) if roster else None, known_before(out)
    with scratch_folder() as scratch:
        given = Given.of(f for f in opened.folders if exercise in (None, f.id))
        every = [folder.exercise for folder in opened.folders]
        ours = {out, *graded_into(path, out)}
        gathered = gather(path, scratch, every, layout, exercise, ours, table, known, given)
        gathered = _part(gathered, only) if only else gathered
        tell(gathered, ours - {out})
        summary = grade_class(gathered, opened, out, way)
    _finish(summary, out)


def _jobs(wanted: int) -> int:
    """Return how many jobs run at once; raise UsageError when there is no room for them."""
    from grader.executors import available_jobs

    count = wanted or available_jobs()
    must_have_room(count)
    return count


def _part(gathered: Gathered, only: list[str]) -> Gathered:
    """Return the students of `only`, whose names a terminal may have composed in another way."""
    from grader.model.text import clean_line

    return gathered.only([clean_line(label) for label in only])


def _finish(summary: Summary, out: Path) -> NoReturn:
    """Say what became of a run, and exit by it."""
    from grader.cli.complaints import complain
    from grader.cli.ending import stopped_code

    note_progress("")
    complain(summary)
    _print(summary, out)
    if summary.interrupted:
        raise typer.Exit(stopped_code())
    raise typer.Exit(0 if summary.complete else 3)


def sample(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new or empty folder.")],
    course: CourseOption = None,
) -> None:
    """Write a class to try things on: right, wrong, unfinished and broken answers."""
    from grader.sample import write_sample

    written = write_sample(open_course(course, staff=True), out)
    students = {path.relative_to(out).parts[0].partition("_")[0] for path in written}
    say(f"{len(written)} files of {len(students)} students in {out}")


def _level(required: str | None, unsandboxed: bool) -> Level:
    from grader.errors import UsageError
    from grader.sandbox.layers import DEFAULT_LEVEL, Level

    if required and unsandboxed:
        raise UsageError("--require-isolation and --allow-unsandboxed contradict each other")
    if unsandboxed:
        return Level.PROCESS
    if required is None:
        return DEFAULT_LEVEL
    _known("isolation level", required, list(Level))
    return Level(required)


def _key(path: Path | None, level: Level, of_class: Path, course: Path) -> Key | None:
    """Return the key to sign with; it is for nobody where student code may read our files.

    A class and the halves of a course hold no key: they go to workers or to other systems.
    """
    from grader.errors import UsageError
    from grader.sandbox.bubblewrap import readable_paths
    from grader.sandbox.layers import Level
    from grader.signing import Key

    if path is None:
        return None
    if level in (Level.PROCESS, Level.SYSCALLS):
        raise UsageError(
            f"--sign needs the isolation level {Level.FILESYSTEM}: below it, student code can "
            "read the key"
        )
    key = Key.private(path)
    halves = (course / "exercises", course / "solutions")
    for folder in (of_class, *halves, *map(Path, readable_paths())):
        if key.path.is_relative_to(folder.resolve()):
            raise UsageError(f"--sign: {path} lies in {folder}, and a key has no place there")
    return key


def _judge_options(
    path: Path, out: Path, layout: str, only: list[str] | None, *, whole_class: bool
) -> None:
    from grader.errors import UsageError
    from grader.ingest import LAYOUTS
    from grader.outputs import refuse_outputs
    from grader.sandbox.launch import need_open_files

    need_open_files()
    _known("layout", layout, ["auto", *LAYOUTS])
    if whole_class and only:
        raise UsageError("--whole-class and --only contradict each other")
    refuse_outputs(path, out)


def _known(what: str, name: str, names: list[str]) -> None:
    from grader.errors import unknown

    if name not in names:
        raise unknown(what, name, names)


def _show(progress: Progress) -> None:
    """Show progress: one line that is written over, on a terminal only."""
    left = f"{progress.eta_seconds:.0f} s left" if progress.done < progress.total else "done"
    note_progress(
        f"graded {progress.done} of {progress.total}, {progress.rate:.1f} a second, {left}"
    )


def _print(summary: Summary, out: Path) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("exercise")
    for name in ("submissions", "graded", "full points", "mean"):
        table.add_column(name, justify="right")
    table.add_column("most often")
    for exercise, one in summary.tallies.items():
        common = "".join(f"{name} ({n})" for name, n in one.misconceptions.most_common(1))
        mean = "-" if one.mean is None else f"{one.mean:.0%}"
        table.add_row(exercise, str(one.submissions), str(one.graded), str(one.full), mean, common)
    # Plain text but for a terminal that wants more; rich heeds NO_COLOR by itself.
    stream = unguarded(sys.stdout)
    width = None if stream.isatty() else 100
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    with console.capture() as drawn:  # rich would end with 1 by itself where a pipe is broken
        console.print(table)
    stream.write(drawn.get())
    again = f", {summary.stored} were graded before" if summary.stored else ""
    say(f"{summary.graded} graded{again}: reports, feedback and gradebook.csv are in {out}")
