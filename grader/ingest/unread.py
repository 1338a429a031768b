"""What could not be read: whose it is, what is due for it, and what is listed.

    work that cannot be read     cut off, protected, damaged, too large: graded with 0 points, the
                                 reason in the student's feedback, where its exercise can be told
                                 and no other file answers that
    a file that is no work,      the same when the student handed in nothing else, and its place,
    an empty folder              its name, the instructor or the course tells the exercise
    refused, or of the system    a link, a file that may not be opened, text typed into a box: never
                                 graded, since staff have to look

All of it is listed for staff, but for what tools and systems leave beside work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from grader.ingest.answers.contents import Contents
from grader.ingest.file_names import FileNames
from grader.ingest.layout import HandedIn
from grader.ingest.litter import CODE
from grader.ingest.matching import Matched, StudentFiles
from grader.ingest.stored import HIDDEN, NO_CODE, Kind, fault_of_disk
from grader.model.asked import asked_alone
from grader.source import Unreadable, shown_name

TYPED: Final = "it was typed or linked in a form of the system: hand in a file"


@dataclass(frozen=True)
class Unread:
    """A file that is not read, and why."""

    file: HandedIn
    reason: str
    kind: Kind
    is_ours: bool = False
    """Whether that is this machine's doing."""

    @property
    def is_listed(self) -> bool:
        """Whether it is a file of the student's own, which staff should know of."""
        return self.kind is not Kind.NOTHING and not self.file.is_receipt

    @property
    def is_work(self) -> bool:
        """Whether it is work that the student can mend."""
        return self.kind is Kind.BROKEN and not self.file.is_receipt

    @property
    def path(self) -> str:
        """How it is called for staff."""
        path = self.file.file.path
        return str(path.parent if self.kind is Kind.NOTHING else path)


def sort_out(files: Iterable[HandedIn], contents: Contents) -> tuple[list[HandedIn], list[Unread]]:
    """Return the files of a student between which is chosen, and those that cannot be read.

    Code that turns out to be unreadable is among both: what was given out is no answer beside it.
    """
    to_match, unread = [], []
    for handed in files:
        stored = handed.file
        reason, kind = stored.problem, stored.kind
        if handed.is_receipt:
            unread.append(Unread(handed, TYPED, kind))
        elif kind is Kind.CODE and handed.path.suffix.lower() not in CODE:
            # A layout's own file, where a student handed it in.
            unread.append(Unread(handed, NO_CODE, Kind.DATA))
        elif kind is not Kind.CODE:
            unread.append(Unread(handed, reason or kind.value, kind, stored.is_ours))
        elif fault := _fault(handed, contents):
            unread.append(fault)
            to_match += [handed] * fault.is_work
        else:
            to_match.append(handed)
    return to_match, unread


def listed(unread: Sequence[Unread], *, is_all: bool) -> list[Unread]:
    """Return what staff should know of: one line for a student who handed in nothing else."""
    found = [one for one in unread if one.is_listed]
    return found or (list(unread[:1]) if is_all else [])


@dataclass(frozen=True)
class Due:
    """The exercises for which something may be due."""

    names: FileNames
    only: str | None
    """The one that the instructor named."""
    sole: str
    """The only one that the class is asked for; may be empty."""

    def told(self, one: Unread) -> list[str]:
        """Return the exercises of a file: by its place, its name, else that of the class."""
        handed = one.file
        told = [handed.exercise] if handed.exercise else self.names.exercises(handed.path)
        if self.only:
            return [self.only] if self.only in told or not told else []
        if len(self.names.ids) == 1:
            return told or list(self.names.ids)
        # What is no work says nothing of what the rest of the class worked on.
        return told or ([self.sole] if self.sole and one.is_work else [])


@dataclass
class Found:
    """What one student handed in, and what became of it."""

    files: StudentFiles
    unread: list[Unread]
    nothing_read: bool


def add_unread(found: Sequence[Found], names: FileNames, only: str | None) -> None:
    """Let work that could not be read be the answer where there is no other."""
    by_name = Due(names, only, "")
    handed = [
        {m.exercise for m in one.files.matched}.union(
            *(by_name.told(unread) for unread in one.unread if unread.is_work)
        )
        for one in found
    ]
    due = Due(names, only, asked_alone(handed))
    for one in found:
        one.files.matched += _answers(one, due)


def _answers(one: Found, due: Due) -> list[Matched]:
    """Return an answer, which gets 0 points, for each exercise that only unread work tells.

    Where the student handed in nothing that can be read, and no work that is broken, a file of
    another kind counts as the answer.
    """
    work = [unread for unread in one.unread if unread.is_work]
    if not work and one.nothing_read:
        others = (Kind.DATA, Kind.NOTHING)
        work = [u for u in one.unread if u.kind in others and not u.file.is_receipt]
    told = {exercise: unread for unread in work for exercise in due.told(unread)}
    answered = {matched.exercise for matched in one.files.matched}
    return [
        Matched(one.files.student, exercise, (unread.file,), problem=_sentence(unread))
        for exercise, unread in told.items()
        if exercise not in answered
    ]


def _sentence(one: Unread) -> str:
    """Return the reason in words for the student."""
    if one.kind is Kind.DATA and one.reason != HIDDEN:
        name = shown_name(one.file.path.name)
        return f"{name} is neither a .py file nor a notebook (.ipynb): hand in one"
    return one.reason


def _fault(handed: HandedIn, contents: Contents) -> Unread | None:
    """Return why a file cannot be read, by its student's fault or by that of the disk, or None."""
    error = contents.error(handed.file)
    if error is None:
        return None
    if isinstance(error, Unreadable):
        return Unread(handed, error.reason, Kind.BROKEN)
    return Unread(handed, fault_of_disk(error), Kind.REFUSED, is_ours=True)
