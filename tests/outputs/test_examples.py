"""Is the documentation of every output true: its examples, its schemas and its page?"""

from __future__ import annotations

import base64
import csv
import importlib.util
import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema
from validators import SCHEMAS, junit_schema, loaded, plain_json, schema, suite

from grader.export import TARGETS
from grader.model.schema import json_schema

OUTPUTS = SCHEMAS.parent
EXAMPLES = OUTPUTS / "examples"
PAGE = (OUTPUTS / "README.md").read_text("utf-8")
WITH_SCHEMA = sorted(path.name.partition(".")[0] for path in SCHEMAS.glob("*.json"))


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    spec = importlib.util.spec_from_file_location("make_outputs", OUTPUTS / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.examples())


def files(target: str) -> list[Path]:
    found = [path for path in sorted((EXAMPLES / target).rglob("*")) if path.is_file()]
    return [path for path in found if ".decoded." not in path.name]


def test_the_examples_are_what_is_written(made: dict[str, bytes]) -> None:
    """Else `python docs/outputs/make.py` writes them anew."""
    found = [path for path in EXAMPLES.rglob("*") if path.is_file()]
    there = {path.relative_to(EXAMPLES).as_posix(): path.read_bytes() for path in found}
    assert made == there


@pytest.mark.parametrize("target", WITH_SCHEMA)
def test_examples_keep_to_their_schema(target: str) -> None:
    documents = [loaded(target, path.read_bytes()) for path in files(target)]
    assert documents
    # Whatever the schema allows, an example shows.
    assert {key for d in documents for key in d} == properties(schema(target).schema)


def properties(body: dict[str, Any]) -> set[str]:
    return {*body.get("properties", ())}.union(*map(properties, body.get("oneOf", ())))


@pytest.mark.parametrize("path", files("junit"), ids=lambda path: path.stem)
def test_examples_of_junit_keep_to_their_schema(path: Path) -> None:
    assert suite(path.read_bytes()).get("name") == path.stem


@pytest.mark.parametrize(
    ("kind", "folder"), [("score-report", "reports"), ("student-feedback", "feedback")]
)
def test_reports_and_feedback_keep_to_their_schema(kind: str, folder: str) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(json_schema(kind)))
    documents = [plain_json(p.read_bytes()) for p in (EXAMPLES / "grade" / folder).glob("*.json")]
    assert [document["status"] for document in documents].count("graded") == 2
    for document in documents:
        validator.validate(document)


def broken(document: Any) -> list[Any]:
    """Return documents each of which is wrong in one thing."""
    found = []
    for key, value in document.items() if isinstance(document, dict) else ():
        found.append({k: v for k, v in document.items() if k != key})
        others = ["7", -1, None] if isinstance(value, int | float) else [None, 7]
        if isinstance(value, str):
            others.append(value + "\x00")
        found += [document | {key: other} for other in others if other != value]
        if isinstance(value, dict):
            found += [document | {key: other} for other in broken(value)]
        if isinstance(value, list) and value:
            found += [document | {key: [other]} for other in broken(value[0])]
    return [*found, document | {"unknown": 1}] if isinstance(document, dict) else found


@pytest.mark.parametrize("target", WITH_SCHEMA)
def test_a_schema_refuses_whatever_is_wrong_in_one_thing(target: str) -> None:
    """The negative control, but for what may be left out."""
    data = files(target)[-1 if target != "gradescope" else 1].read_bytes()
    document = plain_json(base64.b64decode(data) if target == "github-classroom" else data)
    validator = schema(target)
    validator.validate(document)
    wrong = broken(document)
    accepted = [other for other in wrong if validator.is_valid(other)]
    assert len(wrong) > 5
    optional = {"gradescope": {"output", "tags"}, "canvas-api": {"4", "5"}}.get(target, set())
    for other in accepted:
        assert lacking(document, other) <= optional, other


def lacking(document: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """Return which fields a broken document lacks; what else is wrong counts as a field, too."""
    if document.keys() != other.keys():
        return document.keys() ^ other.keys()
    for key, value in document.items():
        if value != other[key]:
            one, two = value, other[key]
            if isinstance(one, list) and isinstance(two, list):
                one, two = one[0], two[0]
            return lacking(one, two) if isinstance(one, dict) and isinstance(two, dict) else {key}
    return set()


@pytest.mark.parametrize(
    ("old", "new"),
    [('tests="', 'tests="-'), ("<failure", "<flop"), ("</properties>", "</properties><x/>")],
)
def test_the_schema_of_junit_refuses_what_is_wrong(old: str, new: str) -> None:
    text = files("junit")[1].read_text("utf-8")
    assert old in text
    changed = text.replace(old, new).replace(old.replace("<", "</"), new.replace("<", "</"))
    with pytest.raises((xmlschema.XMLSchemaValidationError, SyntaxError)):
        junit_schema().validate(changed)


def test_every_target_has_an_example_and_a_line() -> None:
    section = PAGE.partition("## What `grader export")[2]
    lines = re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)
    assert lines == list(TARGETS)
    assert [target for target in TARGETS if not files(target)] == []


def test_what_the_page_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert len(links) > 20
    assert [link for link in links if not (OUTPUTS / link).exists()] == []
    schemas = {link.rpartition("/")[2] for link in links if link.startswith("schemas/")}
    assert schemas == {path.name for path in SCHEMAS.iterdir()}


def test_a_fault_of_ours_is_null_and_blank() -> None:
    with (EXAMPLES / "grade" / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        [cy] = [row for row in csv.DictReader(io.StringIO(file.read())) if "Cy" in str(row)]
    assert cy["zero_init"] == ""
    report = (EXAMPLES / "grade" / "reports" / "Cy Young.zero_init.json").read_bytes()
    assert plain_json(report)["points"] is None
