"""Decode bytes from the other side: a strict reader of a closed set, with limits of its own."""

from __future__ import annotations

import math
from typing import Any

import msgpack
import numpy as np

from grader.wire import values
from grader.wire.unsent import Unsent
from grader.wire.values import (
    ALIGNMENT,
    ARRAY,
    BIG_INT,
    COMPLEX,
    DEFAULT_LIMITS,
    DICT,
    LIST,
    MAX_INT_BYTES,
    MAX_KEY_DEPTH,
    MAX_TUPLE_KEYS,
    NUMERIC_KINDS,
    SCALAR,
    TUPLE,
    UNSENT,
    ValueLimits,
    WireError,
    extent,
)


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


class _Decoder:
    """One walk over an untrusted tree, with the reader's own budget."""

    def __init__(self, buffers: memoryview, limits: ValueLimits, writable: bool) -> None:
        self.offset = 0
        self._buffers = buffers
        self._limits = limits
        self._values_left = limits.values
        self._writable = writable
        self._tuple_keys_left = MAX_TUPLE_KEYS

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
        parts = [self.value(item, depth + 1) for item in items]
        return parts if tag == LIST else tuple(parts)

    def _dict(self, items: list[Any], depth: int) -> dict[Any, Any]:
        if len(items) % 2:
            raise WireError("a key without a value")
        keys = [key if type(key) is str else self._key(key, 0) for key in items[::2]]
        if len(set(keys)) != len(keys):
            raise WireError("a dict has the same key twice")
        return {
            key: self.value(item, depth + 1) for key, item in zip(keys, items[1::2], strict=True)
        }

    def _key(self, node: Any, depth: int) -> Any:
        """Return a key: None, bool, 64-bit int, float, str, bytes, or a tuple of those."""
        if type(node) is not list:
            return self._plain(node)
        self._tuple_keys_left -= 1
        tagged = node and type(node[0]) is int and node[0] == TUPLE
        if not tagged or depth >= MAX_KEY_DEPTH or self._tuple_keys_left < 0:
            raise WireError("a dict has a key that is none")
        return tuple([self._key(part, depth + 1) for part in node[1:]])

    def _leaf(self, tag: int, rest: list[Any]) -> Any:
        if tag == COMPLEX and len(rest) == 2 and all(type(part) is float for part in rest):
            return complex(*rest)
        if tag == BIG_INT and len(rest) == 1 and type(rest[0]) is bytes:
            if not len(rest[0]) <= MAX_INT_BYTES:
                raise WireError("integer is larger than its limit")
            return int.from_bytes(rest[0], "big", signed=True)
        if tag == UNSENT and len(rest) == 3 and all(type(part) is str for part in rest):
            return Unsent(*rest)
        if tag == SCALAR and len(rest) == 1:
            return self._numbers(rest[0], ())[()]
        if tag == ARRAY and rest:
            return self._numbers(rest[0], tuple(rest[1:]))
        raise WireError("a tagged value has the wrong parts")

    def _numbers(self, dtype_text: Any, shape: tuple[Any, ...]) -> Any:
        dtype = _numeric_dtype(dtype_text)
        if len(shape) > values.MAX_DIMENSIONS or any(
            type(size) is not int or size < 0 for size in shape
        ):
            raise WireError("an array has an impossible shape")
        if extent(shape, dtype) > self._limits.buffer_bytes:
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
