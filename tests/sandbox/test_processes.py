"""Does a worker start with nothing of ours, and is nothing left when it is over?"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from process_tree import descendants

from grader.errors import ForkserverDied, SandboxError
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.session import Material, Session
from grader.wire.messages import Argument

if TYPE_CHECKING:
    from collections.abc import Iterator

SESSIONS = 200
WAITING = Material([("cell 1", "import time\ndef f(n): time.sleep(n); return n\n")])


def is_gone(pid: int, started: str) -> bool:
    """Wait until a process has ended; return whether it has."""
    for _ in range(500):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return True
        if fields[0] == "Z" or fields[19] != started:
            return True
        time.sleep(0.01)
    return False


@pytest.fixture(params=[(), ("namespaces",)], ids=["with bubblewrap", "without bubblewrap"])
def own(request: pytest.FixtureRequest) -> Iterator[Forkserver]:
    """Start a forkserver that a test may kill."""
    with Forkserver(disabled=request.param) as started:
        yield started


def test_nothing_outlives_a_session(own: Forkserver) -> None:
    idle = descendants(own.pid)
    with Session(own, WAITING) as session:
        session.call(["f"], [Argument("n", 0)], 1)
        workers = descendants(own.pid).items() - idle.items()
        assert len(workers) == 1
    assert all(is_gone(*worker) for worker in workers)


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="Linux has it")
def test_a_worker_goes_before_the_grader_when_memory_is_short(own: Forkserver) -> None:
    idle = descendants(own.pid)
    with Session(own, WAITING) as session:
        session.call(["f"], [Argument("n", 0)], 1)
        (worker,) = descendants(own.pid).keys() - idle.keys()
        assert Path(f"/proc/{worker}/oom_score_adj").read_text() == "1000\n"
    assert Path("/proc/self/oom_score_adj").read_text() != "1000\n"


def test_nothing_outlives_a_forkserver(own: Forkserver) -> None:
    sessions = [Session(own, WAITING) for _ in range(3)]
    for session in sessions:
        session.call(["f"], [Argument("n", 0)], 1)
    processes = descendants(own.pid)
    assert len(processes) >= 3
    own.close()
    assert all(is_gone(*process) for process in processes.items())
    for session in sessions:
        with pytest.raises(ForkserverDied):
            session.close()


def test_nothing_outlives_a_forkserver_that_is_killed(own: Forkserver) -> None:
    session = Session(own, WAITING)
    session.call(["f"], [Argument("n", 0)], 1)
    processes = descendants(own.pid)
    os.kill(own.pid, signal.SIGKILL)
    assert all(is_gone(*process) for process in processes.items())
    with pytest.raises(ForkserverDied):
        session.call(["f"], [Argument("n", 0)], 1)
    with pytest.raises(ForkserverDied):
        session.call(["f"], [Argument("n", 0)], 1)
    session.close()


GRADER = """
import subprocess, sys, threading, time
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.session import Material, Session
from grader.wire.messages import Argument
own = Forkserver(sys.argv[2:])
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
other = subprocess.Popen(sleep, stdout=subprocess.DEVNULL, start_new_session=True)
if sys.argv[1] == "grading":
    session = Session(own, Material([("cell 1", "import time\\ndef f(n): time.sleep(n)")]))
    session.call(["f"], [Argument("n", 0)], 1)
print(own.pid, other.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("off", [(), ("namespaces",)], ids=["with bubblewrap", "without"])
@pytest.mark.parametrize("doing", ["nothing", "grading"])
@pytest.mark.parametrize("whole", [True, False], ids=["all halted", "the forkserver alone"])
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the state is read from /proc")
def test_nothing_that_is_halted_outlives_a_grader_that_is_killed(
    off: tuple[str, ...], doing: str, whole: bool
) -> None:
    command = [sys.executable, "-c", GRADER, doing, *off]
    grader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert grader.stdout is not None
    own, other = map(int, grader.stdout.readline().split())
    below = descendants(grader.pid)
    del below[other]
    for pid in (*(below if whole else [own]), other):
        os.kill(pid, signal.SIGSTOP)
    grader.kill()
    grader.communicate()
    try:
        assert len(below) > (doing == "grading")
        assert all(is_gone(*process) for process in below.items())
        # The control: a process that asks the kernel for nothing stays halted.
        while Path(f"/proc/{other}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.01)
    finally:
        os.kill(other, signal.SIGKILL)


def test_a_forkserver_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(SandboxError, match=r"the forkserver ended|reset by peer|Broken pipe"):
        Forkserver()


def test_many_sessions_leave_no_descriptors_and_no_processes(own: Forkserver) -> None:
    def open_descriptors() -> list[int]:
        counts = [len(list(Path("/proc/self/fd").iterdir()))]
        with contextlib.suppress(PermissionError):  # an ordinary user cannot look into others
            counts += [len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in sorted(processes)]
        return counts

    with Session(own, WAITING) as session:
        session.call(["f"], [Argument("n", 0)], 1)
    processes = descendants(own.pid)
    processes[own.pid] = ""
    before = open_descriptors()
    for number in range(SESSIONS):
        with Session(own, WAITING) as session:
            if number % 2:
                session.call(["f"], [Argument("n", 0)], 1)
    assert open_descriptors() == before
    assert len(descendants(own.pid)) == len(processes) - 1


def test_a_worker_inherits_nothing(monkeypatch: pytest.MonkeyPatch, submit: Any) -> None:
    monkeypatch.setenv("COURSE_SECRET", "42")
    with open(__file__, "rb") as file:
        os.set_inheritable(file.fileno(), True)
        code = """
        import os
        def descriptors():
            found = []
            for number in range(4096):
                try:
                    os.fstat(number)
                except OSError:
                    continue
                found.append(number)
            return found
        def environment(): return sorted(os.environ)
        def modules():
            import sys
            ours = {name for name in sys.modules if name.partition(".")[0] == "grader"}
            theirs = {"pytest", "_pytest", "pydantic", "typer"}.intersection(sys.modules)
            return sorted(ours), sys.path, sorted(theirs)
        """
        with Forkserver() as started, submit(code, started) as student:
            assert student.value("descriptors") == [0, 1, 2, 100]
            environment = student.value("environment")
            ours, path, theirs = student.value("modules")
    assert "PYTHONHASHSEED" in environment
    assert not {"COURSE_SECRET", "HOME", "PATH", "USER"}.intersection(environment)
    assert {name.split(".")[1] for name in ours if "." in name} == {"wire", "worker"}
    assert theirs == []
    assert not [folder for folder in path if "grader" in folder or folder == ""]


def test_workers_do_not_see_each_other(own: Forkserver, submit: Any) -> None:
    code = """
    import builtins, os, sys
    import numpy as np
    def leave():
        np.mark = builtins.mark = np.pi = np.zeros = 1
        os.environ["mark"] = "1"
        sys.modules["mark"] = np
    def find():
        marked = [hasattr(np, "mark"), hasattr(builtins, "mark"), "mark" in sys.modules]
        return [*marked, "mark" in os.environ, np.pi == 1, np.zeros == 1]
    """
    with submit(code, own) as one:
        one.value("leave")
        assert one.value("find") == [True] * 6
        with submit(code, own) as other:
            assert other.value("find") == [False] * 6
