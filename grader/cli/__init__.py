"""The command line: one file per group of commands, registered here.

Command modules import what they need when they run, so that `grader check` does not wait for what
only `grader grade` uses.
"""

from __future__ import annotations

import sys

import typer

from grader.cli.author import notebook, release, verify
from grader.cli.autograder import gradescope
from grader.cli.check import check
from grader.cli.ending import Command, Commands, carried_out
from grader.cli.export import export
from grader.cli.grade import grade, sample
from grader.cli.machine import doctor, schema
from grader.cli.new import new
from grader.cli.provenance import verify_report
from grader.cli.push import push
from grader.cli.queue import xqueue

app = typer.Typer(
    name="grader",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = (
    check, grade, export, sample, new, verify, verify_report, notebook, release, doctor, schema,
    xqueue, push, gradescope,
)  # fmt: skip
for command in COMMANDS:
    app.command(cls=Command)(command)


@app.callback()
def _about() -> None:
    """Exercises and an autograder for numerical Python that names the mistake."""


def main() -> None:
    """Run the command line."""
    sys.exit(carried_out(app))
