"""Who of a run is who in the store: under which id each submission goes, and who has none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.people import identify
from grader.outputs import STORE
from grader.store import UNMATCHED_STATUS, Store, Unmatched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.ingest import Gathered
    from grader.ingest.gather import Submission
    from grader.ingest.people import People

ABSENT: Final = "in the roster, nothing handed in"


@dataclass(frozen=True)
class Enrolment:
    """A class that was gathered, as the store knows its students."""

    people: People
    submissions: list[Submission]
    stems: dict[str, str]
    """Whose each submission is, by its id."""
    unmatched: list[Unmatched]
    unread: set[str]
    """The stems of students of whom something could not be read."""

    def seated(self) -> Iterator[tuple[Submission, str]]:
        """Yield each submission with the stem of its student."""
        yield from ((submission, self.stems[submission.id]) for submission in self.submissions)


def enrol(gathered: Gathered, store: Store, *, whole: bool) -> Enrolment:
    """Give each submission its student of earlier runs and the id that it had then.

    Raise UsageError when two students may be one and contradict each other.
    """
    people = identify(
        store.people(), gathered.handed, gathered.roster, gathered.absent, whole=whole
    )
    known = store.ids()
    submissions, stems = [], dict[str, str]()
    for submission in gathered.submissions:
        person, exercise = people.found[submission.student], submission.exercise
        participant = {"participant": submission.student.participant}
        name = known.get((person.stem, exercise), f"{person.stem}.{exercise}")
        if name in stems:
            raise UsageError(
                f"{person.student.label} handed in {exercise} under two names, one of them "
                f"{submission.student.label}: grade one of them with --only"
            )
        stems[name] = person.stem
        student = person.student.model_copy(update=participant)
        submissions.append(replace(submission, id=name, student=student))
    unmatched = [*_left_over(gathered, people), *_absent(people, store, whole=whole)]
    labels = {item.student for item in gathered.left_over if item.unread}
    unread = {person.stem for s, person in people.found.items() if s.label in labels}
    return Enrolment(people, submissions, stems, unmatched, unread)


def kept_from_earlier(enrolment: Enrolment, store: Store, scope: str | None) -> tuple[int, int]:
    """Count what of the class is not in the run: other students, and other work of these."""
    here = {person.stem for person in enrolment.people.found.values()}
    seated = {(stem, s.exercise) for s, stem in enrolment.seated()}
    kept = [stem for stem, exercise in store.members() - seated if scope in (None, exercise)]
    return len({*kept} - here), sum(stem in here for stem in kept)


def known_labels(out: Path) -> set[str]:
    """Return what layouts have called the students of earlier runs into a folder."""
    path = out / STORE
    if not path.is_file():
        return set()
    with Store(path, create=False) as store:
        people = store.people()
    return {s.label for person in people for s in (person.student, *person.handed)}


def _left_over(gathered: Gathered, people: People) -> Iterator[Unmatched]:
    answered = {submission.student for submission in gathered.submissions}
    stems = defaultdict[str | None, list[str]](list)
    for student, person in people.found.items():
        if student not in answered:
            stems[student.label].append(person.stem)
    for item in gathered.left_over:
        alone = stems[item.student] if item.alone else []
        yield from (Unmatched(item.path, item.student, item.reason, stem) for stem in alone)
        if not alone:
            yield Unmatched(item.path, None, item.reason)


def _absent(people: People, store: Store, *, whole: bool) -> Iterator[Unmatched]:
    """Yield who is in the roster and has handed in nothing, in no run that still counts."""
    there = set[str]()
    if not whole:
        there = {stem for stem, _ in store.members()}
        others = store.others().items()
        there |= {stem for stem, (_, status) in others if status == UNMATCHED_STATUS}
    for person in people.absent:
        if person.stem not in there:
            yield Unmatched("", person.student.label, ABSENT, person.stem)
