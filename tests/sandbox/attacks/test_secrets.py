"""Does an attack reach a secret? Each would, without the layer or the process that stops it."""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attack_corpus import source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.catalog import Course
    from grader.model.report import ScoreReport

AIMS = ("secrets",)
SECRET = f"SECRET-{secrets.token_hex(8)}"
EXERCISE = """
[[functions]]
name = "steal"
parameters = [{ name = "aim" }]
returns = { kind = "any" }
"""
HIDDEN = """
from grader.testing import check, expect

SECRET = "{secret}"

@check("Steal the secret", points=1)
def test_stolen(submission):
    secret = SECRET
    expect(secret in str(submission.steal({aim!r})), "the secret is safe")
"""


class Holder:
    """A class that holds the secret, in the process of the hidden tests."""

    kept = SECRET


@pytest.fixture(scope="module")
def aim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Plant the secret wherever a process of ours may hold one."""
    root = tmp_path_factory.mktemp("course")
    name = f"\0{secrets.token_hex(8)}"
    holder = [sys.executable, "-c", "import sys; sys.stdin.read()", SECRET]
    with contextlib.ExitStack() as stack:
        port = _serve(stack, socket.create_server(("127.0.0.1", 0)))[1]
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(name)
        listening.listen()
        _serve(stack, listening)
        process = stack.enter_context(subprocess.Popen(holder, stdin=subprocess.PIPE))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("PLANTED", SECRET)
        patch.setattr(sys, "argv", [*sys.argv, SECRET])
        opened = stack.enter_context(tempfile.TemporaryFile())
        opened.write(SECRET.encode())
        opened.flush()
        yield {
            "root": str(root),
            "file": str(root / "solutions" / "mini" / "test_hidden.py"),
            "port": port,
            "datagrams": _serve_datagrams(stack),
            "abstract": name,
            "pid": os.getpid(),
        }
        process.stdin.close()


def _serve(stack: contextlib.ExitStack, server: socket.socket) -> Any:
    """Give the secret to everyone who connects, until the stack is closed."""

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.sendall(SECRET.encode())

    thread = threading.Thread(target=answer)
    thread.start()
    stack.callback(thread.join)
    stack.callback(server.close)
    stack.callback(server.shutdown, socket.SHUT_RDWR)
    return server.getsockname()


def _serve_datagrams(stack: contextlib.ExitStack) -> int:
    """Send the secret to everyone who asks, until somebody sends nothing."""
    server = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    server.bind(("127.0.0.1", 0))

    def answer() -> None:
        while (asked := server.recvfrom(99))[0]:
            server.sendto(SECRET.encode(), asked[1])

    thread = threading.Thread(target=answer)
    thread.start()
    stack.callback(thread.join)
    ask = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    stack.callback(ask.sendto, b"", server.getsockname())
    return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def grade(aim: dict[str, Any], write_course: Any, make_answer: Any, slots: Any) -> Any:
    """Return a function that grades an attack; one point is what the secret is worth."""
    hidden = HIDDEN.format(secret=SECRET, aim=aim)
    course: Course = write_course(Path(aim["root"]), hidden, exercise=EXERCISE)

    def graded(attack: dict[str, Any], off: Iterable[str] = ()) -> ScoreReport:
        return slots(tuple(off), course).grade("mini", make_answer(source("secrets", attack)))

    return graded


def test_a_secret_is_safe(grade: Any, needs: Any, attack: dict[str, Any]) -> None:
    needs(attack)
    report = grade(attack)
    assert report.status == "graded"
    assert report.points == 0
    assert SECRET not in report.model_dump_json()


def test_it_is_not_without_the_layers(grade: Any, layered: dict[str, Any]) -> None:
    report = grade(layered, layered["off"])
    assert report.points == 1, report.checks[0].diagnostic


def test_it_is_not_in_the_process_of_the_secret(
    aim: dict[str, Any], unlayered: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(SECRET))
    names: dict[str, Any] = {}
    exec(compile(source("secrets", unlayered), "attack", "exec"), names)
    local_secret = SECRET
    assert local_secret in re.split(r"[^\w-]", names["steal"](aim))
