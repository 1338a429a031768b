"""The command line: one file per group of commands, registered here.

Command modules import what they need when they run, so that `grader check` does not wait for what
only `grader grade` uses.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys

import typer

from grader.cli.author import notebook, release, verify
from grader.cli.autograder import gradescope
from grader.cli.check import check
from grader.cli.export import export
from grader.cli.grade import grade, sample
from grader.cli.machine import doctor, schema
from grader.cli.new import new
from grader.cli.provenance import verify_report
from grader.cli.push import push
from grader.cli.queue import xqueue
from grader.cli.room import must_have_room
from grader.cli.terminal import note_error, work_in_any_locale
from grader.errors import GraderError

app = typer.Typer(
    name="grader",
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
    app.command()(command)


@app.callback()
def _about() -> None:
    """Exercises and an autograder for numerical Python that names the mistake."""


def main() -> None:
    """Run the command line; what staff can mend is printed without a stack trace, exit code 2."""
    work_in_any_locale()
    try:
        must_have_room()
        app()
    except GraderError as error:
        note_error(error)
        sys.exit(2)
    except RuntimeError as error:
        # Until Python 3.13, `Path.resolve` says so of links that lead in a circle.
        if not str(error).startswith("Symlink loop"):
            raise
        note_error(error)
        sys.exit(2)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            # What waits to be written must not fail once more when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        elif error.filename is None:
            raise
        # A file that may not be read is staff's to mend, wherever it was met.
        name = f"{error.filename}: " if error.filename else ""
        with contextlib.suppress(OSError):
            note_error(f"{name}{error.strerror}")
        sys.exit(2)
