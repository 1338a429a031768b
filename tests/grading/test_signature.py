"""Can a check read the defaults that a student wrote, and is the right side blamed if not?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.grade import Slot

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN = """
from grader.testing import check, fail

@check("Say the signature", points=1)
def test_signature(submission):
    fail(submission.signature("square"))
"""
STARTER = "def square(x):\n    raise NotImplementedError\n"


@pytest.fixture(scope="module")
def slot(tmp_path_factory: pytest.TempPathFactory, write_course: Any) -> Iterator[Slot]:
    """Start a slot whose one check fails with the signature."""
    root = tmp_path_factory.mktemp("course")
    with Slot(write_course(root, HIDDEN, starter=STARTER)) as started:
        yield started


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def square(x, n_h=10_000, lr=1.2): return x", "(x, n_h=10000, lr=1.2)"),
        ("def square(x=[], *a, k=None, **b): return x", "(x=..., *a, k=None, **b)"),
        ("square = lambda x: x", "(x)"),
        (STARTER, "square is not written yet"),
        ("def cube(x): return x", "there is no function square"),
        ("while", "there is no function square"),
    ],
)
def test_a_signature_is_told_or_what_stands_in_its_place(
    slot: Slot, make_answer: Any, code: str, said: str
) -> None:
    report = slot.grade("mini", make_answer(code))
    assert report.status == "graded"
    assert report.checks[0].feedback.splitlines()[0] == said


def test_a_worker_that_is_lost_while_reading_is_the_students_loss(
    slot: Slot, make_answer: Any
) -> None:
    report = slot.grade("mini", make_answer("import os\nclass A: os._exit(1)\n"))
    assert report.status == "graded"
    assert report.checks[0].outcome == "crashed"
