"""Several faults fail a check once, each under its own name."""

from __future__ import annotations

import numpy as np
import pytest

from grader.testing.failures import CheckFailed
from grader.testing.faults import Faults


def test_nothing_noted_nothing_failed() -> None:
    faults = Faults()
    faults.expect_shape(np.zeros((4, 1)), (4, 1), "b1")
    faults.report("the biases do not fit")


def test_sentences_are_gathered_by_misconception() -> None:
    faults = Faults()
    faults.expect_shape(np.zeros(4), (4, 1), "b1", {(4,): "bias-shape"})
    faults.expect_shape(np.zeros(2), (2, 1), "b2", {(2,): "bias-shape"})
    faults.expect_shape(np.zeros(3), (2, 3), "W2")
    faults.add(None, "something odd")
    with pytest.raises(CheckFailed) as failed:
        faults.report("the arrays do not fit", "initialize_parameters(3, 4, 2)")
    assert [d.misconception for d in failed.value.diagnoses] == ["bias-shape", "wrong-shape"]
    assert failed.value.feedback.splitlines() == [
        "the arrays do not fit",
        "  b1 has shape (4,) instead of (4, 1)",
        "  W2 has shape (3,) instead of (2, 3)",
        "  b2 has shape (2,) instead of (2, 1)",
        "  something odd",
        "  initialize_parameters(3, 4, 2)",
    ]
