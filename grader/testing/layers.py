"""Find the layers of a network in a student's dict: W1, b1, W2, b2, … for a list of sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Kind: TypeAlias = Literal["missing", "extra", "other"]

_KEY: Final = re.compile(r"[Wb]\d{1,3}")
_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class WrongLayers:
    """How the keys of a dict differ from those of its layers."""

    kind: Kind
    """Whole layers missing, layers too many, or other names than W1, b1, …"""
    words: str


def wrong_layers(parameters: Mapping[str, Any], depth: int) -> WrongLayers | None:
    """Compare the keys of `parameters` with those of a network of `depth` layers.

    Keys of other forms are the student's business. W0 and b0 are a layer too many.
    """
    wanted = [f"{kind}{layer}" for layer in range(1, depth + 1) for kind in "Wb"]
    missing = [key for key in wanted if key not in parameters]
    extra = [key for key in parameters if _KEY.fullmatch(key) and key not in wanted]
    said = {"missing": missing, "too many": extra}
    words = "; ".join(f"{word}: {listed(keys)}" for word, keys in said.items() if keys)
    if not words:
        return None
    if not missing:
        return WrongLayers("extra", words)
    in_pairs = all(f"W{key[1:]}" in missing and f"b{key[1:]}" in missing for key in missing)
    some = in_pairs and not extra and len(missing) < len(wanted)
    return WrongLayers("missing" if some else "other", words)


def layers_present(
    parameters: Mapping[str, Array], kind: Literal["W", "b"], depth: int
) -> list[tuple[int, Array]]:
    """Return the number and the array of each layer that has one of this kind."""
    numbered = ((layer, f"{kind}{layer}") for layer in range(1, depth + 1))
    return [(layer, parameters[key]) for layer, key in numbered if key in parameters]


def upright(weights: Array, sizes: Sequence[int], layer: int) -> Array:
    """Return a layer's weights as (units, inputs), also when they came as (inputs, units)."""
    return weights.T if weights.shape == (sizes[layer - 1], sizes[layer]) else weights


def listed(keys: Iterable[str]) -> str:
    """Show some keys of a dict."""
    return ", ".join([*keys][:_SHOWN]) or "none"
