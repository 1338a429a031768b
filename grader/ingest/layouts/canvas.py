"""Canvas's "Download Submissions": one folder of files, all that is known in their names.

    <name>[_LATE]_<user id>_<attachment id>_<file>      mülleroneilzoë_LATE_5_321_lab 1.ipynb
    anon_<id>_<attachment id>_<file>                    the same, graded without names
    <name>_<user id>_text.html, _link.html              typed or linked, with no file to grade

Of a file that was handed in again Canvas adds `-1`, `-2` to the name; the highest attachment id is
the latest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.layout import HandedIn
from grader.ingest.listing import StoredFile
from grader.model.submission import Student

_NAME: Final = re.compile(
    r"(?:(?P<who>\w+?)_)?(?:(?P<late>LATE)_)?(?:(?P<user>\d+)|anon_(?P<anon>\w+?))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<online>text|link)\.html)"
)
_AGAIN: Final = re.compile(r"-\d+(?=(\.\w+)?$)")
_ANONYMOUS: Final = ("anon", "LATE_anon")
_LATE_NOTE: Final = "it was handed in late, as Canvas says"


def recognise(files: Sequence[StoredFile]) -> bool:
    """Whether all files, a few of them at least with a number of their own, are named so."""
    tops = [_split(file)[0] for file in files]
    matches = [_NAME.fullmatch(top) for top in tops]
    return bool(matches) and all(matches)


def read(
    files: Sequence[StoredFile],
    ids: Collection[str],  # noqa: ARG001
    name: str,  # noqa: ARG001
) -> Iterator[HandedIn]:
    """Yield each file with its student's Canvas id; what is named otherwise is its own student."""
    found = [(file, *_split(file)) for file in files]
    originals = {
        (m["user"] or m["anon"], m["file"])
        for _, top, _ in found
        if (m := _NAME.fullmatch(top)) and m["file"]
    }
    for file, top, inner in found:
        match = _NAME.fullmatch(top)
        if match is None:
            yield HandedIn(Student(label=PurePosixPath(top).stem), PurePosixPath(top), file)
            continue
        who = match["user"] or match["anon"]
        shown = match["file"] or f"{match['online']}.html"
        first = _AGAIN.sub("", shown)
        path = PurePosixPath(first if (who, first) in originals else shown)
        late = "LATE" in (match["late"], (match["who"] or "").partition("_")[0])
        yield HandedIn(
            _student(match),
            path / inner if inner.parts else path,
            file,
            turn=int(match["attachment"] or 0),
            notes=(_LATE_NOTE,) if late else (),
        )


def _split(file: StoredFile) -> tuple[str, PurePosixPath]:
    """Return the name that Canvas gave, and the path inside what it was: a zip has been opened."""
    parts = file.path.parts
    first = 1 if len(parts) > 1 and not _NAME.fullmatch(parts[0]) else 0
    return parts[first], PurePosixPath(*parts[first + 1 :])


def _student(match: re.Match[str]) -> Student:
    who, user = match["who"], match["user"]
    # A student's number would be taken for the one of somebody else, were it an anonymous one.
    if match["anon"] or who in _ANONYMOUS:
        return Student(label=f"anon {match['anon'] or user}")
    return Student(label=who or user, user_id=user)
