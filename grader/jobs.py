"""A job: everything that grading one submission needs, as one JSON text that travels anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field

from grader.model.exercise import Model
from grader.model.submission import SubmissionInfo
from grader.model.text import Line, Slug
from grader.signing import Signed

if TYPE_CHECKING:
    from collections.abc import Callable

    JobFunction = Callable[[str], str]
    """From a job to the canonical JSON of its report; it runs in another process.

    The signature is a line of its own below the report, where the job has a key.
    """


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
    key: Path | None = None
    """The file of the private key to sign with, on the machine that grades. Never the key: what a
    job holds is kept and sent."""
    notes: tuple[Line, ...] = ()
    """Sentences for the student about how the files were found; the report's first notes."""


def parted(text: str) -> tuple[str, Signed | None]:
    """Return the report that a job gave, and the same as it was signed, if it was."""
    body, end, signature = text.partition("\n}\n")
    report = body + end
    return report, Signed(report, signature) if signature else None
