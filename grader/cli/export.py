"""`grader export`: what was graded, as documents of another system."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from grader.cli.options import KeyOption, open_key
from grader.cli.terminal import note, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.export import Entry, Left, Target
    from grader.store import Row

_SHOWN = 20


Folder = Annotated[
    Path | None,
    typer.Argument(metavar="DIR", help="The folder into which the class was graded."),
]
# Written out for the help: no other command waits until all exporters are imported.
NAMES = (
    "gradescope", "canvas-csv", "canvas-api", "moodle-worksheet", "moodle-feedback", "csv", "lti",
    "xqueue", "github-classroom", "prairielearn", "coursera", "junit", "nbgrader-csv",
)  # fmt: skip
AUTOGRADER = "gradescope-autograder"
To = Annotated[
    str,
    typer.Option(
        "--to", metavar="TARGET", help=f"The other system: {', '.join(NAMES)} or {AUTOGRADER}."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="A file for the class, or a folder.")
]
ExerciseId = Annotated[
    str | None, typer.Option("--exercise", metavar="ID", help="Grades of one exercise only.")
]
Into = Annotated[
    Path | None,
    typer.Option("--into", metavar="FILE", help="The file that the system gave, to fill in."),
]
Column = Annotated[
    str, typer.Option("--column", metavar="NAME", help="The column of it for the grades.")
]
Scale = Annotated[
    bool, typer.Option("--scale", help="Scale points to the maximum of the other system.")
]
Score = Annotated[Literal["ratio", "points"], typer.Option("--score", help="What xqueue is sent.")]


Course = Annotated[
    Path | None, typer.Option("--course", metavar="PATH", help="For gradescope-autograder.")
]


def export(
    to: To,
    folder: Folder = None,
    out: Out = None,
    exercise: ExerciseId = None,
    into: Into = None,
    column: Column = "",
    scale: Scale = False,
    score: Score = "ratio",
    key: KeyOption = None,
    course: Course = None,
) -> None:
    """Write the grades for another system, into DIR/export/TARGET unless told otherwise.

    Exit code 0 when every submission was exported, 3 when one could not be, which is then listed,
    or when nobody has a grade, 2 when the command could not be carried out. The target
    gradescope-autograder takes no DIR: it is what Gradescope runs for one --exercise.
    """
    from grader.errors import UsageError, unknown
    from grader.export import TARGETS, Options
    from grader.exports import write_documents, write_one
    from grader.store import Store

    if to == AUTOGRADER:
        _autograder(exercise, out, course)
        return
    if to not in TARGETS:
        raise unknown("target", to, [*TARGETS, AUTOGRADER])
    if folder is None:
        raise UsageError(f"name the folder that was graded into: grader export DIR --to {to}")
    target = TARGETS[to]
    text = _given(to, target, into)
    left: list[Left] = []
    caveats: Counter[str] = Counter()
    with Store(folder / "store.sqlite", create=False, key=open_key(key)) as store:
        graded: set[str] = set()
        entries = _entries(_verified(store.chosen(exercise), caveats, key), left, graded)
        everybody = () if exercise else store.students()
        options = Options(text, column, scale, score, tuple(everybody))
        place = _place(folder, out, to, target)
        if target.one_exercise:
            entries = _of_one_exercise(entries, to)
        is_file = bool(target.file) or (place.suffix == ".json" and not place.is_dir())
        write = write_one if is_file else write_documents
        written = write(place, target.export(entries, options), left, caveats)
    _tell(caveats, left)
    grades = len(graded - {item.submission for item in left})
    say(f"{_count(grades, 'grade')} in {_count(written, 'document')}: {place}")
    raise typer.Exit(3 if left or not grades else 0)


def _verified(rows: Iterable[Row], caveats: Counter[str], key: Path | None) -> Iterator[Row]:
    """Yield rows; note those whose signature nobody has looked at."""
    for row in rows:
        if row.signed and not key:
            caveats["a signature was not verified: name the key with --key"] += 1
        yield row


def _autograder(exercise: str | None, out: Path | None, course: Path | None) -> None:
    from grader.autograder.build import build
    from grader.cli.options import open_course
    from grader.errors import UsageError

    if exercise is None:
        raise UsageError("an autograder is for one assignment: name its exercise with --exercise")
    say(str(build(open_course(course).folder(exercise), out or Path("autograder.zip"))))


def _place(folder: Path, out: Path | None, to: str, target: Target) -> Path:
    if not target.file:
        return out or folder / "export" / to
    out = out or folder / "export" / to
    return out / target.file if out.is_dir() or not out.suffix else out


def _given(to: str, target: Target, into: Path | None) -> str:
    """Return the text of the file given to be filled in."""
    from grader.errors import UsageError
    from grader.export.cells import table_text

    if into is None:
        if target.needs_into:
            raise UsageError(f"{to} fills in {target.into}: name that file with --into")
        return ""
    if not target.into:
        raise UsageError(f"{to} fills in no file: leave --into out")
    return table_text(into)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _entries(rows: Iterable[Row], left: list[Left], graded: set[str]) -> Iterator[Entry]:
    """Yield the entries of a store; note the ids of those with a grade in `graded`."""
    from grader.export import Entry, Left
    from grader.export.document import is_graded
    from grader.model.feedback import feedback_for_student

    for row in rows:
        if row.report is None or row.graded_at is None:
            pending = "it is pending: its submission or its exercise changed and it was not graded"
            left.append(Left(row.seat.submission, row.fault or pending))
        else:
            feedback = feedback_for_student(row.report)
            if is_graded(feedback):
                graded.add(row.seat.submission)
            yield Entry(feedback, row.graded_at)


def _of_one_exercise(entries: Iterator[Entry], to: str) -> Iterator[Entry]:
    from grader.errors import UsageError

    found = list(entries)
    exercises = list(dict.fromkeys(entry.feedback.exercise.id for entry in found))
    if len(exercises) > 1:
        listed = ", ".join(exercises)
        raise UsageError(f"{to} is about one assignment: choose with --exercise among {listed}")
    return iter(found)


def _tell(caveats: Counter[str], left: list[Left]) -> None:
    for caveat, count in caveats.items():
        where = f"in {count} documents, " if count > 1 else ""
        note(f"{where}{caveat}")
    for item in left[:_SHOWN]:
        note(f"not exported: {item.submission}: {item.reason}")
    if len(left) > _SHOWN:
        note(f"and {len(left) - _SHOWN} more")
