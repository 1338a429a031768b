"""Which exercises a class is asked for, as far as what its students handed in tells it.

What most of them handed in is what a file that tells nothing may be taken for. Points that can be
reached are a milder matter, since few may have done what is hard: a tenth is enough, and what fewer
handed in counts for these alone. So no student makes an exercise another's.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_FEW: Final = 0.1
"""The part of a class that may hand in something else, and changes nobody's row by it."""


def asked_of_most(handed: Iterable[Collection[str]], of: int = 0) -> set[str]:
    """Return what more than half of the students handed in.

    of: the number of students; those who handed in anything, when it is 0.
    """
    counts, number = _counted(handed)
    return {exercise for exercise, count in counts.items() if 2 * count > (of or number)}


def due_from_all(handed: Iterable[Collection[str]]) -> set[str]:
    """Return what is in the maximum of everybody: what no fewer than a tenth handed in."""
    counts, number = _counted(handed)
    return {exercise for exercise, count in counts.items() if count >= _FEW * number}


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
