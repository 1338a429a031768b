"""A session: one submission, called by name through the wire, within its limits."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from grader.errors import SandboxError
from grader.model.exercise import Limits
from grader.sandbox import definitions
from grader.sandbox.deaths import Asked, Stop, WorkerLost, blame
from grader.sandbox.forkserver import Forkserver, Reaped, await_ready
from grader.sandbox.material import Material
from grader.sandbox.observed import MOST, read_notes
from grader.wire import ValueLimits, WireError, receive, send
from grader.wire.messages import Argument, Reply, parse_definitions, parse_reply

# A function that ran out of time this often is not waited for again in the same submission.
PATIENCE: Final = 2
LAST_BREATH_SECONDS: Final = 0.5
# How workers treat statements outside of functions: each is tried when the one before is lost.
SLICES: Final = ("run", "tell", "off")
HALF_USED: Final = (
    "statements outside of functions took more than half of their time: elsewhere, the grade may "
    "be another one"
)
USED_UP: Final = "the submission has used up all its time"


@dataclass
class Usage:
    """What a submission has used so far, over all its workers."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mib: float = 0.0


@dataclass
class _Worker:
    number: int
    channel: socket.socket
    output: int
    limits: dict[str, int]
    open_output: bool = True
    requests: int = 0

    def asked(self, function: str, seed: int) -> Asked:
        cpu = self.limits["call_cpu_seconds"], self.limits["submission_cpu_seconds"]
        return Asked(function, seed, *cpu)


@dataclass
class Session:
    """Calls functions of one submission; forks and forks again as it must."""

    forkserver: Forkserver
    material: Material
    limits: Limits = field(default_factory=Limits)
    usage: Usage = field(default_factory=Usage)
    output: bytearray = field(default_factory=bytearray)
    """What student code printed, capped."""
    observed: dict[str, None] = field(default_factory=dict)
    """What it was seen to do besides computing, in words, in order and each once."""
    stops: set[Stop] = field(default_factory=set)
    """How its workers were stopped that is not shown to be its doing. Those that are here from the
    beginning are of earlier attempts; who is stopped so again is to blame."""

    def __post_init__(self) -> None:
        self._worker: _Worker | None = None
        self._known_stops = frozenset(self.stops)
        self._printed = 0
        self._timeouts: Counter[str] = Counter()
        self._value_limits = ValueLimits(buffer_bytes=self.limits.reply_mib << 20)
        self._definitions: definitions.Definitions | None = None
        self._slices = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def definitions(self) -> definitions.Definitions:
        """What the worker found in the cells; raise WorkerLost when reading them was too much."""
        if self._definitions is None:
            self._ready_worker()
        assert self._definitions is not None
        return self._definitions

    def call(self, names: Sequence[str], arguments: Sequence[Argument], seed: int) -> Reply:
        """Call the first of `names` that is defined; raise WorkerLost when the worker is lost."""
        name = names[0]
        if self._timeouts[name] >= PATIENCE:
            raise WorkerLost("timeout", f"{name} had already run out of time {PATIENCE} times")
        worker = self._ready_worker()
        request = {
            "kind": "call",
            "names": list(names),
            "arguments": [vars(a) | {"aliases": list(a.aliases)} for a in arguments],
            "seed": seed,
        }
        try:
            reply = self._request(worker, request, name)
            return parse_reply(reply, worker.requests)
        except WireError as error:
            detail = f"the answer of {name} could not be read ({error})"
            raise self._lost("crashed", detail) from None
        except WorkerLost as lost:
            self._timeouts[name] += lost.waited
            raise

    def close(self) -> Usage:
        """Kill the worker; return what the submission used in all."""
        if self._worker is not None:
            with contextlib.suppress(WorkerLost):
                self._drain(self._worker)
        if self._worker is not None:
            self._reap()
        return self.usage

    def _ready_worker(self) -> _Worker:
        while self._worker is None:
            self._worker = self._fork()
            try:
                self._define(self._worker)
            except WorkerLost:
                # It may be that a statement outside of functions is to blame, or what looks for
                # such: neither may cost the functions.
                if self._definitions is not None or self._slices == len(SLICES) - 1:
                    raise
                self._slices += 1
        return self._worker

    def _fork(self) -> _Worker:
        cpu_left = self.limits.submission_cpu_seconds - self.usage.cpu_seconds
        wall_left = self.limits.submission_wall_seconds - self.usage.wall_seconds
        if cpu_left < 1 or wall_left <= 0:
            raise WorkerLost("timeout", USED_UP)
        limits = {
            "call_cpu_seconds": self.limits.call_cpu_seconds,
            "submission_cpu_seconds": int(cpu_left),
            "memory_mib": self.limits.memory_mib,
            "processes": self.limits.processes,
            "reply_mib": self.limits.reply_mib,
        }
        return _Worker(*self.forkserver.fork(limits), limits)

    def _define(self, worker: _Worker) -> None:
        try:
            await_ready(worker.channel)
        except SandboxError:
            self._reap()
            raise
        request = {
            "kind": "define",
            "slices": SLICES[self._slices],
            "seed": 0,
            **self.material.request(),
        }
        try:
            reply = self._request(worker, request, "")
            report = definitions.parse(parse_definitions(reply, worker.requests))
        except WireError as error:
            raise self._lost("crashed", f"the definitions could not be read ({error})") from None
        if self._definitions is None:
            self._definitions = report
        if report.half_used:
            self.observed[HALF_USED] = None

    def _request(self, worker: _Worker, request: dict[str, Any], name: str) -> Any:
        """Send one request and return its reply, whatever that is."""
        asked = worker.asked(name, request["seed"])
        worker.requests += 1
        left = self.limits.submission_wall_seconds - self.usage.wall_seconds
        if left <= 0:
            raise self._lost("timeout", USED_UP)
        started = time.monotonic()
        deadline = started + min(self.limits.call_wall_seconds, left)
        try:
            worker.channel.settimeout(max(deadline - started, 0.01))
            send(worker.channel, request | {"number": worker.requests}, _REQUEST_LIMITS)
            self._wait(worker, deadline)
            reply = receive(worker.channel, self._value_limits, deadline=deadline)
        except TimeoutError:
            detail = f"{asked.what} was stopped after {round(deadline - started, 1):g} seconds"
            raise self._too_slow(asked, detail) from None
        except ConnectionError:
            reply = None
        finally:
            self.usage.wall_seconds += time.monotonic() - started
        self._drain(worker)
        if reply is None:
            # One that has closed its end of the wire is about to end, or pretends to be.
            raise self._blame(self._reap(LAST_BREATH_SECONDS), asked)
        if type(reply) is dict and len(self.observed) < MOST:
            notes = read_notes(reply.get("notes"), self.forkserver.layers)
            self.observed |= dict.fromkeys(notes)
        return reply

    def _wait(self, worker: _Worker, deadline: float) -> None:
        """Wait for the reply while keeping the output pipe empty."""
        poll = select.poll()
        poll.register(worker.channel, select.POLLIN)
        if worker.open_output:
            poll.register(worker.output, select.POLLIN)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            ready = {descriptor for descriptor, _ in poll.poll(left * 1000 + 1)}
            if worker.output in ready and not self._read_output(worker):
                poll.unregister(worker.output)
            if worker.channel.fileno() in ready:
                return

    def _read_output(self, worker: _Worker) -> bool:
        """Take what was printed; raise WorkerLost past the limit; return False at its end."""
        data = os.read(worker.output, 65536)
        cap = self.limits.output_kib << 10
        self.output += data[: max(0, cap - len(self.output))]
        self._printed += len(data)
        if self._printed > cap:
            detail = f"the submission printed more than {self.limits.output_kib} KiB"
            raise self._lost("output_exceeded", detail)
        worker.open_output = bool(data)
        return worker.open_output

    def _drain(self, worker: _Worker) -> None:
        poll = select.poll()
        poll.register(worker.output, select.POLLIN)
        while worker.open_output and poll.poll(0):
            with contextlib.suppress(BlockingIOError):
                self._read_output(worker)

    def _too_slow(self, asked: Asked, detail: str) -> WorkerLost:
        """End a worker that did not answer in time, unless somebody has halted it."""
        reaped = self._reap()
        return self._blame(reaped, asked) if reaped.halted else WorkerLost("timeout", detail)

    def _blame(self, reaped: Reaped, asked: Asked) -> WorkerLost:
        return blame(reaped, asked, self._known_stops, self.stops)

    def _lost(self, outcome: str, detail: str) -> WorkerLost:
        self._reap()
        return WorkerLost(outcome, detail)

    def _reap(self, patience: float = 0.0) -> Reaped:
        worker, self._worker = self._worker, None
        assert worker is not None
        worker.channel.close()
        os.close(worker.output)
        started = time.monotonic()
        reaped = self.forkserver.reap(worker.number, patience)
        self.usage.wall_seconds += time.monotonic() - started
        self.usage.cpu_seconds += reaped.cpu_seconds
        self.usage.peak_mib = max(self.usage.peak_mib, reaped.peak_mib)
        return reaped


# Requests are ours: the code of a large notebook is larger than any honest reply's structure.
_REQUEST_LIMITS: Final = ValueLimits(structure_bytes=8 << 20, values=1_000_000)
