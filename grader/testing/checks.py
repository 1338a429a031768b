"""The `@check` decorator: points, title, hint, visibility and what a check needs first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Visibility = Literal["public", "hidden"]
Test = TypeVar("Test", bound=Callable[..., object])

ATTRIBUTE = "__grader_check__"
PREFIX = "test_"


@dataclass(frozen=True)
class Check:
    """A graded statement about a submission."""

    id: str
    title: str
    points: float
    hint: str
    needs: tuple[str, ...]
    visibility: Visibility | None
    """None: public in `exercises/`, hidden in `solutions/`."""


def check(
    title: str,
    *,
    points: float,
    hint: str = "",
    needs: Sequence[str | Callable[..., object]] = (),
    visibility: Visibility | None = None,
) -> Callable[[Test], Test]:
    """Make a test function a check.

    `needs` names checks (by id, or the functions themselves) that come earlier and must have
    passed; otherwise this one is ``not_run``. The check's id is the function's name without
    ``test_``. Raise ValueError when the title, the points or the name cannot be a check's.
    """
    if not title.strip():
        raise ValueError("a check needs a title")
    if not isinstance(points, int | float) or not 0 <= points < float("inf"):
        raise ValueError(f"points must be a finite number from 0 up, not {points!r}")

    def decorate(test: Test) -> Test:
        name = test.__name__
        if not name.startswith(PREFIX):
            raise ValueError(f"{name}: a check's function is called test_something")
        needed = tuple(_id(need) for need in needs)
        spec = Check(
            name.removeprefix(PREFIX), title.strip(), float(points), hint, needed, visibility
        )
        setattr(test, ATTRIBUTE, spec)
        return test

    return decorate


def check_of(test: Any) -> Check | None:
    """Return the check that a test function is, None when it is a plain test."""
    return getattr(test, ATTRIBUTE, None)


def _id(need: str | Callable[..., object]) -> str:
    name = need if isinstance(need, str) else need.__name__
    return name.removeprefix(PREFIX)
