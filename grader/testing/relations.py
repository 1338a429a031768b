"""Say how two arrays are related, without giving the expected one away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

RTOL: Final = 1e-6
ATOL: Final = 1e-9
NO_SIZES: Final[Mapping[str, int]] = MappingProxyType({})


def close(actual: Any, expected: Any, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Return whether two arrays of one shape agree; never raises on numbers."""
    a, b = numbers(actual), numbers(expected)
    if a.shape != b.shape:
        return False
    with np.errstate(all="ignore"):
        return bool((np.abs(a - b) <= atol + rtol * np.abs(b)).all())


def relation(
    actual: Array,
    expected: Array,
    rtol: float,
    atol: float,
    sizes: Mapping[str, int] = NO_SIZES,
) -> Iterator[str]:
    """Yield what can be said of the difference without giving the expected values away."""
    actual, expected = numbers(actual), numbers(expected)
    if (
        actual.ndim == 2
        and actual.shape[0] == actual.shape[1]
        and close(actual.T, expected, rtol, atol)
    ):
        yield "yours is the transpose of the right answer"
        return
    ratio = _constant_ratio(actual, expected, rtol, atol)
    # Any two numbers have some ratio: for a single one only a plain factor says anything.
    if ratio is not None and (actual.size > 1 or _is_plain(ratio)):
        subject = "every value" if actual.size > 1 else "it"
        factor = f"is {_factor(ratio, sizes)}"
        yield f"{subject} {'has the wrong sign' if ratio == -1 else factor}"
        return
    right = np.abs(actual - expected) <= atol + rtol * np.abs(expected)
    if actual.size > 1:
        yield f"{int(right.sum())} of {actual.size} values are right"


def _factor(ratio: float, sizes: Mapping[str, int]) -> str:
    """Say a ratio, as a size or one divided by a size where just one of them fits."""
    sign = "-" if ratio < 0 else ""
    for wanted, words in ((abs(ratio), ""), (1 / abs(ratio), "1/")):
        fitting = [n for n, size in sizes.items() if size > 1 and abs(wanted - size) < 1e-5 * size]
        if len(fitting) == 1:
            name = fitting[0]
            return f"{sign}{words}{name} times the right value ({name} is {sizes[name]})"
    return f"{ratio:.3g} times the right value"  # more digits could tell of hidden inputs


def _constant_ratio(actual: Array, expected: Array, rtol: float, atol: float) -> float | None:
    """Return c when ``actual = c * expected`` with c neither 0 nor 1, None otherwise."""
    with np.errstate(all="ignore"):
        denominator = float(np.vdot(expected, expected).real)
        if not denominator:
            return None
        ratio = float(np.vdot(expected, actual).real) / denominator
        if not np.isfinite(ratio) or abs(ratio) < 1e-12:
            return None
        same = close(actual, ratio * expected, max(rtol, 1e-9), atol * max(1.0, abs(ratio)))
    return (-1.0 if abs(ratio + 1) < 1e-6 else ratio) if same else None


def numbers(value: Any) -> Array:
    """Return an array that can be subtracted: bools cannot, and unsigned integers wrap around."""
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind in "biu" else array


def _is_plain(ratio: float) -> bool:
    """Whether a factor is a whole number or one divided by a whole number."""
    larger = max(abs(ratio), 1 / abs(ratio))
    return abs(larger - round(larger)) < 1e-5 * larger
