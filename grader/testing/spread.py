"""Judge the spread of random weights, and name the rule that a wrong one follows.

The spread of a layer is the standard deviation of its weights. Most wrong ones are right for
something else: another rule, another size, no square root. A rule is named when the weights of two
or more layers follow it, as far as chance can tell, and follow no other: some rule or other is near
to any number. Give it networks between which all sizes change, so that no constant is near a rule.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from grader.testing.draws import related, varied
from grader.testing.layers import layers_present, upright
from grader.testing.rules import NO_RULES, Rules, known_spreads
from grader.testing.statistics import (
    Array,
    judge_centre,
    judge_scale,
    root_mean_square,
    saturated_share,
    spread_in_words,
)

Kind: TypeAlias = Literal["rule", "saturating", "vanishing", "other"]

SATURATED: Final = 0.25
"""From this share of tanh units on the flat ends, for inputs of variance 1, a spread saturates."""
VANISHING: Final = 0.15
"""Below this part of the right spread, three layers hand on less than 0.4 % of the signal."""

_NAMING: Final = 1e-6
_SAME: Final = 1.2
# Of numbers from rand, the mean is 0.87 times their root mean square, and the largest 1.73 times.
# Distributions around another mean or that fall off towards large numbers miss one or the other,
# once there are some hundreds of numbers.
_MEAN_OF_RAND: Final = math.sqrt(3) / 2
_LARGEST_OF_RAND: Final = math.sqrt(3)
_MANY: Final = 300


@dataclass(frozen=True, eq=False)
class WeightLayer:
    """The weights of one layer of a network, and how far they should be spread."""

    weights: Array
    sizes: Sequence[int]
    """The sizes of the whole network, the input first."""
    number: int
    """Which layer it is, from 1."""
    asked: float
    """The right standard deviation."""

    @property
    def inputs(self) -> int:
        """How many inputs each unit should have, whatever the shape of the weights."""
        return self.sizes[self.number - 1]

    @property
    def spread(self) -> float:
        """The standard deviation; of numbers from rand, that of randn with the same factor."""
        return root_mean_square(as_if_normal(self.weights))


@dataclass(frozen=True)
class WrongSpread:
    """What is wrong with the spread of the layers of one number, in one or more networks."""

    kind: Kind
    sentences: tuple[str, ...]
    """What it has in common with others, told once for all of them, and what was measured."""
    fixed: bool
    """Whether the spread is the same where different ones were asked for."""


def weight_layers(
    parameters: Mapping[str, Array], sizes: Sequence[int], asked: Sequence[float]
) -> list[WeightLayer]:
    """Return the layers whose spread can be told; `asked` has one number for each layer.

    These have random numbers of their own, and a right shape or its transpose. Others are another
    check's matter.
    """
    found = []
    for number, weights in layers_present(parameters, "W", len(sizes) - 1):
        turned = upright(weights, sizes, number)
        fits = turned.shape == (sizes[number], sizes[number - 1])
        if fits and varied(turned) and not related(turned):
            found.append(WeightLayer(turned, sizes, number, asked[number - 1]))
    return found


def wrong_spreads(
    layers: Sequence[WeightLayer],
    tolerance: tuple[float, float],
    *,
    false_fail: float,
    rules: Rules = NO_RULES,
) -> list[WrongSpread]:
    """Return what is wrong with the spreads of `layers`, once for each number of a layer.

    `tolerance` is the lowest and the highest accepted ratio to the spread that is asked for;
    `false_fail` is spent once for each layer. `rules` are tried beside those that are known.
    """
    low, high = tolerance
    wrong = [
        layer
        for layer in layers
        if not spread_fits(
            layer.weights, low * layer.asked, high * layer.asked, false_fail=false_fail
        )
    ]
    if not wrong:
        return []
    # The more layers a rule explains, the better the evidence: all, those that are wrong, or one.
    common = _rule(layers, rules) or _rule(wrong, rules)
    fixed = _fixed(layers)
    found: list[WrongSpread] = []
    told = {""}
    for number in dict.fromkeys(layer.number for layer in wrong):
        own = [layer for layer in wrong if layer.number == number]
        kind, words = _explained(own, common or _rule(own, rules), wrong)
        new = () if words in told else (words,)
        told.add(words)
        found.append(WrongSpread(kind, (*new, _measured(own)), fixed))
    return found


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
    if weights.size < _MANY or weights.min() < 0 < weights.max() or not weights.any():
        return weights
    spread, sizes = root_mean_square(weights), np.abs(weights)
    mean = abs(sizes.mean() / spread - _MEAN_OF_RAND) < 0.06
    ends = sizes.max() < 1.05 * _LARGEST_OF_RAND * spread
    return weights * math.sqrt(3) if mean and ends else weights


def _rule(layers: Sequence[WeightLayer], rules: Rules) -> str | None:
    if len(layers) < 2:
        return None
    spreads = known_spreads([(layer.sizes, layer.number) for layer in layers])
    for words, rule in rules.items():
        spreads[words] = [rule(layer.asked, layer.inputs) for layer in layers]
    factors = [as_if_normal(layer.weights) for layer in layers]
    return matching_rule(factors, spreads, false_fail=_NAMING)


def _explained(
    layers: list[WeightLayer], rule: str | None, wrong: list[WeightLayer]
) -> tuple[Kind, str]:
    """Name the spread of layers of one number, out of all that are wrong."""
    if rule:
        factor = all(as_if_normal(own.weights) is not own.weights for own in layers)
        return "rule", f"the {'factor of rand' if factor else 'standard deviation'} is {rule}"
    # One factor has one name: where the same spread saturates another layer, it does so here.
    alike = [w for w in wrong if any(_ratio([w.spread, own.spread]) < _SAME for own in layers)]
    # Nor does it say anything where the right spread would saturate, too.
    shares = [
        saturated_share(layer.spread, layer.inputs)
        for layer in alike
        if saturated_share(layer.asked, layer.inputs) <= SATURATED
    ]
    share = max(shares, default=0.0)
    if share > SATURATED:
        return "saturating", f"{100 * share:.0f} % of tanh units would be on the flat ends"
    if max(layer.spread / layer.asked for layer in layers) < VANISHING:
        return "vanishing", "after a few layers next to nothing of the signal is left"
    return "other", ""


def _fixed(layers: Sequence[WeightLayer]) -> bool:
    """Whether the layers of each number have one spread where several were asked for."""
    by_number: dict[int, list[WeightLayer]] = {}
    for layer in layers:
        by_number.setdefault(layer.number, []).append(layer)
    asked = [_ratio(layer.asked for layer in own) for own in by_number.values()]
    spreads = [_ratio(layer.spread for layer in own) for own in by_number.values()]
    return max(asked, default=1.0) > _SAME and max(spreads) < _SAME


def _ratio(numbers: Iterable[float]) -> float:
    ordered = sorted(numbers)
    least, most = ordered[0], ordered[-1]
    return most / least if least else (math.inf if most else 1.0)


def _measured(layers: list[WeightLayer]) -> str:
    stds = _listed(spread_in_words(layer.weights) for layer in layers)
    asked = _listed(f"{layer.asked:.3g}" for layer in layers)
    verb = "are" if " and " in asked else "is"
    return f"W{layers[0].number} has standard deviation {stds} where {asked} {verb} asked for"


def _listed(words: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(words))
