"""The rules that initialisers of weights are known to follow, right ones and slips, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

Layer: TypeAlias = tuple[Sequence[int], int]
"""The sizes of a network, the input first, and the number of one of its layers, from 1."""
Rules: TypeAlias = Mapping[str, Callable[[float, int], float]]
"""Rules of an exercise's own, by words: a spread from the one asked for and from the inputs."""

NO_RULES: Final[Rules] = MappingProxyType({})

_OF_INPUTS: Final[Mapping[str, Callable[[int, int], float]]] = {
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


def known_spreads(layers: Sequence[Layer]) -> dict[str, list[float]]:
    """Return the standard deviations that known rules give to these layers, by the rule's words.

    `inputs` and `units` are those of each layer. The rules of He, sqrt(2 / inputs), and of Xavier,
    sqrt(1 / inputs), come first.
    """
    inputs = [sizes[layer - 1] for sizes, layer in layers]
    spreads: dict[str, list[float]] = {}
    for words, form in _OF_INPUTS.items():
        spreads |= {words.format(k=k): [form(k, n) for n in inputs] for k in _NUMERATORS}
    for words, size in _OF_OTHER_SIZES.items():
        sizes = [size(*layer) for layer in layers]
        for k in _NUMERATORS:
            spreads[f"sqrt({k} / {words})"] = [math.sqrt(k / n) for n in sizes]
            spreads[f"{k} / {words}, without a square root"] = [k / n for n in sizes]
    return spreads
