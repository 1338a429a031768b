"""Is a low limit of open files raised, or named before anything else is done?"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.errors import SandboxError
from grader.sandbox import doctor, launch
from grader.sandbox.deaths import WorkerLost
from grader.sandbox.launch import OPEN_FILES_NEEDED, need_open_files
from grader.sandbox.session import Session
from grader.wire.messages import Raised

if TYPE_CHECKING:
    from grader.catalog import Course

EXAMPLE, HIDDEN = (
    f"""
    from grader.testing import check, expect_close
    @check(title="{word}", points=5)
    def test_{word}(submission):
        expect_close(submission.square(3.0), 9.0, "square(3)")
    """
    for word in ("example", "hidden")
)


@pytest.fixture
def limited(tmp_path: Path) -> Any:
    """Return a function that runs a command line under limits of open files, soft and hard."""

    def run(soft: int, hard: int, *arguments: object) -> tuple[int, str]:
        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

        command = [sys.executable, "-m", "grader.cli", *map(str, arguments)]
        ended = subprocess.run(
            *(command,),
            preexec_fn=limit,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return ended.returncode, ended.stdout + ended.stderr

    return run


@pytest.fixture
def course(mini_course: Any) -> Course:
    made: Course = mini_course(HIDDEN, examples=EXAMPLE)
    for name in ("ada", "ben", "eve"):
        answer = made.root / "class" / name / "mini.py"
        answer.parent.mkdir(parents=True)
        answer.write_text("def square(x): return x * x\n")
    return made


COMMANDS = {
    "doctor": ("doctor",),
    "check": ("check", "class/ada/mini.py", "--course", "."),
    "grade": ("grade", "class", "--out", "out", "--course", ".", "--jobs", "2"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("files", [64, 100, OPEN_FILES_NEEDED - 1])
def test_too_few_are_named(limited: Any, course: Course, command: str, files: int) -> None:
    code, said = limited(files, files, *COMMANDS[command])
    assert code == 2
    assert f"grader: open files: {files} are allowed, at least 256 are needed: `ulimit" in said
    assert "Traceback" not in said
    assert not (course.root / "out").exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("soft", [64, OPEN_FILES_NEEDED])
def test_enough_are_taken_and_are_enough(
    limited: Any, course: Course, command: str, soft: int
) -> None:
    code, said = limited(soft, OPEN_FILES_NEEDED, *COMMANDS[command])
    assert code == 0, said


@pytest.mark.parametrize(
    ("limits", "then"),
    [
        ((64, 4096), 1024),
        ((64, 300), 300),
        ((300, 300), 300),
        ((2048, 4096), 2048),
        ((64, resource.RLIM_INFINITY), 1024),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None),
    ],
)
def test_the_limit_is_raised_as_far_as_it_may_and_never_lowered(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], then: int | None
) -> None:
    now = [limits]
    monkeypatch.setattr(launch.resource, "getrlimit", lambda _: now[-1])
    monkeypatch.setattr(launch.resource, "setrlimit", lambda _, new: now.append(new))
    need_open_files()
    assert now[-1] == (limits if then is None else (then, limits[1]))


@pytest.mark.parametrize("soft", [64, OPEN_FILES_NEEDED - 1])
def test_a_limit_that_may_not_be_raised_far_enough_is_left_and_named(
    monkeypatch: pytest.MonkeyPatch, soft: int
) -> None:
    hard = OPEN_FILES_NEEDED - 1
    now = [(soft, hard)]
    monkeypatch.setattr(launch.resource, "getrlimit", lambda _: now[-1])
    monkeypatch.setattr(launch.resource, "setrlimit", lambda _, new: now.append(new))
    with pytest.raises(SandboxError, match=f"{hard} are allowed, at least 256 are needed"):
        need_open_files()
    assert now == [(soft, hard)]


def lost(*_: Any, **__: Any) -> None:
    raise WorkerLost("crashed", "it ended")


def raised(*_: Any, **__: Any) -> Raised:
    return Raised("MemoryError", "")


@pytest.mark.parametrize("call", [lost, raised])
def test_doctor_is_not_content_where_a_right_submission_fails(
    monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    monkeypatch.setattr(Session, "call", call)
    with pytest.raises(SandboxError, match="a right submission does not run here"):
        doctor.examine()
