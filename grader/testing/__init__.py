"""What hidden tests import: checks, comparisons, statistics, mistake models, symmetry.

Names are loaded when they are first used, because pytest imports this package at every start to
find the plugin.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.testing.checks import check
    from grader.testing.compare import (
        close,
        expect_close,
        expect_equal,
        expect_shape,
        expect_unchanged,
    )
    from grader.testing.failures import CheckFailed, Diagnosis, expect, fail
    from grader.testing.mistakes import Mistake, mistake_models

__all__ = [
    "CheckFailed",
    "Diagnosis",
    "Mistake",
    "check",
    "close",
    "expect",
    "expect_close",
    "expect_equal",
    "expect_shape",
    "expect_unchanged",
    "fail",
    "mistake_models",
]

_HOMES = {
    "checks": ("check",),
    "compare": ("close", "expect_close", "expect_equal", "expect_shape", "expect_unchanged"),
    "failures": ("CheckFailed", "Diagnosis", "expect", "fail"),
    "mistakes": ("Mistake", "mistake_models"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
