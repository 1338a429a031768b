"""Is a layer claimed only when its trial was stopped, and is a missing one said with its reason?"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from typing import Any

import pytest

from grader.sandbox import bubblewrap
from grader.sandbox import forkserver as starting
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.syscalls import compile_filter
from grader.sandbox.worker_user import WorkerUser
from grader.worker.lockdown import landlock_abi


def bubblewrap_works() -> bool:
    """Whether bubblewrap makes any sandbox at all here."""
    command = [
        "bwrap",
        "--ro-bind",
        "/",
        "/",
        "--unshare-net",
        "--unshare-pid",
        sys.executable,
        "-V",
    ]
    if not bubblewrap.find():
        return False
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


# By layer: whether this machine has what it takes, found out in another way than the trials.
HAS = {
    "no_new_privs": lambda: sys.platform.startswith("linux"),
    "seccomp": lambda: compile_filter()[0] is not None,
    "landlock": lambda: landlock_abi() > 0,
    "namespaces": bubblewrap_works,
    "uid": lambda: os.getuid() == 0 and bubblewrap_works(),
}


@pytest.mark.parametrize("layer", HAS)
def test_what_this_machine_has_is_used(forkserver: Forkserver, layer: str) -> None:
    if not HAS[layer]():
        pytest.skip(
            f"this machine lacks a sandbox layer: {layer} ({forkserver.reasons.get(layer)})"
        )
    assert layer in forkserver.layers, forkserver.reasons.get(layer)


def test_a_filter_that_lets_all_through_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_all = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)
    monkeypatch.setattr(starting, "compile_filter", lambda: (allow_all, ""))
    with Forkserver() as started:
        assert "seccomp" not in started.layers
        assert started.reasons["seccomp"] == "a socket was opened under the filter"


@pytest.mark.parametrize(
    ("layer", "seen", "disabled", "reason"),
    [
        pytest.param(
            *("landlock", "/", ["namespaces"], "the root folder was read under the ruleset"),
            marks=pytest.mark.layers("landlock"),
        ),
        pytest.param(
            *("namespaces", str(bubblewrap.PACKAGE), [], "a file outside the sandbox can be seen"),
            marks=pytest.mark.layers("namespaces"),
        ),
    ],
)
def test_a_view_of_our_files_is_not_claimed(
    monkeypatch: pytest.MonkeyPatch, layer: str, seen: str, disabled: list[str], reason: str
) -> None:
    paths = [*bubblewrap.readable_paths(), seen]
    monkeypatch.setattr(bubblewrap, "readable_paths", lambda: paths)
    with Forkserver(disabled) as started:
        assert started.reasons[layer] == reason


@pytest.mark.layers("uid")
def test_the_same_user_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "reserve", lambda: WorkerUser(0))
    with Forkserver() as started:
        assert "could be signalled" in started.reasons["uid"]


def test_a_machine_without_libseccomp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "compile_filter", lambda: (None, "libseccomp is not here"))
    with Forkserver() as started:
        assert started.reasons["seccomp"] == "libseccomp is not here"


@pytest.mark.parametrize(
    ("program", "reason"), [(None, "not installed"), ("/bin/false", "does not start here")]
)
def test_a_machine_without_bubblewrap(
    monkeypatch: pytest.MonkeyPatch, submit: Any, program: str | None, reason: str
) -> None:
    monkeypatch.setattr(bubblewrap, "find", lambda: program)
    with Forkserver() as started, submit("def f(): return 1", started) as student:
        assert reason in started.reasons["namespaces"]
        assert student.value("f") == 1
