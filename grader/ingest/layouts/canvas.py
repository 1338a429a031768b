"""Canvas's "Download Submissions": one folder of files, all that is known in their names.

    <name>[_LATE]_<user id>_<attachment id>_<file>      mülleroneilzoë_LATE_5_321_lab 1.ipynb
    anon_<id>_<attachment id>_<file>                    the same, graded without names
    <name>_<user id>_text.html, _link.html              typed or linked, with no file to grade

Of a file that was handed in again Canvas adds `-1`, `-2` to the name; the highest attachment id is
the latest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from grader.ingest.layout import Clues, Entries, HandedIn, other, student_of
from grader.model.submission import Student
from grader.model.text import clean_line

# No name of a student's holds `_5_`, as Canvas writes them; so the first numbers are the system's,
# whatever follows. Of an anonymous one they come first, too: an id has no `_`.
_NAME: Final = re.compile(
    r"(?:(?:LATE_)?anon_(?:LATE_)?(?P<anon>[^\W_]{1,255})|"
    r"(?:(?P<who>[^\s!-/:-@\[-^`{-~]{0,255}?)_)?(?:LATE_)?(?P<user>\d+))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.*)|(?P<online>text|link)\.html)"
)
_LATE: Final = re.compile(r"(?:^|_)LATE_(?=\d+_|anon_)|^anon_LATE_")
_AGAIN: Final = re.compile(r"-\d+(?=(\.\w+)?$)")
_LATE_NOTE: Final = "it was handed in late, as Canvas says"


def fits(name: str) -> str:
    """Return whose a file is that Canvas names so; nothing when it names none so."""
    match = _NAME.fullmatch(name)
    return (match["user"] or f"anon {match['anon']}") if match else ""


def recognise(level: Entries) -> bool:
    """Whether most files are named so."""
    return level.most_fit(fits)


def read(level: Entries, clues: Clues) -> Iterator[HandedIn]:
    """Yield each file with its student's Canvas id; code named otherwise is its own student."""
    found = [(file, *level.place(file)) for file in level.files]
    originals = {
        (m["user"] or m["anon"], m["file"])
        for _, top, _ in found
        if (m := _NAME.fullmatch(top)) and m["file"]
    }
    for file, top, inner in found:
        match = _NAME.fullmatch(top)
        if match is None:
            yield other(file, top, inner, clues.names)
            continue
        who = match["user"] or match["anon"]
        shown = f"{match['online']}.html" if match["online"] else match["file"]
        first = _AGAIN.sub("", shown)
        path = PurePosixPath(first if (who, first) in originals else shown) / inner
        late = _LATE.search(top[: match.start("file")]) is not None
        yield HandedIn(
            _student(match),
            path if path.parts else PurePosixPath(top),
            file,
            turn=int(match["attachment"] or 0),
            notes=(_LATE_NOTE,) if late else (),
            is_receipt=match["online"] is not None,
        )


def _student(match: re.Match[str]) -> Student:
    # A student's number would be taken for the one of somebody else, were it an anonymous one.
    if match["anon"]:
        return student_of(f"anon {match['anon']}")
    return student_of(clean_line(match["who"] or "") or match["user"], user_id=match["user"])
