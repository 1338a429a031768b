"""The published JSON Schemas of the report and of the student's feedback.

The files beside this module are what the wheel ships. A test makes them anew from the models, and
holds them against the digest that each schema version is bound to: a change needs a new version.
"""

from __future__ import annotations

from pathlib import Path


def json_schema(name: str = "score-report") -> str:
    """Return the published schema: `score-report` or `student-feedback`."""
    return Path(__file__).with_name(f"{name}.schema.json").read_text("utf-8")
