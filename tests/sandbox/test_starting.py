"""Does a forkserver start, or say why not, on machines that this one is not?"""

from __future__ import annotations

import ctypes.util
import itertools
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.errors import ForkserverDied, SandboxError
from grader.sandbox import bubblewrap, launch, syscalls
from grader.sandbox import forkserver as starting
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.launch import Launched
from grader.wire import send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STUBBORN = [sys.executable, "-SsEc", "import time; time.sleep(600)"]
READY = {"kind": "ready", "layers": ["process"], "reasons": {}}


@pytest.fixture
def pretend() -> Iterator[Callable[..., tuple[Launched, socket.socket]]]:
    """Return a function that gives a process that never answers, and the end where it would."""
    begun: list[tuple[Launched, socket.socket]] = []

    def start(*said: Any, namespaces: bool = False) -> tuple[Launched, socket.socket]:
        ours, theirs = socket.socketpair()
        process = subprocess.Popen(STUBBORN, stdin=subprocess.DEVNULL)
        errors = tempfile.TemporaryFile()  # noqa: SIM115
        launched = Launched(process, ours, errors, namespaces, False, "")
        for message in said:
            send(theirs, message)
        begun.append((launched, theirs))
        return begun[-1]

    yield start
    for launched, theirs in begun:
        theirs.close()
        launched.process.kill()
        launched.end()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "QUIET_SECONDS", 0.01)


def test_a_process_that_does_not_end_is_ended(pretend: Any) -> None:
    launched, theirs = pretend()
    launched.errors.write(b"first\nlast words\n")
    assert launched.end() == "last words"
    assert launched.process.returncode == -9
    assert theirs.recv(1) == b""
    assert launched.end() == ""


def test_a_process_is_ended_with_its_block(pretend: Any) -> None:
    with pretend()[0] as launched:
        assert launched.process.poll() is None
    assert launched.process.returncode == -9


def test_a_forkserver_that_hangs_up_while_it_starts(pretend: Any) -> None:
    launched, theirs = pretend()
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(SandboxError, match="ended while it was starting"):
        Forkserver(launched=launched)
    assert launched.process.returncode == -9


def test_a_forkserver_that_says_nonsense_while_it_starts(pretend: Any) -> None:
    launched, theirs = pretend()
    theirs.sendall(b"Traceback")
    with pytest.raises(SandboxError, match="larger than its limit"):
        Forkserver(launched=launched)


def test_a_sandbox_that_does_not_start_is_gone_without(
    pretend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing, theirs = pretend(namespaces=True)
    theirs.shutdown(socket.SHUT_WR)
    reasons = []

    def plain(reason: str) -> Launched:
        reasons.append(reason)
        launched: Launched = pretend(READY)[0]
        return launched

    monkeypatch.setattr(starting, "launch_plain", plain)
    with Forkserver(launched=failing) as started:
        assert started.layers == ("process",)
    assert reasons == ["bubblewrap does not start here: the forkserver ended while it was starting"]


@pytest.mark.parametrize(("said", "reason"), [([[]], "gone"), ([], "does not answer")])
def test_a_forkserver_that_does_not_answer(
    pretend: Any, monkeypatch: pytest.MonkeyPatch, said: list[Any], reason: str
) -> None:
    monkeypatch.setattr(starting, "ANSWER_SECONDS", 0.0)
    launched, _ = pretend(READY, *said)
    started = Forkserver(launched=launched)
    with pytest.raises(ForkserverDied, match=reason):
        started.reap(1)


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SandboxError, match="the package not_here is not installed"):
        bubblewrap._origin("not_here")


@pytest.mark.parametrize(
    ("platform", "reason"), [("darwin", "only Linux has them"), ("linux", "is not installed")]
)
def test_a_machine_without_namespaces(
    monkeypatch: pytest.MonkeyPatch, platform: str, reason: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(bubblewrap, "find", lambda: None)
    monkeypatch.setattr(launch, "launch_plain", lambda reason: reason)
    assert reason in str(launch.launch())


@pytest.mark.parametrize("as_root", [True, False])
def test_bubblewrap_is_asked_for_a_view_of_its_own(as_root: bool) -> None:
    command = bubblewrap.command("bwrap", sys.executable, {"TZ": "UTC"}, as_root=as_root)
    assert ("--unshare-user" in command) != as_root
    assert ("CAP_SETUID" in command) == as_root
    assert {"--unshare-net", "--unshare-pid", "--unshare-ipc", "--clearenv"} < set(command)
    binds = [(a, b) for a, b in itertools.pairwise(command) if a.endswith("bind")]
    assert {kind for kind, _ in binds} == {"--ro-bind"}
    ours = {Path(path).name for _, path in binds if Path(path).parent == bubblewrap.PACKAGE}
    assert ours == {"__init__.py", "wire", "worker"}
    assert command[-4:] == ["--setenv", "TZ", "UTC", "--"]


def test_what_is_there_is_mounted_once_and_links_stay_links(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library = tmp_path / "python" / "lib"
    for folder in (library / "inner", tmp_path / "python" / "bin"):
        folder.mkdir(parents=True)
    (library / "libpython3.so").touch()
    (tmp_path / "python" / "bin" / "python").touch()
    (tmp_path / "link").symlink_to("python/lib")
    readable = [library / "inner", library, tmp_path / "link", tmp_path / "absent"]
    monkeypatch.setattr(bubblewrap, "readable_paths", lambda: [str(path) for path in readable])
    interpreter = str(tmp_path / "python" / "bin" / "python")
    here = {path for path in bubblewrap._mounts(interpreter) if path.startswith(str(tmp_path))}
    assert here == {str(library), str(tmp_path / "link"), interpreter}
    assert bubblewrap._mount(str(tmp_path / "link"))[:2] == ["--symlink", "python/lib"]


class Seccomp:
    """Stands in for pyseccomp on an architecture that has few of the calls."""

    MASKED_EQ, EQ, ALLOW = 7, 4, 0
    Arch = type("Arch", (), {"NATIVE": 0})

    def __init__(self) -> None:
        self.rules: list[Any] = []

    def SyscallFilter(self, default: int) -> Seccomp:
        assert default == -1
        return self

    def ERRNO(self, number: int) -> int:
        return -number

    def Arg(self, *parts: int) -> tuple[int, ...]:
        return parts

    def resolve_syscall(self, _: int, name: str) -> int:
        return {"read": 0, "clone": 56, "fcntl": 72, "ioctl": 16}.get(name, -1)

    def add_rule(self, *rule: Any) -> None:
        self.rules.append(rule)


def test_the_filter_leaves_out_what_an_architecture_does_not_have() -> None:
    rules = syscalls._build(Seccomp()).rules
    calls = [rule[1] for rule in rules]
    assert calls == [0, 56, "clone3", *[72] * len(syscalls.HARMLESS_FCNTLS), 16, 16, 16]
    assert (0, 56, (0, 7, syscalls.CLONE_THREAD, syscalls.CLONE_THREAD)) in rules


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ImportError, "pyseccomp is not installed"),
        (RuntimeError("no library"), "no library"),
        (OSError("not found"), "not found"),
    ],
)
def test_a_machine_without_the_means_to_compile_a_filter(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    class Finder:
        def find_spec(self, name: str, *_: Any) -> None:
            if name == "pyseccomp":
                raise error

    monkeypatch.delitem(sys.modules, "pyseccomp", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    program, said = syscalls.compile_filter.__wrapped__()
    assert program is None
    assert reason in said


# What a small container lacks of the linker's ways to find a library.
LINKERS = {
    "an empty cache": ["--ro-bind", "/dev/null", "/etc/ld.so.cache"],
    "no /etc": ["--tmpfs", "/etc"],
    "no ldconfig": ["--tmpfs", "/usr/sbin"],
    "neither": ["--tmpfs", "/usr/sbin", "--tmpfs", "/etc"],
}


@pytest.mark.layers("seccomp", "namespaces")
@pytest.mark.parametrize("lacking", LINKERS)
def test_libseccomp_is_found_without_a_linker(lacking: str) -> None:
    def run(code: str) -> bool:
        start = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        command = [*start, *LINKERS[lacking], sys.executable, "-c", code]
        environment = {"PATH": "/nowhere", "PYTHONPATH": str(bubblewrap.PACKAGE.parent)}
        program = str(bubblewrap.find())
        return not subprocess.run(
            command, executable=program, env=environment, check=False, timeout=60, stderr=-1
        ).returncode

    assert run("from grader.sandbox.syscalls import compile_filter; assert compile_filter()[0]")
    assert not run("import pyseccomp")


def test_a_binding_leaves_the_search_for_libraries_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = ctypes.util.find_library
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(ImportError):
        syscalls._binding()
    assert ctypes.util.find_library is before


def test_a_libseccomp_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise OSError("too old")

    monkeypatch.setitem(sys.modules, "pyseccomp", Seccomp())
    monkeypatch.setattr(syscalls, "_export", fail)
    assert syscalls.compile_filter.__wrapped__() == (None, "libseccomp: too old")


def test_a_filter_is_whole_instructions() -> None:
    program, reason = syscalls.compile_filter()
    if program is None:
        pytest.skip(f"this machine lacks a sandbox layer: seccomp ({reason})")
    assert len(program) > 0
    assert len(program) % 8 == 0
    assert len(program) < os.sysconf("SC_PAGE_SIZE") * 8
