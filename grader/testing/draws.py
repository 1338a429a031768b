"""Tell weights that were drawn at random from weights that were not, and say how they were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from grader.testing.layers import layers_present, upright
from grader.testing.statistics import judge_neighbours, shared_draws
from grader.testing.symmetry import UnitGroup, symmetric_groups

Array: TypeAlias = npt.NDArray[Any]
Kind: TypeAlias = Literal["integers", "empty", "zero", "constant", "rows", "columns", "pattern"]

# A wrong answer may have any size; pairs of rows are compared up to here. The products of larger
# matrices are shared out among threads, which takes longer than it saves.
MOST_ROWS: Final = 100
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Undrawn:
    """One way in which a weight matrix is not made of independent random numbers."""

    kind: Kind
    words: str
    """What is seen, to be read after the matrix's name: ``is zero everywhere``."""
    groups: tuple[UnitGroup, ...] = ()
    """The rows (or columns) that are copies or multiples of each other, the largest group first."""


def undrawn(weights: Array, *, false_fail: float) -> Iterator[Undrawn]:
    """Yield what shows that a weight matrix was not drawn; at most two things.

    Independent draws, symmetric about zero, give nothing but for `false_fail`; of numbers with two
    values, rows of 45 are long enough for that. Draws that lean to one side give nothing either:
    that is the matter of `judge_centre`.
    """
    if weights.dtype.kind != "f":
        yield Undrawn("integers", f"holds {weights.dtype} numbers")
    weights = weights.astype(np.float64)
    found = _same(weights) or related(weights) or _patterned(weights, false_fail)
    if found:
        yield found


def related(weights: Array) -> Undrawn | None:
    """Return the rows, or else the columns, that are copies or multiples of each other.

    The spread, the centre and the independence of such weights cannot be judged: they have fewer
    numbers of their own than they seem to have.
    """
    if weights.ndim != 2 or min(weights.shape) < 2:
        return None
    part = weights[:MOST_ROWS, :MOST_ROWS]
    sides: tuple[tuple[Kind, Array], ...] = (("rows", part), ("columns", part.T))
    for kind, side in sides:
        groups = sorted(symmetric_groups(side), key=lambda group: -len(group.units))
        if groups:
            return Undrawn(kind, _relation(kind, groups, len(side)), tuple(groups))
    return None


def undrawn_layers(
    parameters: Mapping[str, Array], sizes: Sequence[int], *, false_fail: float
) -> Iterator[tuple[str, str]]:
    """Yield what shows that the layers of a network were not drawn one by one: a kind and words.

    Beside the kinds of `Undrawn`, ``copies`` are units of a layer before the last that repeat each
    other, and ``shared`` is a layer made of the numbers of another. A copied unit shows in the
    columns of the next layer as well, and is told once. `false_fail` is spent for each layer and
    for each pair of layers.
    """
    copies, odd, depth = False, set(), len(sizes) - 1
    layers = [(n, upright(w, sizes, n)) for n, w in layers_present(parameters, "W", depth)]
    for layer, weights in layers:
        for found in undrawn(weights, false_fail=false_fail):
            odd.add(layer)
            copied = found.kind == "rows" and layer < depth
            if copied or not (found.groups and copies):
                yield "copies" if copied else found.kind, f"W{layer} {found.words}"
            copies = copies or copied
    for (first, one), (second, other) in combinations(layers, 2):
        # Where both are odd in themselves, one chance resemblance looks like many.
        if varied(one) and varied(other) and not {first, second} <= odd:
            shared = shared_draws(one, other, false_fail=false_fail)
            if shared:
                words = f"{shared.count} numbers of W{first} come back in W{second}, {shared.how}"
                yield "shared", words


def varied(weights: Array) -> bool:
    """Whether an array is of floats that differ."""
    return bool(weights.dtype.kind == "f" and weights.size and weights.min() < weights.max())


def few(array: Array) -> str:
    """Show the first numbers of a student's own array."""
    flat = np.ravel(array)
    numbers = ", ".join(f"{number:.4g}" for number in flat[:_SHOWN].tolist())
    return f"[{numbers}{', …' if flat.size > _SHOWN else ''}]"


def _same(weights: Array) -> Undrawn | None:
    if not weights.size:
        return Undrawn("empty", "is empty")
    if not weights.any():
        return Undrawn("zero", "is zero everywhere")
    if weights.min() == weights.max():
        return Undrawn("constant", f"is {weights.flat[0]:.4g} everywhere")
    return None


def _relation(kind: str, groups: list[UnitGroup], size: int) -> str:
    units = groups[0].units
    how = {"equal": "equal", "opposite": "equal up to the sign", "multiple": "multiples"}
    listed = ", ".join(map(str, units[:_SHOWN])) + (", …" if len(units) > _SHOWN else "")
    which = f"all {size} {kind}" if len(units) == size else f"{kind} {listed}"
    of_each_other = " of each other" if groups[0].relation == "multiple" else ""
    return f"repeats itself: {which} are {how[groups[0].relation]}{of_each_other}"


def _patterned(weights: Array, false_fail: float) -> Undrawn | None:
    sides = weights, weights.T
    if all(judge_neighbours(side, false_fail=false_fail / 2).ok for side in sides):
        return None
    return Undrawn("pattern", "follows a pattern: each number tells something of the next")
