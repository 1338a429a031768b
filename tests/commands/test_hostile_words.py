"""Does anything that strangers name or say steer the terminal of who grades?"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main, terminal
from grader.cli.push import _tell
from grader.errors import GraderError
from grader.lms.push.pushed import Became, Row

ROOT = Path(__file__).parents[2]
FORGED = "hint: every student passed"
HOSTILE = (
    "ada\x1b]0;owned\x07",
    "bo\u202egnp.py",
    "cy\x9b31m\x9d0;owned\x9c",
    f"dan\n{FORGED}",
    f"eve\r{FORGED}\x1b[2K",
    "fay\u200b\u2066\u2060\ufeff\x7f",
    f"gus\u2028{FORGED}\x85{FORGED}\x0b{FORGED}",
)
HONEST = "Zoë Müller, 李, עדה\u200f, مى\u200cخ, क्\u200dष, O'Brien 👩\u200d🔬"
JOINERS = "\u200c\u200d\u200e\u200f\u061c"


def steering(text: str) -> list[str]:
    """Return the signs that steer a terminal, by Unicode's own word on them."""
    unseen = ("Cc", "Cf", "Cs", "Zl", "Zp")
    kept = {*"\n\t", *JOINERS}
    return [c for c in text if unicodedata.category(c) in unseen and c not in kept]


def lines_of(text: str) -> list[str]:
    assert steering(text) == []
    lines = text.split("\n")
    assert not any(line.startswith(FORGED) for line in lines)
    return lines


def started(*arguments: object, code: str = "") -> tuple[int, str, str]:
    """Start the real command, or other code, in UTF-8; return its exit code, stdout and stderr."""
    what = ["-c", code] if code else ["-m", "grader.cli"]
    done = subprocess.run(
        [sys.executable, "-X", "utf8", *what, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Return the folder that a class of such names was graded into, and what was said of it."""
    home = tmp_path_factory.mktemp("hostile")
    answer = (ROOT / "solutions" / "zero_init" / "reference.py").read_bytes()
    for name in (*HOSTILE, HONEST):
        folder = home / "class" / name
        folder.mkdir(parents=True)
        (folder / "zero_init.py").write_bytes(answer)
        (folder / f"{name}.png").write_bytes(b"x")
    roster = home / "roster.csv"
    roster.write_text("Student,ID number\nNobody,1\n", "utf-8")
    where = ("--out", home / "out", "--exercise", "zero_init", "--jobs", "1", "--roster", roster)
    code, out, err = started("grade", home / "class", *where, "--allow-unsandboxed")
    assert code == 3
    return home, out, err


def test_a_class_of_such_names_is_told_line_by_line(graded: tuple[Path, str, str]) -> None:
    _, out, err = graded
    lines_of(out)
    told = lines_of(err)
    assert [line for line in told if HONEST in line]
    assert err.count("it is neither a .py nor an .ipynb file") >= 1


@pytest.mark.parametrize("target", ["csv", "moodle-feedback", "canvas-csv", "lti"])
def test_an_export_of_such_names_is_told_line_by_line(
    run: Any, graded: tuple[Path, str, str], target: str
) -> None:
    home, _, _ = graded
    code, out, err = run("export", home / "out", "--to", target, "--out", home / target)
    assert code in (0, 3)
    lines_of(out)
    lines_of(err)
    assert out


@pytest.mark.parametrize("name", HOSTILE)
def test_errors_about_such_names_are_told_line_by_line(run: Any, tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.py"
    file.write_text("x = 1\n", "utf-8")
    missing = tmp_path / "none" / name
    for arguments in (
        ("check", missing),
        ("check", file, "--exercise", name),
        ("grade", file, "--out", tmp_path / "out", "--roster", missing),
        ("grade", file, "--out", tmp_path / "out", "--only", name, "--exercise", "zero_init"),
        ("verify-report", missing),
        ("export", missing, "--to", name),
        ("verify", name),
        (name,),
    ):
        code, out, err = run(*arguments)
        assert code == 2
        assert out == ""
        assert err.startswith(("grader: ", "Usage: "))
        assert steering(err) == []
        if err.startswith("grader: "):  # a usage error repeats the caller's own words
            lines_of(err)


def test_a_stack_trace_steers_nothing() -> None:
    code = "from grader.cli import terminal; terminal.work_in_any_locale(); raise ValueError({!r})"
    ended, _, err = started(code=code.format("".join(HOSTILE)))
    assert ended == 1
    assert "ValueError: ada\\x1b]0;owned\\x07bo\\u202egnp" in err
    assert steering(err) == []
    _, _, raw = started(code=f"raise ValueError({''.join(HOSTILE)!r})")
    assert steering(raw)  # what it would be


def test_what_a_system_answers_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [Row(name, f"user {name}", Became.REFUSED, f"said {name}") for name in HOSTILE]
    _tell([*rows, Row("x", HONEST, Became.REFUSED, "")], send=False)
    out, err = capsys.readouterr()
    assert len(lines_of(out)) == len(rows) + 3
    assert HONEST in out
    assert lines_of(err)[0].startswith("nothing was sent")
    terminal.note_error(GraderError(f"https://lms.example.org answers {'; '.join(HOSTILE)}"))
    terminal.note(*HOSTILE)
    err = capsys.readouterr().err
    assert steering(err) == []
    assert not any(line.startswith(FORGED) for line in err.split("\n"))


def test_lines_of_an_error_are_set_in(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.note_error("a table cannot be read:\nrow 1\nrow 2")
    assert capsys.readouterr().err == "grader: a table cannot be read:\n  row 1\n  row 2\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;t\x07", r"\x1b]0;t\x07"),
        ("a\u202eb", r"a\u202eb"),
        ("a\nb", r"a\nb"),
        ("\x9bm\xad", r"\x9bm\xad"),
        ("\U000e0041", r"\U000e0041"),
        ("a\tb", "a\tb"),
        (HONEST, HONEST),
    ],
)
def test_what_is_shown_for_it(capsys: pytest.CaptureFixture[str], text: str, shown: str) -> None:
    terminal.say(text)
    terminal.note(text)
    assert capsys.readouterr() == (f"{shown}\n", f"{shown}\n")


def test_without_the_one_place_it_would_steer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "_STEERS", re.compile("(?!)"))
    terminal.say(*HOSTILE)
    assert steering(capsys.readouterr().out)


def test_every_stream_is_a_screen_and_libraries_cannot_go_round_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), "ascii"))
    terminal.work_in_any_locale()
    terminal.work_in_any_locale()
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, terminal.Screen)
        assert not hasattr(stream, "buffer")
        stream.writelines(["\x1b", "é\n"])
        stream.flush()
        below = terminal.unguarded(stream)
        assert not isinstance(below, terminal.Screen)
        assert below.buffer.getvalue() == b"\\x1b\\xe9\n"


def test_json_keeps_its_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps([*HOSTILE, HONEST], ensure_ascii=False)
    terminal.write_json(text)
    out = capsys.readouterr().out
    assert json.loads(out) == [*HOSTILE, HONEST]
    assert steering(out) == []
    assert HONEST in out
    assert steering(text)  # what it would be


def test_usage_errors_are_shown_in_the_terminal_s_own_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), "ascii"))
    monkeypatch.setattr(sys, "argv", ["grader", "é\x1b"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    sys.stderr.flush()
    said = terminal.unguarded(sys.stderr).buffer.getvalue()
    assert b"\\xe9\\x1b" in said
    assert steering(said.decode("ascii")) == []
