"""The closed set of values that may cross the wire, and how each looks there.

msgpack carries None, bool, 64-bit int, float, str and bytes as they are. Everything else is a
msgpack array whose first item is a tag: containers too, so that one recursion checks nesting and
counts values, and no value can be mistaken for another. Array data is not copied into the
structure; it follows in the frame's buffers, each padded to 16 bytes so that decoded arrays are
aligned views. `grader.wire.writer` makes this form, `grader.wire.reader` reads it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

LIST, TUPLE, DICT, COMPLEX, BIG_INT, SCALAR, ARRAY, UNSENT = range(8)

ALIGNMENT: Final = 16
# Python refuses to print integers of more than 4,300 digits; 1,024 bytes have 2,466.
MAX_INT_BYTES: Final = 1024
MAX_DIMENSIONS: Final = 32
# Why an item of a dict is left out alone; what is too much is refused as a whole.
LEFT_OUT: Final = frozenset({"type", "keys", "stand_in"})
# A dict's keys are hashed by the reader. Whole numbers of 64 bits have a dozen others with the same
# hash, tuples of them as many as one likes, and each makes the next slower to put in.
MAX_TUPLE_KEYS: Final = 2_000
MAX_KEY_DEPTH: Final = 8
NUMERIC_KINDS: Final = frozenset("biufc")
INT64_MIN, UINT64_MAX = -(2**63), 2**64 - 1


class WireError(Exception):
    """Bytes from the other side do not follow the protocol, or exceed a limit."""


class Refused(Exception):
    """A value is not in the closed set, or is too large, and is not sent.

    ``path`` says where in the value (``result["W1"][0]``), ``type_name`` what stands there, and
    ``reason`` is one of ``type``, ``keys``, ``depth``, ``count``, ``size``. ``value`` is what was
    refused, for a sender who can say more about it.
    """

    def __init__(self, reason: str, type_name: str, value: object = None) -> None:
        super().__init__(reason, type_name)
        self.reason, self.type_name, self.value = reason, type_name, value
        self.path = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.type_name} ({self.reason})"

    def inside(self, step: str) -> Refused:
        """Return the same refusal, seen from the container in which its place is `step`."""
        self.path = step + self.path
        return self


@dataclass(frozen=True)
class ValueLimits:
    """What one message may hold; the same limits bind the sender and the reader."""

    structure_bytes: int = 1 << 20
    buffer_bytes: int = 16 << 20
    values: int = 200_000
    depth: int = 32


DEFAULT_LIMITS: Final = ValueLimits()


def extent(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """Return the bytes of an array, as if no dimension were 0: a check may loop over the others."""
    return math.prod(max(size, 1) for size in shape) * dtype.itemsize
