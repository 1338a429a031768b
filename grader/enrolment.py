"""Who of a run is who in the store: under which id each submission goes, and who has none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.gathered import NOBODY, Known
from grader.ingest.identify import identify
from grader.ingest.roster import Roster, in_full
from grader.model.asked import asked_of_most
from grader.model.report import Status
from grader.outputs import STORE
from grader.store import UNMATCHED_STATUS, Store, Unmatched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from grader.ingest import Gathered
    from grader.ingest.gathered import Submission
    from grader.ingest.people import People

ABSENT: Final = "in the roster, nothing handed in"
_BEFORE: Final = "it is as the course gave it out, and what was handed in before counts"


@dataclass(frozen=True)
class Enrolment:
    """A class that was gathered, as the store knows its students."""

    people: People
    submissions: list[Submission]
    stems: dict[str, str]
    """Whose each submission is, by its id."""
    unmatched: list[Unmatched]
    """What was not read, and who handed in nothing."""
    passed_over: list[Unmatched]
    """What was read and does not count."""
    unread: set[str]
    """The stems of students of whom something could not be read."""
    strangers: list[str]
    """Who is not in the roster, and may be whom."""

    def seated(self) -> Iterator[tuple[Submission, str]]:
        """Yield each submission with the stem of its student."""
        yield from ((submission, self.stems[submission.id]) for submission in self.submissions)


def enrol(gathered: Gathered, store: Store, *, whole: bool) -> Enrolment:
    """Give each submission its student of earlier runs and the id that it had then.

    Raise UsageError when two students may be one and contradict each other.
    """
    rows = (*gathered.absent, *gathered.elsewhere)
    people = identify(store.people(), gathered.handed, gathered.roster, rows, whole=whole)
    # There is one for each row, and those who handed in are not absent.
    people.absent = people.absent[: len(gathered.absent)]
    people.unsure += [student.label for student in gathered.doubtful]
    known = _ids(store, people)
    doubtful = any(s.takes_nothing_away for s in gathered.submissions)
    graded = _graded(store) if doubtful else {}
    submissions, stems, left = [], dict[str, str](), list(_left_over(gathered, people))
    for submission in gathered.submissions:
        person, exercise = people.found[submission.student], submission.exercise
        participant = {"participant": submission.student.participant}
        name = known.get((person.stem, exercise), f"{person.stem}.{exercise}")
        digest = graded.get(name) if submission.takes_nothing_away else None
        if digest not in (None, submission.digest):
            if submission.is_as_given:
                left.append((True, Unmatched(str(submission.files[-1].file.path), None, _BEFORE)))
            continue
        if name in stems:
            there = (one.student for one in gathered.submissions if one.exercise == exercise)
            other = next(s for s in there if people.found[s].stem == person.stem)
            raise UsageError(
                f"{people.both(other, submission.student)} are one student, and both handed in "
                f"{exercise}: grade one of them with --only"
            )
        stems[name] = person.stem
        student = person.student.model_copy(update=participant)
        submissions.append(replace(submission, id=name, student=student))
    unmatched = [item for over, item in left if not over] + [*_absent(people, store, whole=whole)]
    passed_over = [item for over, item in left if over]
    unread = {
        people.found[item.of].stem
        for item in gathered.left_over
        if item.unread and item.of in people.found
    }
    strangers = [*_strangers(gathered, people)]
    return Enrolment(people, submissions, stems, unmatched, passed_over, unread, strangers)


def _strangers(gathered: Gathered, people: People) -> Iterator[str]:
    """Yield who is not in the roster, by no identity of earlier runs either."""
    roster = gathered.roster or Roster([])
    for student in gathered.strangers:
        if not roster.find_exactly(people.found[student].student):
            near = " or ".join(map(in_full, roster.near(student)))
            yield f"{student.label}: may be {near}" if near else student.label


def _ids(store: Store, people: People) -> dict[tuple[str, str], str]:
    """Return the ids of all earlier submissions by the stems of now, one's own before another's.

    Who was parted from another may need the id that the other's work had meanwhile.
    """
    ids = store.ids()
    theirs = {(people.now(stem), exercise): name for (stem, exercise), name in ids.items()}
    theirs |= {key: name for key, name in ids.items() if people.now(key[0]) == key[0]}
    return {
        (stem, exercise): name
        for (stem, exercise), name in theirs.items()
        if (first := name.removesuffix(f".{exercise}")) == stem or first not in people.persons
    }


def kept_from_earlier(enrolment: Enrolment, store: Store, scope: str | None) -> tuple[int, int]:
    """Count what of the class is not in the run: other students, and other work of these."""
    here = {person.stem for person in enrolment.people.found.values()}
    seated = {(stem, s.exercise) for s, stem in enrolment.seated()}
    kept = [stem for stem, exercise in store.members() - seated if scope in (None, exercise)]
    return len({*kept} - here), sum(stem in here for stem in kept)


def asked_for(store: Store, rule: Callable[[Collection[set[str]]], set[str]]) -> set[str]:
    """Return what a class is asked for: what an instructor named, and by a rule what they did."""
    handed: dict[str, set[str]] = {}
    for person, exercise in store.members():
        handed.setdefault(person, set()).add(exercise)
    return store.named() | rule(handed.values())


def known_before(out: Path) -> Known:
    """Return what a class had in earlier runs into a folder."""
    path = out / STORE
    if not path.is_file():
        return NOBODY
    with Store(path, create=False) as store:
        people, exercises = store.people(), asked_for(store, asked_of_most)
    labels = {s.label: p.stem for p in people for s in (p.student, *p.handed)}
    numbers = {p.student.user_id: p.stem for p in people if p.student.user_id}

    @cache
    def handed_in() -> dict[str, set[str]]:
        found = defaultdict[str, set[str]](set)
        with Store(path, create=False) as store:
            for row in store.rows():
                found[row.seat.person].update(row.report.submission.files if row.report else ())
        return found

    def files(name: str) -> set[str]:
        stems = (stem for stem in (labels.get(name), numbers.get(name)) if stem)
        return set[str]().union(*(handed_in()[stem] for stem in stems))

    return Known(frozenset(labels), frozenset(exercises), frozenset(numbers), files)


def _graded(store: Store) -> dict[str, str]:
    """Return the digests of what was graded in earlier runs, by the submissions' ids."""
    reports = [(row.seat.submission, row.report) for row in store.rows()]
    return {
        name: report.submission.digest
        for name, report in reports
        if report and report.status is Status.GRADED
    }


def _left_over(gathered: Gathered, people: People) -> Iterator[tuple[bool, Unmatched]]:
    """Yield what is left over, and whether it was read and passed over."""
    answered = {submission.student for submission in gathered.submissions}
    for item in gathered.left_over:
        person = people.found.get(item.of) if item.of and item.of not in answered else None
        who = (item.student, item.reason, person.stem) if person and item.alone else None
        yield (
            item.passed_over,
            Unmatched(item.path, *who) if who else Unmatched(item.path, None, item.reason),
        )


def _absent(people: People, store: Store, *, whole: bool) -> Iterator[Unmatched]:
    """Yield who is in the roster and has handed in nothing, in no run that still counts."""
    there = {person.stem for person in people.found.values()}
    if not whole:
        there |= {people.now(stem) for stem, _ in store.members()}
        others = store.others().items()
        there |= {people.now(stem) for stem, (_, status) in others if status == UNMATCHED_STATUS}
    for person in people.absent:
        if person.stem not in there:
            yield Unmatched("", person.student.label, ABSENT, person.stem)
