"""Commands about this machine and this version: `doctor` and `schema`."""

from __future__ import annotations

import json as json_module
from typing import Annotated

import typer

from grader.cli.terminal import say, write_json


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say which sandbox layers this machine enforces, by trying them, and how to get the others."""
    from grader.sandbox.doctor import examine

    findings = examine()
    if json:
        write_json(json_module.dumps(findings.as_dict(), indent=1) + "\n")
    else:
        say(*findings.text().removesuffix("\n").split("\n"))


def schema(
    feedback: Annotated[
        bool, typer.Option("--feedback", help="The schema of student feedback instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of score reports."""
    from grader.model.schema import json_schema

    write_json(json_schema("student-feedback" if feedback else "score-report"))
