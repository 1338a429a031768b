"""The plain layout: a folder or a file per student.

<student>/<file>             one folder per student, as deep as they like
<student>.py, .ipynb, .zip   one file per student, with the exercise in its name or not
<exercise>/<either of these> when a course's exercise has a folder of its own
<week>/<either of these>     when folders of weeks or groups hold the students
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import PurePosixPath

from grader.ingest.attempts import attempt_of
from grader.ingest.beside import Beside, Entry, with_importers
from grader.ingest.file_names import FileName, FileNames, turn_of, without_marks
from grader.ingest.layout import Clues, Entries, HandedIn, is_nobody_s, student_of
from grader.ingest.layouts.doubts import doubts
from grader.ingest.layouts.opened import opened
from grader.ingest.litter import CODE, LISTS
from grader.ingest.sections import Sections
from grader.ingest.shared_words import without_shared_words
from grader.ingest.sharing import Sharing, Unit
from grader.ingest.stored import NOTHING, Kind, StoredFile
from grader.model.submission import Student
from grader.model.text import clean_line


def read(whole: Entries, clues: Clues) -> Iterator[HandedIn]:
    """Read the plain layout."""
    files = [*opened(whole.files, clues.names)]
    sharing = Sharing(clues.names, clues.contents)
    wrapper = _wrapper(files, clues, sharing)
    units = [Unit(_below(_unit(f, wrapper), wrapper), f) for f in files if f.is_code]
    level = _Level(files, wrapper, sharing, sharing.sections(units), clues)
    entries = [
        entry
        for entry in level.entries
        if entry.path.name != NOTHING or len(entry.path.parts) > 1  # in the folder of the class
    ]
    found = [level.handed_in(entry) for entry in entries]
    own = ((handed, entry) for (_, handed), entry in zip(found, entries, strict=True))
    clues.hints.extend(doubts(own, sharing, clues.is_known))
    yield from _apart([*with_importers(found, level.modules)])


class _Level:
    """The level of students: what lies there, and whose it is."""

    def __init__(
        self,
        files: Sequence[StoredFile],
        wrapper: PurePosixPath,
        sharing: Sharing,
        sections: Sections,
        clues: Clues,
    ) -> None:
        self._clues, self._names, self._name = clues, clues.names, clues.name
        self._sections = sections
        self.entries = [_entry(file, wrapper, sections, clues.names) for file in files]
        flat = {entry.file: entry for entry in self.entries if entry.is_flat}
        told = {file: clues.names.tell(entry.unit.stem) for file, entry in flat.items()}
        self._told = without_shared_words(
            told, clues.names.ids, lambda file: sharing.answers(Unit(flat[file].unit, file))
        )
        self._code = [self._told[e.file] for e in self.entries if e.file.is_code and e.is_flat]
        self._has_names = any(told.student for told in self._code)
        self._beside = Beside(self.entries, self._told, clues)
        self.modules = self._beside.modules
        self._is_of_one = _of_one(self.entries, self.modules, clues.names)

    def handed_in(self, entry: Entry) -> tuple[str, HandedIn]:
        """Return a file of its student, and what tells this one from namesakes."""
        label, inner, is_stray = self._whose(entry)
        turn = max((turn_of(folder) or 0 for folder in entry.place.within), default=0)
        handed = HandedIn(
            student_of(label), inner, entry.file, entry.exercise, turn, is_stray=is_stray
        )
        attempt = attempt_of(entry.unit.stem if entry.is_flat else entry.unit.parts[0])
        if attempt is None:
            return label, handed
        title = self._names.tell(attempt.title).task
        exercise = title if title in self._names.ids else None
        handed = replace(handed, exercise=handed.exercise or exercise, turn=attempt.turn)
        if entry.is_flat and not entry.file.archive:
            # The same file of a later attempt is another version of it.
            name = attempt.file or attempt.student
            is_receipt = not (attempt.file or entry.file.is_code)
            path = inner.with_name(f"{name}{entry.unit.suffix}")
            handed = replace(handed, path=path, is_receipt=is_receipt)
        return f"{label} {attempt.number}".rstrip(), handed

    def _whose(self, entry: Entry) -> tuple[str, PurePosixPath, bool]:
        """Return the student's name, the path in what was handed in, and whether it is nobody's."""
        file, names = entry.file, self._names
        whole = PurePosixPath(entry.section, entry.path)
        if self._is_of_one or file in self._beside.own:
            return self._name, whole, False
        if not entry.is_flat and (file in self.modules or file in self._beside.strays):
            return self._name, whole, True
        named = partial(self._sections.named, entry.place)
        if not entry.is_flat:
            first = entry.unit.parts[0]
            attempt = attempt_of(first)
            first = attempt.student if attempt else first
            return named(first) if entry.section else first, entry.inner, False
        tells = self._told[file]
        is_nobody_s = not tells.student and self._has_names
        if self._is_the_course_s(entry) or (is_nobody_s and self._clues.is_as_given(file)):
            return self._name, entry.inner, True
        if entry.section:
            label = named(tells.student) if tells.student else entry.section
        else:
            label = tells.student or (self._name if tells.task else entry.unit.stem)
        is_stray = not entry.exercise and not _is_somebody(file, tells, self._code, names)
        # The name of a zip may tell the exercise.
        inner = whole if tells.task else entry.inner
        return label, inner, is_stray or file in self._beside.strays

    def _is_the_course_s(self, entry: Entry) -> bool:
        """Whether a file beside students is none of theirs; one with an exercise's name may be."""
        names = self._names
        if not names.is_given(entry.unit.name):
            return False
        is_another = names.tell(entry.unit.stem).task not in names.ids
        return is_another or self._clues.is_as_given(entry.file)


def _of_one(entries: Sequence[Entry], modules: Collection[StoredFile], names: FileNames) -> bool:
    """Whether all of it is one student's: what the course gives out, and no other name in sight."""
    has_given = False
    for entry in (e for e in entries if e.file.is_code and e.file not in modules):
        if entry.is_flat and names.is_given(entry.unit.name):
            has_given = True
        elif names.tell(entry.unit.stem if entry.is_flat else entry.unit.parts[0]).student:
            return False
    return has_given


def _apart(found: Sequence[tuple[str, HandedIn]]) -> Iterator[HandedIn]:
    """Keep students apart whose names differ in what cannot be shown: the kind of a space."""
    shown: dict[str, str] = {}
    taken = {handed.student.label for _, handed in found}
    of: dict[str, str] = {}
    for label, handed in found:
        form = unicodedata.normalize("NFC", label)
        if form not in shown:
            plain = handed.student.label
            again = (f"{clean_line(plain, 380)} [{number}]" for number in count(2))
            free = plain if plain not in of else next(name for name in again if name not in taken)
            shown[form] = free
            of[free] = form
            taken.add(free)
        yield replace(handed, student=Student(label=shown[form]))


def _unit(file: StoredFile, wrapper: PurePosixPath) -> PurePosixPath:
    """Return what was handed in: the file, or the archive that it was in, if not all is in that."""
    if file.archive and not wrapper.is_relative_to(file.archive.with_suffix("")):
        return file.archive
    return file.place


def _entry(file: StoredFile, wrapper: PurePosixPath, sections: Sections, names: FileNames) -> Entry:
    """Return a file's place on the level of students."""
    path, unit = _below(file.place, wrapper), _below(_unit(file, wrapper), wrapper)
    place = sections.place(unit, names)
    above = len(unit.parts) - len(place.path.parts)
    return Entry(file, PurePosixPath(*path.parts[above:]), place.path, place)


def _are_several(sections: Sections) -> bool:
    return any(len(level.folders) > 1 for level in sections.levels)


def _below(path: PurePosixPath, wrapper: PurePosixPath) -> PurePosixPath:
    # An archive may hold a file of the wrapper's own name beside it.
    return path.relative_to(wrapper) if wrapper in path.parents else path


def _is_somebody(
    file: StoredFile, told: FileName, code: Sequence[FileName], names: FileNames
) -> bool:
    """Whether a file beside the students' folders is a student's, and not a list or a README."""
    if file.is_code or file.archive:
        return True
    suffix = file.path.suffix.lower()
    if file.kind is Kind.REFUSED and suffix in ("", *CODE, ".zip"):
        return True  # a link to a folder, a name that cannot be
    if told.student and not names.is_program(file.path.stem.casefold()):
        shared = not code or any(other.student for other in code)
        return told.task in names.ids or (shared and suffix not in LISTS)
    return told.task in names.ids and all(not other.student for other in code)


def _wrapper(files: Sequence[StoredFile], clues: Clues, sharing: Sharing) -> PurePosixPath:
    """Return the folders in which zips are wont to hold everything, when a class is in them.

    One folder may as well be one student's. It is the class's when it has the name of the zip, when
    there are several folders with code in it, or when files in it are of several students.
    """
    names = clues.names
    code = [file for file in files if file.is_code] or files
    is_one_archive = len({file.archive for file in code}) == 1
    paths = [file.place if is_one_archive else file.archive or file.place for file in code]
    beside = [f.place for f in files if not f.is_code and not is_nobody_s(f, 0, names)]
    for depth in range(1, min(len(path.parts) for path in paths)):
        wrapper = PurePosixPath(*paths[0].parts[:depth])
        if clues.is_known(wrapper.name):
            break
        # Whoever packed the class called both so, whatever documents lie beside the folder.
        is_called_so = depth == 1 and without_marks(wrapper.name) == without_marks(clues.name)
        others = () if is_called_so else beside
        if not all(path.is_relative_to(wrapper) for path in (*paths, *others)):
            break
        if depth == 1:
            inner = [file.place.relative_to(wrapper).parts for file in code]
            folders = {
                parts[0] for parts in inner if len(parts) > 1 and names.tell(parts[0]).student
            }
            several = len(folders) > 1 and not any(names.folder_of(parts[0]) for parts in inner)
            if several or is_called_so:
                return wrapper
        units = [Unit(p.relative_to(wrapper), f) for p, f in zip(paths, code, strict=True)]
        if sharing.are_a_class(units, wrapper.name) or _are_several(sharing.sections(units)):
            return wrapper
    return PurePosixPath()
