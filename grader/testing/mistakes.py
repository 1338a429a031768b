"""Mistake models: the numbers that a known mistake gives, alone or together with another.

A check on a formula carries the wrong formulas that students write. When the student's numbers
equal those of a wrong formula on random inputs, the mistake is known exactly. That only holds
while no other mistake gives the same numbers, so models that coincide are never handed out:

    equals the right value            dropped: the mistake has no effect here
    equals a smaller combination      dropped: the smaller one explains it
    same size, same misconceptions    kept once
    same size, other misconceptions   all dropped: no name is better than a wrong one
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    T = TypeVar("T")

NEAR = 1e-3
"""Values closer than this share of their largest entry count as the same: looser than any
comparison with a student's float32 numbers, so that a match can only ever mean one model."""

Value = npt.NDArray[Any] | float


@dataclass(frozen=True, eq=False)
class Mistake:
    """What `ids` together would give: the misconceptions, and the numbers to recognise them by."""

    ids: tuple[str, ...]
    value: Value


def chosen(functions: Mapping[str, T], on: Container[str], otherwise: T) -> T:
    """Return what belongs to the first flag that is on: the part of a formula that it replaces."""
    return next((function for flag, function in functions.items() if flag in on), otherwise)


def mistake_models(
    formula: Callable[..., Value | None], switches: Mapping[str, str], combine: int = 2
) -> Iterator[Mistake]:
    """Yield the distinguishable values of `formula` with up to `combine` mistakes switched on.

    `formula()` is the right value, `formula(flag=True)` the value with one mistake; `switches` maps
    each flag to its misconception, and several flags may share one. A formula may return None for
    flags that exclude each other. Smaller combinations come first, and none is computed before it
    is asked for: a right answer costs nothing.
    """
    right = _Candidate((), np.asarray(formula(), dtype=np.float64))
    known: dict[tuple[int, ...], list[_Candidate]] = {right.value.shape: [right]}
    for size in range(1, combine + 1):
        fresh = _evaluate(formula, switches, size)
        for candidate in fresh:
            known.setdefault(candidate.value.shape, []).append(candidate)
        for shape in dict.fromkeys(candidate.value.shape for candidate in fresh):
            yield from _unambiguous(known[shape], size)


def indistinguishable(
    models: Iterable[Mistake], right: Value, rtol: float, atol: float
) -> list[tuple[str, str]]:
    """Return the pairs of names whose values a comparison at this tolerance cannot tell apart.

    Values match when every entry is within `atol + rtol * the larger magnitude`. Models of the same
    misconceptions may coincide; one that coincides with the right value may not.
    """
    named = [("the right value", np.asarray(right, dtype=np.float64))]
    named += [(" + ".join(sorted(m.ids)), np.asarray(m.value, dtype=np.float64)) for m in models]
    return [
        (one, other)
        for (one, a), (other, b) in combinations(named, 2)
        if one != other and _within(a, b, rtol, atol)
    ]


@dataclass(frozen=True, eq=False)
class _Candidate:
    ids: tuple[str, ...]
    value: npt.NDArray[np.float64]
    size: int = 0

    def agrees(self, other: _Candidate) -> bool:
        """Whether both stand for the same misconceptions."""
        return set(self.ids) == set(other.ids)


def _evaluate(
    formula: Callable[..., Value | None], switches: Mapping[str, str], size: int
) -> list[_Candidate]:
    found = []
    with np.errstate(all="ignore"):
        for flags in combinations(switches, size):
            value = formula(**dict.fromkeys(flags, True))
            if value is not None:
                names = tuple(dict.fromkeys(switches[flag] for flag in flags))
                found.append(_Candidate(names, np.asarray(value, dtype=np.float64), size))
    return found


def _unambiguous(candidates: list[_Candidate], size: int) -> Iterator[Mistake]:
    """Yield the models of one size among candidates of one shape, none larger, sorted by size."""
    values = np.stack([candidate.value.ravel() for candidate in candidates])
    scales = np.abs(values).max(axis=1, initial=0.0)
    for i, candidate in enumerate(candidates):
        if candidate.size == size and np.isfinite(scales[i]):
            # One row at a time: a table of all pairs would be large for large arrays.
            gaps = np.abs(values - values[i]).max(axis=1, initial=0.0)
            same = np.flatnonzero(gaps <= NEAR * scales[i])
            if all(j >= i and candidate.agrees(candidates[j]) for j in same):
                yield Mistake(candidate.ids, candidate.value)


def _within(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], rtol: float, atol: float
) -> bool:
    if a.shape != b.shape:
        return False
    return bool((np.abs(a - b) <= atol + rtol * np.maximum(np.abs(a), np.abs(b))).all())
