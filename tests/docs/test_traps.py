"""Does every trap of other systems that the list names still have its tests?"""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
LIST = (TESTS / "lms" / "TRAPS.md").read_text("utf-8")


def test_every_trap_names_tests_that_are_there() -> None:
    lines = [line for line in LIST.splitlines() if line.startswith("| ")][1:]
    assert len(lines) > 60
    for line in lines:
        named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", line)
        assert named, line
        for path, test in named:
            assert f"def {test}(" in (TESTS / path).read_text("utf-8"), test
