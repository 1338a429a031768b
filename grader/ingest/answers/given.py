"""What a course gives out, to tell it from what students made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from grader.ingest.litter import CODE
from grader.source import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from grader.catalog import ExerciseFolder
    from grader.source import Source

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
    names: frozenset[str] = frozenset()
    """The names of all files that are given out, in lower case: nobody is called so."""
    files: frozenset[bytes] = frozenset()
    """Digests of all code that is given out, also of what is to be filled."""
    code: frozenset[bytes] = frozenset()
    """The same of what is to be filled, without what saving and running changes in a notebook."""

    @classmethod
    def of(cls, folders: Iterable[ExerciseFolder]) -> Self:
        """Return what the exercises of `folders` give out."""
        starters, helpers, besides, texts = {}, {}, set(), set()
        names, fillable, code = {*_BESIDES}, set(), set()
        for folder in folders:
            starters[folder.id] = folder.starter_source
            names |= {folder.starter.name, f"{folder.id}.ipynb"}
            if folder.exercise.helpers:
                names.add(folder.exercise.helpers.file)
                helpers[folder.id] = digest_of(folder.helpers.encode())
            # In a student's own copy other files of the folder are the student's.
            besides |= _digests(folder.public / name for name in _BESIDES)
            if not folder.course.is_own_copy:
                forms = [folder.starter, folder.public / f"{folder.id}.ipynb"]
                fillable |= _digests(forms)
                code |= {
                    code_digest(read_source(form.name, form.read_bytes()))
                    for form in forms
                    if form.is_file()
                }
            for public in (folder.public, folder.public.parent):
                texts |= {p.name for p in public.iterdir() if p.suffix not in CODE and p.is_file()}
        every = frozenset(besides.union(helpers.values()))
        called = frozenset(name.casefold() for name in names | texts)
        files = every | fillable
        return cls(starters, every, helpers, frozenset(texts), called, files, frozenset(code))


def _digests(paths: Iterable[Path]) -> set[bytes]:
    return {digest_of(path.read_bytes()) for path in paths if path.is_file()}


def code_digest(source: Source) -> bytes:
    """Return a digest of the code of a file, whatever else is in it."""
    return digest_of("\n\n".join(cell.source.strip() for cell in source.cells).encode())


def digest_of(data: bytes) -> bytes:
    """Return a digest that line ends and blanks around the text do not change."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n").strip()).digest()
