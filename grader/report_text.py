"""A report as text for a terminal: one line a check, and below a failed one what to mend."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

from grader.model.feedback import AS_ABOVE, once, points_text
from grader.model.report import CheckResult, Outcome, ScoreReport
from grader.model.text import clean_text

WIDEST = 100
NARROWEST = 60
PRINTED_LINES = 20
PRINTED_CHARACTERS = 2000


def report_text(report: ScoreReport, printed: str = "") -> str:
    """Return the report of one submission, and the start of what its code printed.

    It is readable without colour.
    """
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))
    lines = [_row(f"{report.submission.files[-1]}: {report.exercise.title}", "points", width)]
    for note in report.notes:
        lines += textwrap.wrap(f"note: {note}", width - 2, initial_indent="  ",
                               subsequent_indent="        ")  # fmt: skip
    for check, text in zip(report.checks, once(c.feedback for c in report.checks), strict=True):
        apart = [""] if text not in ("", AS_ABOVE) else []
        lines += [*apart, *_check(check, text, width)]
    if report.diagnoses:
        lines += ["", "What this is:"]
        for found in report.diagnoses:
            lines.append(f"  {found.title} ({found.misconception})")
            lines += textwrap.wrap(found.explanation, width - 4, initial_indent="    ",
                                   subsequent_indent="    ")  # fmt: skip
    lines += _printed(printed)
    total = f"{points_text(report.points)} / {points_text(report.max_points)}"
    lines += ["", _row(_summary(report), total, width)]
    return "\n".join(lines) + "\n"


def _check(check: CheckResult, text: str, width: int) -> Iterator[str]:
    mark = "✓" if check.outcome is Outcome.PASSED else "✗"
    points = f"{points_text(check.points)} / {points_text(check.max_points)}"
    yield _row(f"{mark} {check.title}", points, width)
    for line in text.splitlines():
        indent = " " * (4 + len(line) - len(line.lstrip()))
        yield from textwrap.wrap(
            line.strip(), width, initial_indent=indent, subsequent_indent=f"{indent}  "
        ) or [""]


def _printed(text: str) -> Iterator[str]:
    """Yield the first lines of what code printed, without what would steer a terminal."""
    cleaned = clean_text(text, max(len(text), 1)).strip("\n")
    if not cleaned.strip():
        return
    start = "\n".join(cleaned.split("\n")[:PRINTED_LINES])[:PRINTED_CHARACTERS]
    yield from ("", "What your code printed:")
    yield from (f"    {line}".rstrip() for line in start.split("\n"))
    left = cleaned[len(start) :]
    if left:
        lines = left.count("\n")
        more = f"{lines:,} more line{'' if lines == 1 else 's'}" if lines else "the end of the line"
        yield f"    … left out: {more} ({len(left):,} characters)"


def _summary(report: ScoreReport) -> str:
    passed = sum(check.outcome is Outcome.PASSED for check in report.checks)
    public = all(check.visibility == "public" for check in report.checks)
    what = "public checks passed; the hidden ones run when you hand it in" if public else "checks"
    return f"{passed} of {len(report.checks)} {what}"


def _row(left: str, right: str, width: int) -> str:
    gap = width - len(left) - len(right)
    return f"{left}{' ' * max(2, gap)}{right}"
