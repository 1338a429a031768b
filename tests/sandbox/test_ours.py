"""Is what goes wrong on our side of a session never blamed on the submission?"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from grader.errors import SandboxError
from grader.model.exercise import Limits
from grader.sandbox import definitions
from grader.sandbox import forkserver as forkservers
from grader.sandbox.deaths import WorkerLost
from grader.sandbox.forkserver import Reaped
from grader.sandbox.session import Material, Session
from grader.wire import WireError, send
from grader.wire.messages import Argument, Returned

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFINED = {"kind": "defined", "number": 1, "report": {}}
GOOD = [{"kind": "ready"}, DEFINED]
KILLED = Reaped(status=-9, by_itself=True, cpu_seconds=0.0, peak_mib=1.0)


class Script:
    """A forkserver whose one worker has said everything in advance, and ended as it is told."""

    layers = ("process", "limits", "no_new_privs", "seccomp")

    def __init__(self, said: list[Any], ended: Reaped = KILLED) -> None:
        self._said, self._ended = said, ended
        self.workers: list[tuple[socket.socket, int]] = []

    def fork(self, _: dict[str, int]) -> tuple[int, socket.socket, int]:
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        for message in self._said:
            theirs.sendall(message) if type(message) is bytes else send(theirs, message)
        theirs.shutdown(socket.SHUT_WR)
        self.workers.append((theirs, output_end))
        return 1, ours, output

    def reap(self, _: int, patience: float = 0.0) -> Reaped:
        return self._ended

    def end(self) -> None:
        for channel, output in self.workers:
            channel.close()
            os.close(output)


@pytest.fixture
def begin() -> Iterator[Any]:
    """Return a function that begins a session with a worker of the given words and end."""
    begun: list[tuple[Session, Script]] = []

    def start(said: list[Any], ended: Reaped = KILLED, **limits: Any) -> Session:
        script = Script(said, ended)
        session = Session(script, Material([]), Limits(**limits))  # type: ignore[arg-type]
        begun.append((session, script))
        return session

    yield start
    for session, script in begun:
        session.close()
        script.end()


def ask(session: Session) -> Any:
    return session.call(["f"], [Argument("x", 1)], 1)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([], "it ended"),
        ([{"kind": "setup_failed", "error": "seccomp: no"}], "seccomp: no"),
        ([b"Traceback"], "larger than its limit"),
        ([b"\0"], "in the middle of a frame"),
    ],
)
def test_a_worker_that_is_not_ready_is_ours(begin: Any, said: list[Any], reason: str) -> None:
    with pytest.raises(SandboxError, match=reason):
        ask(begin(said))


def test_a_worker_that_hangs_before_it_is_ready_is_ours(
    begin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forkservers, "FIRST_WORDS_SECONDS", 0.0)
    monkeypatch.setattr(Script, "reap", lambda *_: KILLED)
    ours, theirs = socket.socketpair()
    output, output_end = os.pipe()
    monkeypatch.setattr(Script, "fork", lambda *_: (1, ours, output))
    with pytest.raises(SandboxError, match="could not lock itself down"):
        ask(begin([]))
    theirs.close()
    os.close(output_end)


@pytest.mark.parametrize(
    ("status", "cpu_seconds", "reason"),
    [
        (None, 0.0, "could not fork a worker"),
        (-9, 0.0, "killed from outside"),
        (-9, 0.5, "killed from outside"),
        (-9, 19.5, "killed from outside"),
    ],
)
def test_a_worker_that_did_not_end_by_its_own_doing_is_ours(
    begin: Any, status: int | None, cpu_seconds: float, reason: str
) -> None:
    ended = Reaped(status, by_itself=True, cpu_seconds=cpu_seconds, peak_mib=1.0)
    with pytest.raises(SandboxError, match=reason):
        ask(begin(GOOD, ended))


@pytest.mark.parametrize("cpu_seconds", [20.0, 31.0])
def test_a_worker_that_the_kernel_killed_for_its_processor_time_is_not(
    begin: Any, cpu_seconds: float
) -> None:
    ended = Reaped(-9, by_itself=True, cpu_seconds=cpu_seconds, peak_mib=1.0)
    with pytest.raises(WorkerLost, match="processor time") as lost:
        ask(begin(GOOD, ended))
    assert lost.value.outcome == "timeout"


def test_a_submission_that_has_no_time_left_is_not_asked(begin: Any) -> None:
    session = begin([*GOOD, {"kind": "returned", "number": 2, "value": 1, "changed": []}])
    _ = session.definitions
    session.usage.wall_seconds = 1e9
    with pytest.raises(WorkerLost, match="used up all its time"):
        ask(session)


def test_a_worker_without_output_is_still_heard(begin: Any) -> None:
    session = begin([*GOOD, {"kind": "returned", "number": 2, "value": 1, "changed": []}])
    _ = session.definitions
    os.close(session.forkserver.workers[0][1])
    session.forkserver.workers[0] = (session.forkserver.workers[0][0], os.open(os.devnull, 0))
    session._drain(session._worker)
    assert ask(session) == Returned(1)


@pytest.mark.parametrize("report", [{"functions": 3}, {"broken": [{}]}, {"skipped": "1"}])
def test_a_report_of_the_wrong_form_is_not_believed(begin: Any, report: dict[str, Any]) -> None:
    with pytest.raises(WireError, match="wrong form"):
        definitions.parse(report)
    with pytest.raises(WorkerLost, match="could not be read"):
        _ = begin([{"kind": "ready"}, DEFINED | {"report": report}]).definitions
