"""Names by which Brightspace, Blackboard and nbgrader tell one hand-in from another.

    13394-80551 - Ada Lovelace - Mar 29, 2018 1205 PM - lab.py     or a folder, without the file
    HW 1_ab12_attempt_2019-01-31-02-51-33_lab.py                   `….txt` without a file: a receipt
    ada+ps1+2026-11-28 02:00:00.000 UTC+f3a1                       a folder of nbgrader's exchange

A reader of their exports is another matter: this is about the names alone, whatever lies there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_BRIGHTSPACE: Final = re.compile(
    r"(?:(?P<number>\d+-\d+) - )?(?P<who>.{1,200}?) - (?P<month>[A-Z][a-z]{2})[a-z]* "
    r"(?P<day>\d{1,2}), (?P<year>20\d\d) (?P<hour>\d{1,2}?):?(?P<minute>\d\d) (?P<half>[AP]M)"
    r"(?: - (?P<file>.+))?"
)
_BLACKBOARD: Final = re.compile(
    r"(?P<title>.{0,200}?)_?(?P<who>[^_]{1,100})_attempt_(?P<when>20\d\d(?:-\d\d){5})"
    r"(?:_(?P<file>.+))?"
)
_EXCHANGE: Final = re.compile(
    r"(?P<who>[^+]{1,100})\+(?P<title>[^+]{1,200})\+(?P<when>20\d\d-\d\d-\d\d \d\d:\d\d:\d\d)"
    r"[ .\w]*(?:\+\w*)?"
)


@dataclass(frozen=True)
class Attempt:
    """What the name of one attempt tells."""

    student: str
    number: str
    """A number of the system's, which keeps two students of one name apart; may be empty."""
    title: str
    """That of the assignment, if it is there."""
    file: str
    """How the student called the file; empty for a folder and for a receipt."""
    turn: int
    """A number that grows with the time."""


@lru_cache(maxsize=4096)
def attempt_of(name: str) -> Attempt | None:
    """Return what a name tells, with or without a suffix; None when it is of another kind."""
    if found := _BLACKBOARD.fullmatch(name):
        turn = int(found["when"].replace("-", ""))
        return Attempt(found["who"], "", found["title"], found["file"] or "", turn)
    if found := _EXCHANGE.fullmatch(name):
        turn = int("".join(filter(str.isdecimal, found["when"])))
        return Attempt(found["who"], "", found["title"], "", turn)
    found = _BRIGHTSPACE.fullmatch(name)
    if found is None or found["month"].lower() not in _MONTHS:
        return None
    month, hour = _MONTHS.index(found["month"].lower()) + 1, int(found["hour"]) % 12
    parts = month, int(found["day"]), hour + 12 * (found["half"] == "PM"), int(found["minute"])
    turn = int(found["year"] + "".join(f"{part:02}" for part in parts) + "00")
    return Attempt(found["who"].strip(), found["number"] or "", "", found["file"] or "", turn)
