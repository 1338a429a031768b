"""Read past all that a notebook holds besides its code, before memory is taken for it.

One plot may fill tens of megabytes, and no output is ever needed. The text is walked once, from
string to string: what stands after a key that nobody reads is left out as it is, however large it
is and whatever it holds. Every pattern is possessive, so that no text makes it try twice.
"""

from __future__ import annotations

import json
import re

from grader.source.cells import Unreadable
from grader.source.text import decode

LARGE = 1 << 20
"""Bytes from which on a notebook is walked; a smaller one costs less to parse."""
_READ = frozenset(
    (
        "cells", "worksheets", "nbformat", "nbformat_minor", "cell_type", "source", "input", "code",
        "metadata", "kernelspec", "language",
    )
)  # fmt: skip
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_UP_TO_BRACKET = re.compile(
    r'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL
)
_COLON = re.compile(r"[ \t\r\n]*+:[ \t\r\n]*+")


def without_outputs(text: str) -> str:
    """Return a notebook's JSON with `null` for each string, list or object that nobody reads.

    Line ends within them stay, so that a fault is found in the line where it is. What is cut off
    within such a value ends there.
    """
    kept: list[str] = []
    start = at = 0
    while (at := text.find('"', at)) >= 0:
        key = _STRING.match(text, at)
        if key is None:
            break
        colon = _COLON.match(text, key.end())
        if colon is None or _name(key[0]) in _READ:
            at = key.end()
            continue
        end = _end_of_value(text, colon.end())
        if end is None:
            return "".join((*kept, text[start : colon.end()]))
        if end > colon.end():
            kept += (text[start : colon.end()], "null", "\n" * text.count("\n", colon.end(), end))
            start = end
        at = end
    return "".join((*kept, text[start:]))


def lean(name: str, data: bytes) -> bytes:
    """Return the bytes of a file to send to where it is graded: a large notebook's code alone."""
    if len(data) <= LARGE or not name.lower().endswith(".ipynb"):
        return data
    try:
        text, _ = decode(name, data)
    except Unreadable:
        return data
    return without_outputs(text).encode("utf-8", "replace")


def _name(key: str) -> str:
    """Return the key that a string literal stands for; one that is damaged is no key of ours."""
    if "\\" not in key or len(key) > 200:
        return key[1:-1]
    try:
        return str(json.loads(key))
    except ValueError:
        return key


def _end_of_value(text: str, at: int) -> int | None:
    """Return where a string, list or object ends, `at` itself for any other value, None if cut."""
    opening = text[at : at + 1]
    if opening == '"':
        string = _STRING.match(text, at)
        return string.end() if string else None
    if opening not in ("{", "["):
        return at
    depth = 0
    while True:
        found = _UP_TO_BRACKET.match(text, at)
        if found is None:
            return None
        at = found.end()
        depth += 1 if found[1] in "{[" else -1
        if depth == 0:
            return at
