"""Check one's own file against the public checks of its exercise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.catalog import Course
from grader.errors import UsageError
from grader.grade import Answer, Slot
from grader.model.report import ScoreReport
from grader.sandbox.launch import Launched
from grader.sandbox.layers import Level
from grader.source import Unreadable, read_source

ENDINGS = (".py", ".ipynb")


def find_file(path: Path | None) -> Path:
    """Return the file to check; without one, the only candidate in the current folder."""
    if path is not None:
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file")
        return path
    here = Path.cwd()
    if (here / "starter.py").is_file():
        return here / "starter.py"
    found = sorted(p for p in here.iterdir() if p.suffix in ENDINGS and p.name[0] not in "._")
    if len(found) != 1:
        names = ", ".join(p.name for p in found[:6]) or "none"
        raise UsageError(f"which file? There are several here, or none: {names}")
    return found[0]


def tell_exercise(course: Course, path: Path) -> str:
    """Return the exercise that a file belongs to: by its name, its folder, or what it defines."""
    for name in (path.stem, path.resolve().parent.name):
        if name in course.exercise_ids:
            return name
    try:
        defined = read_source(path.name, path.read_bytes()).defined
    except Unreadable as error:
        raise UsageError(f"{path}: {error}") from None
    fitting = [
        folder.id
        for folder in course.folders
        if any(defined.intersection((f.name, *f.aliases)) for f in folder.exercise.functions)
    ]
    if len(fitting) != 1:
        choice = ", ".join(fitting or course.exercise_ids)
        raise UsageError(f"{path}: which exercise is it? Say --exercise with one of: {choice}")
    return fitting[0]


@dataclass(frozen=True)
class Checked:
    """What a check of one's own file gives."""

    report: ScoreReport
    printed: str
    """What the code printed while it was checked."""


def check_file(
    course: Course, exercise_id: str, path: Path, launched: Launched | None = None
) -> Checked:
    """Run the public checks on a file; the student's own machine needs no isolation level."""
    answer = Answer.of_file(exercise_id, "you", path.name, path.read_bytes())
    with Slot(course, Level.PROCESS, hidden=False, launched=launched) as slot:
        report = slot.grade(exercise_id, answer)
        return Checked(report, slot.printed.decode("utf-8", "replace"))
