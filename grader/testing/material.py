"""Turn the files of a submission into what a worker is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.catalog import ExerciseFolder
from grader.sandbox.material import Cells, Material
from grader.source import Source, Unreadable, read_source

MOST_MIB: Final = 6
"""Of code in all files of a submission together."""


def read_files(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, Source]]:
    """Read each (path, bytes), the answer last; raise `Unreadable` when that cannot be read.

    Another file that cannot be read is left out, with a note.
    """
    read = []
    for place, (path, data) in enumerate(files, 1):
        try:
            read.append((path, read_source(path, data)))
        except Unreadable as unreadable:
            if place == len(files):
                raise
            read.append((path, Source((), (f"{unreadable}; it was left out",))))
    size = sum(len(cell.source) for _, source in read for cell in source.cells)
    if size > MOST_MIB << 20:
        raise Unreadable(
            f"the files hold {size / 2**20:.1f} MiB of code; at most {MOST_MIB} MiB can be read: "
            "hand in the files of this exercise only"
        )
    return read


def material(folder: ExerciseFolder, read: Sequence[tuple[str, Source]]) -> Material:
    """Return what was read of each path, the answer last, with what the exercise gives to it."""
    *beside, (path, answer) = read
    return Material(
        _cells(answer),
        folder.helpers,
        folder.starter_source,
        folder.exercise.functions,
        path,
        [(other, _cells(source)) for other, source in beside if source.cells],
    )


def of_source(folder: ExerciseFolder, name: str, source: str) -> Material:
    """Return what a worker is given of one file's source."""
    return material(folder, read_files([(name, source.encode())]))


def _cells(source: Source) -> Cells:
    return [(cell.label, cell.source) for cell in source.cells]
