"""Make the attempts without any sandbox: there each succeeds, or the machine itself stops it."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from attempts import PRELUDE, Attempt


def make(attempts: list[Attempt], aim: dict[str, Any]) -> dict[str, str]:
    """Return each attempt's end in a child of this process that nothing holds back."""
    signals: list[int] = []
    signal.signal(signal.SIGUSR2, lambda number, _: signals.append(number))
    ends = dict(_in_child([(a, a.function) for a in attempts if not a.alone], aim))
    for attempt in (a for a in attempts if a.alone):
        signals.clear()
        end = _in_turn(attempt, aim)
        ends[attempt.name] = "reached: by a signal" if signals else end
    return ends


def _in_turn(attempt: Attempt, aim: dict[str, Any]) -> str:
    if attempt.leave:
        end = _in_child([(attempt, attempt.leave)], aim)[0][1]
        if "Error" in end:
            return end
        aim = aim | {"left": int(end.rpartition(" ")[2])}
    return _in_child([(attempt, attempt.function)], aim)[0][1]


def _in_child(calls: list[tuple[Attempt, str]], aim: dict[str, Any]) -> list[tuple[str, str]]:
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(write_end, 1)
        try:
            ends = [(attempt.name, _try(attempt, function, aim)) for attempt, function in calls]
            os.write(1, b"\n" + json.dumps(ends).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    if b"REACHED" in said:
        return [(calls[0][0].name, "reached: it said so")]
    ends = json.loads(said.rpartition(b"\n")[2] or "[]")
    return [(name, end) for name, end in ends] or [(calls[0][0].name, "broken: it ended")]


def _try(attempt: Attempt, function: str, aim: dict[str, Any]) -> str:
    names: dict[str, Any] = {}
    try:
        exec(compile(PRELUDE + attempt.source, attempt.name, "exec"), names)
        value = names[function](aim)
        sys.stdout.flush()
    except (OSError, MemoryError) as error:
        return f"stopped: {type(error).__name__}: {error}"
    except BaseException as error:
        return f"broken: {type(error).__name__}: {error}"
    return f"reached: {value!r:.60}" if value else "stopped: it found nothing, 0"
