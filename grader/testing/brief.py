"""Show the beginning of a value: a student's result may hold millions of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def brief(value: Any, most: int = 80) -> str:
    """Return the beginning of `repr(value)`, whose rest is not made: it may take minutes."""
    text = ""
    for piece in _pieces(value, most):
        text += piece
        if len(text) >= most:
            break
    return text[:most]


def _pieces(value: Any, most: int) -> Iterator[str]:
    kind = type(value)
    if kind in (list, tuple) and value:
        for place, item in enumerate(value):
            yield ", " if place else "[("[kind is tuple]
            yield from _pieces(item, most)
        yield "]" if kind is list else ",)" if len(value) == 1 else ")"
    elif kind is dict and value:
        for place, (key, item) in enumerate(value.items()):
            yield ", " if place else "{"
            yield from _pieces(key, most)
            yield ": "
            yield from _pieces(item, most)
        yield "}"
    else:
        yield repr(value[:most] if kind in (str, bytes) else value)
