"""Exporters: one file per target, each from students' feedback to that system's documents."""

from __future__ import annotations

from typing import Final

from grader.export import (
    canvas_api,
    canvas_csv,
    coursera,
    github_classroom,
    gradescope,
    junit,
    lti,
    moodle_feedback,
    moodle_worksheet,
    nbgrader_csv,
    prairielearn,
    table,
    xqueue,
)
from grader.export.document import Document, Entry, Exporter, Left, Options, Target

TARGETS: Final[dict[str, Target]] = {
    "gradescope": gradescope.TARGET,
    "canvas-csv": canvas_csv.TARGET,
    "canvas-api": canvas_api.TARGET,
    "moodle-worksheet": moodle_worksheet.TARGET,
    "moodle-feedback": moodle_feedback.TARGET,
    "csv": table.TARGET,
    "lti": lti.TARGET,
    "xqueue": xqueue.TARGET,
    "github-classroom": github_classroom.TARGET,
    "prairielearn": prairielearn.TARGET,
    "coursera": coursera.TARGET,
    "junit": junit.TARGET,
    "nbgrader-csv": nbgrader_csv.TARGET,
}

__all__ = ["TARGETS", "Document", "Entry", "Exporter", "Left", "Options", "Target"]
