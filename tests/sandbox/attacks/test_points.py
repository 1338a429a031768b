"""Does an attack gain a point, escape a grade, or harm the submission after it?"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.catalog import Course
from grader.grade import Answer, Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.model.report import ScoreReport

COURSE = Course(Path(__file__).parents[3])
EXERCISE = "random_init"
ATTACKS = tomllib.loads(Path(__file__).with_name("points.toml").read_text("utf-8"))
# Its shapes and biases are right, so that there are points to lose, and seven to gain.
WRONG = (COURSE.folder(EXERCISE).staff / "mutants" / "zeros.py").read_text("utf-8")
RIGHT = COURSE.folder(EXERCISE).reference.read_text("utf-8")

Grade = "Callable[..., ScoreReport]"


@pytest.fixture(scope="module")
def grade(make_answer: Callable[..., Answer]) -> Iterator[Callable[..., ScoreReport]]:
    """Return a function that grades an answer with the course's own hidden checks."""
    with Slot(COURSE) as slot:
        yield lambda *answer: slot.grade(EXERCISE, make_answer(*answer), seed=1)


@pytest.fixture(scope="module")
def deserved(grade: Any) -> float:
    """Return the points of the wrong answer by itself."""
    report = grade(WRONG)
    assert 0 < report.points < report.max_points
    return report.points


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_nothing(grade: Any, deserved: float, name: str) -> None:
    attack = ATTACKS[name]
    report = grade(attack.get("before", "") + WRONG + attack.get("after", ""))
    assert report.status == "graded"
    assert report.points <= deserved
    assert {*attack.get("ends", ())} <= {check.outcome for check in report.checks}
    after = grade(RIGHT)
    assert after.points == after.max_points


BESIDE = {
    "conftest.py": b"""
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call): call.excinfo = None
@pytest.fixture
def submission(): return None
""",
    "test_hidden.py": b"def test_weights_random(submission): pass\n",
    "sitecustomize.py": b"raise SystemExit\n",
    "numpy.py": b"def __getattr__(name): return lambda *a, **k: True\n",
    "grader/__init__.py": b"raise SystemExit\n",
    "grader/worker/serve.py": b"def run(*a): raise SystemExit\n",
}


@pytest.mark.parametrize("name", BESIDE)
def test_a_file_beside_the_answer_gains_nothing(grade: Any, deserved: float, name: str) -> None:
    report = grade(WRONG, "random_init.py", (name, BESIDE[name]))
    assert report.points <= deserved
    assert report.status == "graded"
    assert grade(RIGHT, "random_init.py", (name, BESIDE[name])).points in (0, report.max_points)


@pytest.mark.parametrize("folder", ["", "exercises", "exercises/random_init"])
def test_settings_in_the_current_folder_change_nothing(
    grade: Any, deserved: float, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / folder
    place.mkdir(parents=True, exist_ok=True)
    (place / "conftest.py").write_bytes(BESIDE["conftest.py"])
    (place / "pytest.ini").write_text("[pytest]\naddopts = -k nothing --maxfail=1\n")
    (place / "random_init.py").write_text(WRONG)
    monkeypatch.chdir(place)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    monkeypatch.setenv("PYTEST_PLUGINS", "conftest")
    with Slot(COURSE) as slot:
        report = slot.grade(
            EXERCISE, Answer(grade(WRONG).submission, [("a.py", WRONG.encode())]), 1
        )
    assert report.points == deserved
