"""Judge which distribution random draws follow, with a stated chance of failing a right answer.

`grader.testing.statistics` judges centre and spread, which many distributions share. Here a whole
distribution is judged: by its two ends, and by its cumulative distribution function (cdf). As
there, `false_fail` is an upper bound for every number of draws, proven and not simulated, and
each judgement notes what it spends.

* ends: among n uniform draws none falls into the outermost share s of the range with probability
  (1 - s)^n, exactly. Both ends share the budget, so s = 1 - (false_fail / 2)^(1 / n).
* cdf: the share of draws up to x keeps within t of the cdf, at all x at once, but for a probability
  of 2 exp(-2 n t^2). This is the inequality of Dvoretzky, Kiefer and Wolfowitz with the constant
  of Massart (Annals of Probability 18, 1990), which holds for every n and every t > 0.

Both assume that the draws are independent of each other and that the distribution is fully known
beforehand; `judge_range` assumes that it is uniform, `judge_distribution` that its cdf is
continuous. Neither looks at the order of the draws: `judge_neighbours` does. Draws that were
rounded to single precision are right, so all bounds are wider by what that can do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from grader.testing.budget import spend
from grader.testing.statistics import Judgement, judge_centre

Array: TypeAlias = npt.NDArray[Any]
Floats: TypeAlias = npt.NDArray[np.float64]
Cdf: TypeAlias = Callable[[Floats], npt.ArrayLike]
"""The share of a distribution up to each of several numbers."""

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class RangeJudgement:
    """The ends of some draws, and how far from the ends of the range a right answer may stay."""

    smallest: float
    largest: float
    low: float
    high: float
    slack: float
    draws: int
    false_fail: float

    @property
    def inside(self) -> bool:
        """Whether no draw lies beyond an end."""
        beyond = _ROUNDING * max(abs(self.low), abs(self.high))
        return self.low - beyond <= self.smallest and self.largest <= self.high + beyond

    @property
    def reached(self) -> bool:
        """Whether the draws come as near to both ends as they must."""
        short = self.slack + _ROUNDING * max(abs(self.low), abs(self.high))
        return self.smallest <= self.low + short and self.largest >= self.high - short

    @property
    def ok(self) -> bool:
        """Whether the draws fill the range and do not leave it."""
        return self.draws > 0 and self.inside and self.reached


@dataclass(frozen=True, slots=True)
class Misfit:
    """One way in which draws are not uniform on a range."""

    kind: Literal["range", "distribution", "centre"]
    """`range`: uniform on another one; `distribution`: not uniform; `centre`: lopsided besides."""
    words: str
    """What is seen, to be read after the draws' name: ``reach from -0.2 to 0.2``."""


def misfits(draws: Array, low: float, high: float, *, false_fail: float) -> Iterator[Misfit]:
    """Yield in which ways draws are not uniform from `low` to `high`, at most two.

    Right draws give nothing but for `false_fail`. Draws that are another check's matter, such as
    repeated numbers, are told by `undrawn` and better not handed over.
    """
    reach = judge_range(draws, low, high, false_fail=false_fail / 2)
    shares = judge_distribution(draws, uniform_cdf(low, high), false_fail=false_fail / 2)
    if reach.ok and shares.ok:
        return
    own = uniform_range(draws, false_fail=false_fail)
    if own and not reach.ok:
        yield Misfit("range", f"reach from {own[0]:.3g} to {own[1]:.3g}")
        return
    # Of uniform draws half lie within half of their range.
    values = np.asarray(draws, dtype=np.float64) / 2 - (low / 2 + high / 2) / 2
    largest = np.abs(values).max(initial=0.0)
    middle = 100 * float((np.abs(values) <= largest / 2).mean()) if values.size else 0.0
    half = f"have {middle:.0f} % of their numbers in the middle half of their range"
    yield Misfit("distribution", f"{half}, where uniform ones have 50 %")
    if not judge_centre(values, false_fail=false_fail).ok:
        above = 100 * float((values > 0).mean())
        yield Misfit("centre", f"have {above:.0f} % of their numbers above {low / 2 + high / 2:g}")


def judge_range(draws: Array, low: float, high: float, *, false_fail: float) -> RangeJudgement:
    """Judge whether uniform draws have the range from `low` to `high`: no wider, no narrower.

    Draws from a range that ends a share s before `low` or `high` are failed with certainty as soon
    as `slack` is less than that: with about 26 / s draws for a budget of 1e-11.
    """
    spend(false_fail)
    flat = np.asarray(draws, dtype=np.float64).ravel()
    slack = (high - low) * _missed_share(flat.size, false_fail / 2)
    smallest, largest = (flat.min(), flat.max()) if flat.size else (math.nan, math.nan)
    return RangeJudgement(float(smallest), float(largest), low, high, slack, flat.size, false_fail)


def judge_distribution(draws: Array, cdf: Cdf, *, false_fail: float) -> Judgement:
    """Judge whether draws follow the distribution whose continuous cdf is given.

    The value judged is the largest distance between `cdf` and the share of draws up to some
    number, from 0 to 1. The normal distribution is 0.06 away from the uniform one of the same
    standard deviation, and 0.11 when it is cut off at two standard deviations; -r or r at random
    are 0.5 away.
    """
    spend(false_fail)
    flat = np.sort(np.asarray(draws, dtype=np.float64), axis=None)
    bound = _bound(flat.size, false_fail) + _ROUNDING
    return Judgement(_distance(flat, cdf), 0.0, bound, flat.size, false_fail)


def uniform_cdf(low: float, high: float) -> Cdf:
    """Return the cdf of the uniform distribution from `low` to `high`."""
    # Halved, because the difference of two doubles may be none.
    return lambda x: np.clip((x / 2 - low / 2) / (high / 2 - low / 2), 0.0, 1.0)


def uniform_range(draws: Array, *, false_fail: float) -> tuple[float, float] | None:
    """Return the smallest and the largest draw when the draws are uniform between them, else None.

    Draws that are uniform on any range at all are told so but for `false_fail`: taking the range
    from the draws moves the cdf by no more than the share that they miss at an end. Draws that
    are all the same, or none, are uniform on no range.
    """
    flat = np.sort(np.asarray(draws, dtype=np.float64), axis=None)
    if not flat.size or flat[0] == flat[-1]:
        return None
    low, high = float(flat[0]), float(flat[-1])
    spend(false_fail)
    bound = _bound(flat.size, false_fail / 2) + _missed_share(flat.size, false_fail / 4)
    far = _distance(flat, uniform_cdf(low, high)) > bound + _ROUNDING
    return None if far else (low, high)


def _bound(size: int, false_fail: float) -> float:
    return math.sqrt(math.log(2 / false_fail) / (2 * size)) if size else 1.0


def _missed_share(size: int, false_fail: float) -> float:
    """Return the share at one end of the range that all draws miss with this probability."""
    return -math.expm1(math.log(false_fail) / size) if size else 1.0


def _distance(ordered: Floats, cdf: Cdf) -> float:
    """Return the largest distance of the cdf from the steps of the draws, before and after each."""
    if not ordered.size:
        return 0.0
    shares = np.asarray(cdf(ordered), dtype=np.float64)
    steps = np.arange(ordered.size + 1) / ordered.size
    return float(max((steps[1:] - shares).max(), (shares - steps[:-1]).max()))
