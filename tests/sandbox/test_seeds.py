"""Are a submission's draws the same in every grading, and others in every call?"""

from __future__ import annotations

from typing import Any

import pytest

DRAWS = {
    "numpy": "np.random.rand(3).tolist()",
    "numpy, seeded without a seed": "(np.random.seed(), np.random.rand(3).tolist())[1]",
    "numpy, seeded by the name of old": "(seed(), np.random.rand(3).tolist())[1]",
    "default_rng": "np.random.default_rng().random(3).tolist()",
    "a Generator": "np.random.Generator(np.random.PCG64()).random(3).tolist()",
    "RandomState": "np.random.RandomState().rand(3).tolist()",
    "SeedSequence": "np.random.SeedSequence().generate_state(3).tolist()",
    "python": "[random.random() for _ in range(3)]",
    "python, seeded without a seed": "(random.seed(), [random.random() for _ in range(3)])[1]",
    "python, seeded by the name of old": "(plain_seed(), [random.random() for _ in range(3)])[1]",
    "order of a set": "list({'a', 'b', 'c', 'd', 'e'})",
}
IMPORTS = """
import random
from random import seed as plain_seed
import numpy as np
from numpy.random import seed
"""


@pytest.mark.parametrize("name", DRAWS)
def test_draws_are_repeated_by_a_regrade(submit: Any, name: str) -> None:
    code = f"{IMPORTS}\ndef f(): return {DRAWS[name]}\n"
    first, again = submit(code), submit(code)
    drawn = first.value("f", seed=1)
    assert again.value("f", seed=2) != drawn or name == "order of a set"
    assert again.value("f", seed=1) == drawn
    assert first.value("f", seed=1) == drawn


def test_a_seed_of_the_students_own_is_kept(submit: Any) -> None:
    draws = "return [np.random.rand(), random.random()]"
    student = submit(f"{IMPORTS}\ndef f(): np.random.seed(3); random.seed(4); {draws}\n")
    assert student.value("f", seed=1) == student.value("f", seed=2)


def test_a_submission_does_not_see_the_draws_of_another(submit: Any) -> None:
    one = submit(f"{IMPORTS}\ndef f(): np.random.seed = None; random.random = None; return 1\n")
    assert one.value("f") == 1
    other = submit(f"{IMPORTS}\ndef f(): return [np.random.rand(), random.random()]\n")
    assert len(other.value("f")) == 2
