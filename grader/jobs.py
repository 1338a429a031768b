"""A job: everything that grading one submission needs, as one JSON text that travels anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field

from grader.model.exercise import Model
from grader.model.submission import SubmissionInfo
from grader.model.text import Line, Slug

if TYPE_CHECKING:
    from collections.abc import Callable

    JobFunction = Callable[[str], str]
    """From a job to the canonical JSON of its report; it runs in another process."""


_BASE64 = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class JobFile(Model):
    """One file of a submission."""

    model_config = _BASE64

    name: str
    data: bytes


class Job(Model):
    """One submission to grade."""

    model_config = _BASE64

    submission: SubmissionInfo
    files: Annotated[tuple[JobFile, ...], Field(min_length=1)]
    """In the order in which they count: what comes later wins, the last one is the answer."""
    exercise: Slug
    course: Path
    """The course's folder, on the machine that grades."""
    isolation: Slug
    """The level below which grading is refused."""
    problem: Line | None = None
    """Why the submission could not be read; every check then fails with this sentence."""
    notes: tuple[Line, ...] = ()
    """Sentences for the student about how the files were found; the report's first notes."""
