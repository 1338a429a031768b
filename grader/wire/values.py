"""Encode and decode the closed set of values that may cross the wire.

msgpack carries None, bool, 64-bit int, float, str and bytes as they are. Everything else is a
msgpack array whose first item is a tag: containers too, so that one recursion checks nesting and
counts values, and no value can be mistaken for another. Array data is not copied into the
structure; it follows in the frame's buffers, each padded to 16 bytes so that decoded arrays are
aligned views.
"""

from __future__ import annotations

import math
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from typing import Any, Final

import msgpack
import numpy as np

LIST, TUPLE, DICT, COMPLEX, BIG_INT, SCALAR, ARRAY = range(7)

ALIGNMENT: Final = 16
# Python refuses to print integers of more than 4,300 digits; 1,024 bytes have 2,466.
MAX_INT_BYTES: Final = 1024
MAX_DIMENSIONS: Final = 32
NUMERIC_KINDS: Final = frozenset("biufc")
_INT64_MIN, _UINT64_MAX = -(2**63), 2**64 - 1


class WireError(Exception):
    """Bytes from the other side do not follow the protocol, or exceed a limit."""


class Refused(Exception):
    """A value is not in the closed set, or is too large, and is not sent.

    ``path`` says where in the value (``result["W1"][0]``), ``type_name`` what stands there, and
    ``reason`` is one of ``type``, ``keys``, ``depth``, ``count``, ``size``.
    """

    def __init__(self, reason: str, type_name: str, path: str) -> None:
        super().__init__(f"{path}: {type_name} ({reason})")
        self.reason, self.type_name, self.path = reason, type_name, path


@dataclass(frozen=True)
class ValueLimits:
    """What one message may hold; the same limits bind the sender and the reader."""

    structure_bytes: int = 1 << 20
    buffer_bytes: int = 16 << 20
    values: int = 200_000
    depth: int = 32


DEFAULT_LIMITS: Final = ValueLimits()


def encode(value: object, limits: ValueLimits = DEFAULT_LIMITS) -> tuple[bytes, list[bytes]]:
    """Return the structure and the buffers of `value`; raise `Refused` when it cannot be sent."""
    encoder = _Encoder(limits)
    tree = encoder.tree(value, "result", 0)
    structure: bytes = msgpack.packb(tree, use_bin_type=True, unicode_errors="surrogatepass")
    if len(structure) > limits.structure_bytes:
        raise Refused("size", type(value).__name__, "result")
    return structure, encoder.buffers


def decode(
    structure: bytes,
    buffers: bytes | bytearray | memoryview = b"",
    limits: ValueLimits = DEFAULT_LIMITS,
    *,
    writable: bool = False,
) -> Any:
    """Return the value of a structure and its buffers; raise `WireError` on anything amiss.

    Arrays are read-only views of `buffers` unless `writable`, which copies each.
    """
    if len(structure) > limits.structure_bytes or len(buffers) > limits.buffer_bytes:
        raise WireError("message is larger than its limit")
    try:
        tree = msgpack.unpackb(
            structure,
            raw=False,
            unicode_errors="surrogatepass",
            ext_hook=_no_extensions,
            max_map_len=0,
            max_ext_len=0,
        )
    except (ValueError, msgpack.UnpackException) as error:
        # Not what the error says: a codec's error holds the bytes, and students read this.
        raise WireError(f"structure is not valid: {type(error).__name__}") from None
    decoder = _Decoder(memoryview(buffers), limits, writable)
    value = decoder.value(tree, 0)
    if decoder.offset != len(buffers):
        raise WireError("buffers are longer than the structure says")
    return value


def _no_extensions(code: int, data: bytes) -> None:  # noqa: ARG001
    raise WireError("extension types are not part of the protocol")


class _Encoder:
    """One walk over a value, with a budget of values and bytes."""

    def __init__(self, limits: ValueLimits) -> None:
        self.limits = limits
        self.buffers: list[bytes] = []
        self._values_left = limits.values
        self._text_left = limits.structure_bytes
        self._buffer_left = limits.buffer_bytes

    def tree(self, value: Any, path: str, depth: int) -> Any:
        """Return the msgpack tree of `value`, which stands at `path`."""
        kind = type(value)
        self._values_left -= 1
        if self._values_left < 0:
            raise Refused("count", kind.__name__, path)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            return self._integer(value, path)
        if kind is str or kind is bytes:
            self._spend_text(len(value), kind.__name__, path)
            return value
        if kind is complex:
            return [COMPLEX, value.real, value.imag]
        if kind is np.ndarray:
            return self._array(value, path)
        if issubclass(kind, np.generic) and kind.__module__ == "numpy":
            return self._scalar(value, path)
        return self._container(value, kind, path, depth)

    def _container(self, value: Any, kind: type, path: str, depth: int) -> list[Any]:
        if depth >= self.limits.depth:
            raise Refused("depth", kind.__name__, path)
        if kind is list or kind is tuple:
            items = [self.tree(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value)]
            return [LIST if kind is list else TUPLE, *items]
        # Two plain dicts under other names that learners use; their extras are not sent.
        if kind is dict or kind is OrderedDict or kind is defaultdict:
            return self._dict(value, path, depth)
        raise Refused("type", _type_name(kind), path)

    def _dict(self, value: dict[Any, Any], path: str, depth: int) -> list[Any]:
        tree: list[Any] = [DICT]
        for key, item in dict.items(value):
            if type(key) is not str:
                raise Refused("keys", _type_name(type(key)), path)
            self._spend_text(len(key), "str", path)
            tree += (key, self.tree(item, f"{path}[{key[:40]!r}]", depth + 1))
        return tree

    def _integer(self, value: int, path: str) -> Any:
        if _INT64_MIN <= value <= _UINT64_MAX:
            return value
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise Refused("size", "int", path)
        return [BIG_INT, value.to_bytes(size, "big", signed=True)]

    def _scalar(self, value: np.generic, path: str) -> list[Any]:
        if value.dtype.kind not in NUMERIC_KINDS:
            raise Refused("type", _type_name(type(value)), path)
        self._buffer(value.tobytes(), type(value).__name__, path)
        return [SCALAR, value.dtype.str]

    def _array(self, value: np.ndarray[Any, Any], path: str) -> list[Any]:
        if value.dtype.kind not in NUMERIC_KINDS:
            raise Refused("type", f"array of {value.dtype.name}", path)
        if value.ndim > MAX_DIMENSIONS:
            raise Refused("depth", "ndarray", path)
        if _extent(value.shape, value.dtype) > self._buffer_left:
            raise Refused("size", "ndarray", path)
        self._buffer(value.tobytes(), "ndarray", path)
        return [ARRAY, value.dtype.str, *value.shape]

    def _buffer(self, data: bytes, type_name: str, path: str) -> None:
        padded = data + bytes(-len(data) % ALIGNMENT)
        self._buffer_left -= len(padded)
        if self._buffer_left < 0:
            raise Refused("size", type_name, path)
        self.buffers.append(padded)

    def _spend_text(self, size: int, type_name: str, path: str) -> None:
        self._text_left -= size
        if self._text_left < 0:
            raise Refused("size", type_name, path)


class _Decoder:
    """One walk over an untrusted tree, with the reader's own budget."""

    def __init__(self, buffers: memoryview, limits: ValueLimits, writable: bool) -> None:
        self.offset = 0
        self._buffers = buffers
        self._limits = limits
        self._values_left = limits.values
        self._writable = writable

    def value(self, node: Any, depth: int) -> Any:
        """Return the value of one node of the tree."""
        self._values_left -= 1
        if self._values_left < 0:
            raise WireError("message holds more values than its limit")
        if type(node) is not list:
            return self._plain(node)
        if not node or type(node[0]) is not int:
            raise WireError("a tagged value has no tag")
        tag, rest = node[0], node[1:]
        if tag in (LIST, TUPLE, DICT):
            if depth >= self._limits.depth:
                raise WireError("message is nested deeper than its limit")
            return self._container(tag, rest, depth)
        return self._leaf(tag, rest)

    @staticmethod
    def _plain(node: Any) -> Any:
        if node is None or type(node) in (bool, int, float, str, bytes):
            return node
        raise WireError(f"{type(node).__name__} is not part of the protocol")

    def _container(self, tag: int, items: list[Any], depth: int) -> Any:
        if tag == DICT:
            return self._dict(items, depth)
        values = [self.value(item, depth + 1) for item in items]
        return values if tag == LIST else tuple(values)

    def _dict(self, items: list[Any], depth: int) -> dict[str, Any]:
        keys = items[::2]
        if len(items) % 2 or any(type(key) is not str for key in keys):
            raise WireError("a dict needs str keys, each with a value")
        if len(set(keys)) != len(keys):
            raise WireError("a dict has the same key twice")
        return {
            key: self.value(item, depth + 1) for key, item in zip(keys, items[1::2], strict=True)
        }

    def _leaf(self, tag: int, rest: list[Any]) -> Any:
        if tag == COMPLEX and len(rest) == 2 and all(type(part) is float for part in rest):
            return complex(*rest)
        if tag == BIG_INT and len(rest) == 1 and type(rest[0]) is bytes:
            if not len(rest[0]) <= MAX_INT_BYTES:
                raise WireError("integer is larger than its limit")
            return int.from_bytes(rest[0], "big", signed=True)
        if tag == SCALAR and len(rest) == 1:
            return self._numbers(rest[0], ())[()]
        if tag == ARRAY and rest:
            return self._numbers(rest[0], tuple(rest[1:]))
        raise WireError("a tagged value has the wrong parts")

    def _numbers(self, dtype_text: Any, shape: tuple[Any, ...]) -> Any:
        dtype = _numeric_dtype(dtype_text)
        if len(shape) > MAX_DIMENSIONS or any(type(size) is not int or size < 0 for size in shape):
            raise WireError("an array has an impossible shape")
        if _extent(shape, dtype) > self._limits.buffer_bytes:
            raise WireError("an array is larger than its limit")
        count = math.prod(shape)
        length = count * dtype.itemsize
        end = self.offset + length + -length % ALIGNMENT
        if end > len(self._buffers):
            raise WireError("an array is longer than its buffer")
        array = np.frombuffer(self._buffers, dtype, count, self.offset) if count else None
        self.offset = end
        shaped = np.empty(shape, dtype) if array is None else array.reshape(shape)
        if self._writable:
            return shaped.copy()
        shaped.flags.writeable = False
        return shaped


def _extent(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """Return the bytes of an array, as if no dimension were 0: a check may loop over the others."""
    return math.prod(max(size, 1) for size in shape) * dtype.itemsize


def _numeric_dtype(text: Any) -> np.dtype[Any]:
    """Return the dtype of `text`, which must be one plain number such as ``<f8``."""
    if type(text) is not str or not 3 <= len(text) <= 4 or not text[2:].isascii():
        raise WireError("an array has no numeric dtype")
    if text[0] not in "<>|=" or text[1] not in NUMERIC_KINDS or not text[2:].isdigit():
        raise WireError("an array has no numeric dtype")
    try:
        return np.dtype(text)
    except TypeError:
        raise WireError("an array has no numeric dtype") from None


def _type_name(kind: type) -> str:
    """Name a type for a message: ``torch.Tensor``, and bare names for builtins."""
    try:
        module, name = str(kind.__module__), str(kind.__qualname__)
    except Exception:  # a metaclass of the student's may raise anything
        return "object"
    return name[:80] if module in ("builtins", "__main__") else f"{module}.{name}"[:120]
