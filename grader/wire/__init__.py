"""The wire: plain data between the grader and a worker, and nothing else.

Theory of operation. Two processes that do not trust each other talk over a stream socket. What
they say is a sequence of *frames*; a frame is one *message*, a dict of plain data. Values are
members of a closed set: None, bool, int, float, complex, str, bytes, list, tuple, dict, numpy
scalars and numeric ndarrays; a dict's keys are None, bool, 64-bit int, float, str, bytes or tuples
of those. Nothing on the wire names a class, a module or a function, so reading a frame can run no
code; there is no pickle. The sender takes a subclass or a relative of these types as the plain
value that it is (`grader.wire.plain`), and refuses the rest with the reason; the reader knows the
closed set alone. Of what student code returns, an item of a dict that is refused crosses as a
placeholder with the reason (`Unsent`), so that it costs only what asks for it.

A frame has two parts: a *structure* (msgpack, at most 1 MiB) and the *buffers* of its arrays (raw
bytes, in order). Limits hold on both parts, on the number of values and on nesting, and they are
checked before memory is taken. Both sides use this package; each side believes only its own copy.
"""

from grader.wire.frames import FrameError, receive, send
from grader.wire.reader import decode
from grader.wire.unsent import Unsent
from grader.wire.values import Refused, ValueLimits, WireError
from grader.wire.writer import encode

__all__ = [
    "FrameError",
    "Refused",
    "Unsent",
    "ValueLimits",
    "WireError",
    "decode",
    "encode",
    "receive",
    "send",
]
