"""Name the spread of random weights: the rule they follow, and what they were multiplied by.

The spread of a layer is the standard deviation of its weights. Most wrong ones are right for
something else: another rule, another size, no square root. A rule is named when the weights of all
layers follow it, as far as chance can tell, and those of no other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np

from grader.testing.statistics import Array, judge_centre, judge_scale, root_mean_square

Layer: TypeAlias = tuple[Sequence[int], int]
"""The sizes of a network, the input first, and the number of one of its layers, from 1."""

Form: TypeAlias = Callable[[float, float], float]

_OF_ONE_LAYER: Final[Mapping[str, Form]] = {
    "sqrt({k} / inputs)": lambda k, n: math.sqrt(k / n),
    "{k} / inputs, without a square root": lambda k, n: k / n,
    "{k} / sqrt(inputs)": lambda k, n: k / math.sqrt(n),
    "sqrt({k}) / inputs": lambda k, n: math.sqrt(k) / n,
    "sqrt(inputs / {k}), upside down": lambda k, n: math.sqrt(n / k),
    "sqrt({k} / inputs) / sqrt(3), uniform in ±sqrt({k} / inputs)": lambda k, n: math.sqrt(
        k / (3 * n)
    ),
    "0.01 * sqrt({k} / inputs)": lambda k, n: 0.01 * math.sqrt(k / n),
}
_OF_OTHER_SIZES: Final[Mapping[str, Callable[[Sequence[int], int], int]]] = {
    "units": lambda sizes, layer: sizes[layer],
    "(inputs + units)": lambda sizes, layer: sizes[layer - 1] + sizes[layer],
    "the first size": lambda sizes, _: sizes[0],
    "the second size": lambda sizes, _: sizes[1],
    "the last size": lambda sizes, _: sizes[-1],
}
_NUMERATORS: Final = (2, 1)

# The largest of n numbers from rand is 1.73 times their root mean square at most; that of numbers
# which fall off towards large ones is more, once there are some hundreds of them.
_LARGEST_OF_RAND: Final = math.sqrt(3) * 1.05
_MANY: Final = 300


def known_spreads(layers: Sequence[Layer]) -> dict[str, list[float]]:
    """Return the standard deviations that known rules give to these layers, by the rule's words.

    `inputs` and `units` are those of each layer. The rules of He and Xavier come first.
    """
    inputs = [sizes[layer - 1] for sizes, layer in layers]
    spreads: dict[str, list[float]] = {}
    for words, form in _OF_ONE_LAYER.items():
        spreads |= {words.format(k=k): [form(k, n) for n in inputs] for k in _NUMERATORS}
    for words, size in _OF_OTHER_SIZES.items():
        sizes = [size(*layer) for layer in layers]
        for k in _NUMERATORS:
            spreads[f"sqrt({k} / {words})"] = [math.sqrt(k / n) for n in sizes]
            spreads[f"{k} / {words}, without a square root"] = [k / n for n in sizes]
    return spreads


def matching_rule(
    matrices: Sequence[Array], spreads: Mapping[str, Sequence[float]], *, false_fail: float
) -> str | None:
    """Name the one rule whose standard deviations fit all the weight matrices, or none.

    `spreads` has, for each rule, one standard deviation for each matrix. Rules that mean the same
    for these layers count as the first of them. When two others fit, the evidence is not exact and
    no rule is named: choose sizes that tell the rules apart.
    """
    fitting: list[str] = []
    for name, stds in spreads.items():
        judged = zip(matrices, stds, strict=True)
        same = any(np.allclose(stds, spreads[other], rtol=1e-9) for other in fitting)
        if not same and all(judge_scale(m, s, s, false_fail=false_fail).ok for m, s in judged):
            fitting.append(name)
    return fitting[0] if len(fitting) == 1 else None


def spread_fits(weights: Array, low: float, high: float, *, false_fail: float) -> bool:
    """Whether the standard deviation is in low..high, as far as chance can tell.

    Weights that lean to one side are not to blame for that here: their spread is right when it is
    right about their mean or, for numbers from rand, when their factor is the right one.
    """
    if judge_scale(weights, low, high, false_fail=false_fail).ok:
        return True
    if judge_centre(weights, false_fail=false_fail).ok:
        return False
    scaled = as_if_normal(weights)
    other = weights - weights.mean() if scaled is weights else scaled
    return judge_scale(other, low, high, false_fail=false_fail).ok


def as_if_normal(weights: Array) -> Array:
    """Return weights made by `rand` on the scale that `randn` would have given them.

    `rand(...) * c` has a root mean square of c / sqrt(3), and the learner's factor is c. Weights
    that were made in another way are returned as they are.
    """
    spread = root_mean_square(weights)
    positive = weights.size >= _MANY and (weights.min() >= 0 or weights.max() <= 0)
    if positive and np.abs(weights).max() < _LARGEST_OF_RAND * spread:
        return weights * math.sqrt(3)
    return weights
