"""Does an attack on time, memory or output end by its limit, and is the next submission well?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attack_corpus import source

from grader.sandbox.deaths import WorkerLost
from grader.sandbox.forkserver import Forkserver
from grader.wire.messages import NotSent, Raised

if TYPE_CHECKING:
    from collections.abc import Iterator

AIMS = ("limits",)


@pytest.fixture(scope="module")
def bare() -> Iterator[Forkserver]:
    """Start a forkserver whose workers may start processes."""
    with Forkserver(disabled=["seccomp"]) as started:
        yield started


def end_of(student: Any, attack: dict[str, Any]) -> str:
    """Return how the last call ended: an outcome, an exception, why it was not sent, or well."""
    ends = "well"
    for _ in range(attack.get("calls", 1)):
        try:
            reply = student.ask("f")
        except WorkerLost as lost:
            ends = lost.outcome
        else:
            match reply:
                case Raised(kind, said) if said != attack.get("said"):
                    ends = kind
                case NotSent(reason):
                    ends = reason
                case _:
                    ends = "well"
    return ends


def test_it_ends_by_its_limit(submit: Any, needs: Any, attack: dict[str, Any]) -> None:
    needs(attack)
    assert end_of(submit(source("limits", attack), **attack["limits"]), attack) == attack["ends"]
    assert submit("def f(): return 5").value("f") == 5


def test_without_the_limit_it_ends_well(
    submit: Any, bare: Forkserver, unlayered: dict[str, Any]
) -> None:
    room = {"call_wall_seconds": 30} | unlayered["room"]
    assert end_of(submit(source("limits", unlayered), **room), unlayered) == "well"


def test_without_its_layers_it_ends_well(
    submit: Any, bare: Forkserver, layered: dict[str, Any]
) -> None:
    assert end_of(submit(source("limits", layered), bare, **layered["limits"]), layered) == "well"
