"""A worker: lock down, say ready, then answer one request after the other."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import random
import sys
import time
from _sitebuiltins import _Helper as Helper
from types import FrameType
from typing import Any

import numpy as np

from grader.wire import Refused, Unsent, ValueLimits, receive, send
from grader.wire.frames import pack
from grader.wire.plain import type_name
from grader.worker import additions, binding, clock, lockdown
from grader.worker.namespace import Namespace
from grader.worker.outline import Outliner
from grader.worker.placeholders import Importer, StandIn
from grader.worker.witness import Witness

MESSAGE_CAP = 400
SHORTEST_SECONDS = 0.001  # none at all would switch the clock off
# What the grader asks is not hostile; a large notebook's code is longer than any honest reply.
REQUEST_LIMITS = ValueLimits(structure_bytes=8 << 20, buffer_bytes=64 << 20, values=1_000_000)

_processor_time = time.process_time
_seed_numpy, _seed_python = np.random.seed, random.seed
_set_recursion_limit, _least_recursion = sys.setrecursionlimit, sys.getrecursionlimit()
_entropy = random.Random()  # noqa: S311 - repeatable draws, no secrets


class Channel:
    """The worker's end of the wire, on plain read(2) and write(2): sockets are locked away."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def recv_into(self, view: memoryview) -> int:
        """Read what is there into `view`; return how much that was."""
        return os.readv(self._descriptor, [view])

    def sendall(self, data: bytes) -> None:
        """Write all of `data`."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]


def run(descriptor: int, locks: lockdown.Lockdown, message: dict[str, Any]) -> None:
    """Serve one submission on `descriptor` until the grader closes it or kills this process."""
    channel: Any = Channel(descriptor)
    limits: dict[str, int] = message["limits"]
    try:
        locks.apply(limits)
    except Exception as error:
        send(channel, {"kind": "setup_failed", "error": f"{type(error).__name__}: {error}"[:500]})
        return
    sys.stdout = sys.stderr = _output()
    send(channel, {"kind": "ready"})
    # Python has them of `site`, which a worker does without.
    vars(builtins).update(exit=sys.exit, quit=sys.exit, help=Helper())
    worker = _Worker(limits)
    worker.witness.watch()
    clock.skip_sleeping()
    sys.setrecursionlimit = _recursion_limit
    while (request := receive(channel, REQUEST_LIMITS, writable=True)) is not None:
        channel.sendall(worker.answer(request))


PRACTICE = """
import numpy as np
K = [k for k in range(3)]

def practise(parameters, n_h=2):
    W = np.random.randn(n_h, len(K)) * 0.01
    return {"W": W @ parameters["X"], "b": np.zeros((n_h, 1)), "norm": float(np.linalg.norm(W))}
"""


def practise() -> None:
    """Serve a submission of our own, in the forkserver: what it warms up, no worker has to."""
    limits = {"reply_mib": 1, "submission_cpu_seconds": 1}
    worker = _Worker(limits)
    x = {"name": "parameters", "value": {"X": np.ones((3, 4))}, "given": True}
    n_h = {"name": "n_h", "value": 2, "given": True}
    arguments = [a | {"aliases": [], "optional": False} for a in (x, n_h)]
    define = {
        "cells": [["cell 1", PRACTICE]],
        "path": "practice.py",
        "beside": [],
        "helpers": "",
        "starter": PRACTICE,
        "contract": [{"names": ["practise"], "arguments": arguments}],
        "slices": "run",
    }
    for seed in (1, 2):
        _seed(seed)
        worker.define(define)
        worker.pack(worker.call({"names": ["practise"], "arguments": arguments}))


def _output() -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8", "backslashreplace"
    )


class _Worker:
    """One submission's namespace and what can be asked of it."""

    def __init__(self, limits: dict[str, int]) -> None:
        self._limits = limits
        self._last_moment = _processor_time() + limits["submission_cpu_seconds"]
        self.value_limits = ValueLimits(buffer_bytes=limits["reply_mib"] << 20)
        self.witness = Witness()
        self._namespace: Namespace | None = None
        self._outliner = Outliner([])
        self._answers = {"define": self.define, "call": self.call, "outline": self.outline}
        self._called: set[str] = set()

    def answer(self, request: dict[str, Any]) -> bytes:
        """Return the frame that replies to one request; student code cannot make this raise."""
        left = self._last_moment - _processor_time()
        lockdown.limit_call_cpu(max(min(self._limits["call_cpu_seconds"], left), SHORTEST_SECONDS))
        head: dict[str, Any] = {"number": request["number"]}
        try:
            _seed(request["seed"])
            reply = self._answers[request["kind"]](request)
            return self.pack(head | self._noted(request) | reply)
        except BaseException as error:
            return pack(head | self._noted(request) | _raised(error))
        finally:
            with contextlib.suppress(BaseException):
                sys.stdout.flush()

    def _noted(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return what was noted since the last reply, if anything was."""
        name = str(request.get("names"))
        # Modules are compared once for each function: it costs more than a short call.
        compare = name not in self._called
        self._called.add(name)
        with contextlib.suppress(BaseException):
            if notes := self.witness.notes(compare=compare):
                return {"notes": notes}
        return {}

    def pack(self, reply: dict[str, Any]) -> bytes:
        """Return the frame of a reply, or of the reply that says why it cannot be sent."""
        try:
            return pack(reply, self.value_limits, _unsent)
        except Refused as refused:
            value = reply.pop("value", None)
            return pack(reply | _not_sent(refused, value))

    def define(self, request: dict[str, Any]) -> dict[str, Any]:
        """Read the cells into a new namespace; return what was found."""
        self._namespace = Namespace(
            helpers=request["helpers"],
            starter=request["starter"],
            contract=request["contract"],
            slices=request["slices"],
        )
        cells = [(label, source) for label, source in request["cells"]]
        beside = [(path, [(label, text) for label, text in own]) for path, own in request["beside"]]
        self.witness.about([label for own in (cells, *(c for _, c in beside)) for label, _ in own])
        report = self._namespace.define(cells, path=request["path"], beside=beside)
        return {"kind": "defined", "report": report}

    def outline(self, request: dict[str, Any]) -> dict[str, Any]:
        """Say what a file defines, executing nothing; the first request brings the contracts."""
        if "exercises" in request:
            self._outliner = Outliner(request["exercises"])
        cells = [(label, source) for label, source in request["cells"]]
        return {"kind": "outlined", "report": self._outliner.outline(cells)}

    def call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call a function of the namespace; return what came of it."""
        assert self._namespace is not None
        function = self._namespace.find(request["names"])
        if function is None:
            return {"kind": "missing"}
        arguments = request["arguments"]
        before = [_bytes(a["value"]) for a in arguments]
        try:
            positional, by_name = binding.bind(function, arguments)
        except binding.SignatureMismatch as mismatch:
            return {"kind": "mismatch", **vars(mismatch)}
        value = function(*positional, **by_name)
        changed = [
            a["name"] for a, b in zip(arguments, before, strict=True) if _bytes(a["value"]) != b
        ]
        return {"kind": "returned", "value": value, "changed": changed}


def _not_sent(refused: Refused, value: object) -> dict[str, Any]:
    """Say what was refused: a part of `value`, or the whole when it was too large as a whole."""
    _, part, path = refused.path.partition("result['value']")
    found = _unsent(refused)
    kind = found.type if part or found.reason == "stand_in" else type_name(type(value))
    return {"kind": "not_sent", "reason": found.reason, "type": kind, "path": path}


def _unsent(refused: Refused) -> Unsent:
    """Return what stands for a part of a result that was refused."""
    if issubclass(type(refused.value), StandIn):
        return Unsent("stand_in", _cut(vars(refused.value)["_name"]), refused.path)
    return Unsent(refused.reason, refused.type_name, refused.path)


def _bytes(value: object) -> bytes:
    """Return the value's wire form, to tell afterwards whether it was changed in place."""
    try:
        return pack(value)
    except Refused:
        return b"not plain data any more"


def _seed(seed: int) -> None:
    """Seed all that draws random numbers, also what normally asks the system for entropy.

    `default_rng()`, `RandomState()` and a bare `seed()` take their entropy from here, so that a
    regrade of the same submission sees the same draws. Student code may hold on to the names that
    are put here: there is one of each, and every call seeds what it draws from.
    """
    _entropy.seed(seed)
    _seed_python(seed)
    _seed_numpy(seed % 2**32)
    np.random.bit_generator.randbits = _entropy.getrandbits  # type: ignore[attr-defined]
    np.random.seed, random.seed = _numpy_seed, _python_seed


def _numpy_seed(seed: Any = None) -> None:
    _seed_numpy(_entropy.getrandbits(32) if seed is None else seed)


def _python_seed(a: Any = None, version: int = 2) -> None:
    _seed_python(_entropy.getrandbits(64) if a is None else a, version)


def _recursion_limit(limit: int) -> None:
    """Set Python's limit, but none that leaves too little room to answer."""
    _set_recursion_limit(max(limit, _least_recursion))


def _raised(error: BaseException) -> dict[str, Any]:
    label, line = _place(error)
    return {
        "kind": "raised",
        "type": _cut(type(error).__name__),
        "message": _message(error),
        "label": label,
        "line": line,
        "out_of_memory": isinstance(error, MemoryError),
        "needs": additions.since(error),
    }


def _message(error: BaseException) -> str:
    try:
        return _cut(str(error))
    except BaseException:
        return ""


def _is_students(frame: FrameType) -> bool:
    """Whether a frame is of the submission's own code: what it imports has other builtins."""
    return isinstance(frame.f_builtins.get("__import__"), Importer)


def _place(error: BaseException) -> tuple[str, int]:
    """Return the cell or file and the line of the innermost frame that is the student's."""
    place, trace = ("", 0), error.__traceback__
    for _ in range(10_000):
        if trace is None:
            break
        code = trace.tb_frame.f_code
        if _is_students(trace.tb_frame) and trace.tb_lineno:
            place = (_cut(code.co_filename), trace.tb_lineno)
        trace = trace.tb_next
    return place


def _cut(text: str) -> str:
    return str(text)[:MESSAGE_CAP]
