"""Folders that are no students, but hold them: of weeks, topics or groups, one in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.ingest.file_names import turn_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import PurePosixPath

    from grader.ingest.file_names import FileNames


@dataclass(frozen=True)
class Level:
    """Such folders beside each other."""

    folders: frozenset[str]
    are_groups: bool = False
    """Whether each has its own students, so that a folder's name is a part of theirs."""


@dataclass(frozen=True)
class Place:
    """Where a path lies: below folders of sections and of an exercise, in whatever order."""

    path: PurePosixPath
    """What is left of it, on the level of students."""
    exercise: str | None = None
    groups: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    """All folders of sections, groups among them."""

    @property
    def apart(self) -> tuple[str, ...]:
        """The folders in which one name may be two students: not those of other times."""
        return tuple(folder for folder in self.within if turn_of(folder) is None)

    @property
    def section(self) -> str:
        """The folders of sections as a path."""
        return "/".join(self.within)


@dataclass(frozen=True)
class Sections:
    """The levels of such folders, the outermost first."""

    levels: tuple[Level, ...] = ()
    namesakes: Collection[str] = ()
    """Names that have the same work in several sections: these may be different students."""

    def place(self, path: PurePosixPath, names: FileNames) -> Place:
        """Return the place of a path; what is left has at least one part."""
        exercise, levels = None, list(self.levels)
        groups: list[str] = []
        within: list[str] = []
        while len(path.parts) > 1:
            first = path.parts[0]
            number = next((n for n, level in enumerate(levels) if first in level.folders), None)
            if exercise is None and (told := names.folder_of(first)):
                exercise = told
            elif number is not None:
                groups += [first] * levels[number].are_groups
                within.append(first)
                del levels[: number + 1]
            else:
                break
            path = path.relative_to(first)
        return Place(path, exercise, tuple(groups), tuple(within))

    def named(self, place: Place, student: str) -> str:
        """Return a student's name, with those of folders where the student may be another."""
        name = "/".join((*place.groups, student))
        return "/".join((*place.apart, student)) if name in self.namesakes else name
