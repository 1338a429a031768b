"""Fewer tests than a whole product, where what is tried does not depend on three things at once."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def in_pairs(*dimensions: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Return rows of a product in which each two values of two dimensions meet.

    Rows of which more pairs are new are taken first.
    """
    rows = {row: {*combinations(enumerate(row), 2)} for row in product(*dimensions)}
    missing = set[Any]().union(*rows.values())
    found = []
    for new in range(len(next(iter(rows.values()))), 0, -1):
        for row, pairs in rows.items():
            if len(pairs & missing) >= new:
                found.append(row)
                missing -= pairs
    return found
