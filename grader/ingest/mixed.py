"""Files that were taken for one student's versions, and may as well be several students'.

`plan.ipynb`, `plan (1).ipynb` and `plan (2).ipynb` are what a browser makes of one student's three
downloads, and of three students' one. Nothing tells which, so one student is kept and it is said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grader.ingest.file_names import is_numbered, without_marks
from grader.ingest.layout import student_of
from grader.ingest.matching import ANOTHER_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.ingest.answers.contents import Contents
    from grader.ingest.gathered import Known
    from grader.ingest.layout import Clues
    from grader.ingest.matching import Matched, StudentFiles


def say_mixed(found: Sequence[StudentFiles], clues: Clues, known: Known) -> Iterator[str]:
    """Yield hints at files whose student nothing but their own or their folder's name tells.

    The answers' notes say it, too.
    """
    nobody = student_of(clues.name)
    doubtful = [one for one in found if one.student == nobody or len(found) == 1]
    for one in (one for one in doubtful if one.student.label not in known.labels):
        said = [_mixed(one, matched, clues.contents) for matched in one.matched]
        one.matched = [
            replace(matched, notes=(*matched.notes, *filter(None, [text])))
            for matched, text in zip(one.matched, said, strict=True)
        ]
        for text in filter(None, said):
            yield f"{text}: if they are of several, put each student's name into the file's name"


def _mixed(found: StudentFiles, matched: Matched, contents: Contents) -> str:
    """Return what is to be said of an answer and of files called alike, or nothing."""
    main = matched.files[-1]
    others = [
        file
        for file, reason in found.left
        if reason == ANOTHER_FILE
        and without_marks(file.path.stem) == without_marks(main.path.stem)
        and any(is_numbered(one.path.stem) for one in (file, main))
        and not contents.are_equal(file.file, main.file)
    ]
    if not others:
        return ""
    names = ", ".join(str(file.path) for file in others)
    taken = "was taken for a version" if len(others) == 1 else "were taken for versions"
    return f"{main.path} counts, and {names} {taken} of it by the same student"
