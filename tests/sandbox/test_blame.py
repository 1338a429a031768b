"""Whatever student code does in a call, is it blamed for that call and for no other?"""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from grader.sandbox.deaths import WorkerLost
from grader.sandbox.session import PATIENCE
from grader.wire.messages import Raised

FORGE = """
import os
from grader.wire.frames import pack
def forge(message):
    os.write(100, message if type(message) is bytes else pack(message))
"""
LOST: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "loop": (
        "while True: pass",
        {"call_wall_seconds": 0.3},
        "timeout",
        "stopped after 0.3 seconds",
    ),
    "sleep": ("time.sleep(99)", {"call_wall_seconds": 0.3}, "timeout", "stopped after 0.3 seconds"),
    "loop, by processor time": (
        "while True: pass",
        {"call_cpu_seconds": 1},
        "timeout",
        "processor",
    ),
    "loop, deaf to the warning": (
        "signal.signal(signal.SIGPROF, signal.SIG_IGN)\n    while True: pass",
        {"call_cpu_seconds": 2, "submission_cpu_seconds": 1},
        "timeout",
        "processor time",
    ),
    "loop, with its clock switched off": (
        "signal.setitimer(signal.ITIMER_PROF, 0)\n    while True: pass",
        {"call_cpu_seconds": 2, "submission_cpu_seconds": 1},
        "timeout",
        "processor time",
    ),
    "flood": ("while True: print('x' * 999)", {"output_kib": 16}, "output_exceeded", "16 KiB"),
    "flood past Python": (
        "while True: os.write(2, b'x' * 999)",
        {"output_kib": 16},
        "output_exceeded",
        "16 KiB",
    ),
    "exit 0": ("os._exit(0)", {}, "crashed", "exit code 0"),
    "exit 3": ("os._exit(3)", {}, "crashed", "exit code 3"),
    "abort": ("os.abort()", {}, "crashed", "signal"),
    "segmentation fault": ("ctypes.string_at(0)", {}, "crashed", "signal 11"),
    "endless str of an exception": ("raise Endless", {"call_wall_seconds": 0.3}, "timeout", ""),
    "hanging up": ("os.close(100); time.sleep(99)", {}, "crashed", "closed the connection"),
    "hanging up and leaving": ("os.close(100); os._exit(4)", {}, "crashed", "exit code 4"),
    "listening in": ("os.read(100, 9)", {"call_wall_seconds": 0.3}, "timeout", ""),
    "garbage": ("forge(b'x' * 999)", {}, "crashed", "could not be read"),
    "half a frame": ("forge(bytes(7)); time.sleep(99)", {"call_wall_seconds": 0.3}, "timeout", ""),
    "huge frame": ("forge(b'\\xff' * 8)", {}, "crashed", "larger than its limit"),
    "no dict": ("forge([1, 2])", {}, "crashed", "without a number"),
    "no number": ("forge({'kind': 'returned', 'value': 1})", {}, "crashed", "without a number"),
    "an array for a number": (
        "forge({'kind': 'missing', 'number': np.zeros(2)})",
        {},
        "crashed",
        "without a number",
    ),
    "another number": ("forge({'kind': 'missing', 'number': 9})", {}, "crashed", "out of turn"),
    "a verdict": ("forge({'kind': 'passed', 'number': 2})", {}, "crashed", "unknown kind"),
    "an array for a kind": ("forge({'kind': np.zeros(2), 'number': 2})", {}, "crashed", "parts"),
}
IMPORTS = """
import ctypes, os, resource, signal, sys, threading, time
import numpy as np
class Endless(Exception):
    def __str__(self):
        while True: pass
def fine(x0=0): return 5
"""


@pytest.mark.parametrize("name", LOST)
def test_a_call_that_loses_the_worker_costs_only_itself(submit: Any, name: str) -> None:
    body, limits, outcome, detail = LOST[name]
    student = submit(f"{IMPORTS}{FORGE}\ndef f():\n    {body}\n", **limits)
    with pytest.raises(WorkerLost) as lost:
        student.ask("f")
    assert lost.value.outcome == outcome
    assert detail in lost.value.detail
    if "submission_cpu_seconds" not in limits:  # which it has used up
        assert student.value("fine") == 5


RAISED: dict[str, tuple[str, str, str]] = {
    "recursion": ("f()", "RecursionError", "maximum recursion depth"),
    "sys.exit": ("sys.exit('bye')", "SystemExit", "bye"),
    "exit": ("exit('bye')", "SystemExit", "bye"),
    "quit": ("quit('bye')", "SystemExit", "bye"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
    "generator exit": ("raise GeneratorExit", "GeneratorExit", ""),
    "no message": ("raise Broken", "Broken", ""),
    "no name": ("raise Unnamed", "Unnamed", "said"),
    "closed output": ("sys.stdout.close(); print(1)", "ValueError", "closed file"),
    "no output": ("os.close(1); print(1); sys.stdout.flush()", "OSError", "Bad file"),
    "frozen result": ("1 / 0", "ZeroDivisionError", "division by zero"),
}
ODD_EXCEPTIONS = """
class Broken(Exception):
    def __str__(self): raise self
class Meta(type):
    __name__ = "none of your business"
class Unnamed(Exception, metaclass=Meta):
    def __str__(self): return "said"
"""


@pytest.mark.parametrize("name", RAISED)
def test_what_student_code_raises_is_told_with_its_place(submit: Any, name: str) -> None:
    body, kind, message = RAISED[name]
    student = submit(f"{IMPORTS}{ODD_EXCEPTIONS}\ndef f():\n    {body}\n")
    reply = student.ask("f")
    assert isinstance(reply, Raised)
    if name != "no name":
        assert reply.type == kind
    assert message in reply.message
    assert (reply.label, reply.line) == ("cell 1", 17)
    assert not reply.out_of_memory
    assert student.value("fine") == 5
    assert student.usage.cpu_seconds == 0  # it is the first worker still: none was reaped


def test_long_messages_are_cut(submit: Any) -> None:
    reply = submit("def f(): raise ValueError('é' * 10_000_000)").ask("f")
    assert isinstance(reply, Raised)
    assert reply.message == "é" * 400


@pytest.mark.parametrize(
    "body",
    [
        "np.ones(1 << 24)",
        "[bytes(1 << 20) for _ in range(128)]",
        "'x' * (1 << 27)",
        "bytearray(1 << 27)",
    ],
)
def test_memory_is_limited(submit: Any, body: str) -> None:
    student = submit(f"{IMPORTS}\ndef f(): return len({body})\n", memory_mib=64)
    reply = student.ask("f")
    assert isinstance(reply, Raised)
    assert reply.out_of_memory
    assert student.value("fine") == 5
    roomy = submit(f"{IMPORTS}\ndef f(): return len({body})\n", memory_mib=256)
    assert roomy.value("f") > 0


def test_recursion_without_a_limit_ends_too(submit: Any) -> None:
    code = f"{IMPORTS}\ndef f():\n    sys.setrecursionlimit(10**9)\n    return [f()]\n"
    student = submit(code, memory_mib=64)
    with contextlib.suppress(WorkerLost):  # which of the limits bites first is not our business
        assert isinstance(student.ask("f"), Raised)
    assert student.value("fine") == 5


def test_threads_are_limited(submit: Any) -> None:
    code = f"""{IMPORTS}
def f():
    for count in range(2000):
        try:
            threading.Thread(target=time.sleep, args=(99,), daemon=True).start()
        except RuntimeError:
            return count
"""
    assert 0 < submit(code, processes=8).value("f") < 100
    assert 0 < submit(code, processes=64).value("f") < 100


def test_a_function_that_hangs_again_is_not_waited_for(submit: Any) -> None:
    code = "def f(n):\n    while n: pass\n    return 1\ndef g(): return 2\n"
    student = submit(code, call_wall_seconds=0.3)
    for _ in range(PATIENCE):
        assert student.value("f", 0) == 1
        with pytest.raises(WorkerLost, match="stopped after"):
            student.ask("f", 1)
    with pytest.raises(WorkerLost, match="already run out of time") as lost:
        student.ask("f", 0)
    assert lost.value.outcome == "timeout"
    assert student.value("g") == 2


def test_all_calls_together_have_a_wall_clock_limit(submit: Any) -> None:
    code = "import time\ndef f(n):\n    time.sleep(n)\n    return n\n"
    student = submit(code, call_wall_seconds=9, submission_wall_seconds=0.4)
    assert student.value("f", 0.1) == 0.1
    with pytest.raises(WorkerLost, match=r"stopped after 0\.[0-3] seconds"):
        student.ask("f", 9)
    with pytest.raises(WorkerLost, match="used up all its time") as lost:
        student.ask("f", 0)
    assert lost.value.outcome == "timeout"


def test_all_calls_together_have_a_limit_of_processor_time(submit: Any) -> None:
    code = "def f(n):\n    while n: pass\n    return 1\ndef g(): return 2"
    student = submit(code, call_cpu_seconds=1, submission_cpu_seconds=1)
    with pytest.raises(WorkerLost, match="processor time"):
        student.ask("f", 1)
    with pytest.raises(WorkerLost, match="used up all its time"):
        student.ask("g")


def test_reading_the_definitions_is_a_call_like_others(submit: Any) -> None:
    for body, outcome in (("while True: pass", "timeout"), ("os._exit(0)", "crashed")):
        code = f"import os\nclass C:\n    {body}\ndef f(): return 1\n"
        student = submit(code, call_wall_seconds=0.4)
        with pytest.raises(WorkerLost, match="reading the definitions") as lost:
            _ = student.definitions
        assert lost.value.outcome == outcome
