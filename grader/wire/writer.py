"""Encode what student code returned, and what hidden tests pass to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgpack
import numpy as np

from grader.wire import plain, values
from grader.wire.plain import SCALARS, type_name
from grader.wire.unsent import Unsent
from grader.wire.values import (
    ALIGNMENT,
    ARRAY,
    BIG_INT,
    COMPLEX,
    DEFAULT_LIMITS,
    DICT,
    INT64_MIN,
    LEFT_OUT,
    LIST,
    MAX_INT_BYTES,
    NUMERIC_KINDS,
    SCALAR,
    TUPLE,
    UINT64_MAX,
    UNSENT,
    Refused,
    ValueLimits,
    extent,
)


def encode(
    value: object,
    limits: ValueLimits = DEFAULT_LIMITS,
    unsent: Callable[[Refused], Unsent] | None = None,
) -> tuple[bytes, list[bytes]]:
    """Return the structure and the buffers of `value`; raise `Refused` when it cannot be sent.

    unsent: what is sent in the place of an item that is refused, of a dict inside `value`.
    """
    encoder = _Encoder(limits, unsent)
    try:
        tree = encoder.tree(value, 0)
        structure: bytes = msgpack.packb(tree, use_bin_type=True, unicode_errors="surrogatepass")
        if len(structure) > limits.structure_bytes:
            raise Refused("size", type_name(type(value)))
    except Refused as refused:
        raise refused.inside("result") from None
    return structure, encoder.buffers


class _Encoder:
    """One walk over a value, with a budget of values and bytes."""

    def __init__(
        self, limits: ValueLimits, unsent: Callable[[Refused], Unsent] | None = None
    ) -> None:
        self.limits = limits
        self._unsent = unsent
        self.buffers: list[bytes] = []
        self._values_left = limits.values
        self._text_left = limits.structure_bytes
        self._buffer_left = limits.buffer_bytes
        self._tuple_keys_left = values.MAX_TUPLE_KEYS

    def tree(self, value: Any, depth: int) -> Any:
        """Return the msgpack tree of `value`."""
        kind = type(value)
        self._values_left -= 1
        if self._values_left < 0:
            raise Refused("count", type_name(kind))
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            return self._integer(value)
        if kind is str or kind is bytes:
            self._spend_text(len(value), kind.__name__)
            return value
        if kind is np.ndarray:
            return self._array(value)
        if kind is dict:
            return self._dict(value.items(), depth)
        if kind is list or kind is tuple:
            return self._parts(LIST if kind is list else TUPLE, value, depth)
        if kind is complex:
            return [COMPLEX, value.real, value.imag]
        if id(kind) in SCALARS:
            return self._scalar(value)
        return self._other(value, kind, depth)

    def _other(self, value: Any, kind: type, depth: int) -> Any:
        """Return the tree of what a value of no plain type stands for."""
        if kind is Unsent:
            return self._placeholder(value)
        items = plain.items_of(value, kind)
        if items is not None:
            return self._dict(items, depth)
        found = plain.parts_of(value, kind)
        if found is not None:
            return self._parts(TUPLE if found[0] else LIST, found[1], depth)
        return self.tree(plain.plain(value, kind), depth)

    def _parts(self, tag: int, parts: Iterable[Any], depth: int) -> list[Any]:
        if depth >= self.limits.depth:
            raise Refused("depth", "list" if tag == LIST else "tuple")
        tree: list[Any] = [tag]
        for place, part in enumerate(parts):
            try:
                tree.append(self.tree(part, depth + 1))
            except Refused as refused:
                raise refused.inside(f"[{place}]") from None
        return tree

    def _dict(self, items: Iterable[tuple[Any, Any]], depth: int) -> list[Any]:
        if depth >= self.limits.depth:
            raise Refused("depth", "dict")
        tree: list[Any] = [DICT]
        names: list[Any] = []
        for key, item in items:
            name = key
            if type(key) is str:
                self._spend_text(len(key), "str")
            else:
                name = plain.plain_key(key)
            names.append(name)
            try:
                shown = name if type(key) is str else self._key(name)
                tree += (shown, self._item(item, depth + 1))
            except Refused as refused:
                raise refused.inside(f"[{_short(name)}]") from None
        if len(set(names)) != len(names):  # two keys of other types that are plainly the same
            raise Refused("keys", "key twice")
        return tree

    def _item(self, item: Any, depth: int) -> Any:
        """Return the tree of a dict's item, or of what stands for it when it alone is refused."""
        buffers, left = len(self.buffers), self._buffer_left
        try:
            return self.tree(item, depth)
        except Refused as refused:
            # The outermost dict is the message itself.
            if self._unsent is None or depth == 1 or refused.reason not in LEFT_OUT:
                raise
            del self.buffers[buffers:]
            self._buffer_left = left
            return self._placeholder(self._unsent(refused))

    def _placeholder(self, unsent: Unsent) -> list[Any]:
        parts = [unsent.reason, unsent.type, unsent.path]
        for part in parts:
            self._spend_text(len(part), "str")
        return [UNSENT, *parts]

    def _key(self, key: Any) -> Any:
        if type(key) is tuple:
            self._tuple_keys_left -= 1
            if self._tuple_keys_left < 0:
                raise Refused("count", "tuple")
            return [TUPLE, *map(self._key, key)]
        if type(key) is str or type(key) is bytes:
            self._spend_text(len(key), type(key).__name__)
        return key

    def _integer(self, value: int) -> Any:
        if INT64_MIN <= value <= UINT64_MAX:
            return value
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise Refused("size", "int")
        return [BIG_INT, value.to_bytes(size, "big", signed=True)]

    def _scalar(self, value: np.generic) -> list[Any]:
        self._buffer(value.tobytes(), type(value).__name__)
        return [SCALAR, value.dtype.str]

    def _array(self, value: np.ndarray[Any, Any]) -> list[Any]:
        if value.dtype.kind == "O":
            self._values_left -= value.size
            if self._values_left < 0:
                raise Refused("count", plain.array_name(value.dtype))
            value = plain.numbers_in(value)
        if value.dtype.kind not in NUMERIC_KINDS:
            raise Refused("type", plain.array_name(value.dtype), value)
        if value.ndim > values.MAX_DIMENSIONS:
            raise Refused("depth", "ndarray")
        if extent(value.shape, value.dtype) > self._buffer_left:
            raise Refused("size", "ndarray")
        self._buffer(value.tobytes(), "ndarray")
        return [ARRAY, value.dtype.str, *value.shape]

    def _buffer(self, data: bytes, name: str) -> None:
        padded = data + bytes(-len(data) % ALIGNMENT)
        self._buffer_left -= len(padded)
        if self._buffer_left < 0:
            raise Refused("size", name)
        self.buffers.append(padded)

    def _spend_text(self, size: int, name: str) -> None:
        self._text_left -= size
        if self._text_left < 0:
            raise Refused("size", name)


def _short(key: Any) -> str:
    return f"{key[:40]!r}" if type(key) in (str, bytes) else f"{key!r:.40}"
