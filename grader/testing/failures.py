"""How a check fails: what the student is told, what staff are told, and the mistake's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn


@dataclass(frozen=True, init=False)
class Diagnosis:
    """A named mistake with its evidence.

    `misconception` is an id of the catalogue. `sentence` tells the student what was seen in their
    own work. `evidence` is data for programs: numbers, strings and small lists of them.
    """

    misconception: str
    sentence: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    def __init__(self, misconception: str, sentence: str = "", **evidence: Any) -> None:
        object.__setattr__(self, "misconception", misconception)
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "evidence", evidence)


class CheckFailed(Exception):
    """The submission does not meet a check. Raised by `fail` and all that build on it."""

    def __init__(
        self,
        headline: str,
        lines: Sequence[str] = (),
        staff: Sequence[str] = (),
        diagnoses: Sequence[Diagnosis] = (),
        outcome: str = "failed",
    ) -> None:
        super().__init__(headline)
        self.headline = headline
        self.lines = tuple(lines)
        self.staff = tuple(staff)
        self.diagnoses = tuple(diagnoses)
        self.outcome = outcome

    def with_staff(self, *lines: str) -> CheckFailed:
        """Return the same failure with more lines for staff."""
        return CheckFailed(
            self.headline, self.lines, (*self.staff, *lines), self.diagnoses, self.outcome
        )

    @property
    def feedback(self) -> str:
        """The text for the student: the headline, then lines indented below it."""
        said = [d.sentence for d in self.diagnoses if d.sentence]
        return "\n".join([self.headline, *(f"  {line}" for line in (*said, *self.lines))])

    @property
    def diagnostic(self) -> str:
        """The text for staff: the student's, then what only staff may see."""
        names = [f"  misconception: {d.misconception}" for d in self.diagnoses]
        return "\n".join([self.feedback, *names, *(f"  {line}" for line in self.staff)])

    def __str__(self) -> str:
        return self.diagnostic


def fail(
    headline: str,
    *lines: str,
    staff: Sequence[str] = (),
    diagnoses: Sequence[Diagnosis] = (),
) -> NoReturn:
    """Fail the running check.

    `headline` and `lines` go to the student and to staff, so they hold nothing of a hidden check's
    inputs but their sizes; `staff` lines go to staff only.
    """
    raise CheckFailed(headline, lines, staff, diagnoses)


def expect(
    condition: object,
    headline: str,
    *lines: str,
    staff: Sequence[str] = (),
    diagnoses: Sequence[Diagnosis] = (),
) -> None:
    """Fail the running check with `headline` unless `condition` is true."""
    if not condition:
        fail(headline, *lines, staff=staff, diagnoses=diagnoses)


def cannot_be_left_out(names: list[str], signature: str) -> CheckFailed:
    """Return the failure of a call that did without arguments which have no default."""
    return CheckFailed(
        f"{' and '.join(names)} cannot be left out",
        [f"yours: {signature}"],
        diagnoses=[Diagnosis("wrong-signature", has=signature, left_out=names)],
    )


def expect_default(holds: object, name: str, value: object) -> None:
    """Fail unless a call without the argument `name` gave what it gives with the default `value`.

    That is a mistake in the function's first line, whatever number differs because of it.
    """
    sentence = f"without {name} the result is not that of {name} = {value}"
    named = Diagnosis("wrong-signature", sentence, argument=name)
    expect(holds, f"{name} has another default", diagnoses=[named])
