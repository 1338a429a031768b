"""Canvas's "Download Submissions": one folder of files, all that is known in their names.

    <name>[_LATE]_<user id>_<attachment id>_<file>      mülleroneilzoë_LATE_5_321_lab 1.ipynb
    anon_<id>_<attachment id>_<file>                    the same, graded without names
    <name>_<user id>_text.html, _link.html              typed or linked, with no file to grade

Of a file that was handed in again Canvas adds `-1`, `-2` to the name; the highest attachment id is
the latest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.layout import Clues, HandedIn, entries, other
from grader.ingest.stored import StoredFile
from grader.model.submission import Student

_NAME: Final = re.compile(
    r"(?:(?P<who>[^\s!-/:-@\[-^`{-~]{0,255}?)_)?(?:(?P<late>LATE)_)?"
    r"(?:(?P<user>\d+)|anon_(?P<anon>\w{1,255}?))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<online>text|link)\.html)"
)
_AGAIN: Final = re.compile(r"-\d+(?=(\.\w+)?$)")
_ANONYMOUS: Final = ("anon", "LATE_anon")
_LATE_NOTE: Final = "it was handed in late, as Canvas says"


def fits(name: str) -> bool:
    """Whether Canvas names a student's file so."""
    return _NAME.fullmatch(name) is not None


def recognise(files: Sequence[StoredFile]) -> bool:
    """Whether most files are named so."""
    return entries(files, fits).most_fit


def read(
    files: Sequence[StoredFile],
    clues: Clues,  # noqa: ARG001
) -> Iterator[HandedIn]:
    """Yield each file with its student's Canvas id; code named otherwise is its own student."""
    level = entries(files, fits)
    found = [(file, *level.place(file)) for file in files]
    originals = {
        (m["user"] or m["anon"], m["file"])
        for _, top, _ in found
        if (m := _NAME.fullmatch(top)) and m["file"]
    }
    for file, top, inner in found:
        match = _NAME.fullmatch(top)
        if match is None:
            yield other(file, top, inner)
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
            is_receipt=match["online"] is not None,
        )


def _student(match: re.Match[str]) -> Student:
    who, user = match["who"], match["user"]
    # A student's number would be taken for the one of somebody else, were it an anonymous one.
    if match["anon"] or who in _ANONYMOUS:
        return Student(label=f"anon {match['anon'] or user}")
    return Student(label=who or user, user_id=user)
