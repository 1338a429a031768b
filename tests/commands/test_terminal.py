"""Does every command work on a terminal that cannot show every character, and show what it can?"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import terminal

ROOT = Path(__file__).parents[2]
SOLUTIONS = ROOT / "solutions" / "zero_init"
TERMINALS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "cp437": {"PYTHONIOENCODING": "cp437:strict"},
}


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """Return a wrong answer to zero_init, by a student whose name is not ASCII, which prints."""
    path = tmp_path / "class" / "山田 Müller" / "zero_init.py"
    path.parent.mkdir(parents=True)
    text = (SOLUTIONS / "mutants" / "biases_one.py").read_text("utf-8")
    path.write_text(text.replace("return ", "print('W1 → ✓ é')\n    return ", 1), "utf-8")
    return path


def run(terminal: str, *arguments: object) -> tuple[int, str, str]:
    """Run the real command on a terminal; return its exit code, stdout and stderr."""
    kept = ("PYTHON", "LC_", "LANG")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(kept)}
    done = subprocess.run(
        [sys.executable, "-m", "grader.cli", *map(str, arguments)],
        env=environment | TERMINALS[terminal],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=300,
    )
    encoding = "ascii" if terminal == "C" else terminal
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_check_marks_what_passed_and_says_by_its_exit_code_how_it_went(
    terminal: str, wrong: Path
) -> None:
    code, out, _ = run(terminal, "check", wrong, "--exercise", "zero_init")
    assert code == 1
    assert "\nok Give every layer" in out
    assert "\nx " in out
    assert f"W1 \\u2192 ok {'é' if terminal.startswith('cp') else chr(92) + 'xe9'}" in out
    reference = SOLUTIONS / "reference.py"
    assert run(terminal, "check", reference, "--exercise", "zero_init")[0] == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize(
    ("output", "code"),
    [(">&-", 0), ("2>&-", 0), (">&- 2>&-", 0), (">/dev/full", 2), (">/dev/full 2>/dev/full", 2)],
)
def test_what_nobody_can_read_is_no_check_that_failed(
    output: str, code: int, options: list[str]
) -> None:
    command = [sys.executable, "-m", "grader.cli", "check", *options, "--exercise", "zero_init"]
    shell = ["sh", "-c", f'exec "$@" {output}', "sh", *command, str(SOLUTIONS / "reference.py")]
    done = subprocess.run(shell, cwd=ROOT, capture_output=True, check=False, timeout=300)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert (b"No space left" in done.stderr) == (output == ">/dev/full")


@pytest.mark.parametrize("terminal", ["ascii", "C", "cp437"])
def test_json_stays_json(terminal: str, wrong: Path) -> None:
    wrong = wrong.rename(wrong.with_name("zérö….py"))
    code, out, _ = run(terminal, "check", wrong, "--exercise", "zero_init", "--json")
    assert code == 1
    assert json.loads(out)["submission"]["files"] == ["zérö….py"]
    assert json.loads(run(terminal, "schema")[1])["title"] == "ScoreReport"


@pytest.mark.parametrize("terminal", ["ascii", "C", "cp1252"])
def test_a_class_is_graded_and_its_names_are_kept(
    terminal: str, wrong: Path, tmp_path: Path
) -> None:
    shutil.copy(wrong, wrong.with_name("sœur 山.py"))
    folder, out = tmp_path / "class", tmp_path / "out"
    code, table, err = run(terminal, "grade", folder, "--out", out, "--exercise", "zero_init")
    assert code in (0, 3)
    assert "zero_init" in table
    assert "1 graded" in table
    assert [p.name for p in (out / "reports").iterdir()] == ["山田 Müller.zero_init.json"]
    assert "sœur" not in err or terminal == "cp1252"
    assert run(terminal, "export", out, "--to", "lti", "--out", tmp_path / "lti")[0] in (0, 3)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["doctor"], 0, "isolation level reached"),
        (["doctor", "--json"], 0, '"level"'),
        (["verify", "zero_init", "--seeds", "1", "--no-automatic"], 0, "proven"),
        (["check", "nö…thing.py"], 2, ""),
        (["check", "--help"], 0, "Usage"),
        (["no✓thing"], 2, ""),
    ],
)
def test_other_commands_say_what_they_say(arguments: list[str], code: int, said: str) -> None:
    ended, out, _ = run("C", *arguments)
    assert ended == code
    assert said in out


def test_a_class_with_names_of_all_kinds_is_written(tmp_path: Path) -> None:
    code, out, _ = run("C", "sample", "--out", tmp_path / "sample")
    assert code == 0
    assert "of 40 students" in out
    assert any(not path.name.isascii() for path in (tmp_path / "sample").iterdir())


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        ("ascii", "✓ ✗ … ─", "ok x ... -"),
        ("ascii", "é 山 \U0001f600", "\\xe9 \\u5c71 \\U0001f600"),
        ("utf-8", "✓ é M\udcfcller \ud800", "✓ é M\\xfcller \\ud800"),
        ("cp1252", "… é ✓", "… é ok"),
        ("cp437", "… é ─ ²", "... é ─ ²"),
        ("latin-1", "“a” — b", "'a' - b"),
    ],
)
def test_what_stands_for_what_cannot_be_shown(
    monkeypatch: pytest.MonkeyPatch, encoding: str, text: str, written: str
) -> None:
    streams = [io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    terminal.work_in_any_locale()
    for stream in streams:
        stream.write(text)
        stream.flush()
        assert stream.buffer.getvalue().decode(encoding) == written  # type: ignore[attr-defined]


def test_what_cannot_be_read_is_no_matter_of_writing() -> None:
    terminal.replace_what_cannot_be_shown()
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", "grader.replaced")
