"""Compare validated student data with what is expected, and say how they differ.

Each expectation passes silently or fails the running check. Shape is judged before value, a known
mistake is named before a general difference is described, and lines for the student never hold
expected values: those go to staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

import numpy as np

from grader.testing.brief import brief
from grader.testing.failures import Diagnosis, fail
from grader.testing.mistakes import Mistake, indistinguishable
from grader.testing.relations import ATOL, NO_SIZES, RTOL, Array, close, numbers, relation

Explanation = tuple[str, list[str], list[Diagnosis]]
"""A headline, lines for the student, and what the mistake is called."""

FLOAT32_RTOL: Final = 1e-4
SHOWN: Final = 6


class Audit(Protocol):
    """Told of every comparison that carries mistake models; `grader verify` listens."""

    def __call__(self, name: str, pairs: list[tuple[str, str]]) -> None:
        """Take the pairs of models of the quantity `name` that give the same numbers."""


_audits: list[Audit] = []


class audited:  # noqa: N801
    """While entered, prove for each comparison that its mistake models can be told apart."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def __enter__(self) -> None:
        _audits.append(self._audit)

    def __exit__(self, *_: object) -> None:
        _audits.remove(self._audit)


def expect_shape(
    actual: Any,
    shape: tuple[int, ...],
    name: str,
    *,
    misconception: str = "wrong-shape",
    why: str = "",
) -> None:
    """Fail unless `actual` has `shape`; `misconception` names what that mistake is."""
    has = np.shape(actual)
    if has == tuple(shape):
        return
    sentence = f"{name} has shape {has} instead of {tuple(shape)}"
    fail(
        sentence,
        *([why] if why else []),
        diagnoses=[Diagnosis(misconception, name=name, shape=list(has), expected=list(shape))],
    )


def expect_close(
    actual: Any,
    expected: Any,
    name: str,
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
    mistakes: Iterable[Mistake] = (),
    shape_misconception: str = "wrong-shape",
    sizes: Mapping[str, int] = NO_SIZES,
    reveal: bool = False,
) -> None:
    """Fail unless `actual` equals `expected`: every entry within ``atol + rtol * |expected|``.

    float32 and float16 results are compared at 1e-4. `mistakes` are looked at only when the values
    differ; the first that has these numbers names them. A wrong shape with the right values is
    said to be that, and named `shape_misconception`. `sizes` are the call's sizes by name: a result
    that is one of them times the right value, or one of them too small, is said to be so. `reveal`
    shows the student both values: only for public checks.
    """
    got, right = numbers(actual), numbers(expected)
    if got.dtype.kind == "f" and got.dtype.itemsize < 8:
        rtol, atol = max(rtol, FLOAT32_RTOL), max(atol, FLOAT32_RTOL * _scale(right))
    if _audits:
        mistakes = list(mistakes)
        pairs = indistinguishable(mistakes, right, rtol, atol)
        for audit in _audits:
            audit(name, pairs)
    if got.shape == right.shape and close(got, right, rtol, atol):
        return
    headline, lines, diagnoses = (
        _known_mistake(got, right, mistakes, name, rtol, atol, shape_misconception)
        or _other_shape(got, right, name, rtol, atol, shape_misconception)
        or _other_values(right, name, relation(got, right, rtol, atol, sizes))
    )
    values = [f"expected: {show(right)}", f"yours:    {show(got)}"]
    shown, staff = (values, []) if reveal else ([], values)
    fail(headline, *lines, *shown, staff=staff, diagnoses=diagnoses)


def expect_equal(actual: Any, expected: Any, name: str, *, reveal: bool = False) -> None:
    """Fail unless two plain values (numbers, strings, tuples) are equal; arrays equal none.

    `reveal` shows the student both: only for public checks, since a result can carry inputs.
    """
    try:
        if bool(actual == expected):
            return
    except ValueError:  # somewhere in it is an array, which numpy compares entry by entry
        pass
    values = [f"expected: {brief(expected)}", f"yours:    {brief(actual)}"]
    shown, staff = (values, []) if reveal else ([], values)
    fail(f"{name} is not what it should be", *shown, staff=staff)


def expect_unchanged(submission: Any, *, misconception: str = "mutates-input") -> None:
    """Fail when the submission's last call changed its arguments in place."""
    changed = submission.changed
    if changed:
        names = ", ".join(changed)
        fail(
            f"the caller's {names} changed during the call",
            "work on a copy: the caller still needs the old values",
            diagnoses=[Diagnosis(misconception, arguments=list(changed))],
        )


def show(array: Array) -> str:
    """Show a small array on one line, a large one by its first values."""
    flat = array.ravel()
    values = ", ".join(f"{value:.6g}" for value in flat[:SHOWN].tolist())
    more = f", … ({flat.size} values)" if flat.size > SHOWN else ""
    return f"[{values}{more}] shape {array.shape}" if array.shape else values


def _known_mistake(
    got: Array,
    right: Array,
    mistakes: Iterable[Mistake],
    name: str,
    rtol: float,
    atol: float,
    shape_misconception: str,
) -> Explanation | None:
    ids = _matching(got, right, mistakes, rtol, atol, shape_misconception)
    if not ids:
        return None
    first, *others = ids
    cause = "these mistakes together give" if others else "this mistake gives"
    sentence = f"{name} equals, number for number, what {cause}"
    diagnoses = [Diagnosis(first, sentence, name=name)]
    diagnoses += [Diagnosis(other, name=name) for other in others]
    if got.shape != right.shape:
        return f"{name} has shape {got.shape} instead of {right.shape}", [], diagnoses
    return f"{name} has wrong values" if right.shape else f"{name} is wrong", [], diagnoses


def _matching(
    got: Array,
    right: Array,
    mistakes: Iterable[Mistake],
    rtol: float,
    atol: float,
    shape_misconception: str,
) -> tuple[str, ...]:
    """Return the misconceptions whose value `got` is; none when no model has these numbers."""
    reshaped: tuple[str, ...] = ()
    for mistake in mistakes:
        wrong = np.asarray(mistake.value)
        if close(got, wrong, rtol, atol):
            return mistake.ids
        # A mistake's numbers in a shape of their own are two mistakes, unless a model of just that
        # shape (a transpose, say) is still to come. Models of other shapes say nothing about it.
        fits = not reshaped and wrong.shape == right.shape != got.shape and wrong.size == got.size
        if fits and close(got.ravel(), wrong.ravel(), rtol, atol):
            reshaped = (*mistake.ids, shape_misconception)
    return reshaped


def _other_shape(
    got: Array, right: Array, name: str, rtol: float, atol: float, misconception: str
) -> Explanation | None:
    if got.shape == right.shape:
        return None
    flat = got.size == right.size and close(got.ravel(), right.ravel(), rtol, atol)
    turned = got.ndim == 2 and got.T.shape == right.shape and close(got.T, right, rtol, atol)
    words = "right values, wrong shape" if flat or turned else "wrong shape"
    diagnosis = Diagnosis(
        misconception if flat or turned else "wrong-shape",
        name=name,
        shape=list(got.shape),
        expected=list(right.shape),
    )
    lines = ["it is the transpose of the right answer"] if turned and not flat else []
    return f"{name}: {words} {got.shape} instead of {right.shape}", lines, [diagnosis]


def _other_values(right: Array, name: str, words: Iterator[str]) -> Explanation:
    headline = f"{name} has the right shape {right.shape} but wrong values"
    return headline if right.shape else f"{name} is wrong", [*words], []


def _scale(array: Array) -> float:
    return float(np.abs(array).max(initial=0.0))
