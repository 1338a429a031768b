"""Is a file that its disk does not give listed with its student, and everybody else graded?"""

from __future__ import annotations

import csv
import ctypes
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.cli import main
from grader.ingest.stored import StoredFile
from grader.source import Apart

if TYPE_CHECKING:
    from collections.abc import Callable

HIDDEN = """
    from grader.testing import check, expect_close

    @check("squares", points=10)
    def test_square(submission):
        expect_close(submission.square([1.0, 3.0]), [1.0, 9.0], "the squares")
"""
RIGHT = "import numpy as np\ndef square(x):\n    return np.asarray(x) ** 2\n"
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
READS = 9
"""More often than any file of the class is read before it is graded."""


@pytest.fixture(scope="module")
def small_course(tmp_path_factory: Any, write_course: Any) -> Any:
    return write_course(tmp_path_factory.mktemp("course"), HIDDEN)


@pytest.fixture
def classroom(tmp_path: Path) -> Path:
    for student in ("ada", "bob", "zoe"):
        path = tmp_path / "class" / student / "mini.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"# {student}\n{RIGHT}", "utf-8")
    again = tmp_path / "class" / "bob" / "mini (1).py"
    again.write_text(f"# once more\n{RIGHT}", "utf-8")
    return tmp_path / "class"


@pytest.fixture
def run(
    classroom: Path,
    small_course: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    def _run(*more: str) -> tuple[int, str, dict[str, str]]:
        out = classroom.parent / "out"
        options = ["--out", str(out), "--course", str(small_course.root), "--jobs", "1", *more]
        monkeypatch.setattr(sys, "argv", ["grader", "grade", str(classroom), *options])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err, points(out)

    return _run


def points(out: Path) -> dict[str, str]:
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as stream:
        return {row["student"]: row.get("mini", "") for row in csv.DictReader(stream)}


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("good", range(READS))
def test_a_file_may_fail_at_any_time_it_is_read(
    run: Any, classroom: Path, monkeypatch: pytest.MonkeyPatch, good: int, alone: bool
) -> None:
    """It is read `good` times, and never again in this run."""
    others = () if alone else ("ada", "zoe")
    for student in {"ada", "zoe"} - {*others}:
        shutil.rmtree(classroom / student)
    read, times = StoredFile.read, list[str]()
    number = (errno.EIO, errno.EACCES, errno.ENOENT, errno.ESTALE)[good % 4]

    def failing(file: StoredFile) -> bytes:
        if "bob" in file.path.parts:
            times.append(str(file.path))
            if len(times) > good:
                raise OSError(number, os.strerror(number))
        return read(file)

    with monkeypatch.context() as strained:
        strained.setattr(StoredFile, "read", failing)
        # In this process, where it can be counted.
        strained.setattr(Apart, "call", lambda _, function, *args, **__: function(*args))
        code, err, book = run()
    fails = len(times) > good
    assert book == dict.fromkeys(others, "10") | {"bob": "" if fails else "10"}
    assert code == (3 if fails else 0)
    assert (os.strerror(number) in err) == fails, err
    assert good < READS - 1 or not fails  # the last of these tests is the control
    assert run()[0::2] == (0, dict.fromkeys(("bob", *others), "10"))


def unreadable_file(student: Path) -> None:
    for path in student.iterdir():
        path.chmod(0)


def unreadable_folder(student: Path) -> None:
    student.chmod(0o644)  # its names can be listed, and nothing in it opened


def closed_folder(student: Path) -> None:
    student.chmod(0o311)


def unreadable_zip(student: Path) -> None:
    shutil.make_archive(str(student.parent / "bob"), "zip", student)
    shutil.rmtree(student)
    student.with_suffix(".zip").chmod(0)


@pytest.mark.parametrize(
    "spoil", [unreadable_file, unreadable_folder, closed_folder, unreadable_zip]
)
def test_an_ordinary_user_may_not_read_everything(
    classroom: Path, small_course: Any, spoil: Callable[[Path], None]
) -> None:
    spoil(classroom / "bob")
    out = classroom.parent / "out"
    out.mkdir()
    line = [sys.executable, "-m", "grader.cli", "grade", str(classroom), "--out", str(out)]
    line += ["--course", str(small_course.root), "--jobs", "1"]
    ended = subprocess.run(
        line, capture_output=True, text=True, timeout=300, check=False, preexec_fn=obey
    )
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 3, ended.stderr
    assert "bob" in ended.stderr
    assert "ermission denied" in ended.stderr
    assert points(out) == {"ada": "10", "zoe": "10", "bob": ""}


def obey() -> None:
    """Let permissions hold for root, too: without two powers, which the next program lacks then."""
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        for power in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            assert prctl(PR_CAPBSET_DROP, power, 0, 0, 0) == 0
