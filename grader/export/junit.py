"""JUnit XML: one report per submission, for any system that shows test results.

The format knows no points: a check is passed, failed or in error, and the points stand in the
message and in the suite's properties. After a fault of ours there is one case in error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from grader.export.document import Document, Entry, Left, Options, Target, capped, is_graded
from grader.model.feedback import points_text
from grader.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.model.feedback import CheckFeedback, StudentFeedback

_SKIPPED = (Outcome.NOT_RUN,)
_FAILURES = (Outcome.FAILED,)


def export(entries: Iterable[Entry], options: Options) -> Iterator[Document | Left]:  # noqa: ARG001
    """Yield a report per submission."""
    for entry in entries:
        yield Document(f"{entry.feedback.submission.id}.xml", xml(entry.feedback))


def xml(feedback: StudentFeedback) -> str:
    """Return the XML of one submission, with attributes and elements in the schema's order."""
    checks = feedback.checks
    kinds = [_kind(check) for check in checks] if is_graded(feedback) else ["error"]
    counts = {
        "tests": len(kinds),
        "failures": kinds.count("failure"),
        "errors": kinds.count("error"),
    }
    suites = Element("testsuites", {name: str(count) for name, count in counts.items()})
    attributes = counts | {"skipped": kinds.count("skipped")}
    suite = SubElement(
        suites,
        "testsuite",
        {"name": feedback.submission.id} | {name: str(n) for name, n in attributes.items()},
    )
    if is_graded(feedback):
        properties = SubElement(suite, "properties")
        for name in ("points", "max_points"):
            value = points_text(getattr(feedback, name))
            SubElement(properties, "property", {"name": name, "value": value})
        for check, kind in zip(checks, kinds, strict=True):
            _case(suite, feedback, check, kind)
    else:
        case = SubElement(suite, "testcase", {"name": "grading"})
        SubElement(case, "error", {"type": "internal_error", "message": feedback.summary})
    indent(suites, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, "unicode") + "\n"


def _kind(check: CheckFeedback) -> str:
    if check.outcome is Outcome.PASSED:
        return ""
    if check.outcome in _SKIPPED:
        return "skipped"
    return "failure" if check.outcome in _FAILURES else "error"


def _case(suite: Element, feedback: StudentFeedback, check: CheckFeedback, kind: str) -> None:
    names = {"name": check.title, "classname": f"{feedback.exercise.id}.{check.id}"}
    case = SubElement(suite, "testcase", names)
    if kind:
        points = f"{points_text(check.points)}/{points_text(check.max_points)} points"
        attributes = {"type": check.misconception or str(check.outcome), "message": points}
        SubElement(case, kind, attributes).text = capped(check.feedback)


TARGET = Target(export, "JUnit XML, for anything that shows test results")
