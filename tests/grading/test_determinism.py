"""Is the same submission given the same report, byte for byte, timings aside?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.grade import Slot
from grader.model.report import report_json
from grader.testing.proxy import derive_seed

MEASURED = {"wall_seconds", "cpu_seconds", "peak_memory_mib"}
ANSWERS = {
    "right": "import numpy as np\ndef square(x): return x**2\n",
    "random": "import numpy as np\ndef square(x): return np.random.default_rng().random(x.shape)\n",
    "raises with its address": "def square(x): raise ValueError(object())\n",
    "sets": "def square(x): raise ValueError({'a', 'b', 'c'})\n",
    "hangs": "def square(x):\n    while True: pass\n",
    "crashes": "import os\ndef square(x): os._exit(1)\n",
    "unreadable": "def square(x",
}


def settled(report: Any) -> str:
    text = report_json(report)
    data = json.loads(text)
    for name in MEASURED:
        text = text.replace(f'"{name}": {json.dumps(data["execution"][name])}', f'"{name}": 0')
    return text


@pytest.mark.parametrize("name", ANSWERS)
def test_grading_twice_gives_the_same_bytes(slot: Slot, make_answer: Any, name: str) -> None:
    answer = make_answer(ANSWERS[name])
    first = slot.grade("mini", answer)
    slot.grade("mini", make_answer(ANSWERS["right"]))
    assert settled(slot.grade("mini", answer)) == settled(first)


def test_another_slot_gives_the_same_bytes(slot: Slot, make_answer: Any) -> None:
    answer = make_answer(ANSWERS["random"])
    with Slot(slot.course) as other:
        assert settled(other.grade("mini", answer)) == settled(slot.grade("mini", answer))


def test_inputs_differ_between_submissions_and_secrets() -> None:
    seeds = {derive_seed(*parts) for parts in [("", "a", "1"), ("", "a", "2"), ("s", "a", "1")]}
    seeds |= {derive_seed("", "a1", ""), derive_seed("", "a", "1", "")}
    assert len(seeds) == 5
    assert all(0 <= seed < 2**63 for seed in seeds)
