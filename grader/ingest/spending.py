"""What each of several owners has taken of something of which each may have so much.

Whose a file is may not be told yet when it is read. Then all are charged who may have to answer for
it: a student in full, a folder that may be one student's or a class's with a tenth, since a student
could give each file a name of its own.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

OF_A_STUDENT: Final = 1.0
OF_A_FOLDER: Final = 0.1

Owners = dict[object, float]
"""Who has to answer for what is taken, and for what part of it."""


class Spending:
    """What owners have taken, of which each may have `limit`."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._taken: dict[object, float] = defaultdict(float)

    def charge(self, owners: Owners, amount: float) -> None:
        """Note that something was taken."""
        for owner, part in owners.items():
            self._taken[owner] += part * amount

    def left(self, owners: Owners) -> float:
        """Return how much may still be taken: nothing or less when an owner has had enough."""
        return min(
            ((self._limit - self._taken[owner]) / part for owner, part in owners.items()),
            default=self._limit,
        )

    def is_over(self, owners: Owners) -> bool:
        """Whether an owner has taken all that it may."""
        return self.left(owners) <= 0
