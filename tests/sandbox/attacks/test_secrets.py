"""Does an attack reach a secret? Each would, without the layer or the process that stops it."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.catalog import Course
from grader.grade import Slot
from grader.sandbox.layers import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.model.report import ScoreReport

ATTACKS = tomllib.loads(Path(__file__).with_name("secrets.toml").read_text("utf-8"))
SECRET = f"SECRET-{secrets.token_hex(8)}"
GREP = """
import re
def grep(*texts): return " ".join(re.findall("SECRET-[0-9a-f]{16}", " ".join(map(str, texts))))
"""
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


@pytest.fixture(scope="module")
def aim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Plant the secret in a file, a command line, the environment and behind two sockets."""
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
        yield {
            "root": str(root),
            "file": str(root / "solutions" / "mini" / "test_hidden.py"),
            "port": port,
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


@pytest.fixture(scope="module")
def attack(aim: dict[str, Any], write_course: Any, make_answer: Any) -> Iterator[Any]:
    """Return a function that grades an attack; one point is what the secret is worth."""
    hidden = HIDDEN.format(secret=SECRET, aim=aim)
    course: Course = write_course(Path(aim["root"]), hidden, exercise=EXERCISE)
    slots: dict[tuple[str, ...], Slot] = {}

    def grade(name: str, off: tuple[str, ...] = ()) -> ScoreReport:
        if off not in slots:
            slots[off] = Slot(course, Level.PROCESS, disabled=off)
        return slots[off].grade("mini", make_answer(GREP + ATTACKS[name]["code"]))

    yield grade
    for slot in slots.values():
        slot.close()


@pytest.mark.parametrize("name", ATTACKS)
def test_a_secret_is_safe(attack: Any, forkserver: Any, name: str) -> None:
    off = ATTACKS[name].get("off", ())
    if off and not set(off).intersection(forkserver.layers):
        pytest.skip(f"this machine lacks a sandbox layer: {' or '.join(off)}")
    report = attack(name)
    assert report.status == "graded"
    assert report.points == 0
    assert SECRET not in report.model_dump_json()


@pytest.mark.parametrize("name", [name for name in ATTACKS if "off" in ATTACKS[name]])
def test_the_attack_succeeds_without_the_layers(attack: Any, name: str) -> None:
    report = attack(name, tuple(ATTACKS[name]["off"]))
    assert report.points == 1, report.checks[0].feedback


@pytest.mark.parametrize("name", [name for name in ATTACKS if "off" not in ATTACKS[name]])
def test_the_attack_succeeds_in_the_process_of_the_secret(aim: dict[str, Any], name: str) -> None:
    code = compile(GREP + ATTACKS[name]["code"], name, "exec")
    names: dict[str, Any] = {}
    exec(code, names)
    local_secret = SECRET
    assert local_secret in re.split(r"[^\w-]", names["steal"](aim))
