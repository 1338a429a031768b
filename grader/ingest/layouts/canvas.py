"""Canvas's "Download Submissions": one folder of files, all that is known in their names.

    <name>[_LATE]_<user id>_<attachment id>_<file>      mülleroneilzoë_LATE_5_321_lab 1.ipynb
    anon_<id>_<attachment id>_<file>                    the same, graded without names
    <name>_<user id>_text.html, _link.html              typed or linked, with no file to grade

Of a file that was handed in again Canvas adds `-1`, `-2` to the name; the highest attachment id is
the latest.

Students write both ends of a name: what they and their file are called. `s1_5_999_9_555_a.py` is
`9_555_a.py` of user 5, or `a.py` of user 9 whose name is `s1_5_ 999`. What neither could choose
tells them apart: how large Canvas's own numbers are in this class, and who is in the roster. What
still may be several users' is the first one's where that one has nothing else; nobody gets work
beside their own that may be another's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from statistics import median_low
from typing import Final

from grader.ingest.layout import Clues, Entries, HandedIn, other, student_of
from grader.ingest.stored import StoredFile
from grader.model.submission import Student
from grader.model.text import clean_line

# Canvas keeps letters, digits, `_` and accents of a name; it takes out `_5_`, but before blanks.
_NAME: Final = re.compile(r"[^\s!-/:-@\[-^`{-~]{0,255}")
_WHAT: Final = r"(?:(?P<attachment>[0-9]+)_(?P<file>.*)|(?P<online>text|link)\.html)"
_OF_A_USER: Final = re.compile(rf"(?P<user>[0-9]+)_{_WHAT}")
_ANONYMOUS: Final = re.compile(
    rf"(?P<late>LATE_)?anon_(?P<late_too>LATE_)?(?P<anon>[^\W_]{{1,255}})_{_WHAT}"
)
_AGAIN: Final = re.compile(r"-\d+(?=(\.\w+)?$)")
_LATE_NOTE: Final = "it was handed in late, as Canvas says"
_ALIKE: Final = 10
"""By how much ids of one kind may differ."""


@dataclass(frozen=True)
class _Reading:
    """A name as Canvas may have made it."""

    who: str
    """How the student is called, made fit for names of files."""
    user: str
    """The student's user id; of an anonymous one a word that no user id is."""
    is_late: bool
    attachment: int | None
    file: str
    """How the student called the file; of what was typed or linked, what Canvas calls it."""
    before: str
    """The name as far as the user id."""

    @property
    def student(self) -> Student:
        # A student's number would be taken for the one of somebody else, were it an anonymous one.
        if not self.user.isdecimal():
            return student_of(self.user)
        return student_of(clean_line(self.who) or self.user, user_id=self.user)


def _readings(name: str) -> list[_Reading]:
    """Return the ways in which Canvas may have made a name, by how early the user id stands."""
    if match := _ANONYMOUS.fullmatch(name):
        is_late = bool(match["late"] or match["late_too"])
        return [_reading(match, "", f"anon {match['anon']}", name, is_late=is_late)]
    found = []
    longest = _NAME.match(name)
    for start in range(longest.end() + 1 if longest else 0):
        before = name[:start]
        if (not before or before[-1] == "_") and (match := _OF_A_USER.fullmatch(name, start)):
            is_late = before == "LATE_" or before.endswith("_LATE_")
            who = before.removesuffix("LATE_" if is_late else "").removesuffix("_")
            found.append(
                _reading(match, who, match["user"], before + match["user"], is_late=is_late)
            )
    return found


def _reading(match: re.Match[str], who: str, user: str, before: str, *, is_late: bool) -> _Reading:
    attachment = int(match["attachment"]) if match["attachment"] else None
    file = f"{match['online']}.html" if match["online"] else match["file"]
    return _Reading(who, user, is_late, attachment, file, before)


def fits(name: str) -> str:
    """Return whose a file is that Canvas names so; nothing when it names none so.

    What may be several users' is none of theirs, but that of all who share the first.
    """
    users = [reading.user for reading in _readings(name)]
    return users[0] + "?" * (len({*users}) > 1) if users else ""


def recognise(level: Entries) -> bool:
    """Whether most files are named so."""
    return level.most_fit(fits)


def read(level: Entries, clues: Clues) -> Iterator[HandedIn]:
    """Yield each file with its student's Canvas id; code named otherwise is its own student."""
    found = [(file, *level.place(file)) for file in level.files]
    told = _told([top for _, top, _ in found], clues)
    originals = {(one[0].user, one[0].file) for one in told.values() if one[0].attachment}
    doubtful = dict[str, str]()
    for file, top, inner in found:
        if top not in told:
            yield other(file, top, inner, clues.names)
            continue
        users = dict.fromkeys(reading.user for reading in told[top])
        reading = told[top][-1 if len(users) > 1 else 0]
        if len(users) > 1:
            doubtful.setdefault(top, f"{reading.before} (of user {' or '.join(users)})")
        yield _handed_in(file, top, inner, reading, originals, doubtful.get(top))
    if doubtful:
        more = f", and so may {len(doubtful) - 1} more" if len(doubtful) > 1 else ""
        clues.hints.append(
            f"{next(iter(doubtful))} may be one user's or another's by its name{more}: rename it "
            "so that no numbers but the user's and the file's stand side by side, or name --roster"
        )


def _handed_in(
    file: StoredFile,
    top: str,
    inner: PurePosixPath,
    reading: _Reading,
    originals: set[tuple[str, str]],
    doubtful: str | None,
) -> HandedIn:
    first = _AGAIN.sub("", reading.file)
    path = PurePosixPath(first if (reading.user, first) in originals else reading.file) / inner
    return HandedIn(
        student_of(doubtful) if doubtful else reading.student,
        path if path.parts else PurePosixPath(top),
        file,
        turn=reading.attachment or 0,
        notes=(_LATE_NOTE,) if reading.is_late else (),
        is_receipt=reading.attachment is None,
        is_doubtful=doubtful is not None,
    )


def _told(tops: Sequence[str], clues: Clues) -> dict[str, list[_Reading]]:
    """Return, for each name that Canvas made, how it is to be read: of several users when unsure.

    Only the first reading's user gets what is unsure, and only where it is all that one has.
    """
    every = {top: found for top in dict.fromkeys(tops) if (found := _readings(top))}
    sure = [found for found in every.values() if len(found) == 1] or [*every.values()]
    # One for each student, so that many files of one do not make it.
    ids = {found[0].user: found[0].attachment for found in sure if found[0].attachment}
    usual = median_low(ids.values()) if ids else 0
    likely = {top: _likely(found, usual, clues.user_ids) for top, found in every.items()}
    of_first = Counter(found[0].user for found in likely.values())
    for top, found in likely.items():
        if of_first[found[0].user] == 1 and not _has_other_work(found[0], clues):
            likely[top] = found[:1]
    return likely


def _likely(found: list[_Reading], usual: int, users: Collection[str]) -> list[_Reading]:
    """Return the readings whose numbers may be Canvas's own; all where none may.

    usual: an attachment id of the class. users: the ids of those in the roster. What is neither in
    it nor unlike an attachment id is one, and part of the file's name follows it.
    """
    alike = range(usual // _ALIKE, usual * _ALIKE)
    large = [r for r in found if r.attachment is None or r.attachment >= alike.start] or found
    first, *others = large
    return [
        first,
        *(r for r in others if not users or r.user in users or int(r.user) not in alike),
    ]


def _has_other_work(reading: _Reading, clues: Clues) -> bool:
    """Whether another file of this student was graded in an earlier run, and this one was not."""
    label, known = reading.student.label, clues.known
    was_there = label in known.labels or reading.user in known.user_ids
    return was_there and reading.file not in {*known.files(label), *known.files(reading.user)}
