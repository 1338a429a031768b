"""Gradescope's export: `submission_metadata.yml` and a folder `submission_<id>` for each.

A submission of several students is graded for each of them. The metadata of a large class is tens
of megabytes, because it holds every earlier result; only who handed in what is read from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from grader.errors import UsageError
from grader.ingest.layout import HandedIn
from grader.ingest.listing import StoredFile
from grader.model.submission import Student

METADATA: Final = "submission_metadata.yml"
MOST_MIB: Final = 256


def recognise(files: Sequence[StoredFile]) -> bool:
    """Whether the metadata is there, at the top or in the one folder of the export."""
    return any(file.path.name == METADATA and len(file.path.parts) <= 2 for file in files)


def read(
    files: Sequence[StoredFile],
    ids: Collection[str],  # noqa: ARG001
    name: str,  # noqa: ARG001
) -> Iterator[HandedIn]:
    """Yield each file for each of its submitters; raise UsageError when nobody can be told."""
    metadata = next((file for file in files if file.path.name == METADATA), None)
    if metadata is None:
        raise UsageError(f"a Gradescope export holds {METADATA}, and there is none")
    folder = metadata.path.parent
    submitters = _submitters(metadata)
    for file in files:
        if file is metadata:
            continue
        top, *inner = (
            file.path.relative_to(folder).parts
            if file.path.is_relative_to(folder)
            else (file.path.parts)
        )
        students = submitters.get(top) or [Student(label=PurePosixPath(top).stem)]
        notes = (f"it was handed in by a group of {len(students)}",) if len(students) > 1 else ()
        for student in students:
            path = PurePosixPath(*inner) if inner else PurePosixPath(top)
            yield HandedIn(student, path, file, notes=notes)


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
