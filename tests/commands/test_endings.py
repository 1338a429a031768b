"""Does a command end in order when the machine gives way: a sentence and 2, or its own code?"""

from __future__ import annotations

import csv
import errno
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader import executors
from grader.cli import main
from grader.cli.ending import carried_out
from grader.scratch import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
SOLUTIONS = ROOT / "solutions" / "random_init"
RIGHT, WRONG = SOLUTIONS / "reference.py", SOLUTIONS / "mutants" / "rank_one.py"
SLOW = "import time\n\ndef initialize_parameters(n_x, n_h, n_y):\n    time.sleep(5)\n"


@pytest.fixture(scope="module")
def class_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a class of two students, one right and one wrong."""
    path = tmp_path_factory.mktemp("class") / "class.zip"
    with zipfile.ZipFile(path, "w") as zf:
        zf.write(RIGHT, "ada/random_init.py")
        zf.write(WRONG, "bob/random_init.py")
    return path


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, class_zip: Path) -> Path:
    """Return a folder into which the class was graded."""
    out = tmp_path_factory.mktemp("graded") / "out"
    assert shell(f"{GRADE} {class_zip} --out {out}")[0] == 0
    return out


COMMAND = f"{sys.executable} -m grader.cli"
CHECK, GRADE, EXPORT = f"{COMMAND} check", f"{COMMAND} grade --jobs 1", f"{COMMAND} export"


def shell(line: str, folder: Path = ROOT, **environment: str) -> tuple[int, str, str]:
    """Run a line as people type it; return its exit code, its stdout and its stderr."""
    ended = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | environment,
    )
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
    return ended.returncode, ended.stdout, ended.stderr


def every_command(class_zip: Path, graded: Path, tmp_path: Path) -> dict[str, str]:
    return {
        "check": f"{CHECK} {RIGHT}",
        "grade": f"{GRADE} {class_zip} --out {tmp_path / 'out'}",
        "export": f"{EXPORT} {graded} --to csv --out {tmp_path / 'csv'}",
    }


@pytest.fixture(params=["check", "grade", "export"])
def line(request: pytest.FixtureRequest, class_zip: Path, graded: Path, tmp_path: Path) -> str:
    """Return each command that works, to be put under strain."""
    return every_command(class_zip, graded, tmp_path)[request.param]


def rows(tmp_path: Path) -> list[str]:
    """Return who has how many points after a run."""
    with (tmp_path / "out" / "gradebook.csv").open(encoding="utf-8", newline="") as book:
        return [",".join(row[:2]) for row in csv.reader(book)][1:]


def test_a_closed_stdout_is_said_before_anything_is_done(line: str, tmp_path: Path) -> None:
    code, _, err = shell(f"{line} >&-")
    assert code == 2
    assert err == (
        "grader: stdout is closed: leave it open, or lead it to a file or to /dev/null\n"
    )
    assert [*tmp_path.iterdir()] == []
    assert shell(line)[0] == 0  # the same line works


# Each command with each target, each target with and without a buffer.
@pytest.mark.parametrize(
    ("line", "target", "buffered"),
    [
        ("check", "> /dev/full", ""),
        ("check", "| true", "1"),
        ("grade", "> /dev/full", "1"),
        ("grade", "| true", ""),
        ("export", "> /dev/full", ""),
        ("export", "> /dev/full", "1"),
        ("export", "| true", ""),
        ("export", "| true", "1"),
    ],
    indirect=["line"],
)
def test_a_stdout_that_takes_nothing_is_said(
    line: str, tmp_path: Path, target: str, buffered: str
) -> None:
    # `true` has ended long before anything is written: the reader waits for it.
    code, _, err = shell(
        f"set -o pipefail; (sleep 0.5; {line}) {target}", PYTHONUNBUFFERED=buffered
    )
    assert code == 2
    faults = [said for said in err.splitlines() if said.startswith("grader: ")]
    assert [said.split(": ")[1] for said in faults] == ["stdout"]
    if "grade" in line.split()[3]:
        assert len(rows(tmp_path)) == 2


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize("target", ["> /dev/full", "| true"])
@pytest.mark.parametrize("words", ["--help", "check --help"])
def test_help_that_nobody_takes_is_said_too(words: str, target: str, buffered: str) -> None:
    line = f"set -o pipefail; (sleep 0.5; {COMMAND} {words})"
    code, _, err = shell(f"{line} {target}", PYTHONUNBUFFERED=buffered)
    assert (code, err.count("grader: stdout: "), err.count("\n")) == (2, 1, 1)


@pytest.mark.parametrize("words", ["--help", "check --help"])
def test_help_that_somebody_takes_is_in_order(words: str) -> None:
    code, out, err = shell(f"{COMMAND} {words} | cat")
    assert (code, err) == (0, "")
    assert "\n" in out


# The quickest under each strain; those that start processes under each but for one or two.
@pytest.mark.parametrize(
    ("line", "streams"),
    [
        *(("export", s) for s in ("2>&-", "2>/dev/full", ">&- 2>&-", ">&- 2>&- <&-", "<&-")),
        *(("check", s) for s in ("2>/dev/full", ">&- 2>&-", ">&- 2>&- <&-")),
        *(("grade", s) for s in ("2>/dev/full", "2>&-", "<&-", ">&- 2>&- <&-")),
    ],
    indirect=["line"],
)
def test_a_command_does_its_work_whoever_hears_of_it(
    line: str, tmp_path: Path, streams: str
) -> None:
    code, out, err = shell(f"{line} {streams}")
    assert (code, "grader: " in err) == (0, False)
    assert bool(out) == (">&- 2" not in streams)
    if "grade" in line.split()[3]:
        assert len(rows(tmp_path)) == 2


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", ">&- 2>&-"])
def test_the_exit_code_tells_when_words_cannot(tmp_path: Path, streams: str) -> None:
    assert shell(f"{CHECK} {WRONG} --exercise random_init {streams}")[0] == 1
    assert shell(f"{CHECK} {tmp_path / 'nothing.py'} {streams}")[0] == 2
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "notes.txt").write_text("nobody's")
    shutil.copy(RIGHT, tmp_path / "class" / "ada_random_init.py")
    assert shell(f"{GRADE} {tmp_path / 'class'} --out {tmp_path / 'out'} {streams}")[0] == 3


def test_a_folder_that_was_removed_is_said(line: str) -> None:
    code, out, err = shell(f"mkdir -p $D; cd $D; rmdir $D; {line}", D=f"/tmp/gone-{os.getpid()}")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == (
        "grader: the current folder cannot be used: No such file or directory. "
        "Go to one that is there"
    )


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def _run(text: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["grader", *text.split()[3:]])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return _run


def no_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> str:
    def refuse(*_: object, **__: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr("tempfile.gettempdir", refuse)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    return "No usable temporary directory found in ['/tmp']"


def full_when_unpacked(monkeypatch: pytest.MonkeyPatch) -> str:
    written = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "000001":
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    return " cannot be written: No space left on device: name another in the environment"


def no_shared_memory(monkeypatch: pytest.MonkeyPatch) -> str:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(executors, "_Pool", refuse)
    return "jobs keep their locks in /dev/shm, which cannot be written: Read-only file system. "


def a_fault_of_the_disk(monkeypatch: pytest.MonkeyPatch) -> str:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error", "/somewhere/store")

    monkeypatch.setattr("grader.batch.sole_writer", refuse)
    return "/somewhere/store: Input/output error"


@pytest.mark.parametrize(
    "strain", [no_temporary_folder, full_when_unpacked, no_shared_memory, a_fault_of_the_disk]
)
def test_what_the_machine_refuses_is_one_sentence(
    run: Any,
    class_zip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    strain: Callable[[pytest.MonkeyPatch], str],
) -> None:
    text = f"{GRADE} {class_zip} --out {tmp_path / 'out'}".replace("--jobs 1", "--jobs 2")
    with monkeypatch.context() as strained:
        said = strain(strained)
        code, err = run(text)
    assert code == 2
    [last] = err.splitlines()
    assert last.startswith("grader: ")
    assert said in last
    assert run(text.replace("--jobs 2", "--jobs 1")) == (0, "")  # it was that, and nothing else


def test_a_fault_of_ours_keeps_its_traceback(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the machine or staff can mend is a sentence."""

    def broken(*_: object) -> None:
        raise RuntimeError("a slip of ours")

    monkeypatch.setattr("grader.self_check.check", broken)
    with pytest.raises(RuntimeError, match="a slip of ours"):
        run(f"{CHECK} {RIGHT}")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return the folder for temporary files of a run."""
    found = tmp_path / "temporary"
    found.mkdir()
    return found


def started(tmp_path: Path, place: Path, jobs: int) -> subprocess.Popen[str]:
    """Grade a class of which only one student is quick; return when that one has a grade."""
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as zf:
        zf.write(RIGHT, "ada/random_init.py")
        for student in ("bob", "zoe", "eve"):
            zf.writestr(f"{student}/random_init.py", f"# {student}\n{SLOW}")
    run = subprocess.Popen(
        f"{COMMAND} grade {tmp_path}/class.zip --out {tmp_path}/out --jobs {jobs}".split(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(place)},
        start_new_session=True,
    )
    wait_for(lambda: [*(tmp_path / "out").glob("reports/*.json")], run)
    assert {path.name[: len(PREFIX)] for path in place.iterdir()} == {PREFIX}
    return run


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_signal_ends_a_run_in_order(
    tmp_path: Path, place: Path, number: signal.Signals, jobs: int
) -> None:
    run = started(tmp_path, place, jobs)
    if jobs == 1:
        run.send_signal(number)
    else:  # as a terminal and a service manager do: its processes get it, too
        os.killpg(run.pid, number)
    _, err = run.communicate(timeout=120)
    assert run.returncode == 128 + number
    assert "are pending; the same command goes on with them" in err
    assert "Traceback" not in err
    assert [*place.iterdir()] == []
    assert len(rows(tmp_path)) == 4
    assert rows(tmp_path)[0] == "ada,10"


def test_what_a_killed_run_left_is_swept_by_the_next(
    tmp_path: Path, place: Path, class_zip: Path
) -> None:
    run = started(tmp_path, place, 1)
    run.kill()
    run.communicate(timeout=120)
    left = [*place.iterdir()]
    assert any([*folder.iterdir()] for folder in left)  # the class is there
    # What it started ends with it, and the lock with that.
    line = f"{GRADE} {class_zip} --out {tmp_path / 'other'}"
    deadline = time.monotonic() + 60
    while any(folder.exists() for folder in left) and time.monotonic() < deadline:
        assert shell(line, TMPDIR=str(place))[0] == 0
    assert [*place.iterdir()] == []


def wait_for(condition: Callable[[], object], run: subprocess.Popen[str]) -> None:
    while not condition():
        assert run.poll() is None, run.communicate()
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_any_command_with_its_number(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "random_init.py").write_text(SLOW)
    run = subprocess.Popen(
        [*CHECK.split(), str(tmp_path / "random_init.py")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
    wait_for(children.read_text, run)
    run.send_signal(number)
    out, err = run.communicate(timeout=120)
    assert (run.returncode, out) == (128 + number, "")
    assert "Traceback" not in err


def test_nohup_is_respected(class_zip: Path, tmp_path: Path) -> None:
    line = (
        f"trap '' HUP; {GRADE} {class_zip} --out {tmp_path / 'out'} & p=$!; kill -HUP $p; wait $p"
    )
    assert shell(line)[0] == 0
    assert len(rows(tmp_path)) == 2


def interrupted_in_an_import() -> None:
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise ImportError("numpy could not be loaded") from None


def interrupted_where_click_meets_it() -> None:
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        sys.exit(1)


@pytest.mark.parametrize("command", [interrupted_in_an_import, interrupted_where_click_meets_it])
def test_an_interrupt_that_ends_in_another_way_is_one_all_the_same(
    command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.cli.ending.work_in_any_locale", lambda: None)
    assert carried_out(command) == 130
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_fails_without_an_interrupt_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.cli.ending.work_in_any_locale", lambda: None)
    assert carried_out(lambda: sys.exit(1)) == 1
    with pytest.raises(ImportError, match="numpy"):
        carried_out(lambda: exec("raise ImportError('numpy')"))
