"""`grader export`: what was graded, as documents of another system."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.export import Entry, Left
    from grader.store import Row

_SHOWN = 20


def export(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder into which the class was graded.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="TARGET", help="gradescope or lti.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="A folder, or a file for one submission."),
    ] = None,
) -> None:
    """Write the grades for another system, into DIR/export/TARGET unless told otherwise.

    Exit code 0 when every submission was exported, 3 when one could not be; it is listed.
    """
    from grader.errors import UsageError
    from grader.export import TARGETS
    from grader.exports import write_documents
    from grader.store import Store

    if to not in TARGETS:
        raise UsageError(f"there is no target {to!r}; there are: {', '.join(TARGETS)}")
    left: list[Left] = []
    caveats: Counter[str] = Counter()
    with Store(folder / "store.sqlite", create=False) as store:
        documents = TARGETS[to](_entries(store.rows(), left))
        target = out or folder / "export" / to
        written = write_documents(target, documents, left, caveats)
    for caveat, count in caveats.items():
        print(f"in {count} documents, {caveat}", file=sys.stderr)
    for item in left[:_SHOWN]:
        print(f"not exported: {item.submission}: {item.reason}", file=sys.stderr)
    if len(left) > _SHOWN:
        print(f"and {len(left) - _SHOWN} more", file=sys.stderr)
    print(f"{written} document{'' if written == 1 else 's'} in {target}")
    raise typer.Exit(3 if left else 0)


def _entries(rows: Iterator[Row], left: list[Left]) -> Iterator[Entry]:
    from grader.export import Entry, Left
    from grader.model.feedback import feedback_for_student

    for row in rows:
        if row.report is None or row.graded_at is None:
            reason = "it is pending: its submission or its exercise changed and it was not graded"
            left.append(Left(row.seat.submission, reason))
        else:
            yield Entry(feedback_for_student(row.report), row.graded_at)
