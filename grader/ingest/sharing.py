"""Tell whether files that lie together are one student's or those of several.

Several names for the same work are several students. What a file is for, its name tells: an
exercise, or words for the task. Where it tells nothing, the functions do that are written in it.
The same holds one folder further down: folders of weeks or groups, each with a class in it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.ingest.file_names import SMALL_NUMBER, FileName, bare, without_words

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Sequence
    from pathlib import PurePosixPath

    from grader.ingest.answers.contents import Contents
    from grader.ingest.file_names import FileNames
    from grader.ingest.listing import StoredFile

_NUMBER_BEHIND: Final = re.compile(r"[ _.-]*\d+$")


class Unit(NamedTuple):
    """A file, and where what it was handed in as, itself or an archive, lies in a folder."""

    path: PurePosixPath
    file: StoredFile


@dataclass(frozen=True)
class Sections:
    """The folders of weeks or groups on one level, which are no students."""

    folders: frozenset[str] = frozenset()
    shared: bool = False
    """Whether files in them are of several students."""
    namesakes: frozenset[str] = frozenset()
    """Names in several groups with the same work: these are different students."""


class Sharing:
    """Tells shared folders, by names as far as these go and else by what files define."""

    def __init__(self, names: FileNames, contents: Contents) -> None:
        self._names, self._contents = names, contents

    def are_a_class(self, units: Sequence[Unit], folder: str = "") -> bool:
        """Whether files in one folder are of several students: for one task, several names.

        `folder` is the folder's own name, which a student may repeat in each file. One bare name of
        the exercise makes what follows it in other names versions, unless there are many.
        """
        units = [unit for unit in units if not self._is_given_beside(unit.path)]
        told: dict[str, dict[PurePosixPath, FileName]] = defaultdict(dict)
        for path, _ in units:
            found = self._tell(path)
            if found.task is not None:
                told[found.task][path] = found
        if any(_several(list(same.values()), folder) for same in told.values()):
            return True
        return self._by_exercise(units) or self._by_functions(units, folder)

    def sections(self, units: Sequence[Unit]) -> Sections:
        """Return which of the folders of a level are of weeks or groups.

        Words for work are nobody's name: so are `lab1` and `week 2`, also when all that they hold
        is one student's. Other names are groups' when most of such folders hold a class.
        """
        inside: dict[str, list[Unit]] = defaultdict(list)
        for path, file in units:
            if len(path.parts) > 1 and not self._names.folder_of(path.parts[0]):
                inside[path.parts[0]].append(Unit(path.relative_to(path.parts[0]), file))
        words = {top for top in inside if self._names.is_nobody(top)}
        people = inside.keys() - words
        is_flat = any(len(u.path.parts) == 1 and self._tell(u.path).student for u in units)
        if any(self.are_a_class(inside[top], top) for top in sorted(words)):
            return Sections(frozenset(words), shared=True)
        if people and not is_flat:
            return self._groups({top: inside[top] for top in people})
        works = Counter(w for top in words for w in {w for _, w in self._works(inside[top])})
        # One who packed two folders of versions, or two who call theirs so: both are seen.
        is_one = not people and not is_flat and all(number == 1 for number in works.values())
        return Sections(frozenset(words)) if is_one else Sections()

    def _groups(self, inside: dict[str, list[Unit]]) -> Sections:
        """Return folders as groups when most hold a class, whose names do not come again."""
        left = len(inside)
        shared = 0
        for top, units in inside.items():
            shared += self.are_a_class(units, top)
            left -= 1
            if 2 * (shared + left) <= len(inside):
                return Sections()
        if len(inside) < 2:
            return Sections()
        seen = Counter(
            pair for units in inside.values() for pair in {*self._works(units)} if pair[0]
        )
        if 2 * len(seen) <= seen.total():
            return Sections()  # students who all call their files alike
        namesakes = frozenset(student for (student, _), number in seen.items() if number > 1)
        return Sections(frozenset(inside), shared=True, namesakes=namesakes)

    def _works(self, units: Sequence[Unit]) -> Iterator[tuple[str, Hashable]]:
        """Yield students, as far as they are told, with what their files are for."""
        for path, file in units:
            told = self._tell(path)
            if work := told.task or self._answers(file):
                yield told.student, work

    def _tell(self, path: PurePosixPath) -> FileName:
        """Return what the name of a file tells, or that of a folder, which may be its student's."""
        told = self._names.tell(path.stem)
        if len(path.parts) == 1:
            return told
        if self._names.folder_of(path.parts[0]):
            return FileName(None, "")
        return FileName(told.task, self._names.tell(path.parts[0]).student, in_front=True)

    def _is_given_beside(self, path: PurePosixPath) -> bool:
        is_given = self._names.is_given(path.name)
        return is_given and self._names.tell(path.stem).task not in self._names.ids

    def _by_exercise(self, units: Sequence[Unit]) -> bool:
        """Whether folders of exercises hold files of several students, one of them in two."""
        seen: dict[str, set[str]] = defaultdict(set)
        for path, _ in units:
            if len(path.parts) > 1 and self._names.folder_of(path.parts[0]):
                inner = path.parts[1] if len(path.parts) > 2 else path.stem
                seen[self._names.tell(inner).student].add(path.parts[0])
        seen.pop("", None)
        return len(seen) > 1 and any(len(folders) > 1 for folders in seen.values())

    def _by_functions(self, units: Sequence[Unit], folder: str) -> bool:
        """Whether files with several names, which tell no task, have the same exercises written."""
        told = [(self._tell(unit.path), unit.file) for unit in units if unit.file.is_code]
        open_ = [(t, file) for t, file in told if t.task is None and t.student]
        if len(_people([t for t, _ in open_], folder)) < 2:
            return False
        found: dict[frozenset[str], list[FileName]] = defaultdict(list)
        for t, file in open_:
            if answers := self._answers(file):
                found[answers].append(t)
                if len(_people(found[answers], folder)) > 1:
                    return True
        return False

    def _answers(self, file: StoredFile) -> frozenset[str]:
        """Return the exercises that a file tells, if anything of them is written in it."""
        if file.problem:
            return frozenset()
        told = self._contents.tells(file)
        functions = self._contents.of(file).outline.functions
        self._contents.forget_looks()
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
    if bare(folder) in {bare(name) for name in names}:
        return set()
    return {name for name in names if not any(v in names - {name} for v in _older(name))}


def _older(name: str) -> Iterator[str]:
    """Yield what a version's name may be made of: without words behind, without a number."""
    yield without_words(name)
    yield _NUMBER_BEHIND.sub("", name)
