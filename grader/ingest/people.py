"""The students of all runs, while a run is told who of them is one and who is new."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Final

from grader.errors import UsageError
from grader.ingest.naming import labels_of, stems_of
from grader.ingest.roster import clash, contradiction, in_full, join, lasting_keys
from grader.model.names import same_name
from grader.model.submission import Person, Student

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_SHOWN: Final = 20


@dataclass
class People:
    """The students of a run, and what is known of all others by now."""

    persons: dict[str, Person] = field(default_factory=dict)
    """Of this run and of earlier ones, by stem."""
    whole: bool = False
    """Whether what a student is now counts, whatever was known before."""
    found: dict[Student, Person] = field(default_factory=dict)
    """The students of the run, as gathered."""
    absent: list[Person] = field(default_factory=list)
    """Who is in the roster and not in the run."""
    merged: dict[str, str] = field(default_factory=dict)
    """Who turned out to be whom, by stems."""
    unsure: list[str] = field(default_factory=list)
    """Labels of students who may be one of several, and were taken for none."""
    changes: list[str] = field(default_factory=list)
    """Which students of earlier runs are one by now, or two, or have another name."""
    _faults: list[str] = field(default_factory=list)

    def now(self, stem: str) -> str:
        """Return the stem under which a student of earlier runs goes by now."""
        while stem in self.merged:
            stem = self.merged[stem]
        return stem

    def keep(self, person: Person) -> Person:
        """Keep a person in place of the one with the same stem."""
        known = person.student.model_copy(update={"participant": None})
        person = self.persons[person.stem] = replace(person, student=known)
        return person

    def add(self, student: Student, stem: str, names: Sequence[Student] = ()) -> Person:
        """Make a new person, whom layouts have named so."""
        return self.keep(Person(stem, student, frozenset(names)))

    def stems(self, students: Collection[Student]) -> dict[Student, str]:
        """Return stems that nobody else has."""
        others = [person.student for person in self.persons.values()]
        return stems_of(labels_of(students, others), self.persons)

    def rename(self, person: Person, old: str) -> Person:
        """Keep a person who had another stem until now."""
        self._merge(old, person.stem)
        return self.keep(person)

    def one(self, several: Sequence[Person]) -> Person:
        """Make one person of several who turned out to be one; who was first lends the stem."""
        first, *others = sorted(several, key=lambda p: min(p.runs, default=inf))
        for other in others:
            if self.differ(first.student, other.student):
                continue
            if first.seated and other.seated:
                both = self.both(first.student, other.student)
                self.changes.append(f"{both} are one student by now")
            known = join(first.student, other.student)
            handed, runs = first.handed | other.handed, first.runs | other.runs
            first = self.keep(replace(first, student=known, handed=handed, runs=runs))
            self._merge(other.stem, first.stem)
        return first

    def part(self, handed: Mapping[Student, Sequence[Student]]) -> None:
        """Take from everybody what by now is said of a student of the run."""
        owners: dict[object, str] = {}
        for student, found in self.found.items():
            stem = self.now(found.stem)
            owners |= dict.fromkeys((*handed[student], *lasting_keys(student)), stem)
        for person in [*self.persons.values()]:
            names = {n for n in person.handed if owners.get(n, person.stem) == person.stem}
            keys = lasting_keys(person.student)
            lost = [key[0] for key in keys if owners.get(key, person.stem) != person.stem]
            # The name came with what was lost, unless a layout says it.
            if lost and not any(name.name for name in names):
                lost.append("name")
            student = person.student.model_copy(update=dict.fromkeys(lost))
            self.keep(replace(person, student=student, handed=frozenset(names)))

    def differ(self, one: Student, other: Student) -> bool:
        """Whether two who share something cannot be one, and note it."""
        identity = clash(one, other)
        if identity:
            self.doubt(contradiction(one, other, identity))
        return identity is not None

    def both(self, one: Student, other: Student) -> str:
        """Name two students by their labels, and by all that is known where others share those."""
        labels = Counter(person.student.label for person in self.persons.values())
        alike = one.label == other.label
        return " and ".join(
            in_full(s) if alike or labels[s.label] > 1 else s.label for s in (one, other)
        )

    def call(self, was: Student, now: Student) -> None:
        """Note that somebody is called otherwise by now, unless it is the same name."""
        before, after = was.name or was.label, now.name or now.label
        if not same_name(before, after):
            self.changes.append(f"{before} is called {after} by now")

    def doubt(self, said: str) -> None:
        """Note who may be one student or two; nobody of a whole class is in doubt."""
        if not self.whole and said not in self._faults:
            self._faults.append(said)

    def settle(self) -> None:
        """Let everybody who was found be who they are by now.

        Raise UsageError, naming both, when two share something and cannot be one.
        """
        if self._faults:
            left = len(self._faults) - _SHOWN
            more = [f"and {left} more"] if left > 0 else []
            raise UsageError(
                "these may be one student or two, and nothing was graded: "
                + "; ".join(self._faults[:_SHOWN] + more)
                + ". Mend the roster or the names, or grade with --whole-class, by which what is "
                "said now counts"
            )
        now = {s: self.persons[self.now(person.stem)] for s, person in self.found.items()}
        self.found.update(now)
        self.absent = [self.persons[self.now(person.stem)] for person in self.absent]

    def _merge(self, old: str, new: str) -> None:
        del self.persons[old]
        self.merged[old] = new
