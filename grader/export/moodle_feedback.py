"""Moodle: a zip of feedback files, to be uploaded to an assignment; a page of HTML per student.

Moodle finds the student by the participant number in the folder's name and passes over all others
without a word, so they are listed here. A group's number would lead to another student's page:
given the worksheet, names are compared as well. A fault of ours gets no file.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

from grader.export.document import Document, Entry, Left, Options, Target
from grader.export.grades import by_student, with_left
from grader.export.html import page
from grader.export.worksheet import UNKNOWN, Worksheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE: Final = "feedback.zip"
# A zip cannot say that a file has no time; this is the earliest that it can say.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_GROUPS: Final = "where groups hand in, name the worksheet with --into: their numbers are others"
_UNSAFE: Final = re.compile(r'[\x00-\x1f/\\:*?"<>|_]+')


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:
    """Yield the zip; the same grades give the same bytes."""
    left: list[Left] = []
    worksheet = Worksheet(options.into) if options.into else None
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for grades in by_student(entries, left, ["participant"]):
            student = grades.student
            reason = "" if student.participant else UNKNOWN
            if worksheet:
                _, reason = worksheet.row_of(student)
            for exercise, feedback in grades.by_exercise.items():
                if reason:
                    left.append(Left(feedback.submission.id, reason))
                    continue
                name = _UNSAFE.sub(" ", student.name or student.label).strip() or "student"
                folder = f"{name}_{student.participant}_assignfeedback_file"
                info = zipfile.ZipInfo(f"{folder}/{exercise}.html", _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, page(feedback))
    caveat = "" if worksheet else _GROUPS
    yield from with_left(Document(FILE, buffer.getvalue(), caveat), left)


TARGET = Target(
    export,
    "Moodle: a zip of feedback files",
    file=FILE,
    into="the worksheet that Moodle gave",
)
