"""Whether two systems mean one person: they write names in other orders, accents and marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def name_keys(name: str) -> Iterator[str]:
    """Yield a name's letters with any part of it in front.

    "Lovelace, Ada" and Canvas's "lovelaceada" are both "Ada Lovelace" then. Case, accents and marks
    do not count.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    parts = ["".join(c for c in part if c.isalnum()) for part in plain.split()]
    for first in range(len(parts)):
        yield "".join(parts[first:] + parts[:first])


def same_name(one: str, other: str) -> bool:
    """Whether two names may be one; a name without a letter is nobody's."""
    return not {key for key in name_keys(one) if key}.isdisjoint(name_keys(other))
