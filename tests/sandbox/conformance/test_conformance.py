"""Does each sandbox show the behaviours that its layers promise, on all machines that may be?

One list of attempts (`list/*.toml`), one of combinations of layers (`combinations.py`). Where a
layer is on that stops an attempt, the attempt is stopped. Where none is, it must succeed: a known
gap, a strict expected failure that names what is missing, and the proof that the attempt is real.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attempts import Attempt, load
from combinations import LAYERS, LEFT_ON, Combination, combinations

from grader.sandbox.layers import LAYERS as ALL_LAYERS
from grader.worker.lockdown import landlock_abi

if TYPE_CHECKING:
    from collections.abc import Iterator

ATTEMPTS = [attempt for attempt in load() if not attempt.honest]
HONEST = [attempt for attempt in load() if attempt.honest]
COMBINATIONS = list(combinations())
LANDLOCK = landlock_abi()


class Reached(Exception):
    """Attempts got where no layer is that would stop them."""


def is_stopped(attempt: Attempt, combination: Combination) -> bool:
    stoppers = combination.stoppers(LANDLOCK)
    return not attempt.stopped_by or not stoppers.isdisjoint(attempt.stopped_by)


def _ends(answers: Any, combination: Combination) -> dict[str, str]:
    """Return how each attempt ended; skip when this machine cannot make the combination."""
    if lacking := answers.lacks(combination):
        pytest.skip(lacking)
    return answers.ends(combination)


@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_attempts_are_stopped(answers: Any, combination: Combination) -> None:
    ends = _ends(answers, combination)
    wanted = [a.name for a in ATTEMPTS if is_stopped(a, combination)]
    assert {name: ends[name] for name in wanted if not ends[name].startswith("stopped")} == {}


@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_honest_code_works(answers: Any, combination: Combination) -> None:
    ends = _ends(answers, combination)
    assert {a.name: ends[a.name] for a in HONEST if ends[a.name] != "reached: True"} == {}


def _gaps() -> Iterator[Any]:
    for layers in dict.fromkeys(attempt.stopped_by for attempt in ATTEMPTS if attempt.stopped_by):
        group = [attempt for attempt in ATTEMPTS if attempt.stopped_by == layers]
        names = " or ".join(layers)
        reason = f"needs {names}; without, {len(group)} of the list get through"
        mark = pytest.mark.xfail(strict=True, raises=Reached, reason=reason)
        yield pytest.param(group, id=names, marks=mark)


@pytest.mark.parametrize("group", list(_gaps()))
def test_gaps(answers: Any, group: list[Attempt]) -> None:
    where = [c for c in COMBINATIONS if not is_stopped(group[0], c) and not answers.lacks(c)]
    ends = {
        (str(combination), attempt.name): answers.ends(combination)[attempt.name]
        for attempt in group
        for combination in where
        if not answers.outside[combination.environment][attempt.name].startswith("stopped")
    }
    if not ends:
        pytest.skip("this machine cannot do without these layers, or stops the same by itself")
    unexpected = {key: end for key, end in ends.items() if not end.startswith("reached")}
    assert unexpected == {}, "a gap is closed: name the layer that closes it in the list"
    raise Reached(*ends)


@pytest.mark.parametrize("environment", LAYERS)
def test_attempts_succeed_without_a_sandbox(answers: Any, environment: str) -> None:
    if reason := answers.cannot.get(environment):
        pytest.skip(f"no {environment} here: {reason}")
    outside = answers.outside[environment]
    ends = {attempt.name: outside[attempt.name] for attempt in [*ATTEMPTS, *HONEST]}
    assert {n: e for n, e in ends.items() if not e.startswith(("reached", "stopped"))} == {}
    if stopped := ", ".join(name for name, end in ends.items() if end.startswith("stopped")):
        pytest.skip(f"{environment}: proven but for what the machine itself stops there: {stopped}")


@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_a_combination_is_what_it_says(answers: Any, combination: Combination) -> None:
    _ends(answers, combination)
    answer = answers.rounds[combination]
    assert set(answer["layers"]) == {*LEFT_ON, *combination.layers}
    assert {*answer["layers"], *answer["reasons"]} == set(ALL_LAYERS)


def test_layers_that_stop_an_attempt_exist() -> None:
    circumstances = {"root", "user", "own users", "landlock 4", "landlock 6"}
    named = {name for attempt in ATTEMPTS for name in attempt.stopped_by}
    assert named - circumstances == set(ALL_LAYERS) - set(LEFT_ON)
