"""Who handed in what: the part of a report that identifies a submission."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from grader.model.exercise import Model
from grader.model.text import FileStem, Line

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Student(Model):
    """Every identity of a student that the layout gave; an LMS joins on exactly one of them.

    They are different spaces: a participant number is not a user id, and a join on the wrong one
    goes unnoticed. What is not known is null and never guessed.
    """

    label: Annotated[Line, Field(min_length=1)]
    """How the folder or file names the student; the readable name when nothing else is known."""
    name: Line | None = None
    """The full name."""
    email: Line | None = None
    login: Line | None = None
    """The user name with which the student logs in (SIS login id)."""
    user_id: Line | None = None
    """The LMS's own number of the account."""
    sis_id: Line | None = None
    """The school's id (SIS user id, Moodle id number, Gradescope sid)."""
    participant: Line | None = None
    """The number that counts in one assignment only (Moodle's zip and worksheet)."""
    lti_sub: Line | None = None
    """The `sub` of an LTI 1.3 launch, which is the userId of its services."""


# Exact on both sides, in the order in which they are trusted. A participant's number counts in one
# assignment alone, the others are a person's for as long as the class lasts.
LASTING: Final = ("lti_sub", "user_id", "sis_id", "email", "login")
EXACT: Final = ("participant", *LASTING)


@dataclass(frozen=True)
class Person:
    """A student as all runs into one folder know them."""

    stem: str
    """What the ids of their submissions begin with; no other student of the folder has it."""
    student: Student
    """All identities that are known, but for the one that counts in one assignment only."""
    handed: frozenset[Student] = frozenset()
    """How layouts have named them."""
    runs: frozenset[int] = frozenset()
    """Which runs have found a submission."""

    @property
    def seated(self) -> bool:
        """Whether a run has found a submission."""
        return bool(self.runs)


class SubmissionInfo(Model):
    """One student's answer to one exercise."""

    id: FileStem
    """`<student>.<exercise id>`; also the name of the report's file."""
    student: Student
    digest: Digest
    """SHA-256 over the names and bytes of the files."""
    files: Annotated[tuple[Line, ...], Field(min_length=1)]
    """The files that were read, in the order in which they count."""


def submission_digest(files: Iterable[tuple[str, bytes]]) -> str:
    """Return the SHA-256 over the names and bytes of files, in their order."""
    digest = hashlib.sha256()
    for name, data in files:
        encoded = name.encode()
        digest.update(b"%d %d\n" % (len(encoded), len(data)) + encoded + data)
    return f"sha256:{digest.hexdigest()}"
