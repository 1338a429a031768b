"""Does each layer stop what it is there to stop, and would that get through without the layer?

Every attempt is made twice, with all other layers off that would stop it too: with the layer, and
without it.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.sandbox import bubblewrap
from grader.sandbox import forkserver as starting
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Without = Callable[..., Forkserver]


@pytest.fixture(scope="module")
def without() -> Iterator[Without]:
    """Return a function that gives a forkserver without some layers, one for each set of them."""
    started: dict[frozenset[str], Forkserver] = {}

    def get(*names: str) -> Forkserver:
        key = frozenset(names)
        if key not in started:
            started[key] = Forkserver(disabled=names)
        return started[key]

    yield get
    for forkserver in started.values():
        forkserver.close()


@pytest.fixture(scope="module")
def targets() -> Iterator[dict[str, Any]]:
    """Make what attempts may aim at: our own pid, an open port, a folder for everybody."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        yield {"pid": os.getpid(), "port": port, "folder": str(folder)}
    shutil.rmtree(folder)


IMPORTS = """
import ctypes, os, resource, signal, socket
def libc(name, *arguments):
    if getattr(ctypes.CDLL(None), name)(*arguments) < 0:
        raise PermissionError(name)
def execute():
    try:
        os.execv("/no/such/program", ["program"])
    except FileNotFoundError:
        pass
def fork():
    if not os.fork():
        os._exit(0)
"""
# The layer, the other layers that would stop it, and the attempt.
ATTEMPTS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "open a socket": ("seccomp", (), "socket.socket().close()"),
    "open a pair of sockets": ("seccomp", (), "socket.socketpair()"),
    "start a process": ("seccomp", (), "fork()"),
    "start a program": ("seccomp", (), "execute()"),
    "signal itself": ("seccomp", (), "os.kill(os.getpid(), 0)"),
    "be traced": ("seccomp", (), "libc('ptrace', 0, 0, 0, 0)"),
    "make memory that is a file": ("seccomp", (), "os.memfd_create('m')"),
    "change its priority": ("seccomp", (), "os.nice(1)"),
    "read a file of the system": ("landlock", ("namespaces",), "open('/etc/passwd').read()"),
    "list a folder": ("landlock", ("namespaces",), "os.listdir('/')"),
    "list processes": ("landlock", ("namespaces",), "os.listdir('/proc')"),
    "make a file": ("landlock", ("namespaces",), "open(x['folder'] + '/new', 'w').close()"),
    "see a file of the system": ("namespaces", ("landlock",), "os.stat('/etc/passwd')"),
    "see a process of ours": ("namespaces", ("landlock",), "os.stat(f'/proc/{x[\"pid\"]}')"),
    "connect": (
        "namespaces",
        ("seccomp", "landlock"),
        "socket.create_connection(('127.0.0.1', x['port'])).close()",
    ),
    "signal the forkserver": ("uid", ("seccomp", "landlock"), "os.kill(os.getppid(), 0)"),
}


def attempt(submit: Any, using: Forkserver, what: str, targets: dict[str, Any]) -> str:
    code = f"{IMPORTS}\ndef f(x):\n    try:\n        {what}\n"
    code += "    except OSError as error:\n        return type(error).__name__\n    return 'done'\n"
    return submit(code, using).value("f", targets)


@pytest.mark.parametrize("name", ATTEMPTS)
def test_each_layer_stops_its_attempts(
    submit: Any, without: Without, name: str, targets: dict[str, Any]
) -> None:
    layer, others, what = ATTEMPTS[name]
    alone = without(*others)
    if layer not in alone.layers:
        pytest.skip(f"this machine lacks a sandbox layer: {layer} ({alone.reasons.get(layer)})")
    assert attempt(submit, alone, what, targets) in ("PermissionError", "FileNotFoundError") or (
        name == "connect"  # the sandbox has a loopback of its own, where nobody listens
    )
    bare = without(layer, *others)
    assert layer not in bare.layers
    assert bare.reasons[layer] == "switched off"
    assert attempt(submit, bare, what, targets) == "done"


@pytest.mark.layers("namespaces")
def test_a_network_of_its_own(submit: Any, without: Without, targets: dict[str, Any]) -> None:
    alone = without("seccomp", "landlock")
    what = ATTEMPTS["connect"][2]
    assert attempt(submit, alone, what, targets) in ("ConnectionRefusedError", "OSError")


@pytest.mark.layers("namespaces")
@pytest.mark.parametrize("folder", ["/", "/usr", "/dev", "/dev/shm", "/proc", "/grader-worker"])
def test_nothing_can_be_left_behind_for_the_next(
    submit: Any, without: Without, folder: str
) -> None:
    what = f"open('{folder}/new', 'w').close()"
    assert attempt(submit, without("landlock", "seccomp"), what, {}) != "done"


def test_all_layers_together(forkserver: Forkserver) -> None:
    assert set(LAYERS) == {*forkserver.layers, *forkserver.reasons}


LIMITS = {
    "core": "resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)",
    "file size": "resource.getrlimit(resource.RLIMIT_FSIZE) == (0, 0)",
    "descriptors": "resource.getrlimit(resource.RLIMIT_NOFILE) == (64, 64)",
    "processor": "resource.getrlimit(resource.RLIMIT_CPU)[1] <= 20",
    "memory": "resource.getrlimit(resource.RLIMIT_AS)[1] < 4 << 30",
    "environment": "not {'HOME', 'PATH', 'USER', 'PYTEST_VERSION'}.intersection(os.environ)",
    "folder": "os.getcwd() == '/'",
    "session": "os.getsid(0) == os.getpid()",
    "privileges": "ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) == 1",
    "not dumpable": "ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0",
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_always_holds(submit: Any, without: Without, name: str) -> None:
    code = f"{IMPORTS}\ndef f(): return {LIMITS[name]}\n"
    assert submit(code, without("seccomp")).value("f") is True


# A layer is claimed only when its trial was stopped: these make the trials succeed.


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
    monkeypatch.setattr(starting, "WORKER_UIDS", [0])
    with Forkserver() as started:
        assert "could be signalled" in started.reasons["uid"]


# What a machine lacks is said, and the rest still holds.


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
