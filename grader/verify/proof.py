"""What was found out about an exercise, as one line for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from grader.model.report import Outcome
from grader.mutation.mutants import AutomaticMutant
from grader.verify.items import Items

KILLS: Final = frozenset(Outcome) - {Outcome.PASSED, Outcome.NOT_RUN, Outcome.INTERNAL_ERROR}
"""The ends of a check that show a wrong answer."""
FEWEST_KILLED: Final = 0.98


@dataclass
class Automatic:
    """What became of the automatic mutants of one exercise, or of a part of them."""

    killed: int = 0
    named: int = 0
    """Killed and called by some name; which one would be right, nobody has said."""
    equal: list[AutomaticMutant] = field(default_factory=list)
    """Survivors that gave what the reference gives, in every case."""
    survivors: list[AutomaticMutant] = field(default_factory=list)
    """Those that did not: what no check notices."""
    unreached: list[AutomaticMutant] = field(default_factory=list)
    """Survivors at places that no case leads to, so that nobody knows whether they are wrong."""
    deaths: dict[str, frozenset[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    exempt: int = 0
    """Lines of the reference that its author has excepted."""

    @property
    def counted(self) -> int:
        """How many mutants are wrong answers, for all that is known."""
        return self.killed + len(self.survivors) + len(self.unreached)

    def __add__(self, other: Automatic) -> Automatic:
        return Automatic(
            self.killed + other.killed,
            self.named + other.named,
            self.equal + other.equal,
            self.survivors + other.survivors,
            self.unreached + other.unreached,
            self.deaths | other.deaths,
            list(dict.fromkeys(self.problems + other.problems)),
            max(self.exempt, other.exempt),
        )

    def judge(self) -> Iterator[str]:
        """Yield what is wrong."""
        yield from self.problems
        if self.killed < FEWEST_KILLED * self.counted:
            rate = f"{self.killed} of {self.counted}"
            yield f"only {rate} automatic mutants are killed, less than {FEWEST_KILLED:.0%}"


@dataclass
class Proof:
    """What was found out about one exercise; it is proven when there is no problem."""

    exercise_id: str
    problems: list[str] = field(default_factory=list)
    seeds: int = 0
    checks: int = 0
    points: float = 0.0
    variants: int = 0
    mutants: int = 0
    killed: int = 0
    nameable: int = 0
    """Mutants that must be called by some name."""
    named: int = 0
    """Those of them that are, and by no other."""
    unnamed: int = 0
    """Mutants that must be called by no name, and are not."""
    false_fail: float = 0.0
    items: Items = field(default_factory=Items)
    automatic: Automatic | None = None

    @property
    def proven(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems

    def add(self, automatic: Automatic) -> None:
        """Take in the other half."""
        self.automatic = automatic
        self.problems += automatic.judge()
        self.items.deaths |= automatic.deaths

    def details(self) -> Iterator[str]:
        """Yield what each check is good for, and the automatic mutants that are no mistakes."""
        yield from self.items.table()
        if self.automatic is not None:
            named = f"{self.automatic.named} of {self.automatic.killed}"
            # Nobody has said which name would be right.
            yield f"automatic mutants: {named} killed ones were called by some name"
            for mutant in self.automatic.equal:
                yield from f"equal to the reference: {mutant}".splitlines()

    def survivors(self) -> Iterator[str]:
        """Yield each automatic mutant that no check noticed, in words and as a diff."""
        if self.automatic is not None:
            yield from (f"survives: {mutant}" for mutant in self.automatic.survivors)
            for mutant in self.automatic.unreached:
                yield f"survives, and no case of cases.toml leads there: {mutant}"

    def line(self) -> str:
        """Return the proof as one line."""
        if not self.checks:
            return f"{self.exercise_id:<20} NOT PROVEN  nothing was tried yet"
        parts = [
            f"{self.checks} checks, {self.points:g} points",
            f"reference {self.seeds} seeds",
            f"{self.variants} variants",
            f"{self.killed}/{self.mutants} mutants killed",
            f"{self.named}/{self.nameable} named{_and(self.unnamed, 'rightly unnamed')}",
            *self._automatic(),
            self.items.summary(),
            f"false-fail ≤ {self.false_fail:.1g}" if self.false_fail else "nothing left to chance",
        ]
        verdict = "proven" if self.proven else "NOT PROVEN"
        return f"{self.exercise_id:<20} {verdict:<11} {' · '.join(parts)}"

    def _automatic(self) -> Iterator[str]:
        found = self.automatic
        if found is not None:
            equal = f"{len(found.equal)} equal to the reference" if found.equal else ""
            exempt = f"{found.exempt} lines excepted" if found.exempt else ""
            notes = ", ".join(filter(None, (equal, exempt)))
            yield f"auto {found.killed}/{found.counted} killed{f' ({notes})' if notes else ''}"


def total(proofs: Sequence[Proof]) -> str:
    """Return the line that tells of a whole course."""
    mutants, killed = sum(p.mutants for p in proofs), sum(p.killed for p in proofs)
    named, unnamed = sum(p.named for p in proofs), sum(p.unnamed for p in proofs)
    parts = [
        f"{sum(p.proven for p in proofs)}/{len(proofs)} exercises proven",
        f"{killed}/{mutants} mutants killed{_rate(killed, mutants)}",
        f"{named}/{mutants} named{_rate(named, mutants)}{_and(unnamed, 'rightly unnamed')}",
    ]
    tried = [p.automatic for p in proofs if p.automatic is not None]
    if tried:
        killed, counted = sum(a.killed for a in tried), sum(a.counted for a in tried)
        parts.append(f"auto {killed}/{counted} killed{_rate(killed, counted)}")
    return f"{'total':<32} {' · '.join(parts)}"


def _rate(part: int, whole: int) -> str:
    return f" ({100 * part / whole:.1f} %)" if whole else ""


def _and(count: int, what: str) -> str:
    return f" and {count} {what}" if count else ""
