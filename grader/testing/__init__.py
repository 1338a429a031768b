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
        misfits,
        uniform_cdf,
        uniform_range,
    )
    from grader.testing.draws import few, related, undrawn, undrawn_layers
    from grader.testing.failures import CheckFailed, Diagnosis, expect, expect_default, fail
    from grader.testing.faults import Faults
    from grader.testing.gradients import (
        consistency_explained,
        explain_consistency,
        fits_own_cost,
    )
    from grader.testing.layers import layers_present, listed, upright, wrong_layers
    from grader.testing.mistakes import Mistake, chosen, mistake_models
    from grader.testing.relations import close
    from grader.testing.spread import WeightLayer, weight_layers, wrong_spreads
    from grader.testing.statistics import (
        judge_centre,
        judge_neighbours,
        judge_relation,
        judge_scale,
        looks_drawn,
        root_mean_square,
        saturated_share,
        shared_draws,
        spread_in_words,
    )
    from grader.testing.symmetry import (
        MISCOUNTS,
        explain_group,
        labelled_network,
        near_copies,
        stays_symmetric,
        symmetric_groups,
    )

__all__ = [
    "MISCOUNTS",
    "CheckFailed",
    "Diagnosis",
    "Faults",
    "Mistake",
    "WeightLayer",
    "check",
    "chosen",
    "close",
    "consistency_explained",
    "expect",
    "expect_close",
    "expect_default",
    "expect_equal",
    "expect_shape",
    "expect_unchanged",
    "explain_consistency",
    "explain_group",
    "fail",
    "few",
    "fits_own_cost",
    "judge_centre",
    "judge_distribution",
    "judge_neighbours",
    "judge_range",
    "judge_relation",
    "judge_scale",
    "labelled_network",
    "layers_present",
    "listed",
    "looks_drawn",
    "misfits",
    "mistake_models",
    "near_copies",
    "related",
    "root_mean_square",
    "saturated_share",
    "shared_draws",
    "spread_in_words",
    "stays_symmetric",
    "symmetric_groups",
    "undrawn",
    "undrawn_layers",
    "uniform_cdf",
    "uniform_range",
    "upright",
    "weight_layers",
    "wrong_layers",
    "wrong_spreads",
]

_HOMES = {
    "checks": ("check",),
    "compare": ("expect_close", "expect_equal", "expect_shape", "expect_unchanged"),
    "distribution": (
        "judge_distribution",
        "judge_range",
        "misfits",
        "uniform_cdf",
        "uniform_range",
    ),
    "draws": ("few", "related", "undrawn", "undrawn_layers"),
    "failures": ("CheckFailed", "Diagnosis", "expect", "expect_default", "fail"),
    "faults": ("Faults",),
    "gradients": ("consistency_explained", "explain_consistency", "fits_own_cost"),
    "layers": ("layers_present", "listed", "upright", "wrong_layers"),
    "mistakes": ("Mistake", "chosen", "mistake_models"),
    "relations": ("close",),
    "spread": ("WeightLayer", "weight_layers", "wrong_spreads"),
    "statistics": (
        "judge_centre",
        "judge_neighbours",
        "judge_relation",
        "judge_scale",
        "looks_drawn",
        "root_mean_square",
        "saturated_share",
        "shared_draws",
        "spread_in_words",
    ),
    "symmetry": (
        "MISCOUNTS",
        "explain_group",
        "labelled_network",
        "near_copies",
        "stays_symmetric",
        "symmetric_groups",
    ),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
