"""Item statistics: which mutants each check kills, and which no other check would.

Public examples repeat on purpose what hidden checks look at, with numbers that a learner can
follow. So a hidden check is alone when no other hidden check kills the mutant, and a public one is
alone when the hidden checks are blind to what it sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass
class Items:
    """What became of mutants, by check. Names of automatic mutants hold a colon."""

    points: dict[str, float] = field(default_factory=dict)
    """The points of each check, in the order of the exercise."""
    public: frozenset[str] = frozenset()
    """The checks that students have."""
    deaths: dict[str, frozenset[str]] = field(default_factory=dict)
    """For each mutant that was killed, the checks that did it, or two hidden ones that did."""

    def kills(self, check: str) -> list[str]:
        """Return the mutants that a check kills."""
        return sorted(mutant for mutant, checks in self.deaths.items() if check in checks)

    def alone(self, check: str) -> list[str]:
        """Return the mutants that would survive without this check."""
        rivals = self.points.keys() - {check} - (set() if check in self.public else self.public)
        killed = self.kills(check)
        return [mutant for mutant in killed if not self.deaths[mutant] & rivals]

    def summary(self) -> str:
        """Say how many hidden checks are the only one to kill some mutant."""
        hidden = [check for check in self.points if check not in self.public]
        count = sum(1 for check in hidden if self.alone(check))
        return f"{count} of {len(hidden)} hidden checks kill some mutant alone"

    def table(self) -> Iterator[str]:
        """Yield the lines that tell of each check: its points, its kills, and their names."""
        for check, points in self.points.items():
            kills, alone = self.kills(check), self.alone(check)
            written = [name for name in kills if not is_automatic(name)]
            who = "public" if check in self.public else "hidden"
            counted = f"{len(kills)} kills ({len(written)} written), {len(alone)} alone"
            yield f"{check}: {who}, {points:g} points, {counted}"
            # Automatic mutants that several checks kill are too many to be read.
            others = [name for name in written if name not in alone]
            for word, names in (("alone", alone), ("with others", others)):
                if names:
                    yield f"  {word}: {', '.join(names)}"


def is_automatic(mutant: str) -> bool:
    """Whether a name is that of an automatic mutant."""
    return ":" in mutant


def joined(*several: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Join what became of different mutants."""
    return {name: checks for deaths in several for name, checks in deaths.items()}
