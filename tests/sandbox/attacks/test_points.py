"""Does an attack gain a point, escape a grade, or harm the submission after it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attack_corpus import source

from grader.grade import Answer, Slot
from grader.sandbox.layers import Level

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.catalog import Course
    from grader.model.report import ScoreReport

AIMS = ("points", "verdicts")
EXERCISE = "random_init"


@pytest.fixture(scope="module")
def wrong(course: Course) -> str:
    """Return an answer whose shapes and biases are right: it has points to lose, and to gain."""
    return (course.folder(EXERCISE).staff / "mutants" / "zeros.py").read_text("utf-8")


@pytest.fixture(scope="module")
def right(course: Course) -> str:
    return course.folder(EXERCISE).reference.read_text("utf-8")


@pytest.fixture(scope="module")
def grade(slots: Any, make_answer: Callable[..., Answer]) -> Callable[..., ScoreReport]:
    """Return a function that grades an answer with the course's own hidden checks."""
    return lambda *answer, off=(): slots(tuple(off)).grade(EXERCISE, make_answer(*answer), seed=1)


@pytest.fixture(scope="module")
def deserved(grade: Any, wrong: str) -> float:
    """Return the points of the wrong answer by itself."""
    report = grade(wrong)
    assert 0 < report.points < report.max_points
    return report.points


def outcomes(report: ScoreReport) -> set[str]:
    return {check.outcome for check in report.checks}


def test_an_attack_gains_nothing(
    grade: Any, needs: Any, deserved: float, wrong: str, right: str, attack: dict[str, Any]
) -> None:
    needs(attack)
    report = grade(source("points", attack, wrong))
    assert report.status == "graded", report.diagnostic
    assert report.points <= deserved
    assert {*attack.get("ends", ())} <= outcomes(report)
    after = grade(right)
    assert after.points == after.max_points


def test_a_naive_grader_is_taken_in(naive: Any, wrong: str, unlayered: dict[str, Any]) -> None:
    deserved = naive(wrong)
    assert deserved == 2
    points = naive(source("points", unlayered, wrong))
    assert points is None or points > deserved


def test_without_its_layers_it_succeeds(
    grade: Any, wrong: str, right: str, layered: dict[str, Any]
) -> None:
    report = grade(source("points", layered, wrong), off=layered["off"])
    assert outcomes(report).intersection(layered["without"])
    after = grade(right, off=layered["off"])
    assert after.points == after.max_points


@pytest.mark.parametrize("folder", ["", "exercises", "exercises/random_init"])
def test_settings_in_the_current_folder_change_nothing(
    course: Course,
    deserved: float,
    wrong: str,
    make_answer: Any,
    folder: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = tmp_path / folder
    place.mkdir(parents=True, exist_ok=True)
    (place / "conftest.py").write_text("raise SystemExit\n")
    (place / "pytest.ini").write_text("[pytest]\naddopts = -k nothing --maxfail=1\n")
    (place / "random_init.py").write_text(wrong)
    monkeypatch.chdir(place)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    monkeypatch.setenv("PYTEST_PLUGINS", "conftest")
    with Slot(course, Level.PROCESS) as slot:
        assert slot.grade(EXERCISE, make_answer(wrong), seed=1).points == deserved
