"""Add up the chances, stated by statistical checks, of failing a right answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_ledgers: list[list[float]] = []


def spend(false_fail: float) -> None:
    """Note that a judgement may fail a right answer with at most this probability."""
    for ledger in _ledgers:
        ledger.append(false_fail)


@contextmanager
def budgeted() -> Iterator[list[float]]:
    """Collect what is spent while the block runs."""
    ledger: list[float] = []
    _ledgers.append(ledger)
    try:
        yield ledger
    finally:
        _ledgers.remove(ledger)
