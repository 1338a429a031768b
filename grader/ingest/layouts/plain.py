"""The plain layout: a folder or a file per student.

<student>/<file>             one folder per student, as deep as they like
<student>.py, .ipynb, .zip   one file per student, with the exercise in its name or not
<exercise>/<either of these> when a course's exercise has a folder of its own
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.file_names import FileNames, Told, without_marks
from grader.ingest.layout import HandedIn
from grader.ingest.listing import CODE, NOTHING, Kind, StoredFile
from grader.model.submission import Student
from grader.model.text import clean_line

# What a student hands in by mistake; tables and settings beside the students are nobody's.
_DOCUMENTS: Final = (
    ".pdf", ".doc", ".docx", ".odt", ".rtf", ".txt", ".pages", ".tex", ".rar", ".7z", ".gz",
    ".tar", ".tgz", ".r", ".rmd", ".qmd", ".m", ".java", ".c", ".cpp", ".js", ".jl", ".png", ".jpg",
    ".jpeg", ".heic", ".gif",
)  # fmt: skip


def read(files: Sequence[StoredFile], names: FileNames, name: str) -> Iterator[HandedIn]:
    """Read the plain layout; `name` is that of the folder, zip or file that holds it all."""
    wrapper = _wrapper(files, names, name)
    flat = [file for file in files if len(_below(_unit(file, wrapper), wrapper).parts) == 1]
    told = {file: names.tell(_unit(file, wrapper).stem) for file in flat}
    code = [told[file] for file in flat if file.is_code]
    of_one = _of_one(files, wrapper, names)
    found: list[tuple[str, HandedIn]] = []
    for file in files:
        path, unit = _below(file.path, wrapper), _below(_unit(file, wrapper), wrapper)
        exercise = names.folder_of(unit.parts[0]) if len(unit.parts) > 1 else None
        if exercise:
            path, unit = PurePosixPath(*path.parts[1:]), PurePosixPath(*unit.parts[1:])
        if path.name == NOTHING and len(path.parts) == 1:
            continue  # in the folder of the class
        inner = PurePosixPath(*path.parts[1:]) if len(path.parts) > 1 else path
        label, is_stray = unit.parts[0], False
        if of_one:
            label, inner = name, path
        elif len(unit.parts) == 1 and _is_the_course_s(file, unit, names):
            label, is_stray = name, True
        elif len(unit.parts) == 1:
            tells = names.tell(unit.stem)
            label = tells.student or (name if tells.task else unit.stem)
            inner = path if tells.task else inner  # the zip's name may tell the exercise
            is_stray = not exercise and not _is_somebody(file, told[file], code, names)
        student = Student(label=clean_line(label) or "unnamed")
        found.append((label, HandedIn(student, inner, file, exercise, is_stray=is_stray)))
    yield from _apart(found)


def _of_one(files: Sequence[StoredFile], wrapper: PurePosixPath, names: FileNames) -> bool:
    """Whether all of it is one student's: what the course gives out, and no other name in sight."""
    has_given = False
    for file in (file for file in files if file.is_code):
        unit = _below(_unit(file, wrapper), wrapper)
        if len(unit.parts) > 1 and names.folder_of(unit.parts[0]):
            unit = PurePosixPath(*unit.parts[1:])
        if len(unit.parts) == 1 and names.is_given(unit.name):
            has_given = True
        elif names.tell(unit.stem if len(unit.parts) == 1 else unit.parts[0]).student:
            return False
    return has_given


def _is_the_course_s(file: StoredFile, unit: PurePosixPath, names: FileNames) -> bool:
    """Whether a file beside students is none of theirs; one with an exercise's name may be."""
    if not names.is_given(unit.name):
        return False
    return names.tell(unit.stem).task not in names.ids or names.is_as_given(file)


def _apart(found: Sequence[tuple[str, HandedIn]]) -> Iterator[HandedIn]:
    """Keep students apart whose names differ in what cannot be shown: the kind of a space."""
    forms: dict[str, list[str]] = {}
    for label, handed in found:
        same = forms.setdefault(handed.student.label, [])
        form = unicodedata.normalize("NFC", label)
        if form not in same:
            same.append(form)
        if number := same.index(form):
            student = Student(label=f"{clean_line(label, 380)} [{number + 1}]")
            yield replace(handed, student=student)
        else:
            yield handed


def _unit(file: StoredFile, wrapper: PurePosixPath) -> PurePosixPath:
    """Return what was handed in: the file, or the archive that it was in, if not all is in that."""
    if file.archive and not wrapper.is_relative_to(file.archive.with_suffix("")):
        return file.archive
    return file.path


def _below(path: PurePosixPath, wrapper: PurePosixPath) -> PurePosixPath:
    # An archive may hold a file of the wrapper's own name beside it.
    return path.relative_to(wrapper) if wrapper in path.parents else path


def _is_somebody(file: StoredFile, told: Told, code: Sequence[Told], names: FileNames) -> bool:
    """Whether a file beside the students' folders is a student's, and not a list or a README."""
    if file.is_code or file.archive:
        return True
    suffix = file.path.suffix.lower()
    if file.kind is Kind.REFUSED and suffix in ("", *CODE, ".zip"):
        return True  # a link to a folder, a name that cannot be
    if told.student:
        shared = not code or any(other.student for other in code)
        return told.task in names.ids or (shared and suffix in _DOCUMENTS)
    return told.task in names.ids and all(not other.student for other in code)


def _wrapper(files: Sequence[StoredFile], names: FileNames, name: str) -> PurePosixPath:
    """Return the folders in which zips are wont to hold everything, when a class is in them.

    One folder may as well be one student's. It is the class's when it has the name of the zip, when
    there are several folders with code in it, or when files in it are of several students.
    """
    code = [file for file in files if file.is_code] or files
    is_one_archive = len({file.archive for file in code}) == 1
    units = [file.path if is_one_archive else file.archive or file.path for file in code]
    for depth in range(1, min(len(unit.parts) for unit in units)):
        wrapper = PurePosixPath(*units[0].parts[:depth])
        if not all(unit.is_relative_to(wrapper) for unit in units):
            break
        if depth == 1:
            inner = [file.path.relative_to(wrapper).parts for file in code]
            folders = {
                parts[0] for parts in inner if len(parts) > 1 and names.tell(parts[0]).student
            }
            several = len(folders) > 1 and not any(names.folder_of(parts[0]) for parts in inner)
            if several or without_marks(wrapper.name) == without_marks(name):
                return wrapper
        if names.are_a_class([unit.relative_to(wrapper) for unit in units], wrapper.name):
            return wrapper
    return PurePosixPath()
