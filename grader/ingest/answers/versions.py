"""Which of several versions of one file of a student counts: files with one path in one place.

One with work in it beats one as it was given out, as everywhere; then the one that was handed in
last counts; then, where nothing tells that, the one with more functions. The others are versions:
nothing of them goes in front of the one that counts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.ingest.answers.choosing import Work, work_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from grader.ingest.answers.contents import Contents
    from grader.ingest.layout import HandedIn
    from grader.sandbox.outline import Written

_OLDER: Final = "the student handed it in again later, and the later one counts"
_FEWER: Final = "another file of this name has more functions of the exercise, and counts"
_TWICE: Final = "another file of this name counts, and nothing tells which of them is newer"
_LESS: Final = {
    Work.NOTHING: "it defines nothing, and another version of it counts",
    Work.AS_GIVEN: "it is as the course gave it out, and another version of it counts",
    Work.SOMETHING_ELSE: "it has no function of the exercise, and another version of it counts",
    Work.UNREADABLE: "it cannot be read, and another version of it counts",
}


@dataclass
class Versions:
    """The files that count, one for each place, and the others with the reason."""

    files: list[HandedIn] = field(default_factory=list)
    others: list[tuple[HandedIn, str]] = field(default_factory=list)
    notes: dict[HandedIn, list[str]] = field(default_factory=dict)
    """For the student, of each that was taken from among several."""


@dataclass(frozen=True, order=True)
class _Rank:
    work: Work
    turn: int
    functions: int


def sort_versions(
    files: Sequence[HandedIn],
    contents: Contents,
    exercises: Callable[[HandedIn], Collection[str]],
) -> Versions:
    """Return which of `files` count; `exercises` are those that a file's name or place tells.

    Of equals the last of `files` counts.
    """
    places = defaultdict[object, list["HandedIn"]](list)
    for file in files:
        places[file.exercise, file.path].append(file)
    found = Versions()
    for same in places.values():
        if len(same) == 1:
            found.files += same
            continue
        told = exercises(same[0])
        ranks = [_rank(file, contents, told) for file in same]
        best = max(range(len(same)), key=lambda n: (ranks[n], n))
        main = same[best]
        found.files.append(main)
        for file, rank in ((f, r) for f, r in zip(same, ranks, strict=True) if f is not main):
            reason = _reason(rank, ranks[best])
            found.others.append((file, reason))
            note = f"{shown(main)} was taken, and {shown(file)} was not: {reason}"
            found.notes.setdefault(main, []).append(note)
    return found


def shown(file: HandedIn) -> str:
    """Return how one of two files with one path is told from the other."""
    stored = file.file
    if stored.archive is None:
        return str(stored.path)
    return f"{stored.path.relative_to(stored.archive.with_suffix(''))} in {stored.archive}"


def _rank(file: HandedIn, contents: Contents, exercises: Collection[str]) -> _Rank:
    content = contents.of(file.file)
    by_exercise = content.outline.functions
    told = [by_exercise[e] for e in exercises if e in by_exercise] or list(by_exercise.values())
    functions = [function for one in told for function in one.values()]
    return _Rank(work_in(content, functions), file.turn, _count(functions))


def _count(functions: Iterable[Written]) -> int:
    return sum(function.fits and function.written for function in functions)


def _reason(rank: _Rank, best: _Rank) -> str:
    if rank.work != best.work:
        return _LESS[rank.work]
    if rank.turn != best.turn:
        return _OLDER
    return _TWICE if rank.functions == best.functions else _FEWER
