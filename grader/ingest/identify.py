"""Tell who of a run is who of earlier runs: joined by what they share, never against what differs.

A student is found again, in this order, by a lasting identity (an LMS's account, the school's id,
an address, a login) or by being named exactly as before; by the same label; by a folder named like
one of these identities; by name. The last three hold only where they fit one on each side, and
where nothing contradicts: else the student is their own, and that is said. What shares a lasting
identity and contradicts in another is refused: a grade in somebody else's row is worse than none.

A roster is joined with everybody known, whoever is in the run: by identities before the run is
looked at, by name after it. A name joins nobody who handed in in the same run: there a layout names
each student in one way, so that two names are two students. A label that may be somebody's first
name shares no row with the full name beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import chain, combinations
from typing import TYPE_CHECKING

from grader.ingest.people import People
from grader.ingest.roster import (
    Roster,
    clash,
    is_label,
    is_part_of_name,
    join,
    label_keys,
    lasting_keys,
    shown_name_keys,
)
from grader.model.names import name_keys, same_name

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from grader.model.submission import Person, Student


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
    people = People({person.stem: person for person in known}, whole)
    matching = _Matching(people, handed, roster or Roster([]))
    matching.join_known()
    matching.by_identity()
    matching.by(lambda s: [s.label], lambda s, p: matching.same_label(s, p))
    matching.by(label_keys, lambda s, p: is_label(s) != is_label(p) and not clash(s, p))
    matching.by(shown_name_keys, _may_be_one)
    matching.add_the_others()
    matching.add_rows(list(rows))
    matching.doubt_first_names()
    if whole:
        people.part(handed)
    people.settle()
    return people


class _Matching:
    """The steps of `identify`."""

    def __init__(
        self, people: People, handed: Mapping[Student, Sequence[Student]], roster: Roster
    ) -> None:
        self._people, self._handed, self._roster = people, handed, roster
        self._own: set[Student] = set()
        self._taken: dict[str, list[Student]] = defaultdict(list)

    def join_known(self) -> None:
        """Join those of earlier runs with the rows that have an identity of theirs."""
        for row, persons in self._of_rows().items():
            if fitting := [p for p in persons if not clash(p.student, row)]:
                person = self._people.one(fitting)
                told = join(person.student, row)
                if row.name and told.name and not any(name.name for name in person.handed):
                    self._people.call(told, row)
                    told = told.model_copy(update={"name": row.name})
                self._people.keep(replace(person, student=told))

    def by_identity(self) -> None:
        """Find who has a lasting identity of somebody known, or was named the same before."""
        people = self._people
        index = defaultdict[object, list[str]](list)
        for person in people.persons.values():
            student = person.student
            for key in (*lasting_keys(student), *shown_name_keys(student), *person.handed):
                index[key].append(person.stem)
        labels = {person.student.label for person in people.persons.values()}
        for student in sorted(self._handed, key=lambda student: student.label not in labels):
            named = [stem for name in self._handed[student] for stem in index.get(name, ())]
            shared = [stem for key in lasting_keys(student) for stem in index.get(key, ())]
            # What the whole class is called now may have been somebody else's by mistake.
            stems = named if named and people.whole else named + shared
            now = [people.persons[stem] for stem in dict.fromkeys(map(people.now, stems))]
            alike = shared + [
                s for key in name_keys(student.name or "") for s in index.get(key, ())
            ]
            self._doubt_name(student, {*map(people.now, named)}, {*map(people.now, alike)})
            if free := [person for person in now if not self._is_of_another(student, person)]:
                self._take(student, people.one(free))

    def _doubt_name(self, student: Student, stems: set[str], alike: set[str]) -> None:
        """Doubt who has a row by name where another of this row or name once stood beside them."""
        names, persons = self._handed[student], self._people.persons
        if student in names or any(self._roster.find_exactly(name) for name in names):
            return
        there = {run for stem in stems for run in persons[stem].runs}
        for stem in sorted(alike - stems):
            if not there.isdisjoint(persons[stem].runs):
                self._people.doubt(self._people.both(student, persons[stem].student))

    def _is_of_another(self, student: Student, person: Person) -> bool:
        """Whether another student of the whole class is this person, and cannot be this one."""
        others = self._taken[person.stem] if self._people.whole else []
        if not any(clash(student, other) or self._vie(student, other, person) for other in others):
            return False
        both = self._people.both(person.student, student)
        self._people.changes.append(f"{both} are two students by now")
        return True

    def _vie(self, one: Student, other: Student, person: Person) -> bool:
        """Whether the label of one of two may be a first name, where the other has all of it."""
        name = person.student.name
        return any(
            is_part_of_name(part, person.student)
            and any(same_name(word.name or word.label, name or "") for word in self._handed[whole])
            for part, whole in ((one, other), (other, one))
        )

    def doubt_first_names(self) -> None:
        """Doubt who would share a row with somebody of whose name their label is one word."""
        people = self._people
        sharing: dict[str, list[Student]] = defaultdict(list)
        for student, person in people.found.items():
            sharing[people.now(person.stem)].append(student)
        for stem, students in sharing.items():
            for one, other in combinations(students, 2):
                if self._vie(one, other, people.persons[stem]):
                    people.doubt(people.both(one, other))

    def by(
        self,
        keys: Callable[[Student], Iterable[Hashable]],
        fits: Callable[[Student, Student], bool],
    ) -> None:
        """Find who shares a key with one known person, who shares it with nobody else."""
        taken = {person.stem for person in self._people.found.values()}
        index: dict[object, list[Person]] = defaultdict(list)
        for person in self._people.persons.values():
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
                self._people.unsure.append(student.label)

    def same_label(self, student: Student, known: Student) -> bool:
        """Whether one label means one student: a folder's does, an LMS's may be another's too."""
        if all(is_label(name) for name in self._handed[student]):
            return not self._people.differ(student, known) or self._people.whole
        return not clash(student, known)

    def add_the_others(self) -> None:
        """Make new persons of those who are nobody known."""
        people, others = self._people, [s for s in self._handed if s not in self._people.found]
        stems = people.stems(others)
        for student in others:
            people.found[student] = people.add(student, stems[student], self._handed[student])

    def add_rows(self, rows: list[Student]) -> None:
        """Join the roster with who is called like a row, and add those who are in it alone."""
        people, of_row = self._people, self._of_rows()
        for row, persons in self._called_like_rows():
            there = of_row.get(row, [])
            if all(_may_be(one, other) for one in there for other in persons):
                of_row[row] = [people.one([*there, *persons])]
        stems = people.stems([row for row in rows if row not in of_row])
        for row in rows:
            if row not in of_row:
                people.absent.append(people.add(row, stems[row]))
                continue
            person = people.one(of_row[row])
            people.differ(row, person.student)
            told = join(row, person.student) if people.whole else join(person.student, row)
            told = told.model_copy(update={"label": person.student.label})
            people.absent.append(people.keep(replace(person, student=told)))

    def _of_rows(self) -> dict[Student, list[Person]]:
        """Return who has an identity of which row of the roster."""
        found: dict[Student, list[Person]] = defaultdict(list)
        for person in self._people.persons.values():
            if row := self._roster.find_exactly(person.student):
                found[row].append(person)
        return found

    def _called_like_rows(self) -> list[tuple[Student, list[Person]]]:
        """Return who is not in the run and may be of a row by name, full names first."""
        found: dict[tuple[Student, bool], list[Person]] = defaultdict(list)
        for person in self._people.persons.values():
            row = self._roster.find(person.student)
            if row and not self._roster.find_exactly(person.student):
                found[row, is_part_of_name(person.student, row)].append(person)
        here = {person.stem for person in self._people.found.values()}
        return [
            (row, persons)
            for (row, _), persons in sorted(found.items(), key=lambda item: item[0][1])
            if here.isdisjoint(person.stem for person in persons)
            and all(a.seated and b.seated and _may_be(a, b) for a, b in combinations(persons, 2))
        ]

    def _left(self) -> list[Student]:
        return [s for s in self._handed if s not in self._people.found and s not in self._own]

    def _take(self, student: Student, person: Person) -> None:
        """Note that a student of the run is a known person."""
        people = self._people
        if not clash(student, person.student):
            self._note_name(student, person)
        people.differ(student, person.student)
        # Until somebody hands in, the roster's name is all that there is to call them.
        label = person.student.label if person.seated else student.label
        known = join(student, person.student).model_copy(update={"label": label})
        kept = replace(person, student=known, handed=person.handed | {*self._handed[student]})
        if label != person.student.label:
            (stem,) = people.stems([known]).values()
            kept = people.rename(replace(kept, stem=stem), person.stem)
        people.found[student] = people.keep(kept)
        self._taken[kept.stem].append(student)

    def _note_name(self, student: Student, person: Person) -> None:
        """Note the name of a student of the run where one identity had another before."""
        if student.name and person.student.name:
            self._people.call(person.student, student)
            return
        for now in self._handed[student]:
            keys = {*lasting_keys(now)}
            was = [one for one in person.handed if not keys.isdisjoint(lasting_keys(one))]
            if was and now not in was:
                self._people.call(min(was, key=lambda one: one.label), now)


def _may_be(one: Person, other: Person) -> bool:
    """Whether two persons may be one by name."""
    return one.runs.isdisjoint(other.runs) and not clash(one.student, other.student)


def _may_be_one(student: Student, known: Student) -> bool:
    """Whether a name that two share may join them: of one, more than a label must be known."""
    if (is_label(student) and is_label(known)) or clash(student, known):
        return False
    return not (student.name and known.name) or same_name(student.name, known.name)
