"""The sample class, graded once from each layout."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from classes import grade, graded_rows, packed, roster, sample

from grader.export import Entry
from grader.model.feedback import feedback_for_student


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Entry]]:
    """Return a function from a layout to what the sample class, packed so, was graded."""
    scratch = tmp_path_factory.mktemp("outputs")
    folder, files = sample(scratch)
    (scratch / "roster.csv").write_text(roster(), "utf-8")

    @cache
    def of_layout(layout: str) -> list[Entry]:
        source = folder if layout == "plain" else packed(layout, files, scratch)
        out = scratch / f"out {layout}"
        ended = grade(source, out, "--roster", str(scratch / "roster.csv"))
        # One notebook of the sample was cut off: it has no points, and is listed.
        assert ended.returncode == 3, ended.stderr
        assert "not read (1):" in ended.stderr
        found = [
            Entry(feedback_for_student(row.report), row.graded_at)
            for row in graded_rows(out)
            if row.report is not None and row.graded_at is not None
        ]
        assert len(found) == len(files)
        return found

    return of_layout
