"""Grade the one submission in Gradescope's folders, and write its results.json once, whole.

A fault of ours, down to one that nobody thought of, leaves a results.json without a score: what the
student then sees is a sentence and no zero. The file of metadata may be missing, empty or newer.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from grader.atomic import make_folder, write_text
from grader.autograder.build import SETTINGS
from grader.catalog import Course, ExerciseFolder
from grader.export.document import Entry, strict_json
from grader.export.gradescope import results
from grader.grade import Answer, Slot
from grader.ingest import Given, HandedIn, Matched, match_one
from grader.ingest.listing import NoFiles, list_files
from grader.model.feedback import OUR_FAULT, feedback_for_student
from grader.model.submission import Student, SubmissionInfo, submission_digest
from grader.model.text import clean_line
from grader.sandbox.layers import Level
from grader.source import Apart

NOTHING: Final = "There is no file to grade in this submission: a .py file or a notebook is needed."


def run(root: Path) -> bool:
    """Grade what lies in `root`; return whether there is a grade."""
    target = make_folder(root / "results") / "results.json"
    try:
        document = _graded(root)
    except Exception:
        # Standard output is for staff alone; the student is told that it was not their fault.
        traceback.print_exc(file=sys.stdout)
        document = {"output": OUR_FAULT, "output_format": "text", "stdout_visibility": "hidden"}
    write_text(target, strict_json(document))
    return "score" in document


def _graded(root: Path) -> dict[str, Any]:
    settings = json.loads((root / "source" / SETTINGS).read_text("utf-8"))
    course = Course(root / "source" / "course")
    folder = course.folder(settings["exercise"])
    matched = _matched(root, folder)
    if matched is None:
        return {"score": 0, "output": NOTHING, "output_format": "text"}
    names = tuple(clean_line(str(file.path)) for file in matched.files)
    files = list(zip(names, (file.file.read() for file in matched.files), strict=True))
    info = SubmissionInfo(
        id=f"submission.{folder.id}",
        student=matched.student,
        digest=submission_digest(files),
        files=names,
    )
    with Slot(course, Level(settings["isolation"])) as slot:
        report = slot.grade(folder.id, Answer(info, files, matched.notes, matched.problem))
    return results(Entry(feedback_for_student(report), datetime.now(UTC)))


def _matched(root: Path, folder: ExerciseFolder) -> Matched | None:
    """Return the files that count of those that were handed in; None when there are none."""
    _must_be_readable(root / "submission")
    with Apart() as apart:
        try:
            listing = list_files(root / "submission", make_folder(root / "scratch"), apart)
        except NoFiles:
            return None
        student = _student(root)
        files = [HandedIn(student, f.path, f) for f in listing.files]
        return match_one(files, folder.exercise, apart, Given.of([folder]))


def _must_be_readable(folder: Path) -> None:
    """Raise OSError when what the system wrote there cannot be read: no student has done that."""
    for path in (*folder.iterdir(), *folder.rglob("*")):
        if not path.is_symlink() and not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _student(root: Path) -> Student:
    """Return who handed in, as far as the metadata tells."""
    try:
        metadata = json.loads((root / "submission_metadata.json").read_text("utf-8"))
        first = metadata["users"][0]
        known = {"name": first.get("name"), "email": first.get("email"), "user_id": first.get("id")}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        known = {}
    texts = {name: clean_line(str(value)) for name, value in known.items() if value}
    return Student(label=texts.get("name") or "student", **texts)
