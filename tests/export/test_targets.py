"""What holds for every target: nothing for staff, no grade for a fault of ours, plain numbers."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export import TARGETS, Document, Left, Options
from grader.export.document import OUR_FAULT
from grader.model.report import Outcome

KNOWN = {
    "name": "Ada <b>Lovelace</b>",
    "email": "ada@example.invalid",
    "login": "ada",
    "user_id": "4",
    "sis_id": "S1001",
    "participant": "3",
    "lti_sub": "4",
}
WORKSHEET = """\ufeffIdentifier,Full name,Grade,Maximum grade,Grade can be changed
Participant 3,Ada <b>Lovelace</b>,,{},Yes
"""


def options(target: str, maximum: float = 2.0) -> Options:
    needs = TARGETS[target].needs_into
    return Options(into=WORKSHEET.format(maximum)) if needs else Options()


def exported(target: str, *entries: Any, maximum: float = 2.0) -> tuple[list[Document], list[Left]]:
    found = list(TARGETS[target].export(list(entries), options(target, maximum)))
    documents = [item for item in found if isinstance(item, Document)]
    return documents, [item for item in found if isinstance(item, Left)]


def whole_text(document: Document) -> str:
    """Return all that a document holds, whatever it is wrapped in."""
    if document.path.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(document.data)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    if document.path.endswith(".txt"):
        return base64.b64decode(document.text).decode()
    return document.text


@pytest.mark.parametrize("target", TARGETS)
def test_a_graded_submission_is_there(entry: Any, target: str) -> None:
    documents, left = exported(target, entry("passed", identities=KNOWN))
    assert len(documents) == 1
    assert left == []
    assert documents[0].path == (TARGETS[target].file or documents[0].path)


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_for_staff_is_there(entry: Any, target: str) -> None:
    (document,), _ = exported(target, entry("failed", identities=KNOWN))
    assert "STAFF ONLY" not in whole_text(document)


@pytest.mark.parametrize("target", TARGETS)
def test_a_fault_of_ours_is_no_number_anywhere(entry: Any, target: str) -> None:
    ours = entry("passed", "internal_error", points=7.25, identities=KNOWN)
    documents, left = exported(target, ours)
    assert all("7.25" not in whole_text(d) for d in documents)
    listed = [item.submission for item in left] == ["ada.zero_init"]
    if listed:
        assert left[0].reason == OUR_FAULT
    # Who is not listed is told in the system's own way; a number of points is none of these ways.
    said = {
        "gradescope": lambda d: not {"score", "tests"} & d.keys(),
        "prairielearn": lambda d: d["gradable"] is False and "score" not in d,
        "github-classroom": lambda d: d["status"] == "error" and d["tests"] == [],
    }
    if target in said:
        assert said[target](json.loads(whole_text(documents[0])))
    else:
        assert listed or target == "junit"


@pytest.mark.parametrize("target", [t for t in TARGETS if TARGETS[t].file])
def test_who_has_no_grade_is_left_as_it_is(entry: Any, target: str) -> None:
    ours = entry("internal_error", student="bob", identities={**KNOWN, "user_id": "5"})
    (document,), left = exported(target, ours)
    assert "bob" not in whole_text(document)
    assert [item.submission for item in left] == ["bob.zero_init"]


@pytest.mark.parametrize("target", TARGETS)
@given(outcomes=st.lists(st.sampled_from(list(Outcome)), max_size=4), points=st.floats(0.01, 1000))
def test_any_report_is_exported_or_listed(
    entry: Any, target: str, outcomes: list[Outcome], points: float
) -> None:
    one = entry(*outcomes, points=points, identities=KNOWN)
    documents, left = exported(target, one, maximum=one.feedback.max_points or 1.0)
    assert documents or left
    for document in documents:
        text = whole_text(document)
        assert not re.search(r"\b(nan|inf|infinity)\b", text, re.IGNORECASE)
        if text.startswith(("{", "[")):
            json.loads(text, parse_constant=lambda word: pytest.fail(word))
        elif text.startswith("<?xml"):
            ET.fromstring(text)


HOSTILE = '<script>alert("x")</script>&=HYPERLINK("http://x","y")'


@pytest.mark.parametrize("target", ["moodle-feedback", "xqueue"])
def test_names_and_messages_are_no_html(entry: Any, target: str) -> None:
    one = entry("failed", student="ada", identities={**KNOWN, "name": HOSTILE})
    object.__setattr__(one.feedback.checks[0], "feedback", HOSTILE)
    object.__setattr__(one.feedback.checks[0], "title", HOSTILE)
    (document,), _ = exported(target, one)
    assert "<script" not in whole_text(document)


@pytest.mark.parametrize("target", ["csv", "nbgrader-csv", "canvas-csv"])
@pytest.mark.parametrize("start", "=+-@\uff1d")
def test_no_cell_becomes_a_formula(entry: Any, target: str, start: str) -> None:
    evil = dict.fromkeys(KNOWN, f"{start}cmd|x")
    (document,), _ = exported(target, entry("passed", identities=evil))
    rows = list(csv.reader(io.StringIO(document.text.removeprefix("\ufeff"))))
    for cell in [cell for row in rows for cell in row]:
        assert not cell.startswith(start)
