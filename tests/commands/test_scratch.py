"""Is a run's own folder gone afterwards, however it ended, and nobody else's touched?"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from grader import scratch
from grader.scratch import PREFIX, scratch_folder

HOLDS = """
import sys
from grader.scratch import scratch_folder

with scratch_folder() as folder:
    (folder / "000001").write_text("a student's work")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files of this test."""
    found = tmp_path / "temporary"
    found.mkdir()
    monkeypatch.setenv("TMPDIR", str(found))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return found


@pytest.fixture
def holder() -> Any:
    """Return a function that starts a process with a folder; it and the folder are returned."""
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        return process, Path(process.stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_folder_is_gone_when_its_block_ends(place: Path) -> None:
    def work() -> None:
        with scratch_folder() as folder:
            assert folder.parent == place
            (folder / "000001").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert [*place.iterdir()] == []


def test_the_next_run_takes_away_what_a_killed_one_left(place: Path, holder: Any) -> None:
    process, left = holder()
    process.kill()
    process.wait()
    assert (left / "000001").exists()  # there is something to sweep
    with scratch_folder() as folder:
        assert [*place.iterdir()] == [folder]


@pytest.mark.parametrize("stopped", [False, True])
def test_a_run_that_lives_is_left_alone(place: Path, holder: Any, stopped: bool) -> None:
    process, theirs = holder()
    if stopped:
        process.send_signal(signal.SIGSTOP)
    with scratch_folder() as folder:
        assert {*place.iterdir()} == {folder, theirs}
        assert (theirs / "000001").exists()


def as_a_link(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def as_a_file(path: Path, elsewhere: Path) -> None:
    path.write_text("mine")


def as_a_pipe(path: Path, elsewhere: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("kind", [as_a_link, as_a_file, as_a_pipe])
def test_what_is_no_folder_of_a_run_is_left_alone(tmp_path: Path, place: Path, kind: Any) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "work.txt").write_text("mine")
    kind(place / f"{PREFIX}abcdefgh", mine)
    with scratch_folder():
        pass
    assert (place / f"{PREFIX}abcdefgh").exists()
    assert (mine / "work.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["grader-notes", f"{PREFIX}mine", f"{PREFIX}abcdefgh.old", "x"])
def test_another_name_is_somebody_else_s(place: Path, name: str) -> None:
    (place / name).mkdir()
    with scratch_folder():
        pass
    assert (place / name).is_dir()


def test_a_link_within_what_is_left_is_not_followed(tmp_path: Path, place: Path) -> None:
    left, mine = place / f"{PREFIX}abcdefgh", tmp_path / "mine"
    left.mkdir()
    mine.mkdir()
    (mine / "work.txt").write_text("mine")
    (left / "out").symlink_to(mine)
    with scratch_folder():
        assert not left.exists()
    assert (mine / "work.txt").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_another_user_s_folder_is_left_alone(place: Path) -> None:
    theirs = place / f"{PREFIX}abcdefgh"
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    with scratch_folder():
        assert theirs.is_dir()
    os.chown(theirs, 0, 0)
    with scratch_folder():
        assert not theirs.exists()


def test_a_folder_that_is_swept_before_it_is_locked_is_made_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tempfile.mkdtemp
    swept: list[str] = []

    def too_late(prefix: str) -> str:
        folder = made(prefix=prefix)
        if len(swept) < 2:
            swept.append(folder)
            shutil.rmtree(folder)
        return folder

    monkeypatch.setattr(tempfile, "mkdtemp", too_late)
    with scratch_folder() as folder:
        assert folder.is_dir()
        assert len(swept) == 2


def test_a_disk_without_locks_is_worked_on_and_not_swept(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with scratch_folder() as one, scratch_folder() as other:
        assert one.is_dir()
        assert other.is_dir()
    assert [*place.iterdir()] == []


def test_another_system_has_folders_too(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch.sys, "platform", "win32")  # type: ignore[attr-defined]
    with scratch_folder() as folder:
        assert folder.is_dir()
    assert not folder.exists()
