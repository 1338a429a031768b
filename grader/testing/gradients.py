"""Gradients by finite differences: slow, and independent of every formula that is graded.

Authors prove a reference solution with them: a derivative worked out on paper and the same slip
in its mistake models would agree with each other, but not with the cost they belong to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Array = npt.NDArray[np.float64]

STEP = 1e-3
"""With the five-point rule the error is about STEP ** 4 plus rounding / STEP: near 1e-12."""

_OFFSETS = (-2, -1, 1, 2)
_WEIGHTS = (1 / 12, -8 / 12, 8 / 12, -1 / 12)


def numerical_gradient(
    cost: Callable[[Array], float], at: npt.ArrayLike, step: float = STEP
) -> Array:
    """Return the gradient of `cost` with respect to one array, in the array's shape.

    `cost` takes a float64 array of the shape of `at` and returns one number. Entries are moved one
    at a time by up to two steps of `step * max(1, |entry|)`: four calls of `cost` for each entry.
    """
    point = np.array(at, dtype=np.float64)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        gradient[index] = _partial(cost, point, index, step)
    return gradient


def numerical_gradients(
    cost: Callable[[dict[str, Array]], float],
    parameters: Mapping[str, npt.ArrayLike],
    step: float = STEP,
) -> dict[str, Array]:
    """Return the gradient of `cost(parameters)` with respect to each array of a dict, by name."""
    arrays = {name: np.array(value, dtype=np.float64) for name, value in parameters.items()}

    def with_one_replaced(name: str) -> Callable[[Array], float]:
        return lambda value: cost({**arrays, name: value})

    return {
        name: numerical_gradient(with_one_replaced(name), value, step)
        for name, value in arrays.items()
    }


def _partial(
    cost: Callable[[Array], float], point: Array, index: tuple[int, ...], step: float
) -> float:
    width = step * max(1.0, abs(float(point[index])))
    total = 0.0
    for offset, weight in zip(_OFFSETS, _WEIGHTS, strict=True):
        moved = point.copy()
        moved[index] += offset * width
        total += weight * float(cost(moved))
    return total / width
