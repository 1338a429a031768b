"""Does the README tell the truth about commands, exit codes, folders and files?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from grader.cli import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = sorted(get_command(app).commands)
DOCUMENTED = sorted(set(re.findall(r"^\| `grader ([\w-]+)", README, re.MULTILINE)))


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader.cli", *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no block {name}"
    return found.group(1).strip()


def test_every_command_is_documented_and_no_other() -> None:
    assert DOCUMENTED == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = run(command, "--help", cwd=ROOT)
    assert result.returncode == 0
    assert f"grader {command}" in result.stdout.replace("grader.cli", "grader")


def test_each_of_the_two_commands_is_one_line() -> None:
    for name in ("grade", "tests"):
        assert "\n" not in block(name)
        assert block(name).startswith("python3 -m venv .venv && .venv/bin/pip install")


def test_contributing_gives_the_same_test_command() -> None:
    assert block("tests") in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_what_the_readme_shows_of_a_check_is_what_is_printed() -> None:
    shown = re.search(r"```text\n(✗.*?)```", README, re.DOTALL)
    assert shown
    mutant = "solutions/random_init/mutants/row_and_column_broadcast.py"
    result = run("check", mutant, "--exercise", "random_init", cwd=ROOT)
    assert result.returncode == 1
    assert shown.group(1) in result.stdout


def test_the_sample_class_gives_the_table_of_the_readme(tmp_path: Path) -> None:
    steps = block("grade").split(" && ")[2:]
    said = ""
    for step in steps:
        arguments = step.split()[1:]
        result = run(*arguments, "--course", str(ROOT), cwd=tmp_path)
        assert result.returncode == (3 if step == steps[-1] else 0), result.stderr
        said += "\n".join(line.rstrip() for line in result.stdout.splitlines()) + "\n"
    shown = re.search(r"```text\n(\d+ files.*?)```", README, re.DOTALL)
    assert shown
    assert said == shown.group(1)
    assert "not read (1):" in result.stderr
    assert "is cut off after" in result.stderr


def test_folders_of_the_tree_are_there() -> None:
    for folder in re.findall(r"^  (\w+)/ ", README, re.MULTILINE):
        assert (ROOT / "grader" / folder / "__init__.py").is_file()


def test_no_module_of_the_course_is_known_to_the_engine() -> None:
    ids = [p.parent.name for p in (ROOT / "exercises").glob("*/exercise.toml")]
    for path in (ROOT / "grader").rglob("*.py"):
        code = path.read_text("utf-8")
        for exercise_id in ids:
            assert f'"{exercise_id}"' not in code, path
