"""Find the submissions of a class in a file, a folder or a zip, whatever its layout."""

from __future__ import annotations

from grader.ingest.answers.given import Given
from grader.ingest.copies import copied
from grader.ingest.gather import gather, match_one
from grader.ingest.gathered import Gathered
from grader.ingest.layout import HandedIn
from grader.ingest.layouts import LAYOUTS
from grader.ingest.matching import Matched
from grader.ingest.own_file import match_own
from grader.ingest.roster import read_roster

__all__ = [
    "LAYOUTS",
    "Gathered",
    "Given",
    "HandedIn",
    "Matched",
    "copied",
    "gather",
    "match_one",
    "match_own",
    "read_roster",
]
