"""Whether two systems mean one person: they write names in other orders, accents and marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

# Letters that no decomposition reaches, or that are written out where a system lacks them.
_WRITTEN: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "þ": "th"}
)
_BARE: Final = str.maketrans({"ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d"})


def name_keys(name: str) -> Iterator[str]:
    """Yield a name's letters with any part of it in front, in each way of writing them in ASCII.

    "Lovelace, Ada" and Canvas's "lovelaceada" are both "Ada Lovelace" then, "Mueller" and "Muller"
    both "Müller". Case, accents and marks do not count.
    """
    whole = unicodedata.normalize("NFC", name.casefold())
    for text in dict.fromkeys((whole, whole.translate(_WRITTEN))):
        plain = unicodedata.normalize("NFKD", text.translate(_BARE))
        parts = ["".join(c for c in part if c.isalnum()) for part in plain.split()]
        for first in range(len(parts)):
            yield "".join(parts[first:] + parts[:first])


def same_name(one: str, other: str) -> bool:
    """Whether two names may be one; a name without a letter is nobody's."""
    return not {key for key in name_keys(one) if key}.isdisjoint(name_keys(other))


def spelling(name: str) -> list[str]:
    """Return what a name is in letters, in whatever order and case: "Müller" is not "Mueller"."""
    words = unicodedata.normalize("NFC", name.casefold()).replace(",", " ").split()
    return sorted(words)
