"""What a worker says it found in a submission: read strictly, used only for words and places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from grader.wire import WireError

# What is too long is cut: a strange name is no reason to leave the rest unread.
Name = Annotated[str, AfterValidator(lambda text: text[:200])]
Message = Annotated[str, AfterValidator(lambda text: text[:2000])]
LineNumber = Annotated[int, Field(ge=0, lt=2**31)]


class _Reported(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    label: Name
    line: LineNumber

    @property
    def place(self) -> str:
        """``cell 7, line 3``."""
        return f"{self.label}, line {self.line}" if self.line else self.label


class Lack(_Reported):
    """A statement outside of functions that a function needs and that could not be executed."""

    names: list[Name] = Field(default_factory=list)
    """What it binds or changes."""
    root: Name = ""
    """The name that it would have bound, when another one depends on that."""
    reason: Message
    """Half a sentence about it."""


class Found(_Reported):
    """A function that was defined."""

    stub: bool
    """It is still as it was given out."""
    fits: bool = True
    """It takes the arguments of its contract."""
    lacks: Lack | None = None
    count: int = 1
    """How often the submission defines it."""
    signature: Message = ""


class Broken(_Reported):
    """A piece of source that is not valid Python."""

    message: Message
    names: list[Name]
    """The functions it would have defined."""
    needs: Name = ""
    """The newer version of Python in which it is valid."""
    wanted: bool = False
    """Of such a piece: a function of the contract is in it, or needs what is."""


class Failed(_Reported):
    """A definition or import that raised when it was executed."""

    kind: Name
    names: list[Name]
    error: Message


class Definitions(BaseModel):
    """Everything that was found, capped by the worker and again here."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    functions: dict[Name, Found] = Field(default_factory=dict, max_length=10_000)
    broken: list[Broken] = Field(default_factory=list, max_length=10_000)
    failed: list[Failed] = Field(default_factory=list, max_length=10_000)
    unset: dict[Name, Lack] = Field(default_factory=dict, max_length=10_000)
    """Names that functions need and that nothing has bound, with why."""
    missing_modules: list[Name] = Field(default_factory=list, max_length=10_000)
    skipped: int = 0
    half_used: bool = False
    """Statements outside of functions took more than half of the time that they may."""

    def find(self, names: Iterable[str]) -> Found | None:
        """Return the one of `names` that counts: written, fitting, and the first of equals."""
        found = [self.functions[name] for name in names if name in self.functions]
        return max(found, key=lambda one: (not one.stub, one.fits), default=None)

    def broken_at(self, names: Iterable[str]) -> Broken | None:
        """Return the unreadable source that would have defined one of `names`."""
        wanted = set(names)
        return next((b for b in self.broken if wanted.intersection(b.names)), None)

    @property
    def too_new(self) -> Broken | None:
        """A piece that a newer Python than this one would read, and that is needed."""
        return next((b for b in self.broken if b.needs and b.wanted), None)

    def failed_at(self, names: Iterable[str]) -> Failed | None:
        """Return the definition of one of `names` that raised."""
        wanted = set(names)
        return next((f for f in self.failed if wanted.intersection(f.names)), None)


def parse(report: Any) -> Definitions:
    """Read a worker's report; raise `WireError` when it is not one."""
    try:
        return Definitions.model_validate(report)
    except ValidationError as error:
        raise WireError(f"definitions of the wrong form: {error.error_count()} faults") from None
