"""Gradescope's export: `submission_metadata.yml` and a folder `submission_<id>` for each.

A submission of several students is graded for each of them. The metadata of a large class is tens
of megabytes, because it holds every earlier result; only who handed in what is read from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from grader.errors import UsageError
from grader.ingest.layout import Clues, Entries, HandedIn, entries, other
from grader.ingest.stored import METADATA, NOTHING, Kind, StoredFile
from grader.model.submission import Student

_NAME: Final = re.compile(r"submission_\d+")
MOST_MIB: Final = 256
_NO_FILES: Final = "the export lists this submission, and holds no file of it"


def fits(name: str) -> bool:
    """Whether Gradescope names the folder of a submission so."""
    return _NAME.fullmatch(name) is not None


def recognise(files: Sequence[StoredFile]) -> bool:
    """Whether the metadata is there, at the top or in the one folder of the export."""
    wrapper = entries(files, fits).wrapper
    return any(file.path == wrapper / METADATA for file in files)


def read(
    files: Sequence[StoredFile],
    clues: Clues,  # noqa: ARG001
) -> Iterator[HandedIn]:
    """Yield each file for each of its submitters; raise UsageError when nobody can be told."""
    found = [file for file in files if file.path.name == METADATA]
    if not found:
        raise UsageError(f"a Gradescope export holds {METADATA}, and there is none")
    # A student may hand in a file of this name; the outermost one is Gradescope's.
    metadata = min(found, key=lambda file: len(file.path.parts))
    level = Entries(metadata.path.parent)
    submitters = _submitters(metadata)
    for file in files:
        if file is metadata:
            continue
        top, inner = level.place(file)
        students = submitters.get(top)
        if not students:
            yield other(file, top, inner, is_known=fits(top))
            continue
        notes = (f"it was handed in by a group of {len(students)}",) if len(students) > 1 else ()
        for student in students:
            path = inner if inner.parts else PurePosixPath(top)
            yield HandedIn(student, path, file, turn=_turn(top), notes=notes)
    there = {level.place(file)[0] for file in files}
    for top in submitters.keys() - there:
        path = level.wrapper / top / NOTHING
        missing = StoredFile(path, metadata.blob, Kind.REFUSED, _NO_FILES)
        for student in submitters[top]:
            yield HandedIn(student, PurePosixPath(top), missing, turn=_turn(top))


def _turn(top: str) -> int:
    """Return the number of a submission: they count up, so that the highest is the newest."""
    return int(top.removeprefix("submission_")[:18]) if fits(top) else 0


def _submitters(metadata: StoredFile) -> dict[str, list[Student]]:
    """Return the students of each submission, by the name of its folder."""
    import yaml  # no other layout needs it

    # The one in C is ten times as fast; neither makes anything but plain data.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if metadata.blob.stat().st_size > MOST_MIB << 20:
        raise UsageError(f"{metadata.path} is larger than {MOST_MIB} MiB")
    try:
        table = yaml.load(metadata.blob.read_bytes(), loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise UsageError(f"{metadata.path} cannot be read: {error!s:.200}") from None
    if not isinstance(table, dict):
        raise UsageError(f"{metadata.path} lists no submissions")
    return {str(key): list(_students(str(key), entry)) for key, entry in table.items()}


def _students(key: str, entry: Any) -> Iterator[Student]:
    found = entry.get(":submitters") if isinstance(entry, dict) else None
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            known = {name: _text(one.get(f":{name}")) for name in ("name", "sid", "email")}
            yield Student(
                label=known["name"] or known["email"] or key,
                name=known["name"],
                sis_id=known["sid"],
                email=known["email"],
            )


def _text(value: Any) -> str | None:
    """Return a cell of YAML, where an id may look like a number."""
    return str(value).strip() or None if isinstance(value, str | int) else None
