"""An exercise as `exercise.toml` describes it: functions to write, their contract, limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Model(BaseModel):
    """A strict, frozen record whose fields are documented by the string under them."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=80)]


class Parameter(Model):
    """One parameter of a function, in the order of its contract."""

    name: Identifier
    aliases: tuple[Identifier, ...] = ()
    """Other names that learners give it."""
    optional: bool = False
    """Given only to functions that ask for it; older signatures have such parameters."""
    when_required: float | None = None
    """For an optional one that no check gives: the number that functions receive which have no
    default for it. Those that have one keep it, since it is their author's answer."""

    @model_validator(mode="after")
    def _only_optional_ones_are_filled(self) -> Parameter:
        if self.when_required is not None and not self.optional:
            raise ValueError("when_required belongs to optional = true")
        return self


class Returns(Model):
    """What a function gives back, checked before any hidden test sees it."""

    kind: Literal["dict", "array", "number", "tuple", "none", "any"]
    keys: tuple[str, ...] = ()
    """The keys that a dict must have; more are accepted. Without this, any that are text."""
    length: int | None = None
    """The number of items of a tuple."""
    items: tuple[Returns, ...] = ()
    """What each item of a tuple is, in order; without them every item is a numeric array."""
    values: Literal["array", "any"] = "array"
    """`array`: values are real numbers or arrays of them; `any`: values, and keys that are not
    named, are passed on unjudged."""
    allow_tuple: bool = False
    """A tuple or list in the order of `keys` is accepted for a dict."""
    allow_list: bool = False
    """A list or tuple of numbers, or of such lists of one length, is accepted for an array."""
    finite: bool = True
    """NaN and infinity are a failure of every check that sees them."""

    @model_validator(mode="after")
    def _parts_fit_the_kind(self) -> Returns:
        if self.keys and self.kind != "dict":
            raise ValueError("keys belong to kind = 'dict'")
        if (self.items or self.length is not None) and self.kind != "tuple":
            raise ValueError("items and length belong to kind = 'tuple'")
        if self.items and self.length not in (None, len(self.items)):
            raise ValueError("length is not the number of items")
        return self

    def all_keys(self) -> Iterator[str]:
        """Yield the keys that are named here, and in the items of a tuple."""
        yield from self.keys
        for item in self.items:
            yield from item.all_keys()


class Function(Model):
    """One function that the student writes."""

    name: Identifier
    aliases: tuple[Identifier, ...] = ()
    """Other names under which the function is accepted."""
    parameters: tuple[Parameter, ...]
    returns: Returns

    @property
    def signature(self) -> str:
        """The contract as a student reads it: ``initialize_parameters(n_x, n_h, n_y)``."""
        names = ", ".join(p.name for p in self.parameters if not p.optional)
        return f"{self.name}({names})"


Seconds = Annotated[float, Field(gt=0, le=3600)]


class Limits(Model):
    """What one submission may use; a report says which limits were in force."""

    call_wall_seconds: Seconds = 6.0
    """Longest wall-clock time of one call; generous, because a busy machine is not a fault."""
    call_cpu_seconds: Annotated[int, Field(ge=1, le=3600)] = 2
    """Longest processor time of one call."""
    submission_wall_seconds: Seconds = 40.0
    submission_cpu_seconds: Annotated[int, Field(ge=1, le=3600)] = 20
    memory_mib: Annotated[int, Field(ge=16, le=65536)] = 512
    """Address space that student code may take on top of what the empty worker has."""
    output_kib: Annotated[int, Field(ge=1, le=65536)] = 256
    """What student code may print in one submission."""
    reply_mib: Annotated[int, Field(ge=1, le=1024)] = 16
    """The arrays that one call may return."""
    processes: Annotated[int, Field(ge=1, le=4096)] = 32
    """Threads that student code may run at once; new processes are never allowed."""


class Helpers(Model):
    """Functions that the course gives to student code."""

    file: str
    """A public file in the exercise's folder; the student's own definitions win over it."""


class Exercise(Model):
    """The public description of one exercise."""

    id: Identifier
    title: Annotated[str, Field(min_length=1, max_length=120)]
    teaches: str = ""
    """What the student will have understood, in one line."""
    points: Annotated[float, Field(gt=0, le=1000)] = 10.0
    """What the points of all checks add up to; `grader verify` proves it."""
    functions: Annotated[tuple[Function, ...], Field(min_length=1)]
    limits: Limits = Limits()
    helpers: Helpers | None = None

    @model_validator(mode="after")
    def _names_are_unique(self) -> Exercise:
        names = [name for f in self.functions for name in (f.name, *f.aliases)]
        if len(set(names)) != len(names):
            raise ValueError("two functions share a name or alias")
        return self

    @property
    def names(self) -> frozenset[str]:
        """What every student may read in the contract: functions, parameters, keys."""
        names = {name for f in self.functions for name in (f.name, *f.aliases)}
        for function in self.functions:
            names.update(name for p in function.parameters for name in (p.name, *p.aliases))
            names.update(function.returns.all_keys())
        return frozenset(names)

    def function(self, name: str) -> Function:
        """Return the function called `name`; raise KeyError when the exercise has none."""
        for function in self.functions:
            if function.name == name:
                return function
        raise KeyError(name)
