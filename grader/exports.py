"""Write the documents of an export, and take away those of the export before.

A document of an earlier export may hold a grade that does not stand any more. Each export leaves a
list of its documents, `.exported`, or when it was interrupted the names of those that it had begun,
`.exporting`; what they name is removed before anything is written, and a folder that holds
anything else without such a list is left alone.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from grader.atomic import append_line, make_folder, remove, sweep, write_bytes, write_text
from grader.bounded import read_json, read_text
from grader.errors import UsageError
from grader.export import Document, Left
from grader.export.document import strict_json
from grader.scratch import held

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LIST: Final = ".exported"
BEGUN: Final = ".exporting"


def write_documents(
    target: Path, found: Iterable[Document | Left], left: list[Left], caveats: Counter[str]
) -> int:
    """Write documents below the folder `target` and return how many.

    What could not be exported is added to `left`, what is to be known of the others to `caveats`.
    """
    # Two at once, of which one knows an older store, would write each other's documents anew.
    with held(make_folder(target)):
        _forget(target)
        names: list[str] = []
        begun = target / BEGUN
        for document in _documents(found, left, caveats):
            names.append(document.path)
            append_line(begun, document.path)
            path = target / document.path
            make_folder(path.parent)
            write_bytes(path, document.data)
        not_exported = {item.submission: item.reason for item in left}
        text = strict_json({"documents": sorted(names), "not_exported": not_exported})
        write_text(target / LIST, text)
        remove(begun)
    return len(names)


def write_one(
    target: Path, found: Iterable[Document | Left], left: list[Left], caveats: Counter[str]
) -> int:
    """Write the one document that there may be as the file `target`; return how many there were."""
    documents = _documents(found, left, caveats)
    first = list(islice(documents, 2))
    if len(first) > 1:
        count = len(first) + sum(1 for _ in documents)
        raise UsageError(f"{target} is one file and there are {count} documents: name a folder")
    for document in first:
        make_folder(target.parent)
        write_bytes(target, document.data)
    return len(first)


def _documents(
    found: Iterable[Document | Left], left: list[Left], caveats: Counter[str]
) -> Iterator[Document]:
    for item in found:
        if isinstance(item, Left):
            left.append(item)
        else:
            caveats.update([item.caveat] if item.caveat else [])
            yield item


def _forget(target: Path) -> None:
    """Remove what the last export wrote; refuse a folder of other things."""
    if not any(target.iterdir()):
        return
    listed = [path for path in _listed(target) if path.is_relative_to(target.resolve())]
    for path in listed:
        remove(path)
    for folder in {path.parent for path in listed if path.parent.is_dir()}:
        sweep(folder)
        with suppress(OSError):  # the folder may hold more
            folder.rmdir()
    remove(target / BEGUN)


def _listed(target: Path) -> list[Path]:
    """Return what the last export wrote or had begun to; raise UsageError when nobody knows."""
    full, begun = target / LIST, target / BEGUN
    try:
        names = read_json(full)["documents"] if full.is_file() else []
        if begun.is_file():
            names += read_text(begun).split("\n")[:-1]
        elif not full.is_file():
            raise FileNotFoundError(full)
        return [(target / str(name)).resolve() for name in names]
    except (OSError, UsageError, ValueError, KeyError, TypeError):
        raise UsageError(f"{target} holds other files: name a new folder") from None
