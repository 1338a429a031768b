"""Say whether a report, its submission, its exercise and its signature belong together."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from grader.bounded import read_bytes, read_text
from grader.errors import UsageError
from grader.model.report import ScoreReport, parse_report, report_json
from grader.model.submission import submission_digest
from grader.model.text import clean_line
from grader.signing import SUFFIX, Key, Signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.catalog import Course

Verdict = Literal["ok", "differs", "not checked"]


@dataclass(frozen=True)
class Finding:
    """What was compared, how it came out, and why."""

    what: str
    verdict: Verdict
    why: str


def examine(
    path: Path, key: Path | None, submission: Path | None, course: Course | None
) -> Iterator[Finding]:
    """Yield a finding for the report itself, whose it is, its signature, submission and exercise.

    Raise UsageError when there is no report to be examined.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name the file of one report")
    text = read_text(path)  # as it stands: what was signed had line ends of its own
    try:
        report = parse_report(text)
    except ValidationError as error:
        fault = error.errors()[0]
        places = [".".join(map(str, fault["loc"]))] if fault["loc"] else []
        why = ": ".join(["it breaks a rule", *places, fault["msg"].removeprefix("Value error, ")])
        yield Finding("report", "differs", why)
        return
    canonical = report_json(report) == text
    yield Finding(
        "report",
        "ok" if canonical else "differs",
        "valid, and written as the grader writes it"
        if canonical
        else "valid, but not written as the grader writes it: it was edited or converted",
    )
    yield _owner(path, report)
    yield _signature(path, text, key)
    yield _submission(report, submission)
    yield _exercise(report, course)


def _owner(path: Path, report: ScoreReport) -> Finding:
    """Say whose report it is: a genuine one may lie under the name of another student's."""
    who, points = report.submission.student, report.points
    names = " ".join(dict.fromkeys((who.label, *filter(None, (who.name, who.email)))))
    score = "no points" if points is None else f"{points:g} of {report.max_points:g} points"
    whose = f"{names}: {score} in {report.exercise.id}"
    name = f"{report.submission.id}.json"
    if unicodedata.normalize("NFC", path.name) == name:
        return Finding("whose", "ok", whose)
    return Finding("whose", "differs", f"{whose}; it is {name}, not {clean_line(path.name)}")


def _signature(path: Path, text: str, key: Path | None) -> Finding:
    beside = path.with_name(path.name + SUFFIX)
    if not beside.exists():
        verdict: Verdict = "differs" if key else "not checked"
        return Finding("signature", verdict, f"there is no {clean_line(beside.name)} beside it")
    if key is None:
        return Finding("signature", "not checked", "name the key with --key")
    genuine = Key(key).is_genuine(Signed(text, read_text(beside)))
    why = "made with this key over this report" if genuine else "not of this key and this report"
    return Finding("signature", "ok" if genuine else "differs", why)


def _submission(report: ScoreReport, path: Path | None) -> Finding:
    if path is None:
        return Finding("submission", "not checked", "name its file or folder with --submission")
    names = report.submission.files
    paths = [path / name for name in names] if path.is_dir() else [path]
    if len(paths) != len(names):
        why = f"the report is about {len(names)} files: name the folder that holds them"
        return Finding("submission", "differs", why)
    # A report that was made up may name any file of this machine, and one of them without an end.
    if len({*names}) < len(names) or any(PurePath(n).is_absolute() or ".." in n for n in names):
        return Finding("submission", "differs", "it names files that nobody can have handed in")
    try:
        files = ((name, read_bytes(found)) for name, found in zip(names, paths, strict=True))
        same = submission_digest(files) == report.submission.digest
    except UsageError as error:
        return Finding("submission", "differs", str(error))
    other = "other bytes were graded (name the student's own file, or the folder that holds it)"
    why = "these bytes were graded" if same else other
    return Finding("submission", "ok" if same else "differs", why)


def _exercise(report: ScoreReport, course: Course | None) -> Finding:
    exercise = report.exercise.id
    if course is None:
        return Finding("exercise", "not checked", "name the course with --course")
    if exercise not in course.exercise_ids:
        return Finding("exercise", "differs", f"the course has no exercise {exercise!r}")
    if course.folder(exercise).digest == report.exercise.digest:
        return Finding("exercise", "ok", "checks and contract are those of the course as it is")
    return Finding("exercise", "differs", "checks or contract were others than the course's now")
