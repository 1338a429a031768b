"""Tell whether files that lie together are one student's or those of several.

Several names for the same work are several students. What a file is for, its name tells: an
exercise, or words for the task. Where it tells nothing, the functions do that are written in it.
The same holds further down: folders of weeks or groups, each with a class in it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.ingest.file_names import SMALL_NUMBER, FileName, bare, turn_of, version_of
from grader.ingest.layout import student_of
from grader.ingest.sections import Level, Sections

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from grader.ingest.answers.contents import Contents
    from grader.ingest.file_names import FileNames
    from grader.ingest.stored import StoredFile
    from grader.model.submission import Student

_SIGNS: Final = re.compile(r"[\W_]+")
_DEEPEST: Final = 20
"""How many levels of folders may lie above the students: more than anybody makes."""


class Unit(NamedTuple):
    """A file, and where what it was handed in as, itself or an archive, lies in a folder."""

    path: PurePosixPath
    file: StoredFile
    exercise: str | None = None
    """The exercise in whose folder it lies."""
    of: Student | None = None
    """Whose it is, once that is told."""


class Sharing:
    """Tells shared folders, by names as far as these go and else by what files define."""

    def __init__(self, names: FileNames, contents: Contents) -> None:
        self._names, self._contents = names, contents

    def are_a_class(self, units: Sequence[Unit], folder: str = "") -> bool:
        """Whether files in one folder are of several students: for one task, several names.

        `folder` is the folder's own name, which a student may repeat in each file. One bare name of
        the exercise makes what follows it in other names versions, unless there are many.
        """
        units = [self._below(unit) for unit in units]
        units = [unit for unit in units if not self._is_given_beside(unit.path)]
        told: dict[str, dict[PurePosixPath, FileName]] = defaultdict(dict)
        for unit in units:
            found = self._tell(unit.path)
            if found.task is not None:
                told[found.task][unit.path] = found
        if any(_several(list(same.values()), folder) for same in told.values()):
            return True
        return self._by_exercise(units) or self._by_functions(units, folder)

    def names(self, units: Sequence[Unit]) -> list[str]:
        """Return the students whom the names of files or folders may call."""
        return sorted({self._tell(unit.path).student for unit in units} - {""})

    def sections(self, units: Sequence[Unit]) -> Sections:
        """Return which folders hold students: on each level all or none, never for one's sake.

        Folders called like collections (`lab1`, `Section B`) do when all in them has names, or some
        in each and in half of them several for the same work; others when most of them have those.
        Were they students who handed in two works each, their names are still in sight as groups'.
        """
        found = Sections()
        for _ in range(_DEEPEST):
            level = self._level([self._placed(unit, found) for unit in units])
            if level is None:
                break
            found = Sections((*found.levels, level))
        return replace(found, namesakes=self._namesakes(units, found))

    def _placed(self, unit: Unit, sections: Sections) -> Unit:
        place = sections.place(unit.path, self._names)
        return Unit(place.path, unit.file, unit.exercise or place.exercise)

    def _level(self, units: Sequence[Unit]) -> Level | None:
        """Return the folders on one level that hold students."""
        inside: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            if len(unit.path.parts) > 1 and not self._names.folder_of(unit.path.parts[0]):
                below = unit._replace(path=unit.path.relative_to(unit.path.parts[0]))
                inside[unit.path.parts[0]].append(self._below(below, collections=True))
        flat = [unit.path for unit in units if len(unit.path.parts) == 1]
        turns = {top for top in inside if turn_of(top) is not None}
        if turns and self._come_again(turns, inside, flat):
            return Level(frozenset(turns))
        collections = {top: inside[top] for top in inside if self._names.is_collection(top)}
        if collections:
            return self._collections(collections, alone=len(collections) == len(inside))
        if any(self._tell(path).student and not self._is_program(path) for path in flat):
            return None
        level = self._others(inside)
        # Below a student's own weeks lie answers of one name in each, as in others' weeks.
        has_weeks = any(
            self._names.is_collection(part) for u in units for part in u.path.parts[1:-1]
        )
        return level if level and (level.are_groups or not has_weeks) else None

    def _come_again(
        self, turns: set[str], inside: Mapping[str, Sequence[Unit]], flat: Iterable[PurePosixPath]
    ) -> bool:
        """Whether folders called like times hold students, one of whom stands elsewhere, too."""
        seen = [{self._tell(unit.path).student for unit in inside[top]} for top in turns]
        outside = {*(inside.keys() - turns), *(self._tell(path).student for path in flat)}
        names = Counter(name for one in (*seen, outside) for name in one)
        return all(map(all, seen)) and any(n > 1 for n in names.values())

    def _is_program(self, path: PurePosixPath) -> bool:
        return self._names.is_helper(path.name) or self._names.is_program(path.stem)

    def _below(self, unit: Unit, *, collections: bool = False) -> Unit:
        """Return a unit as it lies below folders of an exercise, and of collections."""
        path, exercise = unit.path, unit.exercise
        while len(path.parts) > 1:
            first = path.parts[0]
            told = self._names.folder_of(first)
            if not told and not (collections and self._names.is_collection(first)):
                break
            path, exercise = path.relative_to(first), exercise or told
        return unit._replace(path=path, exercise=exercise)

    def _collections(self, inside: dict[str, list[Unit]], *, alone: bool) -> Level | None:
        """Return folders called like collections where names in them tell that they are."""
        named = [[bool(self._tell(u.path).student) for u in units] for units in inside.values()]
        if not (alone and all(map(all, named))):
            shared = sum(self.are_a_class(units, top) for top, units in inside.items())
            if not all(map(any, named)) or 2 * shared < len(inside):
                return None
        return Level(frozenset(inside))

    def _others(self, inside: dict[str, list[Unit]]) -> Level | None:
        """Return folders as topics or groups when most of them hold a class of their own."""
        # `Group A` and `Group B` differ in a letter, students in more than that.
        first = {_SIGNS.split(top)[0].casefold() for top in inside}
        spare = int(len(first) == 1 and len(*first) > 2)
        others = 0
        for top, units in inside.items():
            others += not self.are_a_class(units, top)
            if 2 * others >= len(inside) + spare:
                return None
        works = [{pair for pair in self._works(units) if pair[0]} for units in inside.values()]
        seen = Counter(pair for one in works for pair in one)
        if len(inside) < 2 or 2 * len(seen) <= seen.total():
            return None  # one folder, or students who all call their files alike
        names = Counter(name for one in works for name in {name for name, _ in one})
        again = sum(number > 1 for number in names.values())
        return Level(frozenset(inside), are_groups=2 * again <= len(names))

    def _namesakes(self, units: Sequence[Unit], sections: Sections) -> frozenset[str]:
        """Return the names, with their groups', that have the same work in several sections."""
        seen: dict[tuple[str, Hashable], set[tuple[str, ...]]] = defaultdict(set)
        for unit in units if sections.levels else ():
            place = sections.place(unit.path, self._names)
            for student, work in self._works([Unit(place.path, unit.file, place.exercise)]):
                seen["/".join((*place.groups, student)), work].add(place.apart)
        return frozenset(name for (name, _), places in seen.items() if len(places) > 1)

    def _works(self, units: Sequence[Unit]) -> Iterator[tuple[str, Hashable]]:
        """Yield students, as far as they are told, with what their files are for."""
        for unit in units:
            told = self._tell(unit.path)
            if work := told.task or unit.exercise or self.answers(unit):
                yield told.student, work

    def _tell(self, path: PurePosixPath) -> FileName:
        """Return what the name of a file tells, or that of a folder, which may be its student's."""
        told = self._names.tell(path.stem)
        if len(path.parts) == 1:
            return told
        return FileName(told.task, self._names.tell(path.parts[0]).student, in_front=True)

    def _is_given_beside(self, path: PurePosixPath) -> bool:
        is_given = len(path.parts) == 1 and self._names.is_given(path.name)
        return is_given and self._names.tell(path.stem).task not in self._names.ids

    def _by_exercise(self, units: Sequence[Unit]) -> bool:
        """Whether folders of exercises hold files of several students, one of them in two."""
        seen: dict[str, set[str]] = defaultdict(set)
        for path, exercise in ((unit.path, unit.exercise) for unit in units):
            if exercise:
                inner = path.parts[0] if len(path.parts) > 1 else path.stem
                seen[self._names.tell(inner).student].add(exercise)
        seen.pop("", None)
        return len(seen) > 1 and any(len(folders) > 1 for folders in seen.values())

    def _by_functions(self, units: Sequence[Unit], folder: str) -> bool:
        """Whether files with several names, which tell no task, have the same exercises written."""
        told = [(self._tell(unit.path), unit) for unit in units if unit.file.is_code]
        open_ = [(t, unit) for t, unit in told if t.task is None and t.student]
        if len(_people([t for t, _ in open_], folder)) < 2:
            return False
        found: dict[frozenset[str], list[FileName]] = defaultdict(list)
        for t, unit in open_:
            if answers := self.answers(unit):
                found[answers].append(t)
        return any(len(_people(same, folder)) > 1 for same in found.values())

    def answers(self, unit: Unit) -> frozenset[str]:
        """Return the exercises that a file tells, if anything of them is written in it."""
        file = unit.file
        if file.problem:
            return frozenset()
        if unit.of:
            contents = self._contents.charged_to(unit.of)
        else:  # who names the files below a folder is not told yet: it has a time as well
            above = PurePosixPath(*(file.archive or file.place).parts[: -len(unit.path.parts)])
            name = self._tell(unit.path).student or unit.path.parts[0]
            contents = self._contents.charged_to(student_of(name), above if above.parts else None)
        told = contents.tells(file)
        functions = contents.of(file).outline.functions
        written = any(f.fits and f.written for e in told for f in functions[e].values())
        return frozenset(told if written else ())


def _several(same: list[FileName], folder: str) -> bool:
    """Whether the names for one task are of several students."""
    people = _people(same, folder)
    if all(t.student for t in same):
        return len(people) > 1
    return len(people) > 3 or len({t.student for t in same if t.in_front} & people) > 1


def _people(told: Collection[FileName], folder: str) -> set[str]:
    """Return the students of names, none when they are parts or versions of one student's work."""
    names = {t.student for t in told if t.student and not SMALL_NUMBER.fullmatch(t.student)}
    # A student may write the own name into each file.
    own = {word for word in map(bare, _SIGNS.split(folder)) if len(word) > 1 and not word.isdigit()}
    words = [{*map(bare, _SIGNS.split(name))} for name in names]
    if words and own.intersection(*words):
        return set()
    if bare(folder) in {bare(name) for name in names}:
        return set()
    return {name for name in names if not any(v != name and v in names for v in version_of(name))}
