"""Commands about this machine and this version: `doctor` and `schema`."""

from __future__ import annotations

import json as json_module
import sys
from typing import Annotated

import typer


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say which sandbox layers this machine enforces, by trying them, and how to get the others."""
    from grader.sandbox.doctor import examine

    findings = examine()
    if json:
        sys.stdout.write(json_module.dumps(findings.as_dict(), indent=1) + "\n")
    else:
        sys.stdout.write(findings.text())


def schema(
    feedback: Annotated[
        bool, typer.Option("--feedback", help="The schema of student feedback instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of score reports."""
    from grader.cli.terminal import write_json
    from grader.model.schema import json_schema

    write_json(json_schema("student-feedback" if feedback else "score-report"))
