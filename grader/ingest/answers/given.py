"""What a course gives out, to tell it from what students made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from grader.ingest.listing import CODE

if TYPE_CHECKING:
    from grader.catalog import ExerciseFolder


@dataclass(frozen=True)
class Given:
    """Starters by exercise, and what is handed in with an answer without being one."""

    starters: Mapping[str, str] = field(default_factory=dict)
    besides: frozenset[bytes] = frozenset()
    """Digests of examples, helpers and pictures: all that is given out but what is to be filled."""

    @classmethod
    def of(cls, folders: Iterable[ExerciseFolder]) -> Self:
        """Return what the exercises of `folders` give out."""
        starters, besides = {}, set()
        for folder in folders:
            starters[folder.id] = folder.starter_source
            to_fill = (folder.starter.name, f"{folder.id}.ipynb")
            for path in folder.public.iterdir():
                if path.suffix in CODE and path.name not in to_fill:
                    besides.add(digest_of(path.read_bytes()))
        return cls(starters, frozenset(besides))


def digest_of(data: bytes) -> bytes:
    """Return a digest that line ends and blanks around the text do not change."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n").strip()).digest()
