"""Services without a network, the time that passes in them, and grades to be pushed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from grader.export import Entry
from grader.lms.push.service import Service
from grader.model.feedback import feedback_for_student

if TYPE_CHECKING:
    from collections.abc import Callable

HOME = "https://lms.example.org"
NOON = datetime(2026, 11, 22, 12, 0, 0, 960_000, tzinfo=UTC)


class Clock:
    """A time of day that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = NOON + timedelta(hours=1), [0.0]

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(clock: Clock) -> Callable[..., Service]:
    """Return a function that makes a service of what answers requests."""

    def make(answer: Callable[[httpx.Request], httpx.Response], **options: Any) -> Service:
        secrets = options.pop("secrets", tuple)
        transport = httpx.MockTransport(answer)
        client = httpx.Client(base_url=HOME, transport=transport, **options)
        return Service(client, secrets=secrets, sleep=clock.sleep)

    return make


@pytest.fixture
def entry(make_report: Any) -> Callable[..., Entry]:
    """Return a function that makes an entry of so many checks passed of four, a point each."""

    def make(
        passed: int, student: str = "ada", graded_at: datetime = NOON, **identities: str
    ) -> Entry:
        outcomes = ["passed"] * passed + ["failed"] * (4 - passed)
        report = make_report(*outcomes, student=student, points=1.0, identities=identities)
        return Entry(feedback_for_student(report), graded_at)

    return make
