"""What `grader grade` says on stderr: how a class was read, and what of it is not graded."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.cli.terminal import note
from grader.enrolment import ABSENT
from grader.ingest import LAYOUTS
from grader.ingest.gathered import NO_LOOK, OF_THE_SYSTEM
from grader.ingest.litter import LISTS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from grader.ingest import Gathered
    from grader.store import Unmatched
    from grader.tally import Summary

_SHOWN = 20
_LONGEST_FAULT = 200


def tell(gathered: Gathered, ours: Collection[Path]) -> None:
    """Say what the files were taken for, unless it is the plain layout, and what is nobody's."""
    for folder in sorted(ours):
        note(f"{folder.name} was not read: a class was graded into it")
    if gathered.layout != LAYOUTS["plain"].title:
        note(f"read as {gathered.layout}")
    for hint in gathered.hints:
        note(f"hint: {hint}")


def complain(summary: Summary) -> None:
    """Say what is not graded, and why."""
    faults = [f"{name}: {fault}"[:_LONGEST_FAULT] for name, fault in summary.faults.items()]
    _list("not graded because of a problem on our side, tried again in the next run", faults)
    distrusted = [f"{name}: {fault}" for name, fault in summary.distrusted.items()]
    title = "results of earlier runs that do not count; what PATH has of them is graded anew"
    _list(title, distrusted)
    if n := summary.unsigned:
        what = "1 submission was" if n == 1 else f"{n} submissions were"
        note(f"{what} graded without a signature before, and now once more with one")
    if summary.unverified:
        note(
            "earlier runs signed reports: without --sign nothing tells whether they are still what "
            "was signed, and what this run graded is not signed"
        )
    unmatched = [item for item in summary.unmatched if item.path]
    _list("not read", _by_folder(unmatched), len(unmatched), most=len(unmatched))
    _tell_passed_over(summary.passed_over)
    _list(ABSENT, [item.label or "" for item in summary.unmatched if not item.path])
    _list("not in the roster", summary.strangers)
    _list("may be one of several students, and were joined with none", summary.unsure)
    _list("students of earlier runs were joined, parted or named anew", summary.changes)
    _tell_unasked(summary)
    _tell_kept(summary)
    if summary.interrupted:
        left = f"{summary.pending} submissions are pending"
        note(f"stopped: {left}; the same command goes on with them")


def _tell_passed_over(items: Sequence[Unmatched]) -> None:
    """List what does not count; what needs no look is counted, so that it buries nobody's work."""
    own = [item for item in items if item.reason not in NO_LOOK]
    _list("does not count", [f"{item.path}: {item.reason}" for item in own])
    of_the_system = sum(item.reason == OF_THE_SYSTEM for item in items)
    given_out = len(items) - len(own) - of_the_system
    for n, why in (
        (given_out, "the course gives such files out"),
        (of_the_system, "the system that laid out the class wrote them"),
    ):
        if n:
            what = "1 file was" if n == 1 else f"{n} files were"
            note(f"{what} passed over: {why}")


def _tell_unasked(summary: Summary) -> None:
    """Say what counts for few alone: it may be a wrong file, or an exercise that most left out."""
    for exercise in sorted(summary.unasked):
        n = summary.tallies[exercise].submissions
        who = "1 student" if n == 1 else f"{n} students"
        note(
            f"hint: {exercise} was handed in by {who}, and is in the maximum of nobody else: if "
            f"all were asked for it, grade it once with --exercise {exercise}"
        )


def _tell_kept(summary: Summary) -> None:
    if n := summary.kept_students:
        who = "1 student from earlier runs is" if n == 1 else f"{n} students from earlier runs are"
        note(f"{who} kept; --whole-class says that PATH is all there is")
    if n := summary.kept_submissions:
        what = "1 earlier submission" if n == 1 else f"{n} earlier submissions"
        note(f"{what} of the students in PATH kept, which PATH does not hold")


def _by_folder(items: Sequence[Unmatched]) -> list[str]:
    """Return a line for each file, and one for all data of a folder that has the same reason.

    Only what is nobody's work by its name is counted and not named: not the files whose students
    have no grade because of them, which come first, and not a document or code of another language.
    """
    lines: dict[tuple[str, str], list[str]] = {}
    for item in sorted(items, key=lambda one: one.label is None):
        path = PurePosixPath(item.path)
        is_data = item.label is None and path.suffix.lower() in LISTS
        same = lines.setdefault((str(path.parent) if is_data else item.path, item.reason), [])
        same.append(path.name if same else item.path)
    return [
        f"{', '.join(names[:3])}{f' and {n} more' if (n := len(names) - 3) > 0 else ''}: {reason}"
        for (_, reason), names in lines.items()
    ]


def _list(title: str, lines: list[str], count: int = 0, *, most: int = _SHOWN) -> None:
    """Print `lines` about `count` things, or as many as there are lines; at most `most` of them."""
    if not lines:
        return
    note(f"{title} ({count or len(lines)}):")
    for line in lines[:most]:
        note(f"  {line}")
    if len(lines) > most:
        note(f"  and {len(lines) - most} more")
