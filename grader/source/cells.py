"""What reading gives: cells of text, notes about flaws, or the reason why it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

_DEFINES = re.compile(
    r"^(?:(?:async[ \t]++)?def[ \t]++([^\W\d]\w*+)|([^\W\d]\w*+)[ \t]*+=[ \t]*+lambda\b)",
    re.MULTILINE,
)
_DEFINITION = re.compile(r"(?:async[ \t]++)?def[ \t]++([^\W\d]\w*+)[ \t]*+\(")
MAX_NAMES = 1000


@dataclass(frozen=True)
class Limits:
    """How large a submission may be; every figure is far above what honest work needs."""

    file_mib: int = 20
    """One file that is no notebook."""
    notebook_mib: int = 200
    """One notebook with its outputs, which are read past."""
    source_mib: int = 2
    """The code of one file, without outputs and images."""
    cells: int = 5000
    json_values: int = 1_500_000
    """Values in a notebook's JSON without its outputs; an object counts as three."""
    archive_mib: int = 200
    archive_entries: int = 2000
    expanded_mib: int = 200
    """All that is read from one archive or folder."""
    expansion: int = 200
    """Times that one member of an archive may grow when it is unpacked; a notebook's outputs may
    repeat themselves for as long as the notebook is not too large."""

    def most_mib(self, name: str) -> int:
        """Return how large the file `name` may be; an archive in an archive is one as well."""
        by_suffix = {".ipynb": self.notebook_mib, ".zip": self.archive_mib}
        return by_suffix.get(PurePosixPath(name.lower()).suffix, self.file_mib)

    def too_large(self, shown: str) -> Unreadable:
        """Return what is said of a file that is larger than it may be."""
        mend = "clear its outputs" if shown.lower().endswith(".ipynb") else "take data out of it"
        return Unreadable(
            f"{shown} is larger than {self.most_mib(shown)} MiB: {mend} and hand it in again"
        )


DEFAULT_LIMITS = Limits()


class Unreadable(Exception):
    """A submission that cannot be read; its text is a sentence for the student."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Cell:
    """A piece of code and the name under which the student knows it."""

    label: str
    """``cell 7``, counted from 1 among all cells as in Jupyter, or the file's name."""
    source: str


@dataclass(frozen=True)
class Misplaced:
    """A function in a cell that is not code, or that a magic may take for another language."""

    name: str
    label: str
    """``cell 7``."""
    kind: str
    """``Markdown`` or ``Raw``, as Jupyter calls the type of the cell; ``%%bash`` for a magic."""

    @property
    def is_under_magic(self) -> bool:
        """Whether the cell is code that begins with a magic, which may run it as Python."""
        return self.kind.startswith("%%")


@dataclass(frozen=True)
class Source:
    """The code of one file."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    """What was odd and how it was read nevertheless, each a sentence for the student."""
    misplaced: tuple[Misplaced, ...] = ()
    """Functions of cells that are not code, and of those under a magic."""

    @property
    def defined(self) -> frozenset[str]:
        """The names of functions, by their look; good for telling the exercise and no more."""
        found: set[str] = set()
        for cell in self.cells:
            for pair in _DEFINES.finditer(cell.source):
                found.add((pair[1] or pair[2])[:200])
                if len(found) >= MAX_NAMES:
                    return frozenset(found)
        return frozenset(found)


def functions_shown(text: str) -> Iterator[str]:
    """Yield the names of functions with a body in a text that is not code.

    What stands between fences (three backticks) is shown to a reader, as lessons do.
    """
    fenced = False
    lines = [line for line in text.split("\n") if line.strip()]
    for line, following in pairwise([*lines, ""]):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and (found := _DEFINITION.match(line)) and _has_body(line, following):
            yield found[1][:200]


def _has_body(head: str, following: str) -> bool:
    """Whether the line of a ``def`` goes on: a text may name functions without their code."""
    return following.startswith((" ", "\t")) or bool(head.rpartition(":")[2].strip())


def check_code_size(name: str, cells: list[Cell], limits: Limits) -> None:
    """Raise `Unreadable` when `cells` hold too much text."""
    size = sum(len(cell.source) for cell in cells)
    if size > limits.source_mib << 20:
        raise Unreadable(
            f"{name} holds {size / 2**20:.1f} MiB of code; at most {limits.source_mib} MiB can be "
            "read: take data out of the code and hand it in again"
        )
