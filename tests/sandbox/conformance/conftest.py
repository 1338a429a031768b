"""The conformance list as tests see it, and the answers of the machines it was tried on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import grader

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # what the programs in this folder import from each other

from combinations import LAYERS, Combination, combinations  # noqa: E402


class Answers:
    """What came of every attempt: outside of any sandbox, and in each combination."""

    def __init__(self, said: dict[str, dict[str, Any]]) -> None:
        self.cannot = {
            name: answer["cannot"] for name, answer in said.items() if "cannot" in answer
        }
        self.outside = {n: answer["outside"] for n, answer in said.items() if n not in self.cannot}
        self.rounds = {
            combination: answer
            for environment in self.outside
            for combination, answer in zip(
                _of(environment), said[environment]["rounds"], strict=True
            )
        }

    def ends(self, combination: Combination) -> dict[str, str]:
        """Return how each attempt ended in a combination."""
        ends: dict[str, str] = self.rounds[combination]["ends"]
        return ends

    def lacks(self, combination: Combination) -> str:
        """Return which of a combination's layers this machine lacks, and why; or nothing."""
        where = combination.environment
        if where in self.cannot:
            return f"no {where} here: {self.cannot[where]}"
        answer = self.rounds[combination]
        reasons = [
            f"{name} ({answer['reasons'].get(name)})"
            for name in combination.layers
            if name not in answer["layers"]
        ]
        return f"{where} lacks {', '.join(reasons)}" if reasons else ""


def _of(environment: str) -> list[Combination]:
    return [c for c in combinations() if c.environment == environment]


def _ask(environment: str) -> dict[str, Any]:
    request = {
        "environment": environment,
        "combinations": [combination.layers for combination in _of(environment)],
    }
    done = subprocess.run(
        [sys.executable, HERE / "host.py"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        # The very code that is tested, wherever another copy is installed.
        env=os.environ | {"PYTHONPATH": str(Path(grader.__file__).parents[1])},
    )
    assert done.returncode == 0, f"{environment}: {done.stderr}"
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="session")
def answers() -> Answers:
    """Try the whole list everywhere; two machines at a time, because there are two cores."""
    with ThreadPoolExecutor(2) as pool:
        return Answers(dict(zip(LAYERS, pool.map(_ask, LAYERS), strict=True)))
