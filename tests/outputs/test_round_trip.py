"""From every layout into every target: what each system reads is what each student was graded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from classes import LAYOUTS, PEOPLE, Person, gradebook, worksheet
from validators import READERS, Grades

from grader.export import TARGETS, Document, Entry, Options

Graded = Callable[[str], list[Entry]]
BY_EMAIL = {person.known["email"]: person for person in PEOPLE.values()}
# Which identity a system finds a student by; the others have a document for each submission.
KEYS = {
    "canvas-csv": "user_id",
    "canvas-api": "user_id",
    "moodle-worksheet": "participant",
    "moodle-feedback": "participant",
    "csv": "email",
    "nbgrader-csv": "login",
}
FRACTIONS = ("lti", "xqueue", "prairielearn", "coursera")


def person(entry: Entry) -> Person:
    return BY_EMAIL[entry.feedback.submission.student.email or ""]


def grades(entries: list[Entry]) -> dict[tuple[int, str], float | None]:
    return {(person(e).number, e.feedback.exercise.id): e.feedback.points for e in entries}


def digest(entry: Entry) -> str:
    return entry.feedback.submission.digest


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_gives_the_same_grades_to_the_same_students(
    graded: Graded, layout: str
) -> None:
    found, plain = grades(graded(layout)), grades(graded("plain"))
    assert found.keys() == plain.keys()
    assert None not in found.values()
    # Under another name a file has other inputs, by which a wrong answer may lose other checks.
    digests = dict(zip(plain, map(digest, graded("plain")), strict=True))
    same = {who for who, entry in zip(found, graded(layout), strict=True)
            if digest(entry) == digests[who]}  # fmt: skip
    assert {who: found[who] for who in same} == {who: plain[who] for who in same}
    others = [who for who in found if found[who] != plain[who]]
    assert len(others) <= len(found) / 50
    assert all(0 < (found[who] or 0) < 10 and 0 < (plain[who] or 0) < 10 for who in others)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layout", ["plain", *LAYOUTS])
def test_what_the_system_reads_is_what_was_graded(graded: Graded, layout: str, target: str) -> None:
    entries = graded(layout)
    for chosen, exercise in assignments(entries, target):
        documents, left = exported(chosen, target)
        assert not left
        assert READERS[target](documents) == pytest.approx(expected(chosen, target, exercise))
        assert len(chosen) >= len(PEOPLE) / 4


def assignments(entries: list[Entry], target: str) -> Iterator[tuple[list[Entry], str]]:
    """Yield what is exported at once: everything, or one exercise after the other."""
    if not TARGETS[target].one_exercise:
        yield entries, ""
        return
    for exercise in dict.fromkeys(entry.feedback.exercise.id for entry in entries):
        yield [e for e in entries if e.feedback.exercise.id == exercise], exercise


def exported(entries: list[Entry], target: str) -> tuple[dict[str, bytes], set[str]]:
    """Return the documents by path, and the submissions that are not in them."""
    titles = {e.feedback.exercise.id: e.feedback.exercise.title for e in entries}
    points = {e.feedback.exercise.id: e.feedback.max_points or 0.0 for e in entries}
    into = {
        "canvas-csv": lambda: gradebook(titles, points),
        "moodle-worksheet": lambda: worksheet(*points.values()),
    }
    options = Options(into=into[target]() if target in into else "")
    documents, left = {}, set()
    for item in TARGETS[target].export(entries, options):
        if isinstance(item, Document):
            documents[item.path] = item.data
        else:
            left.add(item.submission)
    return documents, left


def expected(entries: list[Entry], target: str, exercise: str) -> Grades:
    """Return what a system should read, by the identity that it knows."""
    found: Grades = {}
    for entry in entries:
        feedback = entry.feedback
        assert feedback.points is not None
        assert feedback.max_points is not None
        who = person(entry).known[KEYS[target]] if target in KEYS else label(entry)
        what = "" if exercise else feedback.exercise.id
        if target == "canvas-csv":
            what = feedback.exercise.title
        points = feedback.points
        found[who, what] = points / feedback.max_points if target in FRACTIONS else points
    return found


def label(entry: Entry) -> str:
    return entry.feedback.submission.id.rpartition(".")[0]


def test_each_reader_notices_another_figure(graded: Graded, tmp_path: Path) -> None:
    """The negative control: no reader gives back what it was told to expect."""
    entries = graded("plain")[:40]
    worse = [
        Entry(e.feedback.model_copy(update={"points": 0.125, "fraction": 0.0125}), e.graded_at)
        for e in entries
    ]
    for target in set(TARGETS) - {"gradescope", "github-classroom", "prairielearn"}:
        chosen, exercise = next(assignments(worse, target))
        documents, left = exported(chosen, target)
        chosen = [e for e in entries if e.feedback.submission.id not in left]
        if exercise:
            chosen = [e for e in chosen if e.feedback.exercise.id == exercise]
        assert READERS[target](documents) != pytest.approx(expected(chosen, target, exercise))
