"""Generators of inputs as data: `solutions/<id>/cases.toml`, before anything is drawn from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from grader.model.exercise import Identifier, Model

Whole = Annotated[int, Field(strict=True)]
Real = Annotated[float, Field(strict=True)]
Size = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Shape = tuple[Annotated[int, Field(strict=True, ge=0)] | Identifier, ...]
"""Lengths of an array's axes: numbers and names of sizes. An empty one is a single number."""

KINDS: Final = (
    "normal", "uniform", "integer", "binary", "choice", "list", "size", "dict", "result", "constant"
)  # fmt: skip
WITH: Final = {"normal": {"scale", "centre"}, "uniform": {"shape"}, "integer": {"shape"}}
WITH_RESULT: Final = {"result": {"item"}}
MOST_SIZES: Final = 12


class Value(Model):
    """How one value is drawn: exactly one kind, and what belongs to it."""

    normal: Shape | None = None
    """An array of normally distributed numbers of this shape."""
    scale: Real = 1.0
    """The standard deviation of `normal`."""
    centre: Real = 0.0
    """The mean of `normal`."""
    uniform: tuple[Real, Real] | None = None
    """A number between two others; an array of them with `shape`."""
    integer: tuple[Whole, Whole] | None = None
    """A whole number from one to another, both included; an array of them with `shape`."""
    shape: Shape = ()
    binary: Shape | None = None
    """An array of 0.0 and 1.0 in random order, both of them wherever there is room for both."""
    choice: Annotated[tuple[Any, ...], Field(min_length=1)] | None = None
    """One of several values, as they stand here."""
    list_: Annotated[tuple[Any, ...] | None, Field(alias="list")] = None
    """A list of sizes, by their names, and of numbers."""
    size: Identifier | None = None
    """One of the sizes."""
    dict_: Annotated[dict[str, Value] | None, Field(alias="dict")] = None
    """A dict of values."""
    result: Identifier | None = None
    """What this function of the reference returns for this case."""
    item: Whole | str | None = None
    """The place or key of the part of `result` that is meant."""
    constant: Any = None
    """A value as it stands here."""

    @model_validator(mode="after")
    def _is_one_kind(self) -> Value:
        given = {name.rstrip("_") for name in self.model_fields_set}
        kinds = [kind for kind in KINDS if kind in given]
        if len(kinds) != 1:
            has = " and ".join(kinds) or "nothing"
            raise ValueError(f"has {has}, where one is needed of {', '.join(KINDS)}")
        if strange := given - {kinds[0]} - (WITH | WITH_RESULT).get(kinds[0], set()):
            raise ValueError(f"{min(strange)} does not go with {kinds[0]}")
        for name in ("uniform", "integer"):
            ends = getattr(self, name)
            if ends is not None and ends[0] > ends[1]:
                raise ValueError(f"{name} goes from {ends[0]:g} down to {ends[1]:g}")
        return self

    @property
    def kind(self) -> str:
        """The one kind that is given."""
        return next(k for k in KINDS if {k, f"{k}_"} & self.model_fields_set)

    def sizes(self) -> Iterator[str]:
        """Yield the names of sizes that are needed to draw this."""
        if self.size is not None:
            yield self.size
        for part in (self.normal, self.shape, self.binary, self.list_):
            yield from (entry for entry in part or () if isinstance(entry, str))
        for inner in (self.dict_ or {}).values():
            yield from inner.sizes()


Values = dict[Identifier, Value]


class Cases(Model):
    """What `cases.toml` says: the sizes of a case, and how its values are drawn."""

    sizes: Annotated[dict[Identifier, tuple[Size, Size]], Field(max_length=MOST_SIZES)] = Field(
        default_factory=dict
    )
    """Whole numbers from one to another; all sizes of one case are different from each other."""
    values: Values = Field(default_factory=dict)
    """By parameter name: one value serves every function that has the parameter."""
    functions: dict[Identifier, Values] = Field(default_factory=dict)
    """Values for one function alone, which win over `values`."""

    @model_validator(mode="after")
    def _sizes_can_differ(self) -> Cases:
        taken: set[int] = set()
        for name, (low, high) in sorted(self.sizes.items(), key=lambda entry: entry[1][1]):
            free = next((size for size in range(low, high + 1) if size not in taken), None)
            if free is None:
                raise ValueError(f"sizes: there is no {name} that differs from all other sizes")
            taken.add(free)
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> Cases:
        for place, values in self._tables():
            for name, value in values.items():
                if unknown := [size for size in value.sizes() if size not in self.sizes]:
                    raise ValueError(f"{place}.{name}: there is no size {unknown[0]}")
                if name in self.sizes and value.size != name:
                    raise ValueError(f"{place}.{name}: is the name of a size, but something else")
        return self

    def _tables(self) -> Iterator[tuple[str, Values]]:
        yield "values", self.values
        for function, values in self.functions.items():
            yield f"functions.{function}", values
