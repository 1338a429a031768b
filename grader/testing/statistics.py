"""Judge random draws by their distribution, with a stated chance of failing a right answer.

Nothing here compares with somebody's own draws, so any generator, seed or method will do. Every
threshold follows from the number of draws and a budget, `false_fail`: an upper bound, valid for
every sample size, of the probability that a right answer is failed. Budgets of several judgements
add up, also when the judgements share draws, as they do when a function seeds itself; each
judgement notes what it spends, and `grader verify` prints the sum.

Two bounds carry everything:

* signs: numbers drawn independently and symmetrically about zero have, given their magnitudes,
  the signs of fair coins. Hoeffding's inequality then bounds |sum p| / sqrt(sum p^2) by
  t = sqrt(2 ln(2 / false_fail)), whatever the distribution and its scale.
* squares: for numbers whose tails are no heavier than those of a normal with the same standard
  deviation (normal, truncated normal, uniform, triangular, +-1), the mean square keeps within
  1 - sqrt(6 x / n) and 1 + 2 sqrt(x / n) + 2 x / n of the variance, x = ln(2 / false_fail).
  Below: Maurer's bound for sums of positive numbers (JIPAM 4, 2003). Above: Laurent and Massart's
  for chi-square (Annals of Statistics 28, 2000), whose proof needs the moment generating function
  of the squares only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from grader.testing.budget import spend

Array: TypeAlias = npt.NDArray[Any]
Floats: TypeAlias = npt.NDArray[np.float64]

# Independent draws have numbers in common by the coarseness of floats only. Where fewer than one
# in a thousand repeats inside either array, five in a hundred across are out of reach of chance:
# below 1e-12 for arrays of 1000 numbers and less for larger ones, however coarse the numbers are.
_REPEATED_SHARE = 0.001
_COMMON_SHARE = 0.05
_FEWEST_NUMBERS = 1000
_BY_CHANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Judgement:
    """A statistic of some draws and the bounds a right answer keeps to."""

    value: float
    low: float
    high: float
    draws: int
    false_fail: float

    @property
    def ok(self) -> bool:
        """Whether the value lies within the bounds."""
        return self.low <= self.value <= self.high


@dataclass(frozen=True, slots=True)
class SharedDraws:
    """What two arrays have in common that independent draws would not: how, and how many."""

    how: str
    count: int


def judge_centre(draws: Array, *, false_fail: float) -> Judgement:
    """Judge whether independent draws are symmetric about zero; see `judge_signs` for the value."""
    return judge_signs(draws, false_fail=false_fail)


def judge_neighbours(draws: Array, *, false_fail: float) -> Judgement:
    """Judge whether each draw knows nothing of the one before it, in the order of `ravel`.

    The signs of neighbouring products of independent symmetric draws are independent fair coins
    too. Ramps, waves and repeated numbers fail; a constant or lopsided sample alone does not.
    """
    flat = _balanced(draws, false_fail / 2)
    return judge_signs(flat[:-1] * flat[1:], false_fail=false_fail / 2)


def judge_relation(first: Array, second: Array, *, false_fail: float) -> Judgement:
    """Judge whether two samples of the same size are independent, pair by pair.

    One of them being drawn independently and symmetrically is enough for the bound to hold.
    """
    one, other = _balanced(first, false_fail / 4), _balanced(second, false_fail / 4)
    return judge_signs(one * other, false_fail=false_fail / 2)


def judge_signs(values: Array, *, false_fail: float) -> Judgement:
    """Judge whether values lean neither to the positive nor to the negative side.

    The value judged is sum / sqrt(n * sum of squares), from -1 to 1: 1 when all values are the
    same positive number, 0.87 for numbers uniform in 0..1.
    """
    spend(false_fail)
    flat = _flat(values)
    bound = math.sqrt(2 * math.log(2 / false_fail) / max(flat.size, 1))
    norm = math.sqrt(flat.size * float(flat @ flat))
    lean = float(flat.sum()) / norm if norm else 0.0
    return Judgement(lean, -bound, bound, flat.size, false_fail)


def judge_scale(draws: Array, low: float, high: float, *, false_fail: float) -> Judgement:
    """Judge whether the standard deviation (about zero) of the distribution is in low..high.

    The value judged is the root mean square of the draws. Its bounds are wider than `low` and
    `high` by what chance can do: any standard deviation in between keeps within them but for
    `false_fail`, given tails no heavier than normal.
    """
    spend(false_fail)
    size = max(np.size(draws), 1)
    x = math.log(2 / false_fail) / size
    least = low * math.sqrt(max(0.0, 1 - math.sqrt(6 * x)))
    most = high * math.sqrt(1 + 2 * math.sqrt(x) + 2 * x)
    return Judgement(root_mean_square(draws), least, most, size, false_fail)


def spread_in_words(draws: Array) -> str:
    """Return the standard deviation that `np.std` gives, and the mean where it is not near zero."""
    flat = np.asarray(draws, dtype=np.float64)
    largest = float(np.abs(flat).max(initial=0.0)) or 1.0
    mean = largest * float((flat / largest).mean()) if flat.size else 0.0
    std = root_mean_square(flat - mean)
    around = f" around a mean of {mean:.3g}" if abs(mean) > std else ""
    return f"{std:.3g}{around}"


def shared_draws(first: Array, second: Array, *, false_fail: float) -> SharedDraws | None:
    """Find out whether two weight matrices were made from the same random numbers.

    Looks for a relation number by number (a scaled or negated copy too) where both matrices are
    read in the order drawn, one of them by columns, or laid on top of each other; then for a
    share of equal numbers in any order. Arrays that are not matrices are read in order only.
    """
    alignments = tuple(_alignments(np.asarray(first), np.asarray(second)))
    for how, one, other in alignments:
        if not judge_relation(one, other, false_fail=false_fail / len(alignments)).ok:
            return SharedDraws(how, one.size)
    spend(_BY_CHANCE)
    common = _common_numbers(np.asarray(first).ravel(), np.asarray(second).ravel())
    return SharedDraws("in another order", common) if common else None


def looks_drawn(values: Array) -> bool:
    """Whether a few numbers may be random: all different, and not evenly spaced."""
    flat = _flat(values)
    steps = np.diff(flat)
    return flat.size > 2 and np.unique(flat).size == flat.size and float(np.ptp(steps)) > 1e-6


def root_mean_square(draws: Array) -> float:
    """Return the root mean square, also of numbers whose squares would over- or underflow."""
    flat = np.abs(np.asarray(draws, dtype=np.float64)).ravel()
    largest = float(flat.max(initial=0.0))
    if largest == 0.0:
        return 0.0
    scaled = flat / largest
    return largest * math.sqrt(float(scaled @ scaled) / flat.size)


def saturated_share(std: float, fan_in: int, *, slope: float = 0.01) -> float:
    """Return the share of tanh units whose slope is below `slope`, for inputs of variance 1.

    The sum a unit forms has standard deviation std * sqrt(fan_in); the share follows from the
    normal distribution, to which such sums tend.
    """
    edge = math.atanh(math.sqrt(1 - slope))
    spread = std * math.sqrt(fan_in)
    return math.erfc(edge / (spread * math.sqrt(2))) if spread else 0.0


def _balanced(draws: Array, false_fail: float) -> Floats:
    """Subtract the mean of a lopsided sample, which would make any two samples look related."""
    flat = _flat(draws)
    if judge_centre(flat, false_fail=false_fail).ok:
        return flat
    return flat - flat.mean() if np.ptp(flat) else np.zeros_like(flat)


def _alignments(first: Array, second: Array) -> Iterator[tuple[str, Array, Array]]:
    if first.ndim != 2 or second.ndim != 2:
        yield _cut("number by number", first.ravel(), second.ravel())
        return
    yield _cut("number by number", first.ravel(), second.ravel())
    yield _cut("rows against columns", first.ravel(), second.T.ravel())
    yield _cut("columns against rows", first.T.ravel(), second.ravel())
    yield _overlap("row by row", first, second)
    yield _overlap("rows against columns", first, second.T)


def _cut(how: str, first: Array, second: Array) -> tuple[str, Array, Array]:
    size = min(first.size, second.size)
    return how, first[:size], second[:size]


def _overlap(how: str, first: Array, second: Array) -> tuple[str, Array, Array]:
    rows = min(first.shape[0], second.shape[0])
    columns = min(first.shape[1], second.shape[1])
    return how, first[:rows, :columns], second[:rows, :columns]


def _common_numbers(first: Array, second: Array) -> int:
    smaller = min(first.size, second.size)
    ones, others = np.unique(np.abs(first)), np.unique(np.abs(second))
    fewest_distinct = 1 - _REPEATED_SHARE
    if (
        smaller < _FEWEST_NUMBERS
        or ones.size < fewest_distinct * first.size
        or others.size < fewest_distinct * second.size
    ):
        return 0
    common = int(np.isin(others, ones, assume_unique=True).sum())
    return common if common > _COMMON_SHARE * smaller else 0


def _flat(values: Array) -> Floats:
    flat = np.asarray(values, dtype=np.float64).ravel()
    largest = float(np.abs(flat).max(initial=0.0))
    # A power of two changes no digit, it only keeps squares away from over- and underflow.
    return np.ldexp(flat, -math.frexp(largest)[1]) if largest else flat
