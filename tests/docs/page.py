"""The commands of docs/lms.md, and how a test follows them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "lms.md").read_text("utf-8")


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(heading: str, language: str) -> list[str]:
    """Return the code blocks of a section."""
    found = re.findall(rf"^```{language}\n(.*?)^```", section(heading), re.MULTILINE | re.DOTALL)
    assert found
    return found


def follow(desk: Path, heading: str) -> list[subprocess.CompletedProcess[str]]:
    """Run the commands of a section in the folder `desk`; each must succeed."""
    ended = []
    for line in "".join(blocks(heading, "sh")).splitlines():
        program, *arguments = shlex.split(line)
        assert program == "grader"
        command = [sys.executable, "-m", "grader.cli", *arguments]
        ended.append(subprocess.run(command, cwd=desk, capture_output=True, text=True, timeout=300))
        assert ended[-1].returncode == 0, ended[-1].stderr
    return ended
