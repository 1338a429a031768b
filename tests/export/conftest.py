"""Entries for exporters."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.export import Entry
from grader.model.feedback import feedback_for_student

NOON = datetime(2026, 11, 22, 12, 0, 0, 960_000, tzinfo=UTC)


@pytest.fixture(scope="session")
def entry(make_report):
    """Return a function that makes an entry from outcomes."""

    def make(*outcomes, graded_at=NOON, **options):
        return Entry(feedback_for_student(make_report(*outcomes, **options)), graded_at)

    return make
