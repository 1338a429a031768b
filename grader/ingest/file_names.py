"""What the name of a file tells: its exercise, and whose it is when students share a folder.

From `s1_running_sum (1).py`, `Copy of s1 - Running sum.py` and `running-sum_s1_final.py` the same
is left when the exercise, marks of copies and words for work are taken away: `s1`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.ingest.answers.given import Given
from grader.ingest.attempts import attempt_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.model.exercise import Exercise

# The sign `-` comes last, where it is itself in a class of a pattern.
_GAP: Final = " _.–—＿-"
# No system keeps longer names; patterns look at the ends of such a one, and at no long gap.
_LONGEST: Final = 120
_LONG_GAP: Final = re.compile(rf"[{_GAP}]{{4,}}")
# What browsers, drives and file managers add to the name of a second copy, in many tongues.
_COPIES: Final = (
    "copy|kopie|copie|copia|cópia|kopia|kopi|kopya|kopyası|kopio|kopija|másolat|bản sao|salinan|"
    "копия|копія|копие|αντίγραφο|نسخة|עותק|사본|สำเนา|alias|edited|case conflict"
)
_OF: Final = "of|von|de|di|van|av|af|din|z|souboru|của|של|من"
_COPIES_JOINED: Final = "のコピー|コピー|的副本|副本|複本|복사본|的拷贝|拷贝"
_COPY: Final = re.compile(
    rf"^(?:{_COPIES})(?: \(\d+\))? (?:{_OF})[ _]+|(?:^|[{_GAP}]+)(?:{_COPIES}) (?:{_OF})$"
    rf"|[ _]*\(\d{{1,3}}\)(?:$|(?= - ))"
    rf"|[{_GAP}]*(?<=[({_GAP}])\(?(?:another |\d{{1,2}}(?:st|nd|rd|th) )?(?:{_COPIES})"
    rf"[ _-]?(?:\(?\d{{1,3}}\)?)?\)?$"
    rf"|[{_GAP}]*\(?(?:{_COPIES_JOINED})[ _-]?\(?\d{{0,3}}\)?$"
    r"|~$|\.nbconvert$|_conflict-\d{8}-\d{6}$|-20\d{6}T\d{6}Z(?:-\d+)*$"
    r"|\.sync-conflict-\d{8}-\d{6}(?:-\w+)?$|[_-]checkpoint$|\.(?:tar|py|ipynb)$"
    r"|[ _]*\([^()]*conflicted copy[^()]*\)$",
    re.IGNORECASE,
)
_WORDS: Final = (
    "lab|labs|hw|homework|assignment|exercise|ex|task|problem|project|part|week|unit|module|"
    "solution|sol|answer|submission|submitted|final|new|old|draft|version|ver|attempt|try|my|mine|"
    "the|and|notebook|code|work|copy|test|tests|done|fixed|corrected|backup|bak|latest|updated|"
    "finished|starter|template|given|original|orig|helper|helpers|util|utils|tools|main|model|"
    "numpy|np|loops?|vectori[sz]ed|fast|slow|simple|untitled|section|session|intro|src|"
    "late|on[ _-]?time|missing|resubmit|resubmitted|resubmission|"
    "aufgabe|übung|uebung|abgabe|lösung|loesung|woche|blatt|devoir|"
    "semaine|exercice|tarea|semana|ejercicio|entrega|作业|課題|宿題|과제|задание|"
    "train|report|essay|notes|readme|data|plot|plots|roster|grades|gradebook|license|python|py|"
    "index|(?:make|docker|pip|proc)file|instructions?|handout|syllabus|rubric|schedule|feedback"
)
# Days and values of what was tried are as little a name.
_WORD: Final = (
    rf"(?:(?:{_WORDS})[ _.-]?\d{{0,3}}|v\d{{1,2}}|20\d\d-\d\d-\d\d(?:-\d\d){{0,3}}|\d+\.\d+)"
)
_FIRST: Final = re.compile(rf"^{_WORD}(?:[{_GAP}]+|$)", re.IGNORECASE)
_LAST: Final = re.compile(rf"(?:^|[{_GAP}]+){_WORD}$", re.IGNORECASE)
# Without an exercise in the name a word may be a person's; a sign says that it stands apart.
_FIRST_APART: Final = re.compile(rf"^{_WORD}(?: [-–—] |[_＿])", re.IGNORECASE)
_LAST_APART: Final = re.compile(rf"(?: [-–—] |[_＿])({_WORD})$", re.IGNORECASE)
# Folders called so hold what several students handed in, or one of them at several times.
_COLLECTION: Final = re.compile(
    r"(?:lab|hw|homework|assignment|exercise|exercises|ex|task|week|unit|module|section|session|"
    r"topic|day|late|on[ _-]?time|aufgabe|übung|uebung|abgabe|woche|tag|blatt|devoir|semaine|tp|td|"
    r"tarea|semana|ejercicio|entrega|作业|課題|宿題|과제|задание)s?[ _.-]*(?:\d{1,3}|[a-z])?",
    re.IGNORECASE,
)
# Folders called so hold what the same students handed in at different times.
_TURN: Final = re.compile(
    r"(?P<first>on[ _-]?time|drafts?|first(?: (?:try|attempt|draft|version))?)"
    r"|(?:attempt|try|round|version|ver|v|draft|submission|versuch|entwurf|essai|tentative|intento|"
    r"versione?|提出|提交|попытка)s?[ _.-]*(?P<number>\d{1,3})"
    r"|(?P<date>20\d\d([-_.]?)[01]\d\4[0-3]\d)"
    r"|(?:late|final|second|re[ _-]?submi(?:ssion|tted)|re[ _-]?(?:do|take)|make[ _-]?up|"
    r"nachreichung)(?:s|en)?(?: (?:try|attempt|draft|version|submissions?|work))?",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"\(\d{1,3}\)$")
_HANDED_IN: Final = "handed in"
"""The task of what a system says was handed in for one assignment."""
SMALL_NUMBER: Final = re.compile(r"\d{1,2}")
_NUMBER_BEHIND: Final = re.compile(rf"(?<![{_GAP}])[{_GAP}]*+(?<!\d)\d++$")
_PARTS: Final = re.compile(r"\d{1,18}|\D+")
_OLD: Final = re.compile(
    r"(?<![^\W\d_])(?:old|backup|bak|draft|orig|original|previous|prev)(?![^\W\d_])", re.IGNORECASE
)
_HELPER: Final = re.compile(
    r"(?<![a-z])(?:utils?|helpers?|tools?|tests?|testcases?)(?![a-z])", re.IGNORECASE
)

# Programs of a course's staff, and modules that a course's students share.
_PROGRAM: Final = re.compile(
    r"(?:(?:setup|conftest|config|settings|constants|lib|libs|library|libraries|scripts?|src|"
    r"packages?|modules|plots?|plotting|plotter|draw|drawing|figures?|grade|grades|grader|grading|"
    r"autograder?|mark|marking|marks|check|checks|checker|run|runner|rename|collect|convert|unpack|"
    r"unzip|all|everything|students|class|the|my|tests?|utils?|helpers?|tools?|data|loader|load|requirements|environment)"
    r"(?:_|$))+"
)


@dataclass(frozen=True)
class FileName:
    """What the name of one file tells, its suffix left out."""

    task: str | None
    """The id of the exercise, or the words for it that stand apart, or None."""
    student: str
    """What is left: the student, or nothing when the whole name is about the work."""
    in_front: bool = False
    """Whether the student stands in front of the exercise."""


class FileNames:
    """Reads file names by the exercises of a course, and by what it gives out."""

    def __init__(self, exercises: Iterable[Exercise], given: Given | None = None) -> None:
        self._given = given or Given()
        self.ids: tuple[str, ...] = tuple(e.id for e in exercises)
        # Of `sum` and `running_sum` the longer one is looked for first.
        by_length = sorted(exercises, key=lambda e: len(e.id), reverse=True)
        self._patterns = [(e.id, _pattern(e)) for e in by_length]

    def is_given(self, name: str) -> bool:
        """Whether a file is called like one that the course gives out, or like a copy of it."""
        path = PurePosixPath(name)
        return f"{without_marks(path.stem)}{path.suffix}".casefold() in self._given.names

    def is_helper(self, name: str) -> bool:
        """Whether a file is called like what labs give out for others to import."""
        return _HELPER.search(PurePosixPath(name).stem) is not None

    def is_program(self, stem: str) -> bool:
        """Whether a file or folder is called like a program or its modules, and like nobody."""
        return _PROGRAM.fullmatch(stem) is not None

    def exercises(self, path: PurePosixPath) -> list[str]:
        """Return the exercises that a path names: the file, else the folder next to it."""
        for part in (path.stem, *reversed(path.parent.parts)):
            found = [e for e in self.ids if bare(e) in bare(part)]
            # `sum` is also in `running_sum`; the longer name is the one that was meant.
            if found:
                return [e for e in found if not any(e != o and bare(e) in bare(o) for o in found)]
        return []

    def folder_of(self, name: str) -> str | None:
        """Return the exercise whose folder has this name: its id or title, in whatever writing.

        `Running-Sum`, `01_running_sum` and `Week 3 running sum` hold what `running_sum` does.
        """
        if name in self.ids:
            return name
        told = self.tell(name)
        is_nobody = not told.student or SMALL_NUMBER.fullmatch(told.student)
        return told.task if is_nobody and told.task in self.ids else None

    def is_collection(self, folder: str) -> bool:
        """Whether a folder is called like one that holds work of many: `lab1`, `Section B`."""
        return _COLLECTION.fullmatch(without_marks(_bounded(folder))) is not None

    def tell(self, stem: str) -> FileName:
        """Return what a file's name without its suffix tells."""
        if attempt := attempt_of(stem):
            tasks = [self.tell(part).task for part in (attempt.file, attempt.title)]
            known = next((task for task in tasks if task in self.ids), None)
            return FileName(known or _HANDED_IN, attempt.student, in_front=True)
        whole = without_marks(_bounded(stem))
        pieces, exercise = [whole], None
        for name, pattern in self._patterns:
            cut = [part for piece in pieces for part in pattern.split(piece)]
            exercise = exercise or (name if len(cut) > len(pieces) else None)
            pieces = cut
        if exercise is None:
            return _apart(whole)
        pieces = [_stripped(without_marks(piece), _FIRST, _LAST) for piece in pieces]
        student = " ".join(piece for piece in map(_unbracketed, pieces) if piece)
        return FileName(exercise, student, in_front=bool(pieces[0]))


def _pattern(exercise: Exercise) -> re.Pattern[str]:
    ways = (exercise.id.split("_"), exercise.title.split())
    text = "|".join(rf"[{_GAP}]*".join(map(re.escape, words)) for words in ways)
    return re.compile(rf"(?<![a-z])(?:{text})(?![a-z0-9])", re.IGNORECASE)


def _apart(whole: str) -> FileName:
    """Return what a name without an exercise tells: words for work that stand apart are a task."""
    student = _stripped(whole, _FIRST_APART, _LAST_APART)
    task = " ".join(whole.replace(student, " ", 1).strip(_GAP).casefold().split())
    if _stripped(student, _FIRST, _LAST) == "":
        return FileName(None, "")
    # A name in two parts is left whole: several names with the same second part tell a task.
    _, sign, tail = student.rpartition(" - ")
    return FileName(task or (tail.casefold() if sign else None), student)


def _unbracketed(text: str) -> str:
    """Return a name without brackets around all of it."""
    inner = text.strip("()[]{}【】（）").strip(_GAP)
    return inner if inner and not set(inner) & set("()[]{}【】（）") else text


def version_of(stem: str) -> Iterator[str]:
    """Yield the names of which `stem` may be a version: itself, without marks, words, a number."""
    plain = without_marks(_bounded(stem))
    yield plain
    yield without_words(plain)
    yield _NUMBER_BEHIND.sub("", plain)


def is_numbered(stem: str) -> bool:
    """Whether a name has the number that a browser puts behind one that is there already."""
    return _NUMBERED.search(stem) is not None


def is_called_old(path: PurePosixPath) -> bool:
    """Whether a file, or a folder that it is in, is called old or a backup."""
    return any(_OLD.search(part) for part in (*path.parent.parts, path.stem))


def without_words(text: str) -> str:
    """Return a name without words for work behind it: `plan final` is a version of `plan`."""
    return _stripped(text, _FIRST_APART, _LAST)


def _stripped(text: str, first: re.Pattern[str], last: re.Pattern[str]) -> str:
    """Return `text` without words for work at its ends."""
    before = None
    while text != before:
        before, text = text, last.sub("", first.sub("", text)).strip(_GAP)
    return text


def _bounded(stem: str) -> str:
    """Return a name of bounded length and without long gaps."""
    if len(stem) > _LONGEST:
        stem = f"{stem[: _LONGEST // 2]}{stem[-_LONGEST // 2 :]}"
    return _LONG_GAP.sub(" ", stem)


def without_marks(text: str) -> str:
    """Return a name without what browsers, drives and file managers add to copies."""
    before = None
    while text != before:
        before, text = text, _COPY.sub("", text).strip(_GAP) or text
    return text


def turn_of(folder: str) -> int | None:
    """Return a folder's place in time, among those of its kind, as its name tells: `attempt 2`."""
    match = _TURN.fullmatch(without_marks(_bounded(folder)))
    if match is None:
        return None
    digits = "".join(filter(str.isdecimal, match["number"] or match["date"] or ""))
    return int(digits) if digits else int(match["first"] is None)


def natural_order(text: str) -> list[tuple[int, str]]:
    """Return a key that orders ``v9`` before ``v10``."""
    parts = _PARTS.findall(text.casefold())
    return [(int(p), "") if p.isdecimal() and p.isascii() else (-1, p) for p in parts]


def bare(name: str) -> str:
    """Return the letters and digits of a name, whatever their case."""
    return "".join(c for c in name.casefold() if c.isalnum())
