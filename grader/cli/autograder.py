"""`grader gradescope`: what a Gradescope autograder runs for each submission."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def gradescope(
    root: Annotated[
        Path, typer.Option("--root", metavar="DIR", help="The container's folder.")
    ] = Path("/autograder"),
) -> None:
    """Grade the submission in Gradescope's container and write its results.json."""
    from grader.autograder.run import run

    run(root)
