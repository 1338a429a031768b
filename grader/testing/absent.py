"""Explain why a function of the contract is not there, by what stands where it should be."""

from __future__ import annotations

from collections.abc import Iterable

from grader.model.exercise import Function
from grader.sandbox.definitions import Definitions, Found
from grader.source import Misplaced
from grader.testing.failures import CheckFailed, Diagnosis
from grader.testing.lacks import why_unbound


def not_written(function: Function, found: Found, misplaced: Iterable[Misplaced]) -> CheckFailed:
    """Return the failure for a function in which nothing was filled in."""
    # The stub itself may stand under a magic.
    others = [one for one in misplaced if not one.is_under_magic]
    return CheckFailed(
        f"{function.name} is not written yet",
        [f"it is still as it was given out ({found.place})", *_elsewhere(function, others)],
        diagnoses=[Diagnosis("not-implemented", function=function.name)],
    )


def missing(
    function: Function, definitions: Definitions, misplaced: Iterable[Misplaced]
) -> CheckFailed:
    """Return the failure for a function that nothing defines."""
    name, names = function.name, (function.name, *function.aliases)
    if broken := definitions.broken_at(names):
        return CheckFailed(
            f"{name} could not be read: {broken.place} is not valid Python",
            [broken.message[:200]],
            diagnoses=[Diagnosis("syntax-error", place=broken.place)],
        )
    if failed := definitions.failed_at(names):
        return CheckFailed(
            f"{name} could not be defined ({failed.place})",
            [failed.error[:200], *why_unbound(failed.error, definitions)],
            diagnoses=[Diagnosis("raises-exception", place=failed.place)],
            outcome="error",
        )
    if elsewhere := _elsewhere(function, misplaced):
        return CheckFailed(
            f"{name} is not part of your code",
            elsewhere,
            diagnoses=[Diagnosis("not-implemented", function=name)],
        )
    others = ", ".join(sorted(definitions.functions)[:8]) or "none"
    return CheckFailed(
        f"there is no function {name}",
        [f"expected: def {function.signature}", f"functions found: {others[:160]}"],
        diagnoses=[Diagnosis("function-missing", function=name)],
    )


def _elsewhere(function: Function, misplaced: Iterable[Misplaced]) -> list[str]:
    """Say where a function stands that Jupyter does not execute, or not as Python."""
    names = (function.name, *function.aliases)
    found = next((one for one in misplaced if one.name in names), None)
    if found is None:
        return []
    if found.is_under_magic:
        told = f"begins with {found.kind}: take that line away"
    else:
        told = f"is a {found.kind} cell: change its type to Code"
    return [f"the function is in {found.label}, which {told}"]
