"""The messages that cross the wire, and the strict reading of a worker's replies.

Grader to worker: `define` (the cells of a submission), `call` (a function by name, plain arguments,
a seed) and `outline` (the cells of a file, of which nothing is executed). Worker to grader: `ready`
once, before it has seen any student code, then exactly one reply to each request, carrying the
request's number. A reply is only data: whatever it says, the worst it can be is a wrong answer of
that one submission.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from grader.wire.values import WireError

TEXT_CAP: Final = 2_000
# What students are told holds it, so that it must not say much.
_VERSION: Final = re.compile(r"3\.1[2-9]")


@dataclass(frozen=True)
class Argument:
    """One argument of a call, in the order of the function's contract.

    An optional argument that is not given may have a value all the same: it goes to functions that
    cannot do without, and to no others.
    """

    name: str
    value: Any = None
    aliases: tuple[str, ...] = ()
    optional: bool = False
    given: bool = True


@dataclass(frozen=True)
class Returned:
    """The function returned `value`; `changed` names the arguments whose data it changed."""

    value: Any
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Raised:
    """Student code raised; the place is in the student's own cells when it is known."""

    type: str
    message: str
    label: str = ""
    line: int = 0
    out_of_memory: bool = False
    needs: str = ""
    """The newer version of Python whose library has what was not found here."""


@dataclass(frozen=True)
class NotSent:
    """The function returned something outside the closed set of values."""

    reason: str
    type: str
    path: str


@dataclass(frozen=True)
class Mismatch:
    """The student's function cannot be called with the arguments of its contract.

    `left_out` names those that the call did without and the function cannot, when that is all.
    """

    has: str
    wanted: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """The student's code defines no function of that name."""


Reply = Returned | Raised | NotSent | Mismatch | Missing


def parse_reply(message: Any, number: int) -> Reply:
    """Return the reply to request `number`; raise `WireError` when it is anything else."""
    match _kind(message, number):
        case "returned" if "value" in message:
            return Returned(message["value"], _names(message.get("changed")))
        case "raised":
            return _raised(message)
        case "not_sent":
            reason, kind, path = (_text(message.get(key)) for key in ("reason", "type", "path"))
            return NotSent(reason, kind, path)
        case "mismatch":
            has, wanted = (_text(message.get(key)) for key in ("has", "wanted"))
            return Mismatch(has, wanted, _names(message.get("left_out")))
        case "missing":
            return Missing()
    raise WireError("a reply of an unknown kind")


def parse_definitions(message: Any, number: int) -> dict[str, Any]:
    """Return what `define` reported; its inner shape is checked where it is read."""
    return _report(message, number, "defined")


def parse_outline(message: Any, number: int) -> dict[str, Any]:
    """Return what `outline` reported; its inner shape is checked where it is read."""
    return _report(message, number, "outlined")


def _report(message: Any, number: int, kind: str) -> dict[str, Any]:
    found, report = _kind(message, number), message.get("report")
    if found != kind or type(report) is not dict:
        raise WireError("a reply of an unknown kind")
    return report


def _kind(message: Any, number: int) -> str:
    """Return a reply's kind. Types come first: an array equals nothing and everything."""
    if type(message) is not dict or type(message.get("number")) is not int:
        raise WireError("a reply without a number")
    if message["number"] != number:
        raise WireError("a reply out of turn")
    return _text(message.get("kind"))


def _raised(message: dict[str, Any]) -> Raised:
    line, out_of_memory = message.get("line"), message.get("out_of_memory")
    if type(line) is not int or not 0 <= line < 2**31 or type(out_of_memory) is not bool:
        raise WireError("a reply with the wrong parts")
    kind, text, label = (_text(message.get(key)) for key in ("type", "message", "label"))
    needs = _text(message.get("needs"))
    if needs and not _VERSION.fullmatch(needs):
        raise WireError("a reply with the wrong parts")
    return Raised(kind, text, label, line, out_of_memory, needs)


def _names(value: Any) -> tuple[str, ...]:
    if type(value) is not list or len(value) > 64:
        raise WireError("a reply with the wrong parts")
    return tuple(_text(name) for name in value)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise WireError("a reply with the wrong parts")
    return value[:TEXT_CAP]
