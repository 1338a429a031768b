"""How a check fails: what the student is told, what staff are told, and the mistake's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")


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


def left_out(name: str, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Return the result of a call without the argument `name`; fail when it has no default."""
    try:
        return function(*args, **kwargs)
    except CheckFailed as failed:
        if any(d.misconception == "wrong-signature" for d in failed.diagnoses):
            missing = Diagnosis("wrong-signature", f"{name} has no default value")
            fail(f"{name} cannot be left out", diagnoses=[missing])
        raise
