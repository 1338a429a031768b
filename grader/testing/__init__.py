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
        expect_close,
        expect_equal,
        expect_shape,
        expect_unchanged,
    )
    from grader.testing.distribution import (
        judge_distribution,
        judge_range,
        uniform_cdf,
        uniform_range,
    )
    from grader.testing.failures import CheckFailed, Diagnosis, expect, fail
    from grader.testing.faults import Faults
    from grader.testing.mistakes import Mistake, mistake_models
    from grader.testing.relations import close
    from grader.testing.statistics import (
        SPREAD_RULES,
        judge_centre,
        judge_neighbours,
        judge_relation,
        judge_scale,
        looks_drawn,
        matching_rule,
        root_mean_square,
        saturated_share,
        shared_draws,
    )
    from grader.testing.symmetry import explain_group, stays_symmetric, symmetric_groups

__all__ = [
    "SPREAD_RULES",
    "CheckFailed",
    "Diagnosis",
    "Faults",
    "Mistake",
    "check",
    "close",
    "expect",
    "expect_close",
    "expect_equal",
    "expect_shape",
    "expect_unchanged",
    "explain_group",
    "fail",
    "judge_centre",
    "judge_distribution",
    "judge_neighbours",
    "judge_range",
    "judge_relation",
    "judge_scale",
    "looks_drawn",
    "matching_rule",
    "mistake_models",
    "root_mean_square",
    "saturated_share",
    "shared_draws",
    "stays_symmetric",
    "symmetric_groups",
    "uniform_cdf",
    "uniform_range",
]

_HOMES = {
    "checks": ("check",),
    "compare": ("expect_close", "expect_equal", "expect_shape", "expect_unchanged"),
    "distribution": ("judge_distribution", "judge_range", "uniform_cdf", "uniform_range"),
    "failures": ("CheckFailed", "Diagnosis", "expect", "fail"),
    "faults": ("Faults",),
    "mistakes": ("Mistake", "mistake_models"),
    "relations": ("close",),
    "statistics": (
        "SPREAD_RULES",
        "judge_centre",
        "judge_neighbours",
        "judge_relation",
        "judge_scale",
        "looks_drawn",
        "matching_rule",
        "root_mean_square",
        "saturated_share",
        "shared_draws",
    ),
    "symmetry": ("explain_group", "stays_symmetric", "symmetric_groups"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
