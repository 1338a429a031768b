"""Does `grader check` show what code prints, so much of it as helps, and nothing of hidden runs?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from grader.catalog import Course
from grader.cli import main
from grader.grade import Answer, Slot
from grader.model.report import report_json
from grader.model.schema import json_schema
from grader.report_text import PRINTED_LINES, report_text
from grader.sandbox.layers import Level

if TYPE_CHECKING:
    from collections.abc import Callable

CHECK = """
from grader.testing import check, expect

@check("{} of four", points=1)
def test_{}_of_four(submission): expect(submission.square(4.0) == 16, "no")
"""
TALKS = """
import sys

def square(x):
    print("x is", x, "\\x1b[31min red\\x1b[0m")
    print("to stderr", file=sys.stderr)
    return x * x
"""


@pytest.fixture
def course(mini_course: Callable[..., Course]) -> Course:
    """Return a course with one public and one hidden check."""
    return mini_course(CHECK.format("Hidden", "hidden"), examples=CHECK.format("Public", "public"))


@pytest.fixture
def check(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> Callable[..., tuple[int, str]]:
    """Return a function that checks source code with the command: its exit code and output."""

    def run(code: str, *options: str) -> tuple[int, str]:
        (tmp_path / "mini.py").write_text(code, "utf-8")
        monkeypatch.chdir(course.root)
        monkeypatch.setattr(sys, "argv", ["grader", "check", "mini.py", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return run


def test_what_code_prints_is_shown_once_for_the_public_checks(check: Any) -> None:
    code, out = check(TALKS)
    assert code == 0
    shown = out.partition("What your code printed:\n")[2].partition("\n\n")[0]
    assert shown.split("\n") == ["    x is 4.0 in red", "    to stderr"]
    assert "\x1b" not in out


@pytest.mark.parametrize(
    "code", ["def square(x): return x * x", "def square(x): print('\\n \\x1b[2J\\n'); return x * x"]
)
def test_code_that_prints_nothing_has_no_such_part(check: Any, code: str) -> None:
    assert "printed" not in check(code)[1]


def test_much_is_cut_and_what_is_left_out_is_counted(check: Any) -> None:
    _, out = check("def square(x):\n    for i in range(1000): print('line', i)\n    return x * x\n")
    assert (
        f"\n    line {PRINTED_LINES - 1}\n    … left out: 980 more lines (8,740 characters)" in out
    )
    assert f"line {PRINTED_LINES}\n" not in out


@pytest.mark.parametrize("end", ["raise SystemExit", "while True: pass", "return 'no number'"])
def test_what_was_printed_before_the_end_is_shown(check: Any, end: str) -> None:
    code, out = check(f"def square(x):\n    print('before the end', flush=True)\n    {end}\n")
    assert code == 1
    assert "\n    before the end\n" in out


def test_bytes_that_are_no_text_are_replaced(check: Any) -> None:
    _, out = check("import os\ndef square(x):\n    os.write(1, b'a\\xff\\rb')\n    return x * x\n")
    assert "\n    a\ufffd\n    b\n" in out


def test_json_is_as_it_was(check: Any) -> None:
    code, out = check(TALKS, "--json")
    assert code == 0
    jsonschema.validate(json.loads(out), json.loads(json_schema("student-feedback")))
    assert "in red" not in out


@pytest.mark.parametrize(("hidden", "printed"), [(True, b""), (False, b"x is 4.0 ")])
def test_what_is_printed_in_hidden_checks_is_kept_nowhere(
    course: Course, hidden: bool, printed: bytes
) -> None:
    answer = Answer.of_file("mini", "ada", "mini.py", TALKS.encode())
    with Slot(course, Level.PROCESS, hidden=hidden) as slot:
        report = slot.grade("mini", answer)
        assert report.points == (2 if hidden else 1)
        assert slot.printed.startswith(printed)
        assert hidden is not bool(slot.printed)
        assert "x is" not in report_json(report)
        slot.grade("mini", Answer.of_file("mini", "bob", "mini.py", b"square = 3"))
        assert slot.printed == b""


LEFT = "… left out: "


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb\n", ["a", "b"]),
        ("a\n" * 21, [*["a"] * 20, f"{LEFT}1 more line (2 characters)"]),
        ("a" * 5000, ["a" * 2000, f"{LEFT}the end of the line (3,000 characters)"]),
        (
            f"{'a' * 1990}\n{'b' * 13}\nc",
            ["a" * 1990, "b" * 9, f"{LEFT}1 more line (6 characters)"],
        ),
    ],
)
def test_the_start_is_shown_to_an_exact_size(make_report: Any, text: str, lines: list[str]) -> None:
    shown = report_text(make_report("passed"), text)
    part = shown.partition("What your code printed:\n")[2].partition("\n\n")[0]
    assert part.split("\n") == [f"    {line}" for line in lines]
