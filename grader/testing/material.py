"""Turn the files of a submission into what a worker is given."""

from __future__ import annotations

from collections.abc import Iterable

from grader.catalog import ExerciseFolder
from grader.sandbox.session import Material
from grader.source import Source, read_source


def read_files(files: Iterable[tuple[str, bytes]]) -> list[Source]:
    """Read each (name, bytes); raise `grader.source.Unreadable` at the first that cannot be."""
    return [read_source(name, data) for name, data in files]


def material(folder: ExerciseFolder, sources: Iterable[Source]) -> Material:
    """Return the cells of all sources, in order, with the exercise's helpers and starter."""
    cells = [(cell.label, cell.source) for source in sources for cell in source.cells]
    return Material(cells, folder.helpers, folder.starter_source)
