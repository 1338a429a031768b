"""What the files of a submission say about each other: who reads and who changes whom."""

from __future__ import annotations

import ast
from functools import cache, cached_property
from typing import TYPE_CHECKING

from grader.worker.slicing import Effects, Facts, Index, Origin
from grader.worker.slicing.functions import closure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grader.worker.modules import Files


class Neighbours:
    """The statements of all files of a submission, which are looked at and not executed."""

    def __init__(self, files: Files, facts: Mapping[str, Sequence[Facts]]) -> None:
        """`facts` are of each file, by its path; those of the answer come with its parts."""
        self._files, self._facts = files, facts
        self._words: dict[str, set[str]] = {}
        self._imported = cache(self._imported_by)
        self._reads = cache(lambda path: closure([path], self._imported))

    def origin(self, modules: Iterable[str]) -> Origin:
        """Return which files an import of `modules` names, and all that it reads."""
        files = self._files.imported(modules)
        return Origin(frozenset(files), frozenset().union(*map(self._reads, files)))

    def words(self, path: str) -> set[str]:
        """Return the words of all files but this one: what they may read of it."""
        return set().union(*(self._words_of(other) for other in self._facts if other != path))

    def importing(self, path: str, module: str) -> frozenset[str]:
        """Return the words of what imports the file at `path`, which is called `module`.

        Of the file itself these are the statements that do so, such as a function.
        """
        found: set[str] = set()
        read = self.origin(name for one in self._facts[path] for name in one.statement.imports)
        for other in {path, *read.reads} & self._facts.keys():
            by = [one for one in self._facts[other] if module in _firsts(one)]
            words = (one.words for one in by)
            found |= self._words_of(other) if by and other != path else set().union(*words)
        return frozenset(found)

    @cached_property
    def changing(self) -> frozenset[str]:
        """The functions that change a variable of their file, and the methods that change self."""
        found: set[str] = set()
        for facts in self._facts.values():
            functions = Effects(Index(facts)).functions
            names = {n for f in facts if f.statement.kind == "function" for n in f.binds}
            found |= functions.changing | {n for n in names if functions.of(n).names}
        return frozenset(found)

    def _words_of(self, path: str) -> set[str]:
        if path not in self._words:
            texts = (text for one in self._facts[path] for text in _texts(one))
            self._words[path] = set(texts).union(*(one.words for one in self._facts[path]))
        return self._words[path]

    def _imported_by(self, path: str) -> set[str]:
        facts = self._facts.get(path, ())
        return self._files.imported(name for one in facts for name in one.statement.imports)


def _firsts(facts: Facts) -> set[str]:
    """Return the modules of the first level that a statement imports."""
    return {name.lstrip(".").partition(".")[0] for name in facts.statement.imports}


def listed_in(facts: Iterable[Facts]) -> set[str]:
    """Return the names that a module lists for those who import all of it."""
    return {text for one in facts if "__all__" in one.binds for text in ("__all__", *_texts(one))}


def _texts(facts: Facts) -> set[str]:
    """Return the texts in a statement that may be names: ``getattr(config, "SCALE")``."""
    constants = (n.value for n in ast.walk(facts.statement.node) if isinstance(n, ast.Constant))
    return {text for text in constants if isinstance(text, str) and text.isidentifier()}
