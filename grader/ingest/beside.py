"""What lies beside students' files, answers nothing, and may be imported by them.

What has nothing of an exercise is a module when it is called a helper or a program (`utils.py`,
`lib/`), or when several import it: an import by one classmate would erase somebody's work. What
nobody imports is nobody's, and listed, when it is called so. Anything else is somebody's: a row too
many is seen at once, a student without a row is not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.ingest.answers.modules import Modules
from grader.ingest.layout import HandedIn, student_of
from grader.model.submission import Student

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from grader.ingest.answers.contents import Contents
    from grader.ingest.file_names import FileName
    from grader.ingest.layout import Clues
    from grader.ingest.sections import Place
    from grader.ingest.stored import StoredFile

_PACKAGE: Final = "__init__.py"
_NOBODY: Final = Student(label="nobody")


@dataclass(frozen=True)
class Entry:
    """A file, and its place on the level of students, below folders that are nobody's."""

    file: StoredFile
    path: PurePosixPath
    unit: PurePosixPath
    """What was handed in: the file, or the archive that it was in."""
    place: Place
    """Where it lies, an archive for all that is in it."""

    @property
    def exercise(self) -> str | None:
        """The exercise whose folder holds it."""
        return self.place.exercise

    @property
    def section(self) -> str:
        """The folders of weeks or groups that hold it."""
        return self.place.section

    @property
    def is_flat(self) -> bool:
        """Whether it lies among the students, and in no folder or archive of one."""
        return len(self.unit.parts) == 1

    @property
    def top(self) -> tuple[str, str]:
        """What lies among the students: the file, or the folder or archive that it is in."""
        return self.section, self.unit.parts[0]

    @property
    def inner(self) -> PurePosixPath:
        """The path within what the student handed in."""
        return PurePosixPath(self.section, *(self.path.parts[1:] or self.path.parts))


class Beside:
    """Tells what lies beside the students' own files: by names, and then by what is in it."""

    def __init__(
        self, entries: Sequence[Entry], told: Mapping[StoredFile, FileName], clues: Clues
    ) -> None:
        """Tell it; `told` is what the names of flat files tell."""
        self._told, self._clues, self._names = told, clues, clues.names
        tops: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in (entry for entry in entries if entry.file.is_code):
            tops[entry.top].append(entry)
        beside = {top: same for top, same in tops.items() if self._has_nothing(same)}
        called = {top for top, same in beside.items() if self._is_called_so(same)}
        answering = [same for top, same in tops.items() if top not in beside]
        every = self._importers(answering, beside.values())
        is_shared = any(self._whose(same[0]) for same in answering)
        self.modules = {
            entry.file: [importer.file for importer in by]
            for entry, by in every.items()
            if not is_shared or entry.top in called or len({*map(self._whose, by)}) > 1
        }
        """Files that answer nothing, with those that import them."""
        called |= {e.top for e in entries if e.top not in tops and self._is_called_so([e])}
        found = frozenset(entry.file for entry in entries if entry.top in called)
        is_shared = any(self._whose(same[0]) for top, same in tops.items() if top not in called)
        self.strays = found if is_shared else frozenset()
        """Files that are nobody's, unless somebody imports them."""
        self.own = found - self.strays
        """The same where no student is in sight but the one whose all of it is."""

    def _whose(self, entry: Entry) -> str:
        """Return the student as far as a name tells one."""
        return self._told[entry.file].student if entry.is_flat else entry.unit.parts[0]

    def _has_nothing(self, same: Sequence[Entry]) -> bool:
        """Whether a file has nothing of an exercise, or all code in a folder of modules.

        A name comes first: what is called like an exercise or a student is not even read.
        """
        first = same[0]
        name = self._whose(first) or first.unit.stem
        if first.is_flat:
            told, is_helper = self._told[first.file], self._names.is_helper(first.unit.name)
            is_named = bool(told.task and told.student) and not is_helper
            if first.file.archive or is_named or told.task in self._names.ids:
                return False
        elif first.file.archive or not self._is_called_so(same):
            return False
        elif any(self._names.exercises(PurePosixPath(entry.path.name)) for entry in same):
            return False  # a student's folder may be a package
        if self._clues.is_known(name):
            return False
        contents = self._clues.contents.charged_to(student_of(name))
        return all(self._is_beside(entry.file, contents) for entry in same)

    def _is_called_so(self, same: Sequence[Entry]) -> bool:
        """Whether a file or folder is called like a helper or a program, or is a package."""
        first, names = same[0], self._names
        if first.is_flat and not first.file.is_code:
            return False
        if first.is_flat:
            is_helper = names.is_helper(first.unit.name) and not self._told[first.file].student
            return is_helper or names.is_program(first.unit.stem)
        is_package = any(e.path.parts[1:] == (_PACKAGE,) for e in same)
        return is_package or names.is_program(first.unit.parts[0])

    def _importers(
        self, answering: Iterable[Sequence[Entry]], beside: Collection[Sequence[Entry]]
    ) -> dict[Entry, list[Entry]]:
        """Return which of `beside` are imported, with the files that do; own files go first."""
        found: dict[Entry, list[Entry]] = {}
        for own in answering if beside else ():
            names = {entry.path.name for entry in own if not entry.is_flat}
            there = {
                _handed_in(entry): entry
                for same in beside
                for entry in same
                if entry.path.name not in names
            }
            who = student_of(self._whose(own[0]) or own[0].unit.stem)
            contents = self._clues.contents.charged_to(who)
            for entry in (entry for entry in own if not entry.file.problem):
                importer = _handed_in(entry)
                modules = Modules([importer, *there], contents)
                for module in modules.needed_by(importer):
                    found.setdefault(there[module], []).append(entry)
        return found

    def _is_beside(self, file: StoredFile, contents: Contents) -> bool:
        """Whether a file has nothing of an exercise; of one called a helper, little of it."""
        if file.problem or contents.error(file):
            return False
        is_helper = self._names.is_helper(file.path.name)
        if not is_helper and contents.seems_to_define(file):
            return False
        content = contents.of(file)
        if content.unread:
            return False
        return not (contents.tells(file) if is_helper else content.outline.functions)


def _handed_in(entry: Entry) -> HandedIn:
    """Return a file in its place among those of all students."""
    return HandedIn(_NOBODY, PurePosixPath(entry.section, entry.path), entry.file)


def with_importers(
    found: Sequence[tuple[str, HandedIn]], modules: Mapping[StoredFile, Sequence[StoredFile]]
) -> Iterator[tuple[str, HandedIn]]:
    """Yield each file for its student, and a module for everybody whose file imports it."""
    owners = {handed.file: (key, handed.student) for key, handed in found if not handed.is_stray}
    for key, handed in found:
        of = dict.fromkeys(owners[f] for f in modules.get(handed.file, ()) if f in owners)
        for owner, student in of or {(key, handed.student): None}:
            yield owner, replace(handed, student=student, is_stray=handed.is_stray and not of)
