"""Moodle: a zip of feedback files, to be uploaded to an assignment; a page of HTML per student.

Moodle finds the student by the participant number in the folder's name and passes over all others
without a word, so they are listed here. A fault of ours gets no file.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

from grader.export.document import Document, Entry, Left, Options, Target
from grader.export.grades import by_student, with_left
from grader.export.html import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE: Final = "feedback.zip"
# A zip cannot say that a file has no time; this is the earliest that it can say.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNSAFE: Final = re.compile(r'[\x00-\x1f/\\:*?"<>|_]+')


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield the zip; the same grades give the same bytes."""
    left: list[Left] = []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for grades in by_student(entries, left):
            student = grades.student
            for exercise, feedback in grades.by_exercise.items():
                if student.participant is None:
                    reason = "the participant number of its student is not known"
                    left.append(Left(feedback.submission.id, reason))
                    continue
                name = _UNSAFE.sub(" ", student.name or student.label).strip() or "student"
                folder = f"{name}_{student.participant}_assignfeedback_file"
                info = zipfile.ZipInfo(f"{folder}/{exercise}.html", _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, page(feedback))
    yield from with_left(Document(FILE, buffer.getvalue()), left)


TARGET = Target(export, "Moodle: a zip of feedback files", file=FILE)
