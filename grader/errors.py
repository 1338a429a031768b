"""Every exception raised at staff.

A fault of a student is never one of these: it is an outcome in a report.

    GraderError                    everything below; the command line prints its text and exits 2
    ├── CourseError                an exercise, a catalogue or a hidden test is wrong
    ├── UsageError                 the command was asked for something that cannot be
    ├── StoreError                 the store cannot be read or written
    └── SandboxError               the boundary cannot be set up or kept
        ├── IsolationTooLow        this machine offers fewer layers than were required
        └── ForkserverDied         the forkserver went away; the submission is tried again
"""

from collections.abc import Iterable
from difflib import get_close_matches


class GraderError(Exception):
    """Something that staff can mend; its text names the subject, the place and the fault."""


class CourseError(GraderError):
    """A course, an exercise, a catalogue or a hidden test is wrong."""


class UsageError(GraderError):
    """The command cannot be carried out as it was given."""


class StoreError(GraderError):
    """The store of reports cannot be read or written."""


class SandboxError(GraderError):
    """The boundary between grader and student code cannot be set up or kept."""


class IsolationTooLow(SandboxError):
    """Fewer sandbox layers hold on this machine than were required."""


class ForkserverDied(SandboxError):
    """The forkserver ended or answered out of turn: our fault, never the student's."""


def unreadable(path: object, error: OSError | ValueError) -> UsageError:
    """Return the error for a file that cannot be read, or is not the text that it should be."""
    why = error.strerror if isinstance(error, OSError) else None
    return UsageError(f"{path} cannot be read: {why or error}")


def unknown(what: str, name: str, known: Iterable[str]) -> UsageError:
    """Return the error for a name that is not among those that there are."""
    names = list(known)
    near = meant(name, names)
    there = f"{near} There are" if near else "; there are"
    return UsageError(f"there is no {what} {name!r}{there}: {', '.join(names)}")


def meant(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: which known one may be meant."""
    near = get_close_matches(name, list(known), 1)
    return f"; is {near[0]} meant?" if near else ""
