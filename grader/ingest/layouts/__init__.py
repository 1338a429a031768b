"""The layouts that are understood, in the order in which they are tried; one file each."""

from __future__ import annotations

from typing import Final

from grader.ingest.layout import Layout
from grader.ingest.layouts import canvas, gradescope, moodle, nbgrader, plain

LAYOUTS: Final[dict[str, Layout]] = {
    "gradescope": Layout(
        "a Gradescope export", gradescope.recognise, gradescope.read, gradescope.fits
    ),
    "moodle": Layout("a Moodle submissions zip", moodle.recognise, moodle.read, moodle.fits),
    "canvas": Layout("a Canvas submissions zip", canvas.recognise, canvas.read, canvas.fits),
    "nbgrader": Layout("an nbgrader tree", nbgrader.recognise, nbgrader.read),
    "plain": Layout("folders or files of students", lambda level: True, plain.read),  # noqa: ARG005
}
