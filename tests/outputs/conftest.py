"""The sample class, graded once from each layout."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from classes import ROOT, packed, roster, sample

from grader.export import Entry
from grader.model.feedback import feedback_for_student
from grader.store import Store


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Entry]]:
    """Return a function from a layout to what the sample class, packed so, was graded."""
    scratch = tmp_path_factory.mktemp("outputs")
    folder, files = sample(scratch)
    (scratch / "roster.csv").write_text(roster(), "utf-8")

    @cache
    def grade(layout: str) -> list[Entry]:
        source = folder if layout == "plain" else packed(layout, files, scratch)
        out = scratch / f"out {layout}"
        options = ["--roster", str(scratch / "roster.csv"), "--out", str(out), "--course"]
        command = [sys.executable, "-m", "grader.cli", "grade", str(source), *options, str(ROOT)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=600)
        assert ended.returncode == 0, ended.stderr
        return entries(out, len(files))

    return grade


def entries(out: Path, count: int) -> list[Entry]:
    with Store(out / "store.sqlite", create=False) as store:
        found = [
            Entry(feedback_for_student(row.report), row.graded_at)
            for row in store.rows()
            if row.report is not None and row.graded_at is not None
        ]
    assert len(found) == count
    return found
