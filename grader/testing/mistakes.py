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
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

NEAR = 1e-3
"""Values closer than this share of their largest entry count as the same: looser than any
comparison with a student's float32 numbers, so that a match can only ever mean one model."""

Value = npt.NDArray[Any] | float


@dataclass(frozen=True, eq=False)
class Mistake:
    """What `ids` together would give: the misconceptions, and the numbers to recognise them by."""

    ids: tuple[str, ...]
    value: Value


def mistake_models(
    formula: Callable[..., Value], switches: Mapping[str, str], combine: int = 2
) -> Iterator[Mistake]:
    """Yield the distinguishable values of `formula` with up to `combine` mistakes switched on.

    `formula()` is the right value, `formula(flag=True)` the value with one mistake; `switches` maps
    each flag to its misconception, and several flags may share one. Nothing is computed before
    the first model is asked for: a right answer costs nothing.
    """
    with np.errstate(all="ignore"):
        right = np.asarray(formula(), dtype=np.float64)
        groups: dict[tuple[int, ...], list[_Candidate]] = {right.shape: [_Candidate((), right)]}
        for flags in _combinations(list(switches), combine):
            value = np.asarray(formula(**dict.fromkeys(flags, True)), dtype=np.float64)
            if np.isfinite(value).all():
                names = tuple(dict.fromkeys(switches[flag] for flag in flags))
                groups.setdefault(value.shape, []).append(_Candidate(names, value, len(flags)))
    for candidates in groups.values():
        yield from _unambiguous(candidates)


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

    def explains(self, other: _Candidate) -> bool:
        """Whether `other`, having the same value, needs no model of its own."""
        return self.size < other.size or set(self.ids) == set(other.ids)


def _combinations(flags: list[str], largest: int) -> Iterator[tuple[str, ...]]:
    for size in range(1, largest + 1):
        yield from combinations(flags, size)


def _unambiguous(candidates: list[_Candidate]) -> Iterator[Mistake]:
    """Yield what is left of candidates of one shape, which come smallest combination first."""
    values = np.stack([candidate.value.ravel() for candidate in candidates])
    scales = np.abs(values).max(axis=1, initial=0.0)
    for i, candidate in enumerate(candidates):
        # One row at a time: a table of all pairs would be large for large arrays.
        gaps = np.abs(values - values[i]).max(axis=1, initial=0.0)
        same = np.flatnonzero(gaps <= NEAR * np.maximum(scales, scales[i]))
        rivals = [
            (j, candidates[j]) for j in same if j != i and candidates[j].size <= candidate.size
        ]
        if candidate.size and all(j > i and candidate.explains(rival) for j, rival in rivals):
            yield Mistake(candidate.ids, candidate.value)


def _within(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], rtol: float, atol: float
) -> bool:
    if a.shape != b.shape:
        return False
    return bool((np.abs(a - b) <= atol + rtol * np.maximum(np.abs(a), np.abs(b))).all())
