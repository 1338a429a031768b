"""Is a document what its system takes, and which points does the system read from it?

The readers are written from the formats alone and share no code with the exporters.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import xmlschema

SCHEMAS = Path(__file__).parents[2] / "docs" / "outputs" / "schemas"
Grades = dict[tuple[str, str], float]


@cache
def schema(target: str) -> jsonschema.Draft202012Validator:
    found = json.loads((SCHEMAS / f"{target}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMAS / "junit.xsd"))


def no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def plain_json(data: bytes) -> Any:
    return json.loads(data, parse_constant=no_number)


def loaded(target: str, data: bytes) -> Any:
    """Return a JSON document that keeps to its schema."""
    document = plain_json(base64.b64decode(data) if target == "github-classroom" else data)
    schema(target).validate(document)
    return document


def suite(data: bytes) -> ET.Element:
    """Return the one suite of a JUnit document that keeps to its schema."""
    junit_schema().validate(data.decode())
    found = ET.fromstring(data).find("testsuite")
    assert found is not None
    return found


def rows(data: bytes) -> list[dict[str, str]]:
    """Return a table, every row of which has as many cells as the header."""
    found = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in found} == {len(found[0])}
    return [dict(zip(found[0], row, strict=True)) for row in found[1:]]


def _who(path: str) -> tuple[str, str]:
    """Return student and exercise of a document of its own."""
    name = path.partition("/")[0] if "/" in path else path.rpartition(".")[0]
    student, _, exercise = name.rpartition(".")
    return student, exercise


def each(read: Callable[[bytes], float | None]) -> Callable[[dict[str, bytes]], Grades]:
    """Return a reader of one document per submission; None is no grade."""

    def reader(documents: dict[str, bytes]) -> Grades:
        found = {_who(path): read(data) for path, data in documents.items()}
        return {who: points for who, points in found.items() if points is not None}

    return reader


def only(documents: dict[str, bytes]) -> bytes:
    (data,) = documents.values()
    return data


def gradescope(data: bytes) -> float | None:
    document = loaded("gradescope", data)
    tests = document.get("tests", [])
    if tests:
        assert abs(sum(test["score"] for test in tests) - document["score"]) < 1e-9
    return document.get("score")


def lti(data: bytes) -> float:
    document = loaded("lti", data)
    return document["scoreGiven"] / document["scoreMaximum"]


def xqueue(data: bytes) -> float:
    document = loaded("xqueue", data)
    ET.fromstring(document["msg"])
    return document["score"]


def prairielearn(data: bytes) -> float | None:
    document = loaded("prairielearn", data)
    assert len(data) <= 1_000_000
    if not document["gradable"]:
        return None
    possible = sum(test["max_points"] for test in document["tests"])
    assert abs(sum(t["points"] for t in document["tests"]) / possible - document["score"]) < 1e-9
    return document["score"]


def coursera(data: bytes) -> float:
    return loaded("coursera", data)["fractionalScore"]


def github_classroom(data: bytes) -> float | None:
    document = loaded("github-classroom", data)
    if document["status"] == "error":
        return None
    return sum(test["score"] for test in document["tests"])


def junit(data: bytes) -> float | None:
    found = suite(data)
    properties = {p.get("name"): p.get("value") for p in found.iter("property")}
    return float(properties["points"]) if "points" in properties else None


def _canvas_csv(documents: dict[str, bytes]) -> Grades:
    first, *students = rows(only(documents))
    assert "Points Possible" in first["Student"]
    columns = list(first)[5:]
    return {
        (row["ID"], re.sub(r" \(\d+\)$", "", column)): float(row[column])
        for row in students
        for column in columns
        if row[column]
    }


def _canvas_api(documents: dict[str, bytes]) -> Grades:
    data = loaded("canvas-api", only(documents))["grade_data"]
    return {(who, ""): float(grade["posted_grade"]) for who, grade in data.items()}


def _worksheet(documents: dict[str, bytes]) -> Grades:
    return {
        (row["Identifier"].removeprefix("Participant "), ""): float(row["Grade"])
        for row in rows(only(documents))
        if row["Grade"]
    }


def _feedback(documents: dict[str, bytes]) -> Grades:
    found = {}
    with zipfile.ZipFile(io.BytesIO(only(documents))) as archive:
        for name in archive.namelist():
            match = re.fullmatch(r"[^_/]+_(\d+)_assignfeedback_file/(\w+)\.html", name)
            points = re.search(r"<strong>([0-9.]+) of [0-9.]+ points", archive.read(name).decode())
            assert match
            assert points
            found[match[1], match[2]] = float(points[1])
    return found


def _csv(documents: dict[str, bytes]) -> Grades:
    known = ("Email address", "ID number", "Username", "User id", "Full name", "Feedback")
    return {
        (row["Email address"], exercise): float(cell)
        for row in rows(only(documents))
        for exercise, cell in row.items()
        if cell and exercise not in known
    }


def _nbgrader(documents: dict[str, bytes]) -> Grades:
    return {
        (row["student_id"], row["assignment"]): float(row["score"]) for row in rows(only(documents))
    }


READERS: dict[str, Callable[[dict[str, bytes]], Grades]] = {
    "gradescope": each(gradescope),
    "canvas-csv": _canvas_csv,
    "canvas-api": _canvas_api,
    "moodle-worksheet": _worksheet,
    "moodle-feedback": _feedback,
    "csv": _csv,
    "lti": each(lti),
    "xqueue": each(xqueue),
    "github-classroom": each(github_classroom),
    "prairielearn": each(prairielearn),
    "coursera": each(coursera),
    "junit": each(junit),
    "nbgrader-csv": _nbgrader,
}
"""Per target, from the paths and bytes of an export: points, or a fraction, by who and what."""
