"""Does a command say in a sentence that it may start too few processes, before it starts any?"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from grader.cli.room import must_have_room
from grader.errors import UsageError

# The kernel holds root to no such limit: there the command goes on as a user who has nothing else.
RUN = """
import contextlib, io, os, resource, sys
from grader.cli import app, main
from grader.cli.room import must_have_room
import grader.errors
# All that reading a command line imports, as long as the Python of root can be read.
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    app(["check", "--help"])
limit = int(sys.argv.pop(1))
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(54321)
    os.setuid(54321)
kind = getattr(resource, sys.argv.pop(1))
resource.setrlimit(kind, (limit, limit))
if sys.argv[1:] == ["room"]:
    must_have_room()
    print("there is room")
else:
    main()
"""


def run(
    limit: int, *arguments: str, kind: str = "RLIMIT_NPROC"
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, str(limit), kind, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


COMMANDS = (["check", "x.py"], ["grade", "x", "--out", "y"], ["grade", "x", "--out", "y", "--jobs"])


@pytest.mark.parametrize("limit", [1, 2, 6, 10])
@pytest.mark.parametrize("command", [*COMMANDS, ["doctor"]], ids=" ".join)
def test_too_few_processes_are_a_sentence(limit: int, command: list[str]) -> None:
    jobs = ["2"] if command[-1] == "--jobs" else []
    ended = run(limit, *command, *jobs)
    assert ended.returncode == 2
    assert "more processes and threads can be started here" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_with_enough_of_them_nothing_is_said() -> None:
    assert run(3000, "room").stdout == "there is room\n"


@pytest.mark.parametrize("there_are", [0, 5, 11])
def test_all_that_was_started_to_ask_has_ended(
    monkeypatch: pytest.MonkeyPatch, there_are: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    start, before = threading.Thread.start, threading.active_count()

    def few(thread: threading.Thread) -> None:
        if threading.active_count() - before >= there_are:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", few)
    with pytest.raises(UsageError, match=f"only {there_are} more .* takes 12"):
        must_have_room()
    with pytest.raises(UsageError, match=f"only {there_are} more .* takes 48"):
        must_have_room(4)
    assert threading.active_count() == before


@pytest.mark.parametrize("mib", [200, 600, 900])
@pytest.mark.parametrize("command", [*COMMANDS[:2], ["doctor"]], ids=" ".join)
def test_too_little_memory_is_a_sentence(mib: int, command: list[str]) -> None:
    ended = run(mib << 20, *command, kind="RLIMIT_AS")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"a process may use {mib} MiB of memory here, and grading takes" in ended.stderr
    assert ended.stderr.endswith("raise the limit (ulimit -v)\n")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["--help"], ["check", "--help"], ["grade", "-h"], ["doctor", "-h"]]
)
@pytest.mark.parametrize(("kind", "limit"), [("RLIMIT_AS", 900 << 20), ("RLIMIT_NPROC", 1)])
def test_help_needs_no_room(words: list[str], kind: str, limit: int) -> None:
    ended = run(limit, *words, kind=kind)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Usage: " in ended.stdout


def test_with_enough_memory_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = (1280 + 64 * (os.cpu_count() or 1)) << 20
    assert run(wanted, "room", kind="RLIMIT_AS").stdout == "there is room\n"
    monkeypatch.setattr(sys, "platform", "win32")  # which has no such limits
    must_have_room()
