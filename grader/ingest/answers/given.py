"""What a course gives out, to tell it from what students made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from grader.ingest.listing import CODE

if TYPE_CHECKING:
    from grader.catalog import ExerciseFolder

_BESIDES: Final = ("test_examples.py", "conftest.py", "picture.py")


@dataclass(frozen=True)
class Given:
    """Starters by exercise, and what is handed in with an answer without being one."""

    starters: Mapping[str, str] = field(default_factory=dict)
    besides: frozenset[bytes] = frozenset()
    """Digests of examples, helpers and pictures: all that is given out but what is to be filled."""
    helpers: Mapping[str, bytes] = field(default_factory=dict)
    """The digest of an exercise's helpers, which every answer to it has anyway."""
    texts: frozenset[str] = frozenset()
    """The names of what is given out and is no code, such as the lesson."""

    @classmethod
    def of(cls, folders: Iterable[ExerciseFolder]) -> Self:
        """Return what the exercises of `folders` give out."""
        starters, helpers, besides, texts = {}, {}, set(), set()
        for folder in folders:
            starters[folder.id] = folder.starter_source
            if folder.exercise.helpers:
                helpers[folder.id] = digest_of(folder.helpers.encode())
            # In a student's own copy other files of the folder are the student's.
            for path in (folder.public / name for name in _BESIDES):
                if path.is_file():
                    besides.add(digest_of(path.read_bytes()))
            for public in (folder.public, folder.public.parent):
                texts |= {p.name for p in public.iterdir() if p.suffix not in CODE and p.is_file()}
        every = frozenset(besides.union(helpers.values()))
        return cls(starters, every, helpers, frozenset(texts))


def digest_of(data: bytes) -> bytes:
    """Return a digest that line ends and blanks around the text do not change."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n").strip()).digest()
