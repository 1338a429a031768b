"""Which exercises a class is asked for, as far as what its students handed in tells it.

What most of them handed in, the class is asked for. What few handed in counts for these alone: so
no student makes an exercise another's, nor do several who are fewer than the others.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_FEW: Final = 0.1
"""The part of a class that may hand in something else where it is asked for one exercise."""


def asked_of_most(handed: Iterable[Collection[str]], of: int = 0) -> set[str]:
    """Return what more than half of the students handed in.

    of: the number of students; those who handed in anything, when it is 0.
    """
    counts, number = _counted(handed)
    return {exercise for exercise, count in counts.items() if 2 * count > (of or number)}


def asked_alone(handed: Iterable[Collection[str]], known: Collection[str] = ()) -> str:
    """Return the only exercise that a class is asked for, with what is known of it, or nothing.

    Whoever handed in something else is alone in that, or one of few.
    """
    each = [*handed]
    counts, number = _counted(each)
    told = asked_of_most(each) | {*known}
    most = max((counts[other] for other in counts.keys() - told), default=0)
    return next(iter(told)) if len(told) == 1 and most <= max(1, _FEW * number) else ""


def _counted(handed: Iterable[Collection[str]]) -> tuple[Counter[str], int]:
    each = [{*exercises} for exercises in handed if exercises]
    return Counter(exercise for exercises in each for exercise in exercises), len(each)
