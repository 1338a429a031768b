"""The plain layout: a folder or a file per student.

<student>/<file>             one folder per student, as deep as they like
<student>.py, .ipynb         one file per student
<exercise>/<either of these> when a course's exercise has a folder of its own
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from grader.ingest.layout import HandedIn
from grader.ingest.listing import CODE, StoredFile
from grader.model.submission import Student
from grader.model.text import clean_line


def read(files: Sequence[StoredFile], ids: Collection[str], name: str) -> Iterator[HandedIn]:
    """Read the plain layout; `name` is that of the folder, zip or file that holds it all."""
    wrapper = _wrapper(files, ids, name)
    for file in files:
        path = file.path.relative_to(wrapper)
        exercise = path.parts[0] if path.parts[0] in ids and len(path.parts) > 1 else None
        if exercise:
            path = path.relative_to(exercise)
        if len(path.parts) > 1:
            label, inner = path.parts[0], PurePosixPath(*path.parts[1:])
        else:
            label, inner = _label(path, ids) or name, path
        yield HandedIn(Student(label=clean_line(label) or "unnamed"), inner, file, exercise)


def _wrapper(files: Sequence[StoredFile], ids: Collection[str], name: str) -> PurePosixPath:
    """Return the one folder in which zips are wont to hold everything, if it is that."""
    tops = {file.path.parts[0] for file in files}
    if len(tops) != 1 or any(len(file.path.parts) < 2 for file in files):
        return PurePosixPath()
    (top,) = tops
    below = {f.path.parts[1] for f in files if len(f.path.parts) > 2 and f.path.suffix in CODE}
    is_class = len(below - set(ids)) > 1 and not below & set(ids)
    return PurePosixPath(top) if top == name or is_class else PurePosixPath()


def _label(path: PurePosixPath, ids: Collection[str]) -> str:
    """Return the student's part of a file name such as ``ada_running_sum.py``."""
    stem = path.stem
    for exercise in sorted(ids, key=len, reverse=True):
        flexible = "[ _.-]?".join(map(re.escape, exercise.split("_")))
        stem = re.sub(rf"(?i)(^{flexible}(?![a-z0-9])|(?<![a-z0-9]){flexible}$)", "", stem)
    return stem.strip(" _.-")
