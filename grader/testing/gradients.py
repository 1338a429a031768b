"""Gradients by finite differences: slow, and independent of every formula that is graded.

Authors prove a reference solution with them: a derivative worked out on paper and the same slip
in its mistake models would agree with each other, but not with the cost they belong to. And a check
that found a wrong gradient asks the student's own cost: whoever follows another convention in both
is told that the two agree, and that the cost is where to look.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grader.testing.failures import CheckFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Array = npt.NDArray[np.float64]

STEP = 1e-3
"""With the five-point rule the error is about STEP ** 4 plus rounding / STEP: near 1e-12."""

OWN_STEP = 0.03
"""Wide, because a float32 cost moves in steps of 1e-7: its slope is then right to some 1e-5, and
the five-point rule still to some 1e-7."""
OWN_RTOL = 2e-3
"""A gradient is that of a cost when no entry is off by more than this share of the largest one."""

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


def own_gradients(
    cost: Callable[[dict[str, Array]], float], parameters: Mapping[str, npt.ArrayLike]
) -> dict[str, Array] | None:
    """Return the gradients of a student's own cost, or None when that cost cannot be computed.

    `cost` calls the student's functions, so it is asked as rarely as can be: four times for each
    entry of `parameters`. The steps suit a cost in float32.
    """
    try:
        gradients = numerical_gradients(cost, parameters, OWN_STEP)
    except CheckFailed:
        return None
    return gradients if all(np.isfinite(g).all() for g in gradients.values()) else None


def fits_own_cost(
    cost: Callable[[dict[str, Array]], float],
    parameters: Mapping[str, npt.ArrayLike],
    gradients: Mapping[str, npt.ArrayLike],
) -> bool | None:
    """Whether the gradients that a student returned are those of the student's own cost.

    `gradients` are named as in `parameters`, of which those are moved that have one. The shape is
    another matter: the right numbers lying down, or in brackets, fit. None when the cost cannot be
    computed.
    """
    fixed = {name: np.asarray(parameters[name]) for name in parameters}
    moved = {name: value for name, value in fixed.items() if name in gradients}
    own = own_gradients(lambda near: cost({**fixed, **near}), moved)
    if own is None:
        return None
    return all(_same_slopes(np.asarray(gradients[name]), own[name]) for name in moved)


def explain_consistency(
    cost: Callable[[dict[str, Array]], float],
    right_cost: float,
    parameters: Mapping[str, npt.ArrayLike],
    gradients: Mapping[str, npt.ArrayLike],
) -> str:
    """Return one line that sets wrong gradients against the student's own cost.

    `right_cost` is what the cost should be at `parameters`. The line is empty when there is nothing
    to say: the cost cannot be computed, or cost and slopes are both right.
    """
    fits = fits_own_cost(cost, parameters, gradients)
    if fits is None:
        return ""
    try:
        own_cost = cost({name: np.array(value, dtype=float) for name, value in parameters.items()})
    except CheckFailed:
        return ""
    right = bool(abs(own_cost - right_cost) <= OWN_RTOL * abs(right_cost))
    names, several = " and ".join(f"d{name}" for name in gradients), len(gradients) > 1
    said, slope = f"{names} {'are' if several else 'is'}", f"gradient{'s' if several else ''}"
    if fits:
        return "" if right else f"{said} the {slope} of your own cost: it is the cost that differs"
    if right:
        return f"your cost is right, but {said} not its {slope}: nudge a parameter and see"
    return f"{said} not the {slope} of your own cost either"


@contextmanager
def consistency_explained(
    cost: Callable[[dict[str, Array]], float],
    right_cost: float,
    parameters: Mapping[str, npt.ArrayLike],
    gradients: Mapping[str, npt.ArrayLike],
    *,
    named_too: bool = True,
) -> Iterator[None]:
    """Add the line of `explain_consistency` to a failure inside, unless it is empty.

    With `named_too` false only to a failure that no known mistake explains.
    """
    try:
        yield
    except CheckFailed as failure:
        if failure.diagnoses and not named_too:
            raise
        line = explain_consistency(cost, right_cost, parameters, gradients)
        if not line:
            raise
        raise CheckFailed(
            failure.headline,
            (*failure.lines, line),
            failure.staff,
            failure.diagnoses,
            failure.outcome,
        ) from None


def _same_slopes(gradient: npt.NDArray[Any], own: Array) -> bool:
    if gradient.size != own.size:
        return False
    upright = gradient.T if gradient.T.shape == own.shape else gradient
    off = np.abs(upright.ravel() - own.ravel())
    return bool((off <= OWN_RTOL * np.abs(own).max(initial=0.0) + 1e-12).all())
