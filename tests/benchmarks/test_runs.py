"""Does the benchmark run to its end? It asserts no time, and this does not either."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).with_name("bench_grading.py")


def test_every_figure_is_printed() -> None:
    command = [sys.executable, str(BENCHMARK), "--students", "2", "--repeats", "2"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    figures = ("one submission, one slot", "as a multiple", "peak memory", "--jobs 2", "check FILE")
    for figure in figures:
        assert re.search(rf"{figure}.*\d", ended.stdout)
