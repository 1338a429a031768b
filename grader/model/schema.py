"""The published JSON Schemas of the report and of the student's feedback.

The files beside this module are what the wheel ships. A test compares them with the models, and
with the digest that each schema version is bound to: a change needs a new version.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema

from grader.model.feedback import StudentFeedback
from grader.model.report import SCHEMA_VERSION, ScoreReport

if TYPE_CHECKING:
    from grader.model.exercise import Model

SCHEMAS: Final[dict[str, type[Model]]] = {
    "score-report": ScoreReport,
    "student-feedback": StudentFeedback,
}
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _Written(GenerateJsonSchema):
    """Schema of what is written: every field is always there, also those with a default."""

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ARG002
        return True


def build_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a record, made from its model."""
    schema = SCHEMAS[name].model_json_schema(mode="serialization", schema_generator=_Written)
    return {"$schema": DIALECT, "$id": f"urn:grader:schema:{name}:{SCHEMA_VERSION}", **schema}


def schema_text(schema: dict[str, Any]) -> str:
    """Return the text of a schema as it is published."""
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def schema_path(name: str) -> Path:
    """Return the published file."""
    return Path(__file__).with_name(f"{name}.schema.json")


def json_schema(name: str = "score-report") -> str:
    """Return the published schema: `score-report` or `student-feedback`."""
    return schema_path(name).read_text("utf-8")
