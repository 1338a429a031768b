"""Does a path that cannot be used end a command with a sentence and exit code 2?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.export import TARGETS

ROOT = Path(__file__).parents[2]
TOO_LONG = "x" * 300
COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check", "{}"),
    "check --course": ("check", "--course", "{}"),
    "grade": ("grade", "{}", "--out", "out"),
    "grade --out": ("grade", "answers", "--out", "{}"),
    "grade --roster": ("grade", "answers", "--out", "out", "--roster", "{}"),
    "grade --sign": ("grade", "answers", "--out", "out", "--sign", "{}"),
    "export": ("export", "{}", "--to", "csv"),
    "export --to": ("export", "answers", "--to", "{}"),
    "export --into": ("export", "answers", "--to", "canvas-csv", "--into", "{}"),
    "release": ("release", "zero_init", "--out", "{}"),
    "verify-report": ("verify-report", "{}"),
    "new --reference": ("new", "one", "--reference", "{}", "--course", "made"),
    "sample": ("sample", "--out", "{}"),
}
WRITES = ("grade --out", "release", "sample")
FOLDERS = (*WRITES, "check --course", "grade", "export")


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, str], str]:
    """Return a function that runs a command on a path and returns what it said on stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "ada.py").write_text("x = 1\n")
    (tmp_path / "file").write_text("x = 1\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")

    def _run(name: str, path: str) -> str:
        words = [word.format(path) for word in COMMANDS[name]]
        course = () if "--course" in words else ("--course", str(ROOT))
        monkeypatch.setattr(sys, "argv", ["grader", *words, *course])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert (ended.value.code, printed.out) == (2, "")
        return printed.err

    return _run


@pytest.mark.parametrize("name", COMMANDS)
def test_a_path_that_no_system_takes(run: Callable[[str, str], str], name: str) -> None:
    assert TOO_LONG[:50] in run(name, TOO_LONG).replace("\n", "")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "export --to"])
def test_links_that_lead_in_a_circle(run: Callable[[str, str], str], name: str) -> None:
    assert "loop" in run(name, "loop")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in WRITES])
def test_a_path_where_nothing_is(run: Callable[[str, str], str], name: str) -> None:
    assert "[Errno" not in run(name, "nothing")


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if name not in (*FOLDERS, "export --to")]
)
def test_a_folder_where_a_file_is_asked_for(run: Callable[[str, str], str], name: str) -> None:
    said = run(name, "folder")
    assert "folder" in said
    assert "[Errno" not in said
    assert "older" in said or "irectory" in said


@pytest.mark.parametrize("name", [name for name in FOLDERS if name != "grade"])
@pytest.mark.parametrize("path", ["file", "file/below"])
def test_a_file_where_a_folder_is_asked_for(
    run: Callable[[str, str], str], name: str, path: str
) -> None:
    said = run(name, path)
    assert "file" in said
    assert ".released" not in said


def test_a_file_that_may_not_be_read(
    run: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied", "mine/cases.toml")

    monkeypatch.setattr("grader.release.release", refused)
    assert run("release", "out") == "grader: mine/cases.toml: Permission denied\n"


def test_every_target_is_named_for_whoever_names_another(run: Callable[[str, str], str]) -> None:
    said = run("export --to", "canvas")
    assert all(target in said for target in TARGETS)
