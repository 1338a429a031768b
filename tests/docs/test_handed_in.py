"""Does every kind of thing that people hand in still have its tests, and at least three more?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LIST = (TESTS / "HANDED_IN.md").read_text("utf-8")
LINES = [line.split(" | ") for line in LIST.splitlines() if line.startswith("| ")][1:]
FURTHER_FORMS = 3


def named(cell: str) -> list[str]:
    return re.findall(r"`([\w/]+\.py::test_[^`]+)`", cell)


def cases(name: str, collected: set[str]) -> set[str]:
    """Return the cases of a test, or the one that the name says."""
    return {case for case in collected if case == name or case.startswith(f"{name}[")}


def lacking(seen: str, further: str, collected: set[str]) -> list[str]:
    """Return what is wrong with a line: tests that are not there, and too few forms."""
    names = named(seen) + named(further)
    forms = set().union(*(cases(name, collected) for name in names))
    faults = [f"{name} is not there" for name in names if not cases(name, collected)]
    if not named(seen) or len(forms) < 1 + FURTHER_FORMS:
        faults.append(f"{len(forms)} forms")
    return faults


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """Return the names of all cases of all tests in the files of the list."""
    files = {name.partition("::")[0] for line in LINES for cell in line for name in named(cell)}
    quiet = ["-q", "--snapshot-warn-unused", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "--collect-only", *quiet, *sorted(files)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=True)
    return {line.removeprefix("tests/") for line in done.stdout.splitlines() if "::" in line}


def test_every_kind_has_its_form_and_three_more(collected: set[str]) -> None:
    assert len(LINES) > 60
    faults = {kind: lacking(seen, more, collected) for _, kind, seen, more in LINES}
    assert {kind: found for kind, found in faults.items() if found} == {}


def test_what_is_missing_would_be_noticed() -> None:
    collected = {"a.py::test_x", "b.py::test_y[1]", "b.py::test_y[2]", "b.py::test_y[3]"}
    assert lacking("`a.py::test_x`", "`b.py::test_y`", collected) == []
    assert lacking("`b.py::test_y[1]`", "`b.py::test_y`", collected) == ["3 forms"]
    assert lacking("a.py", "`b.py::test_y` `a.py::test_x`", collected) == ["4 forms"]
    assert lacking("`a.py::test_x`", "`b.py::test_z`", collected)[0] == "b.py::test_z is not there"
