"""What was read as one student's and would be a class by itself: the tree does not tell which.

Folders on one level hold students all or none, so that one student's files change nobody else's
name. Then a folder of a group beside students, or an archive of a class, is one student. Whether it
is, nothing tells but its names, and a student may have chosen them: it is kept, and said.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.ingest.answers.modules import MOST_FILES
from grader.ingest.sharing import Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from grader.ingest.beside import Entry
    from grader.ingest.layout import HandedIn
    from grader.ingest.sharing import Sharing
    from grader.model.submission import Student

_SHOWN: Final = 3
_MOST: Final = 10
_DEEPEST: Final = 5
"""How far below a student's own folder is looked."""


def doubts(
    found: Iterable[tuple[HandedIn, Entry]], sharing: Sharing, is_known: Callable[[str], bool]
) -> Iterator[str]:
    """Yield hints at students whose files have the names of several, or of somebody known."""
    inside: dict[Student, list[Unit]] = defaultdict(list)
    for handed, entry in found:
        below = entry.path.parts[1:]
        is_work = handed.file.is_code and not handed.is_stray
        if below and is_work and len(inside[handed.student]) < MOST_FILES:
            unit = Unit(PurePosixPath(*below), handed.file, entry.exercise, handed.student)
            inside[handed.student].append(unit)
    doubtful = {
        student.label: names
        for student, units in inside.items()
        if not is_known(student.label) and (names := _several(student, units, sharing, is_known))
    }
    for label in sorted(doubtful)[:_MOST]:
        names = doubtful[label]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield (
            f"{label} was read as one student, whose files are named as those of several "
            f"({', '.join(names[:_SHOWN])}{more}): if they are several students, move their files "
            "or folders to where those of the other students are"
        )
    if len(doubtful) > _MOST:
        yield f"so were {len(doubtful) - _MOST} more students"


def _several(
    student: Student, units: list[Unit], sharing: Sharing, is_known: Callable[[str], bool]
) -> list[str]:
    """Return the names of those whose files one student may have, nobody's if it is one's own."""
    for depth in range(_DEEPEST):
        folders: dict[tuple[str, ...], list[Unit]] = defaultdict(list)
        for unit in units:
            first, rest = unit.path.parts[:depth], unit.path.parts[depth:]
            if rest:
                folders[first].append(unit._replace(path=PurePosixPath(*rest)))
        for first, inside in folders.items():
            names = sharing.names(inside)
            folder = first[-1] if first else student.label
            if any(map(is_known, names)) or sharing.are_a_class(inside, folder):
                return names
    return []
