"""Archives that are no student's and stand for folders: of an exercise or a week, a drive's parts.

A drive cuts a large folder into several archives of one name, but for marks. So are they called
when they have been unpacked. A student can call an archive so, too. It is a folder only where
nothing but such folders and archives lies beside it, since no student puts anything there.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.ingest.file_names import without_marks
from grader.ingest.layout import is_nobody_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.ingest.file_names import FileNames
    from grader.ingest.stored import StoredFile

# A drive's name for one of the archives into which it cuts a large folder.
_PART: Final = re.compile(r"-20\d{6}T\d{6}Z(?:-\d+)+$|(?<=^OneDrive)_\d+_\d{1,2}-\d{1,2}-20\d\d$")


def opened(files: Sequence[StoredFile], names: FileNames) -> Iterator[StoredFile]:
    """Yield files, with such archives as folders; parts of one folder are joined."""
    archives = _Archives(files, names)
    for file in files:
        if file.archive is None:
            parts = [_PART.sub("", part) for part in file.path.parent.parts]
            yield replace(file, at=PurePosixPath(*parts, file.path.name))
        elif archives.is_opened(file.archive):
            below = file.path.relative_to(file.archive.with_suffix(""))
            folder = file.archive.parent / without_marks(file.archive.stem)
            yield replace(file, at=folder / below, archive=None)
        else:
            yield file


class _Archives:
    """The archives of a class, by their names and by what lies beside them."""

    def __init__(self, files: Iterable[StoredFile], names: FileNames) -> None:
        self._names = names
        archives = {file.archive for file in files if file.archive}
        self._same = Counter((one.parent, without_marks(one.stem)) for one in archives)
        folders = {archive.parent for archive in archives}
        self._of_students = {
            folder
            for file in files
            for folder in folders.intersection((file.archive or file.path).parents)
            if self._is_student_s(file, folder)
        }

    def is_opened(self, archive: PurePosixPath) -> bool:
        """Whether an archive stands for a folder."""
        return archive.parent not in self._of_students and self._is_called_so(archive)

    def _is_called_so(self, archive: PurePosixPath) -> bool:
        stem = without_marks(archive.stem)
        is_only = self._same[archive.parent, stem] == 1
        return _PART.search(archive.stem) is not None or (is_only and self._is_of_many(stem))

    def _is_student_s(self, file: StoredFile, folder: PurePosixPath) -> bool:
        """Whether what a file of a folder lies in, or is, can be one student's."""
        unit = file.archive or file.path
        first, *below = unit.relative_to(folder).parts
        if below:
            return not self._is_of_many(_PART.sub("", without_marks(first)))
        if file.archive:
            return not self._is_called_so(unit)
        return not is_nobody_s(file, len(folder.parts), self._names)

    def _is_of_many(self, name: str) -> bool:
        """Whether a folder is called like an exercise's or a week's."""
        return self._names.folder_of(name) is not None or self._names.is_collection(name)
