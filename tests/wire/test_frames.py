"""Does a message cross a socket whole, in time and within its limits, or not at all?"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from grader.wire import FrameError, Refused, ValueLimits, WireError, receive, send
from grader.wire.frames import pack

MESSAGE = {"kind": "returned", "value": np.arange(6.0).reshape(2, 3)}


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a stream."""
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_messages_arrive_in_turn(ends: Any) -> None:
    for number in range(3):
        send(ends[0], {"number": number})
    assert [receive(ends[1])["number"] for _ in range(3)] == [0, 1, 2]


def test_a_stream_may_end_between_messages(ends: Any) -> None:
    send(ends[0], MESSAGE)
    ends[0].close()
    assert receive(ends[1])["kind"] == "returned"
    assert receive(ends[1]) is None


@pytest.mark.parametrize("kept", range(1, len(pack(MESSAGE))))
def test_a_stream_may_not_end_within_one(ends: Any, kept: int) -> None:
    ends[0].sendall(pack(MESSAGE)[:kept])
    ends[0].close()
    with pytest.raises(FrameError):
        receive(ends[1])


@pytest.mark.parametrize("lengths", [(11, 0), (0, 101), (2**32 - 1, 2**32 - 1)])
def test_an_announced_length_beyond_the_limits_is_not_waited_for(ends: Any, lengths: Any) -> None:
    ends[0].sendall(struct.pack(">II", *lengths))
    with pytest.raises(WireError, match="limit"):
        receive(ends[1], ValueLimits(structure_bytes=10, buffer_bytes=100))


def test_the_sender_keeps_to_the_limits(ends: Any) -> None:
    with pytest.raises(Refused):
        send(ends[0], MESSAGE, ValueLimits(buffer_bytes=40))
    send(ends[0], MESSAGE, ValueLimits(buffer_bytes=48))
    assert receive(ends[1], ValueLimits(buffer_bytes=48))["value"].size == 6


@pytest.mark.parametrize("begun", [0, 1, 8, 12])
def test_the_reader_gives_up_at_its_deadline(ends: Any, begun: int) -> None:
    ends[0].sendall(pack(MESSAGE)[:begun])
    with pytest.raises(TimeoutError):
        receive(ends[1], deadline=time.monotonic() + 0.02)


def test_what_is_there_already_is_read_after_the_deadline(ends: Any) -> None:
    send(ends[0], MESSAGE)
    assert receive(ends[1], deadline=time.monotonic() - 1)["kind"] == "returned"


class Dripping:
    """A stream of one byte at a time that never makes its reader wait."""

    def __init__(self, data: bytes) -> None:
        self.left = list(data)

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0

    def recv_into(self, view: memoryview) -> int:
        view[0] = self.left.pop(0)
        return 1


def test_a_drip_does_not_outlast_the_deadline() -> None:
    channel: Any = Dripping(pack(MESSAGE))
    assert receive(channel, deadline=time.monotonic() + 60)["kind"] == "returned"
    late: Any = Dripping(pack(MESSAGE))
    with pytest.raises(TimeoutError):
        receive(late, deadline=time.monotonic() - 1)
