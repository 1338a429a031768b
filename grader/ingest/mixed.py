"""Files that were taken for one student's versions, and may as well be several students'.

`plan.ipynb`, `plan (1).ipynb` and `plan (2).ipynb` are what a browser makes of one student's three
downloads, and of three students' one. Nothing tells which, so one student is kept and it is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.ingest.file_names import is_numbered, without_marks
from grader.ingest.matching import ANOTHER_FILE

if TYPE_CHECKING:
    from grader.ingest.matching import Matched, StudentFiles
    from grader.ingest.stored import StoredFile


def mixed(found: StudentFiles, matched: Matched) -> str:
    """Return what is to be said of an answer and of files called alike, or nothing."""
    main = matched.files[-1]
    others = [
        file
        for file, reason in found.left
        if reason == ANOTHER_FILE
        and without_marks(file.path.stem) == without_marks(main.path.stem)
        and any(is_numbered(one.path.stem) for one in (file, main))
        and _differ(file.file, main.file)
    ]
    if not others:
        return ""
    names = ", ".join(str(file.path) for file in others)
    taken = "was taken for a version" if len(others) == 1 else "were taken for versions"
    return f"{main.path} counts, and {names} {taken} of it by the same student"


def _differ(one: StoredFile, other: StoredFile) -> bool:
    """Whether two files hold something else, as far as they can be read."""
    try:
        return one.read() != other.read()
    except OSError:
        return True
