"""Ask a worker what files define, to choose between them before anything is graded.

Theory of operation. Student source is never parsed in this process, since a parser can be made to
crash. A worker parses it and executes none of it, so one worker serves all files; it is forked, and
a forkserver started if there is none, when the first file is asked for. A file that ends the worker
or takes too long is answered with half a sentence, and the next one gets a new worker. What a
worker says is read strictly, and used for nothing but the choice between files and the words about
it.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import SandboxError
from grader.model.exercise import Exercise
from grader.sandbox.definitions import Name
from grader.sandbox.forkserver import Forkserver, await_ready
from grader.wire import Refused, ValueLimits, WireError, receive, send
from grader.wire.messages import parse_outline

FILE_SECONDS: Final = 10.0
_LIMITS: Final = {
    "call_cpu_seconds": 5,
    "submission_cpu_seconds": 3600,  # of all files that one worker reads
    "memory_mib": 512,
    "processes": 32,
    "reply_mib": 1,
}
_REQUEST_LIMITS: Final = ValueLimits(structure_bytes=8 << 20, values=1_000_000)


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Written(_Said):
    """A function of a contract as a file has it."""

    fits: bool
    """The contract's arguments can be bound to its parameters, or these are not known."""
    written: bool
    """It is not as it was given out."""
    definition: bool
    """It is a definition, and not only a name for a value that may be a function."""
    own_name: bool
    """It has the function's own name, and not an alias."""


class Outline(_Said):
    """What a file defines and imports."""

    functions: dict[Name, dict[Name, Written]] = Field(default_factory=dict, max_length=10_000)
    """By exercise and function of its contract; what the file does not have is left out."""
    imports: list[Name] = Field(default_factory=list, max_length=1000)
    """Modules, as ``a.b``; relative ones begin with dots."""
    runs: list[Name] = Field(default_factory=list, max_length=1000)
    """Paths that `%run` names."""
    definitions: int = Field(default=0, ge=0, lt=2**31)
    """How many functions it defines, those of its tests left aside."""


TOO_SLOW: Final = "reading its code takes too long"
TOO_LARGE: Final = "it holds more code than can be looked at"
ENDS_PARSER: Final = "its code ends Python's parser"


class Outliner:
    """Outlines files for the exercises of one course. Use it as a context manager."""

    def __init__(
        self,
        exercises: Sequence[Exercise],
        starters: Mapping[str, str],
        forkserver: Forkserver | None = None,
    ) -> None:
        """Prepare; `starters` are sources by exercise, `forkserver` is one that runs anyway."""
        self._exercises = [_contract(e, starters.get(e.id, "")) for e in exercises]
        self._forkserver, self._own = forkserver, forkserver is None
        self._worker: tuple[int, socket.socket, int] | None = None
        self._requests = 0

    def __enter__(self) -> Outliner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def outline(self, cells: Sequence[tuple[str, str]]) -> Outline | str:
        """Return what a file defines, or why that could not be told: half a sentence about it.

        Raise SandboxError when no worker can be had. A file that ends its worker is asked about
        once more, since somebody else may have ended that.
        """
        said = self._outline(cells)
        return self._outline(cells) if said == ENDS_PARSER else said

    def _outline(self, cells: Sequence[tuple[str, str]]) -> Outline | str:
        request: dict[str, Any] = {"kind": "outline", "seed": 0, "cells": [list(c) for c in cells]}
        fresh = self._worker is None
        if fresh:
            self._fork()
            request["exercises"] = self._exercises
        assert self._worker is not None
        channel = self._worker[1]
        self._requests += 1
        deadline = time.monotonic() + FILE_SECONDS
        try:
            channel.settimeout(FILE_SECONDS)
            send(channel, request | {"number": self._requests}, _REQUEST_LIMITS)
            reply = receive(channel, deadline=deadline)
            return Outline.model_validate(parse_outline(reply, self._requests))
        except (WireError, Refused, OSError, ValidationError) as error:
            self._end_worker()
            reasons = {TimeoutError: TOO_SLOW, Refused: TOO_LARGE}
            return next((r for kind, r in reasons.items() if isinstance(error, kind)), ENDS_PARSER)

    def close(self) -> None:
        """End the worker, and the forkserver if it was started here."""
        if self._worker is not None:
            self._end_worker()
        if self._forkserver is not None and self._own:
            self._forkserver.close()
            self._forkserver = None

    def _fork(self) -> None:
        if self._forkserver is None:
            self._forkserver = Forkserver()
        self._worker = self._forkserver.fork(_LIMITS)
        try:
            await_ready(self._worker[1])
        except SandboxError:
            self._end_worker()
            raise

    def _end_worker(self) -> None:
        assert self._worker is not None
        assert self._forkserver is not None
        (number, channel, output), self._worker = self._worker, None
        channel.close()
        os.close(output)
        try:
            self._forkserver.reap(number)
        except SandboxError:
            # It is gone; one that was started here is started again for the next file.
            if self._own:
                self._forkserver.close()
                self._forkserver = None


def _contract(exercise: Exercise, starter: str) -> dict[str, Any]:
    functions = [
        {
            "names": [function.name, *function.aliases],
            "arguments": [
                {"name": p.name, "aliases": list(p.aliases), "optional": p.optional}
                for p in function.parameters
            ],
        }
        for function in exercise.functions
    ]
    return {"id": exercise.id, "starter": starter, "functions": functions}
