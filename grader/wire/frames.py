"""Send and receive one message over a stream socket.

A frame is an 8-byte header, two big-endian lengths, then that many bytes of structure and of
buffers. The reader checks both lengths before it reads on, and gives up at its deadline.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from grader.wire.reader import decode
from grader.wire.unsent import Unsent
from grader.wire.values import DEFAULT_LIMITS, Refused, ValueLimits, WireError
from grader.wire.writer import encode

HEADER = struct.Struct(">II")


class FrameError(WireError):
    """The stream ended or broke in the middle of a frame."""


def pack(
    message: object,
    limits: ValueLimits = DEFAULT_LIMITS,
    unsent: Callable[[Refused], Unsent] | None = None,
) -> bytes:
    """Return the frame of `message`, with `unsent` as `encode` takes it."""
    structure, buffers = encode(message, limits, unsent)
    length = sum(map(len, buffers))
    return b"".join([HEADER.pack(len(structure), length), structure, *buffers])


def send(channel: socket.socket, message: object, limits: ValueLimits = DEFAULT_LIMITS) -> None:
    """Send `message`; raise `Refused` when it holds something that cannot be sent."""
    channel.sendall(pack(message, limits))


def receive(
    channel: socket.socket,
    limits: ValueLimits = DEFAULT_LIMITS,
    *,
    deadline: float | None = None,
    writable: bool = False,
) -> Any:
    """Return the next message, or None at a clean end of the stream.

    `deadline` is a `time.monotonic` moment; `TimeoutError` is raised when it passes. A socket that
    may block for ever is only given to the side that has nothing else to do: the worker.
    """
    header = _read(channel, HEADER.size, deadline, at_start=True)
    if not header:
        return None
    structure_bytes, buffer_bytes = HEADER.unpack(header)
    if structure_bytes > limits.structure_bytes or buffer_bytes > limits.buffer_bytes:
        raise WireError("message is larger than its limit")
    structure = _read(channel, structure_bytes, deadline)
    buffers = _read(channel, buffer_bytes, deadline)
    return decode(bytes(structure), buffers, limits, writable=writable)


def _read(
    channel: socket.socket, size: int, deadline: float | None, *, at_start: bool = False
) -> bytearray:
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        if deadline is not None:
            left = deadline - time.monotonic()
            # What is there already is taken even when it is late; a drip of bytes is not.
            if left <= 0 and done:
                raise TimeoutError
            channel.settimeout(max(left, 1e-6))
        count = channel.recv_into(view[done:])
        if not count:
            if at_start and not done:
                return bytearray()
            raise FrameError("the stream ended in the middle of a frame")
        done += count
    return data
