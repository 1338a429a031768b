"""Are a machine's layers summed up rightly, and is too little isolation refused with advice?"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest

from grader.errors import IsolationTooLow
from grader.sandbox import doctor
from grader.sandbox.doctor import Findings, examine
from grader.sandbox.layers import DEFAULT_LEVEL, LAYERS, Level, advice, missing, reached, require

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

ALWAYS = ("process", "limits")
REASONS = {
    "landlock": "the kernel has no Landlock",
    "namespaces": "bubblewrap does not start here: No permissions to create new namespace",
    "uid": "not needed: the grader does not run as root",
}


@pytest.mark.parametrize(
    ("layers", "level"),
    [
        ((), "process"),
        (("no_new_privs", "landlock", "namespaces"), "process"),
        (("seccomp",), "process"),
        (("no_new_privs", "seccomp"), "syscalls"),
        (("no_new_privs", "seccomp", "uid"), "syscalls"),
        (("no_new_privs", "seccomp", "landlock"), "filesystem"),
        (("no_new_privs", "seccomp", "namespaces"), "filesystem"),
        (("no_new_privs", "seccomp", "namespaces", "landlock"), "full"),
    ],
)
def test_the_level_that_layers_reach(layers: tuple[str, ...], level: str) -> None:
    assert reached((*ALWAYS, *layers)) == level


def test_each_level_demands_what_the_ones_below_it_do() -> None:
    combinations = itertools.chain.from_iterable(
        itertools.combinations(LAYERS, count) for count in range(len(LAYERS) + 1)
    )
    for active in combinations:
        held = [not missing(level, active) for level in Level]
        assert held == sorted(held, reverse=True), active


def test_what_is_missing_is_said_with_how_to_get_it(snapshot: SnapshotAssertion) -> None:
    active = (*ALWAYS, "no_new_privs", "seccomp")
    require(Level.SYSCALLS, active, REASONS)
    with pytest.raises(IsolationTooLow) as refused:
        require(Level.FULL, active, REASONS)
    assert str(refused.value) == snapshot
    with pytest.raises(IsolationTooLow) as refused:
        require(DEFAULT_LEVEL, active, REASONS)
    assert str(refused.value) == snapshot


@pytest.mark.parametrize(
    ("layer", "reason", "remedy"),
    [
        ("namespaces", "bubblewrap is not installed", "apt install bubblewrap"),
        (
            "namespaces",
            "bubblewrap does not start here: Permission denied",
            "allow user namespaces",
        ),
        ("namespaces", "only Linux has them", "grade on Linux"),
        ("namespaces", "a file outside the sandbox can be seen", None),
        ("seccomp", "the package pyseccomp is not installed", "pip install pyseccomp"),
        ("seccomp", "libseccomp.so.2: cannot open shared object file", "apt install libseccomp2"),
        ("seccomp", "a socket was opened under the filter", None),
        ("landlock", "the kernel has no Landlock", "Linux 5.13"),
        ("landlock", "[Errno 9] Bad file descriptor", None),
        ("uid", "the Python installation must be readable by other users: no", "every user can"),
        ("uid", "not needed: the grader does not run as root", None),
    ],
)
def test_advice_fits_the_reason(layer: str, reason: str, remedy: str | None) -> None:
    given = advice(layer, reason)
    assert given is None if remedy is None else remedy in str(given)


def test_where_nobody_knows_what_to_do_nothing_is_advised() -> None:
    with pytest.raises(IsolationTooLow) as refused:
        require(DEFAULT_LEVEL, (*ALWAYS, "no_new_privs", "seccomp"), {"landlock": "[Errno 5] no"})
    assert "landlock: [Errno 5] no\n" in str(refused.value)
    assert "to get it" not in str(refused.value)


def test_findings_in_words(monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion) -> None:
    for name, value in {"system": "Linux", "release": "6.1", "python_version": "3.12.1"}.items():
        monkeypatch.setattr(doctor.platform, name, lambda value=value: value)
    poor = Findings((*ALWAYS, "no_new_privs", "seccomp"), REASONS)
    rich = Findings(tuple(LAYERS), {})
    assert poor.text() == snapshot(name="poor")
    assert rich.text() == snapshot(name="rich")


def test_this_machine(forkserver: object) -> None:
    found = examine()
    assert found.active == forkserver.layers  # type: ignore[attr-defined]
    data = json.loads(json.dumps(found.as_dict()))
    assert list(data["layers"]) == list(LAYERS)
    for name, layer in data["layers"].items():
        assert layer["active"] == (name in found.active)
        assert bool(layer["reason"]) != layer["active"]
