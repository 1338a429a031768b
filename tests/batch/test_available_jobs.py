"""Are jobs counted wherever the processors of this process can, or cannot, be told?"""

from __future__ import annotations

import os
from typing import Any

import pytest

from grader.executors import available_jobs


def test_a_job_for_each_processor_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 3, 5}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert available_jobs() == 3


@pytest.mark.parametrize(
    "error", [PermissionError(1, "not permitted"), OSError(38, "not implemented"), AttributeError()]
)
@pytest.mark.parametrize(("count", "jobs"), [(4, 4), (None, 1)])
def test_where_it_is_refused_all_processors_count(
    monkeypatch: pytest.MonkeyPatch, error: Exception, count: int | None, jobs: int
) -> None:
    def refuse(_: Any) -> Any:
        raise error

    monkeypatch.setattr(os, "sched_getaffinity", refuse, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert available_jobs() == jobs


def test_where_there_is_no_such_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert available_jobs() == 2
