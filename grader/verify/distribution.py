"""Are two samples of random results alike? What a hidden test judges by distribution, judged here.

Every number of a result is a random variable. Two sources draw alike when the numbers of each part
have the same distribution (two-sample Kolmogorov-Smirnov), and when all means, variances and
covariances agree, so that a row that repeats another, or a second layer made of the first, is seen.
Nothing here proves that two distributions are equal: a difference too small for some hundred draws
is not found. Checks of an exercise judge one draw, so theirs must be larger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

# A difference is believed when chance would bring it once in ten thousand comparisons of a part,
# and when it is this many standard errors large, for moments, of which there are thousands.
CHANCE: Final = 1e-4
ERRORS: Final = 6.0
# Moments are compared among so many numbers of a result at most.
MOST: Final = 64

Array = np.ndarray[Any, Any]


def alike(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two samples of results could come from the same source."""
    parts = [[dict(_parts(result)) for result in sample] for sample in (one, other)]
    kinds = [{tuple((n, v.shape, v.dtype.kind) for n, v in r.items()) for r in s} for s in parts]
    if kinds[0] != kinds[1] or len(kinds[0]) != 1:
        return False
    for name in parts[0][0]:
        if not _same_distribution(*(np.stack([r[name].ravel() for r in s]) for s in parts)):
            return False
    return _same_moments(*(np.stack([_vector(result) for result in sample]) for sample in parts))


def _parts(result: Any, path: str = "") -> Iterator[tuple[str, Array]]:
    """Yield the arrays and numbers of a result with their places."""
    if isinstance(result, dict | list | tuple):
        pairs = result.items() if isinstance(result, dict) else enumerate(result)
        for key, value in pairs:
            yield from _parts(value, f"{path}/{key}")
    else:
        value = np.asarray(result)
        # What is no number is part of the place, and has to be equal.
        numeric = value.dtype.kind in "biuf"
        yield (path, value) if numeric else (f"{path}={result!r}", np.zeros(0))


def _vector(parts: dict[str, Array]) -> Array:
    return np.concatenate([np.zeros(0), *(v.ravel().astype(float) for v in parts.values())])


def _same_distribution(one: Array, other: Array) -> bool:
    """Compare the numbers of one part by their distribution functions."""
    a, b = np.sort(one.ravel()), np.sort(other.ravel())
    if not a.size:
        return True
    every = np.concatenate([a, b])
    steps = [np.searchsorted(side, every, side="right") / side.size for side in (a, b)]
    bound = np.sqrt(-np.log(CHANCE / 2) / 2 * (1 / a.size + 1 / b.size))
    return bool(np.max(np.abs(steps[0] - steps[1])) <= bound)


def _same_moments(one: Array, other: Array) -> bool:
    """Compare means and all products of two numbers, in standard errors of their difference."""
    means, variances = zip(*map(_products, (one, other)), strict=True)
    differences = np.abs(means[0] - means[1])
    errors = np.sqrt(variances[0] / len(one) + variances[1] / len(other))
    largest = np.max(np.abs(means[0]), initial=0.0)
    return bool(np.all(differences <= ERRORS * errors + 1e-12 * largest))


def _products(sample: Array) -> tuple[Array, Array]:
    """Return the mean and the variance of each product of two numbers, 1 being one of them."""
    numbers = np.column_stack([np.ones(len(sample)), sample[:, :MOST]])
    mean = numbers.T @ numbers / len(sample)
    square = (numbers**2).T @ numbers**2 / len(sample)
    return mean, np.maximum(square - mean**2, 0.0)
