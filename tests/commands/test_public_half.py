"""Is what staff's half is needed for refused without it, and the rest done?"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.cli import main

ROOT = Path(__file__).parents[2]
STAFF = {
    "sample": ("sample", "--out", "out"),
    "grade": ("grade", "class", "--out", "out"),
    "verify": ("verify", "random_init"),
    "release": ("release", "--out", "out"),
    "xqueue": ("xqueue", "--url", "http://127.0.0.1:9", "--queue", "q", "--out", "out"),
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs a command line here: its exit code, and what it said."""

    def _run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["grader", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    return _run


@pytest.fixture(params=["a package", "a bundle", "another's course"])
def public(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ...]:
    """Be somewhere where a course has only its public half; return how to name it."""
    there, here = tmp_path / "there", tmp_path / "here"
    shutil.copytree(ROOT / "exercises", there / "exercises")
    (here / "class").mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / "random_init" / "reference.py", here / "class")
    monkeypatch.chdir(there if request.param == "a bundle" else here)
    if request.param == "a package":
        monkeypatch.setattr(catalog, "PUBLIC_COURSE", there)
    return ("--course", str(there)) if request.param == "another's course" else ()


@pytest.mark.parametrize("command", STAFF)
def test_what_is_missing_is_said(run: Any, public: tuple[str, ...], command: str) -> None:
    code, said = run(*STAFF[command], *public)
    assert code == 2
    assert "this needs solutions/, the half of a course for staff, and " in said
    assert "name it with --course PATH" in said
    assert not Path("out").exists()


def test_what_needs_no_more_is_done(run: Any, public: tuple[str, ...], tmp_path: Path) -> None:
    answer = tmp_path / "here" / "class" / "reference.py"
    code, said = run("check", answer, "--exercise", "random_init", *public)
    assert code == 0, said


def test_with_solutions_a_sample_is_written(run: Any, tmp_path: Path) -> None:
    """A control: it is their lack that is said."""
    code, said = run("sample", "--out", tmp_path / "class", "--course", ROOT)
    assert code == 0, said
