"""Write the documents of an export, and take away those of the export before.

A document of an earlier export may hold a grade that does not stand any more. Each export leaves a
list of its documents, `.exported`; what the last list names is removed before anything is
written, and a folder that holds anything else without such a list is left alone.
"""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from grader.atomic import make_folder, unwritable, write_text
from grader.errors import UsageError
from grader.export import Document, Left
from grader.export.document import strict_json

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LIST: Final = ".exported"


def write_documents(
    target: Path, found: Iterable[Document | Left], left: list[Left], caveats: Counter[str]
) -> int:
    """Write documents below `target` and return how many.

    What could not be exported is added to `left`, what is to be known of the others to `caveats`.

    A `target` that ends in ``.json`` is the file of the one document that there may then be.
    """
    documents = _documents(found, left, caveats)
    if target.suffix == ".json" and not target.is_dir():
        return _write_one(target, documents)
    _forget(target)
    names: list[str] = []
    for document in documents:
        names.append(document.path)
        path = target / document.path
        make_folder(path.parent)
        write_text(path, document.text)
    not_exported = {item.submission: item.reason for item in left}
    text = strict_json({"documents": sorted(names), "not_exported": not_exported})
    write_text(make_folder(target) / LIST, text)
    return len(names)


def _documents(
    found: Iterable[Document | Left], left: list[Left], caveats: Counter[str]
) -> Iterator[Document]:
    for item in found:
        if isinstance(item, Left):
            left.append(item)
        else:
            caveats.update([item.caveat] if item.caveat else [])
            yield item


def _write_one(target: Path, documents: Iterator[Document]) -> int:
    first = list(islice(documents, 2))
    if len(first) > 1:
        count = len(first) + sum(1 for _ in documents)
        raise UsageError(f"{target} is one file and there are {count} documents: name a folder")
    for document in chain(first):
        make_folder(target.parent)
        write_text(target, document.text)
    return len(first)


def _forget(target: Path) -> None:
    """Remove what the last export wrote; refuse a folder of other things."""
    if not target.is_dir() or not any(target.iterdir()):
        return
    try:
        names = json.loads((target / LIST).read_text("utf-8"))["documents"]
        paths = [(target / name).resolve() for name in names]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{target} holds other files: name a new folder") from None
    for path in paths:
        if path.is_relative_to(target.resolve()):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise unwritable(path, error) from error
            with suppress(OSError):  # the folder may hold more, or be gone
                path.parent.rmdir()
