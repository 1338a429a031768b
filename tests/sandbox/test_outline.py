"""Does a file that ends its reader cost that file and no other, and is no reply believed unread?"""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import Any

import pytest
from process_tree import descendants

from grader.errors import SandboxError
from grader.model.exercise import Exercise
from grader.sandbox import forkserver as forkservers
from grader.sandbox import outline
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.outline import ENDS_PARSER, TOO_LARGE, TOO_SLOW, Outline, Outliner
from grader.wire import receive, send

EXERCISE = Exercise.model_validate(
    {
        "id": "mini",
        "title": "Mini",
        "functions": [
            {
                "name": "square",
                "aliases": ["sq"],
                "parameters": [{"name": "x"}],
                "returns": {"kind": "any"},
            }
        ],
    }
)
RIGHT = [("a.py", "import utils\ndef square(x): return x * x\n%run b.ipynb")]


def fitting(found: Outline | str) -> bool:
    assert isinstance(found, Outline)
    return found.functions["mini"]["square"].fits


def test_a_file_is_outlined(forkserver: Forkserver) -> None:
    with Outliner([EXERCISE], {"mini": "def square(x):\n    pass\n"}, forkserver) as outliner:
        found = outliner.outline(RIGHT)
        assert isinstance(found, Outline)
        assert fitting(found)
        assert "utils" in found.imports
        assert (found.runs, found.definitions) == (["b.ipynb"], 1)
        stub = outliner.outline([("a.py", "def sq(x):\n    pass\n")])
        assert stub is not None
        assert not stub.functions["mini"]["square"].written


def test_no_forkserver_is_started_for_nothing_and_its_own_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []

    class Counted(outline.Forkserver):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr(outline, "Forkserver", Counted)
    with Outliner([EXERCISE], {}):
        pass
    assert started == []
    with Outliner([EXERCISE], {}) as outliner:
        assert fitting(outliner.outline(RIGHT))
        assert fitting(outliner.outline(RIGHT))
    (forkserver,) = started
    with pytest.raises(SandboxError):
        forkserver.fork({})


def late(*_: object, **__: object) -> None:
    raise TimeoutError


def test_a_file_that_takes_too_long_costs_itself_alone(
    forkserver: Forkserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Outliner([EXERCISE], {}, forkserver) as outliner:
        assert fitting(outliner.outline(RIGHT))
        with monkeypatch.context() as patch:
            patch.setattr(outline, "receive", late)
            assert outliner.outline(RIGHT) == TOO_SLOW
        assert fitting(outliner.outline(RIGHT))


def test_a_file_that_is_too_large_to_be_sent_costs_itself_alone(forkserver: Forkserver) -> None:
    with Outliner([EXERCISE], {}, forkserver) as outliner:
        assert outliner.outline([("a.py", "#" * (9 << 20))]) == TOO_LARGE
        assert fitting(outliner.outline(RIGHT))


@pytest.mark.parametrize(
    "source", ["(" * 100_000, "-" * 200_000 + "1", "x = " + "[" * 5000 + "]" * 5000, "\0", "\ud800"]
)
def test_what_no_parser_likes_tells_nothing(forkserver: Forkserver, source: str) -> None:
    with Outliner([EXERCISE], {}, forkserver) as outliner:
        found = outliner.outline([("a.py", source)])
        assert isinstance(found, str) or found.functions == {}
        assert fitting(outliner.outline(RIGHT))


class Scripted:
    """A forkserver whose workers say what a test wants."""

    def __init__(self, *said: dict[str, Any]) -> None:
        self.said, self.reaped = said, 0

    def fork(self, limits: dict[str, int]) -> tuple[int, socket.socket, int]:
        assert limits["memory_mib"]
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        os.close(write)
        threading.Thread(target=self._talk, args=(theirs,), daemon=True).start()
        return 7, ours, read

    def _talk(self, theirs: socket.socket) -> None:
        with theirs:
            first, *rest = self.said or ({},)
            if first:
                send(theirs, first)
            for reply in rest:
                receive(theirs)
                send(theirs, reply)

    def reap(self, number: int) -> None:
        assert number == 7
        self.reaped += 1


def ask(*said: dict[str, Any]) -> tuple[Outline | str, int]:
    forkserver: Any = Scripted({"kind": "ready"}, *said)
    with Outliner([EXERCISE], {}, forkserver) as outliner:
        found = outliner.outline(RIGHT)
    return found, forkserver.reaped


def outlined(**report: Any) -> dict[str, Any]:
    return {"kind": "outlined", "number": 1, "report": report}


FLAGS = {"fits": True, "written": True, "definition": True, "own_name": True}


def test_a_reply_of_the_right_form_is_taken() -> None:
    found, reaped = ask(outlined(functions={"mini": {"square": FLAGS}}, more=1))
    assert fitting(found)
    assert reaped == 1


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"kind": "returned", "number": 1, "value": 1, "changed": []},
        {"kind": "outlined", "number": 1, "report": [1]},
        {"kind": "outlined", "number": 9, "report": {}},
        outlined(functions={"mini": {"square": FLAGS | {"fits": 1}}}),
        outlined(functions={"mini": ["square"]}),
        outlined(imports=[3]),
        outlined(definitions=-1),
        outlined(runs=["x"] * 1001),
    ],
)
def test_a_reply_of_another_form_tells_nothing(said: dict[str, Any]) -> None:
    assert ask(said) == (ENDS_PARSER, 2)


def test_a_worker_that_ends_tells_nothing() -> None:
    assert ask() == (ENDS_PARSER, 2)


@pytest.mark.parametrize("first", [{"kind": "setup_failed", "error": "no locks"}, {}])
def test_a_worker_that_cannot_be_had_is_our_fault(first: dict[str, Any]) -> None:
    forkserver: Any = Scripted(first)
    with (
        Outliner([EXERCISE], {}, forkserver) as outliner,
        pytest.raises(SandboxError, match="no locks" if first else "it ended"),
    ):
        outliner.outline(RIGHT)
    assert forkserver.reaped == 1


def test_a_worker_that_does_not_say_that_it_is_ready_is_our_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forkservers, "FIRST_WORDS_SECONDS", -1.0)

    class Silent(Scripted):
        def _talk(self, theirs: socket.socket) -> None:
            with theirs:
                receive(theirs)

    forkserver: Any = Silent()
    with Outliner([EXERCISE], {}, forkserver) as outliner, pytest.raises(SandboxError):
        outliner.outline(RIGHT)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_worker_that_an_operator_ends_costs_no_file(
    forkserver: Forkserver, number: signal.Signals
) -> None:
    before = descendants(forkserver.pid).keys()
    with Outliner([EXERCISE], {}, forkserver) as outliner:
        assert fitting(outliner.outline(RIGHT))
        (worker,) = descendants(forkserver.pid).keys() - before
        os.kill(worker, number)
        assert fitting(outliner.outline(RIGHT))


@pytest.mark.parametrize("own", [True, False])
def test_a_forkserver_that_an_operator_ends_costs_no_file(own: bool) -> None:
    with Forkserver() as started, Outliner([EXERCISE], {}, None if own else started) as outliner:
        assert fitting(outliner.outline(RIGHT))
        running = outliner._forkserver
        assert running is not None
        assert outliner._worker is not None
        os.kill(running.pid, signal.SIGKILL)
        # The worker goes with it; its end of the wire tells when.
        assert outliner._worker[1].recv(1) == b""
        if own:
            assert fitting(outliner.outline(RIGHT))
        else:
            with pytest.raises(SandboxError):
                outliner.outline(RIGHT)
