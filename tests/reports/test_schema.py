"""The published schemas are those of the models, and each version is bound to its digest."""

from __future__ import annotations

import hashlib
import json

import jsonschema
import pytest
from pydantic.json_schema import GenerateJsonSchema

from grader.model.feedback import StudentFeedback, feedback_for_student
from grader.model.report import SCHEMA_VERSION, ScoreReport, canonical_json, report_json
from grader.model.schema import json_schema

SCHEMAS = {"score-report": ScoreReport, "student-feedback": StudentFeedback}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
# A published schema never changes. To change a model, raise SCHEMA_VERSION, write `schema_text` of
# each name into its file beside `grader.model.schema`, and add a line per schema here.
DIGESTS = {
    "urn:grader:schema:score-report:1.1": (
        "47c768ff1b9513e104c810d64d8e1189a94427410539ef870a84628f5fed8b53"
    ),
    "urn:grader:schema:student-feedback:1.1": (
        "fdc4461c036a212545ecd64e94299534445d3cb60673a84c39fab25f1ed864d8"
    ),
}


class Written(GenerateJsonSchema):
    """Schema of what is written: every field is always there, also those with a default."""

    def field_is_required(self, field, total):
        return True


def build_schema(name):
    schema = SCHEMAS[name].model_json_schema(mode="serialization", schema_generator=Written)
    return {"$schema": DIALECT, "$id": f"urn:grader:schema:{name}:{SCHEMA_VERSION}", **schema}


def schema_text(name):
    return json.dumps(build_schema(name), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


@pytest.mark.parametrize("name", SCHEMAS)
def test_published_file_is_the_schema_of_the_model(name):
    assert json_schema(name) == schema_text(name)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_version_is_bound_to_one_schema(name):
    published = json_schema(name)
    digest = hashlib.sha256(published.encode()).hexdigest()
    assert DIGESTS[build_schema(name)["$id"]] == digest


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_valid_and_its_id_is_no_address(name):
    schema = build_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].startswith("urn:")


def test_the_student_schema_has_no_staff_field():
    text = json_schema("student-feedback")
    assert "diagnostic" not in text
    assert "values" not in text
    assert "diagnostic" in json_schema("score-report")


@pytest.mark.parametrize("outcomes", [("passed", "timeout"), ("passed", "internal_error"), ()])
def test_what_is_written_keeps_to_the_schema(make_report, outcomes):
    report = make_report(*outcomes, identities={"lti_sub": "4"}, notes=["a note"])
    for name, text in {
        "score-report": report_json(report),
        "student-feedback": canonical_json(feedback_for_student(report)),
    }.items():
        jsonschema.Draft202012Validator(build_schema(name)).validate(json.loads(text))
