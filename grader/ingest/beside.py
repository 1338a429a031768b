"""What lies beside students' files, answers nothing, and may be imported by them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.ingest.answers.modules import Modules
from grader.ingest.layout import HandedIn
from grader.model.submission import Student

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.ingest.file_names import FileName
    from grader.ingest.layout import Clues
    from grader.ingest.listing import StoredFile


@dataclass(frozen=True)
class Entry:
    """A file, and its place on the level of students, below folders that are nobody's."""

    file: StoredFile
    path: PurePosixPath
    unit: PurePosixPath
    """What was handed in: the file, or the archive that it was in."""
    exercise: str | None = None
    section: str = ""

    @property
    def is_flat(self) -> bool:
        """Whether it lies among the students, and in no folder or archive of one."""
        return len(self.unit.parts) == 1

    @property
    def inner(self) -> PurePosixPath:
        """The path within what the student handed in."""
        return PurePosixPath(self.section, *(self.path.parts[1:] or self.path.parts))


def is_beside(file: StoredFile, clues: Clues) -> bool:
    """Whether a file has nothing of an exercise; of one called a helper, little of it."""
    contents = clues.contents
    if file.problem or contents.error(file):
        return False
    is_helper = clues.names.is_helper(file.path.name)
    if not is_helper and contents.seems_to_define(file):
        return False
    content = contents.of(file)
    if content.unread:
        return False
    return not (contents.tells(file) if is_helper else content.outline.functions)


def modules_beside(
    beside: Sequence[Entry],
    code: Sequence[Entry],
    told: Mapping[StoredFile, FileName],
    clues: Clues,
) -> dict[StoredFile, list[StoredFile]]:
    """Return files that lie beside others' and answer nothing, with those that import them.

    In sight of several students only a file that is called a helper is one: another may be the work
    of somebody whom an import would erase.
    """
    names = clues.names
    rest = [entry for entry in code if entry not in beside]
    if any((told[e.file].student if e.is_flat else e.unit.parts[0]) for e in rest):
        beside = [entry for entry in beside if names.is_helper(entry.unit.name)]
    beside = [entry for entry in beside if told[entry.file].task not in names.ids]
    found: dict[StoredFile, list[StoredFile]] = {}
    if not beside:
        return found
    own = {(entry.unit.parts[0], entry.path.name) for entry in code if not entry.is_flat}
    nobody = Student(label="nobody")
    for entry in (entry for entry in rest if not entry.file.problem):
        clues.contents.begin(entry.unit.parts[0])
        there = [e for e in beside if (entry.unit.parts[0], e.path.name) not in own]
        importer, *modules = [HandedIn(nobody, e.path, e.file) for e in (entry, *there)]
        for module in Modules([importer, *modules], clues.contents).needed_by(importer):
            found.setdefault(module.file, []).append(entry.file)
    return found


def with_importers(
    found: Sequence[tuple[str, HandedIn]], modules: Mapping[StoredFile, Sequence[StoredFile]]
) -> Iterator[tuple[str, HandedIn]]:
    """Yield each file for its student, and a module for everybody whose file imports it."""
    owners = {handed.file: (key, handed.student) for key, handed in found if not handed.is_stray}
    for key, handed in found:
        of = dict.fromkeys(owners[f] for f in modules.get(handed.file, ()) if f in owners)
        for owner, student in of or {(key, handed.student): None}:
            yield owner, replace(handed, student=student, is_stray=handed.is_stray and not of)
