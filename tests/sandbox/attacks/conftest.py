"""What the tests of attacks share: parameters from the corpus, slots, a naive grader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from attack_corpus import HERE, attacks

from grader.catalog import Course
from grader.grade import Slot
from grader.sandbox.deaths import WorkerLost
from grader.sandbox.layers import Level
from grader.wire.messages import Raised, Returned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.sandbox.forkserver import Forkserver

NAIVE = (HERE / "naive.py").read_text("utf-8")
ALL_POINTS = 99


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for an `attack` each entry of the tables that its module names."""
    aims = getattr(metafunc.module, "AIMS", ())
    found = {name: entry for aim in aims for name, entry in attacks(aim).items()}
    kinds = {
        "attack": lambda entry: True,
        "layered": lambda entry: "off" in entry,
        "unlayered": lambda entry: "off" not in entry and "control" not in entry,
        "handed_in": lambda entry: "make" in entry,
        "shown": lambda entry: entry.get("public", True),
        "in_small": lambda entry: "small" in entry,
        "in_class": lambda entry: "members" in entry,
    }
    for kind, belongs in kinds.items():
        if kind in metafunc.fixturenames:
            chosen = {name: entry for name, entry in found.items() if belongs(entry)}
            metafunc.parametrize(kind, chosen.values(), ids=chosen)


@pytest.fixture(scope="session")
def course() -> Course:
    """Return the course of this repository."""
    return Course(HERE.parents[2])


@pytest.fixture(scope="module")
def slots(course: Course) -> Iterator[Callable[..., Slot]]:
    """Return a function that gives a slot without some layers, one for each set of them."""
    started: dict[tuple[Any, ...], Slot] = {}

    def get(off: tuple[str, ...] = (), of: Course = course) -> Slot:
        if (off, of) not in started:
            started[off, of] = Slot(of, Level.PROCESS, off)
        return started[off, of]

    yield get
    for slot in started.values():
        slot.close()


@pytest.fixture
def needs(forkserver: Forkserver) -> Callable[[dict[str, Any]], None]:
    """Return a function that skips an attack when this machine has no layer that stops it."""

    def judge(attack: dict[str, Any]) -> None:
        stopping = attack.get("off", ()) or attack.get("layers", ())
        if stopping and not set(stopping).intersection(forkserver.layers):
            pytest.skip(f"this machine lacks a sandbox layer: {' or '.join(stopping)}")

    return judge


@pytest.fixture
def naive(submit: Any) -> Callable[[str], float | None]:
    """Return a function that gives the points of a naive grader, None when it gives no verdict."""

    def grade(source: str) -> float | None:
        student = submit(NAIVE, call_wall_seconds=2.5)
        try:
            ended = student.ask("grade", source)
            if isinstance(ended, Raised):
                return ALL_POINTS if (ended.type, ended.message) == ("SystemExit", "0") else None
            # Twice, because what replaces the sending of replies begins with the next but one.
            student.ask("verdict")
            reply = student.ask("verdict")
        except WorkerLost as lost:
            return ALL_POINTS if "exit code 0" in lost.detail else None
        finally:
            student.close()
        if not isinstance(reply, Returned) or type(reply.value) is not int:
            return None
        printed = re.findall(rb'"points": (\d+)', bytes(student.output))
        return max(reply.value, *map(int, printed), 0)

    return grade
