"""A student's feedback as HTML: well-formed, escaped, without scripts, styles or named entities.

The same fragment is valid as XML (Open edX parses it) and as HTML (Moodle sanitises it).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from grader.model.feedback import once, points_text
from grader.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.model.feedback import CheckFeedback, StudentFeedback


def fragment(feedback: StudentFeedback) -> str:
    """Return one `<div>` with all that the student may know."""
    return f"<div>{''.join(_parts(feedback))}</div>"


def page(feedback: StudentFeedback) -> str:
    """Return a whole page, to be handed back as a file."""
    title = escape(feedback.exercise.title)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body>{fragment(feedback)}</body></html>\n"
    )


def _parts(feedback: StudentFeedback) -> Iterator[str]:
    yield f"<h2>{escape(feedback.exercise.title)}</h2>"
    points = ""
    if feedback.points is not None:
        points = f"{points_text(feedback.points)} of {points_text(feedback.max_points)} points. "
    yield f"<p><strong>{points}</strong>{escape(feedback.summary)}</p>"
    if feedback.notes:
        yield f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in feedback.notes)}</ul>"
    for found in feedback.diagnoses:
        sentences = "".join(f"<li>{escape(sentence)}</li>" for sentence in found.evidence)
        yield f"<h3>{escape(found.title)}</h3><p>{escape(found.explanation)}</p>"
        yield f"<ul>{sentences}</ul>" if sentences else ""
    yield from map(_check, feedback.checks, once(c.feedback for c in feedback.checks))


def _check(check: CheckFeedback, said: str) -> str:
    mark = "passed" if check.outcome is Outcome.PASSED else str(check.outcome).replace("_", " ")
    points = f"{points_text(check.points)} / {points_text(check.max_points)}"
    text = f"<pre>{escape(said)}</pre>" if said else ""
    return f"<h4>{escape(check.title)} ({mark}, {points})</h4>{text}"
