"""Does a class that is full of attackers give every honest student the report that is theirs?"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attack_corpus import answers

from grader.batch import Way, grade_class
from grader.catalog import Course
from grader.corpus import read_corpus
from grader.executors import local_executor, run_job
from grader.ingest import gather
from grader.model.report import parse_report
from grader.sandbox.layers import Level
from grader.tally import Summary

if TYPE_CHECKING:
    from collections.abc import Iterator

EXERCISE = "random_init"
HONEST = 100
JOBS = 2
# Some attacks run into them. Those of the course would do as well, and take longer.
LIMITS = """
[limits]
call_wall_seconds = 2
call_cpu_seconds = 1
submission_wall_seconds = 2
submission_cpu_seconds = 3
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return a course of one exercise of this repository's, with limits that cost less time."""
    here, root = Path(__file__).parents[2], tmp_path_factory.mktemp("course")
    for half in ("exercises", "solutions"):
        shutil.copytree(here / half / EXERCISE, root / half / EXERCISE)
    exercises = root / "exercises"
    shutil.copy(here / "exercises" / "misconceptions.toml", exercises)
    (exercises / "course.toml").write_text(f'title = "One"\nexercises = ["{EXERCISE}"]\n')
    with open(exercises / EXERCISE / "exercise.toml", "a") as description:
        description.write(LIMITS)
    return Course(root)


def honest(course: Course) -> Iterator[tuple[str, bytes]]:
    """Yield files that nobody wrote to attack: right and wrong ones, each another student's."""
    corpus = read_corpus(course.folder(EXERCISE))
    sources = sorted(p for p in (*corpus.variants, *corpus.mutants) if p.suffix == ".py")
    for number in range(HONEST):
        text = sources[number % len(sources)].read_text("utf-8")
        yield f"honest {number:03}", f"{text}\n# by student {number}\n".encode()


def attackers(course: Course) -> Iterator[tuple[str, str, bytes]]:
    folder = course.folder(EXERCISE)
    wrong = (folder.staff / "mutants" / "zeros.py").read_text("utf-8")
    yield from answers(folder.reference.read_text("utf-8"), wrong)


def graded(course: Course, root: Path) -> tuple[Summary, dict[str, dict[str, Any]]]:
    """Grade the class in a folder; return how it went and each report, but for measurements."""
    (root / "scratch").mkdir()
    gathered = gather(root / "class", root / "scratch", [f.exercise for f in course.folders])
    way = Way(run_job, partial(local_executor, JOBS), JOBS, Level.PROCESS)
    summary = grade_class(gathered, course, root / "out", way)
    reports = {}
    for path in (root / "out" / "reports").iterdir():
        report = parse_report(path.read_text("utf-8")).model_dump(mode="json")
        for measured in ("wall_seconds", "cpu_seconds", "peak_memory_mib"):
            del report["execution"][measured]
        reports[report["submission"]["student"]["label"]] = report
    return summary, reports


def hand_in(root: Path, student: str, ending: str, data: bytes) -> None:
    path = root / "class" / student / f"{EXERCISE}{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_honest_students_get_the_same_reports_as_without_them(
    course: Course, tmp_path: Path
) -> None:
    alone, mixed = tmp_path / "alone", tmp_path / "mixed"
    for student, data in honest(course):
        hand_in(alone, student, ".py", data)
        hand_in(mixed, student, ".py", data)
    # Their names sort them in between.
    for number, (attack, ending, data) in enumerate(attackers(course)):
        hand_in(mixed, f"honest {number % HONEST:03} {attack}", ending, data)
    quiet, expected = graded(course, alone)
    summary, reports = graded(course, mixed)
    assert (quiet.total, quiet.complete) == (HONEST, True)
    assert summary.faults == {}
    assert summary.pending == 0
    assert summary.total > HONEST + 150
    assert {name: reports[name] for name in expected} == expected
