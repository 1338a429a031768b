"""Tell who of a run is who of earlier runs: joined by what they share, never against what differs.

A student is found again, in this order, by a lasting identity (an LMS's account, the school's id,
an address, a login) or by being named exactly as before; by the same label; by a folder named like
one of these identities; by name. The last three hold only where they fit one on each side, and
where nothing contradicts: else the student is their own, and that is said. What shares a lasting
identity and contradicts in another is refused: a grade in somebody else's row is worse than none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.naming import student_stems
from grader.ingest.roster import (
    clash,
    contradiction,
    is_label,
    join,
    label_keys,
    lasting_keys,
    shown_name_keys,
)
from grader.model.names import same_name
from grader.model.submission import Person, Student

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Hashable,
        Iterable,
        Mapping,
        Sequence,
    )

    from grader.ingest.roster import Roster

_SHOWN: Final = 20


@dataclass
class People:
    """The students of a run, and what is known of all others by now."""

    persons: dict[str, Person] = field(default_factory=dict)
    """Of this run and of earlier ones, by stem."""
    found: dict[Student, Person] = field(default_factory=dict)
    """The students of the run, as gathered."""
    absent: list[Person] = field(default_factory=list)
    """Who is in the roster and not in the run."""
    merged: dict[str, str] = field(default_factory=dict)
    """Who turned out to be whom, by stems."""
    unsure: list[str] = field(default_factory=list)
    """Labels of students who may be one of several earlier ones, and were taken for none."""


def identify(
    known: Iterable[Person],
    handed: Mapping[Student, Sequence[Student]],
    roster: Roster | None = None,
    rows: Iterable[Student] = (),
    *,
    whole: bool = False,
) -> People:
    """Tell who of `known` the students of a run are, and make new persons of the others.

    handed: the students, joined with the roster, and how the layout named each. rows: those of the
    roster that are none of them. whole: what a student is now counts, whatever was known before.
    Raise UsageError, naming both, when two share an identity and cannot be one.
    """
    matching = _Matching(known, handed, whole=whole)
    matching.by_identity()
    matching.by(lambda s: [s.label], lambda s, p: matching.same_label(s, p))
    matching.by(label_keys, lambda s, p: is_label(s) != is_label(p) and not clash(s, p))
    matching.by(shown_name_keys, _may_be_one)
    matching.add_the_others()
    matching.add_rows(roster, list(rows))
    matching.refuse_contradictions()
    return matching.people


class _Matching:
    """The steps of `identify`."""

    def __init__(
        self, known: Iterable[Person], handed: Mapping[Student, Sequence[Student]], *, whole: bool
    ) -> None:
        self.people = People({person.stem: person for person in known})
        self._handed, self._whole = handed, whole
        self._own: set[Student] = set()
        self._faults: list[str] = []

    def by_identity(self) -> None:
        """Find who has a lasting identity of somebody known, or was named the same before."""
        index = defaultdict[object, list[str]](list)
        for person in self.people.persons.values():
            for key in (*lasting_keys(person.student), *person.handed):
                index[key].append(person.stem)
        for student, names in self._handed.items():
            named = [stem for name in names for stem in index.get(name, ())]
            shared = [stem for key in lasting_keys(student) for stem in index.get(key, ())]
            # What the whole class is called now may have been somebody else's by mistake.
            stems = named if named and self._whole else named + shared
            if stems:
                now = dict.fromkeys(map(self._now, stems))
                self._take(student, self._one([self.people.persons[stem] for stem in now]))

    def by(
        self,
        keys: Callable[[Student], Iterable[Hashable]],
        fits: Callable[[Student, Student], bool],
    ) -> None:
        """Find who shares a key with one known person, who shares it with nobody else."""
        taken = {person.stem for person in self.people.found.values()}
        index = defaultdict[object, list[Person]](list)
        for person in self.people.persons.values():
            for key in keys(person.student) if person.stem not in taken else ():
                index[key].append(person)
        wanted: dict[Student, list[Person]] = {}
        for student in self._left():
            shared = chain.from_iterable(index.get(key, ()) for key in keys(student))
            fitting = {person.stem: person for person in shared if fits(student, person.student)}
            wanted[student] = list(fitting.values())
        wishes = Counter(person.stem for persons in wanted.values() for person in persons)
        for student, several in wanted.items():
            if len(several) == 1 and wishes[several[0].stem] == 1:
                self._take(student, several[0])
            elif several:
                self._own.add(student)
                self.people.unsure.append(student.label)

    def same_label(self, student: Student, known: Student) -> bool:
        """Whether one label means one student: a folder's does, an LMS's may be another's too."""
        differs = clash(student, known)
        only_label = all(is_label(name) for name in self._handed[student])
        if differs and only_label and not self._whole:
            self._fault(student, known, differs)
        return not differs or (only_label and self._whole)

    def add_the_others(self) -> None:
        """Make new persons of those who are nobody known."""
        self._add([s for s in self._handed if s not in self.people.found])

    def add_rows(self, roster: Roster | None, rows: list[Student]) -> None:
        """Join the roster with those who are not in this run, and add who is in it alone."""
        if roster is None:
            return
        here = {person.stem for person in self.people.found.values()}
        kept = [p for p in self.people.persons.values() if p.stem not in here]
        joined = roster.join([person.student for person in kept])
        of_row = defaultdict[Student, list[Person]](list)
        for person in kept:
            row = joined[person.student][1]
            if row is not None:
                of_row[row].append(person)
        for row in rows:
            if row in of_row:
                person = self._one(of_row[row])
                if differs := clash(row, person.student):
                    self._fault(row, person.student, differs)
                known = join(person.student, row)
                self.people.absent.append(self._keep(replace(person, student=known)))
            else:
                self.people.absent += self._add([row])

    def refuse_contradictions(self) -> None:
        """Raise UsageError when two share something and cannot be one."""
        if not self._faults:
            return
        left = len(self._faults) - _SHOWN
        more = [f"and {left} more"] if left > 0 else []
        raise UsageError(
            "these may be one student or two, and nothing was graded: "
            + "; ".join(self._faults[:_SHOWN] + more)
            + ". Mend the roster or the names, or grade with --whole-class, by which what is said "
            "now counts"
        )

    def _left(self) -> list[Student]:
        return [s for s in self._handed if s not in self.people.found and s not in self._own]

    def _now(self, stem: str) -> str:
        while stem in self.people.merged:
            stem = self.people.merged[stem]
        return stem

    def _one(self, several: list[Person]) -> Person:
        """Make one person of several who turned out to be one; who handed in lends the stem."""
        first, *others = sorted(several, key=lambda p: not p.seated)
        for other in others:
            if differs := clash(first.student, other.student):
                self._fault(first.student, other.student, differs)
                continue
            known = join(first.student, other.student)
            first = self._keep(replace(first, student=known, handed=first.handed | other.handed))
            self._merge(other.stem, first.stem)
        return first

    def _take(self, student: Student, person: Person) -> None:
        """Note that a student of the run is a known person."""
        differs = clash(student, person.student)
        if differs and not self._whole:
            self._fault(student, person.student, differs)
        # Until somebody hands in, the roster's name is all that there is to call them.
        label = person.student.label if person.seated else student.label
        known = join(student, person.student).model_copy(update={"label": label})
        handed = person.handed | {*self._handed[student]}
        kept = replace(person, student=known, handed=handed)
        if label != person.student.label:
            (stem,) = self._stems([known]).values()
            kept = replace(kept, stem=stem)
            self._merge(person.stem, stem)
        self.people.found[student] = self._keep(kept)

    def _add(self, students: list[Student]) -> list[Person]:
        stems = self._stems(students)
        added = []
        for student in students:
            names = frozenset(self._handed.get(student, ()))
            added.append(self._keep(Person(stems[student], student, names)))
            if student in self._handed:
                self.people.found[student] = added[-1]
        return added

    def _stems(self, students: Collection[Student]) -> dict[Student, str]:
        others = [person.student for person in self.people.persons.values()]
        return stems_of(labels_of(students, others), self.people.persons)

    def _keep(self, person: Person) -> Person:
        known = person.student.model_copy(update={"participant": None})
        person = self.people.persons[person.stem] = replace(person, student=known)
        return person

    def _merge(self, old: str, new: str) -> None:
        del self.people.persons[old]
        self.people.merged[old] = new

    def _fault(self, one: Student, other: Student, identity: str) -> None:
        said = contradiction(one, other, identity)
        if said not in self._faults:
            self._faults.append(said)


def labels_of(students: Collection[Student], others: Iterable[Student] = ()) -> dict[Student, str]:
    """Return how each student is called; of two with one name, each gets a number as well."""
    labels = Counter(student.label for student in (*students, *others))
    return {s: s.label if labels[s.label] == 1 else f"{s.label} {_number(s)}" for s in students}


def stems_of(labels: Mapping[Student, str], taken: Collection[str] = ()) -> dict[Student, str]:
    """Return a file name stem per student, by how each is called."""
    stems = student_stems(labels.values(), taken)
    return {student: stems[label] for student, label in labels.items()}


def _number(student: Student) -> str:
    known = (student.participant, student.user_id, student.sis_id, student.login, student.email)
    return next((text for text in known if text), student.model_dump_json(exclude_none=True))


def _may_be_one(student: Student, known: Student) -> bool:
    """Whether a name that two share may join them: of one, more than a label must be known."""
    if (is_label(student) and is_label(known)) or clash(student, known):
        return False
    return not (student.name and known.name) or same_name(student.name, known.name)
