"""The cases that pytest collects, to hold lists of attempts and of forms against."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

TESTS = Path(__file__).parents[1]
FORMS = 4
"""How many a kind has at least: the one that was seen, and three more."""


def collected(names: Iterable[str]) -> set[str]:
    """Return the names of all cases of all tests in the files of `names`."""
    files = {name.partition("::")[0] for name in names}
    quiet = ["-q", "--snapshot-warn-unused", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "--collect-only", *quiet, *sorted(files)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=True)
    return {line.removeprefix("tests/") for line in done.stdout.splitlines() if "::" in line}


def cases(name: str, there: set[str]) -> set[str]:
    """Return the cases of a test, or the one that the name says."""
    return {case for case in there if case == name or case.startswith(f"{name}[")}


def lacking(first: list[str], further: list[str], there: set[str]) -> list[str]:
    """Return what is wrong with a kind: tests that are not there, and too few forms."""
    names = first + further
    forms = set().union(*(cases(name, there) for name in names))
    faults = [f"{name} is not there" for name in names if not cases(name, there)]
    if not first or len(forms) < FORMS:
        faults.append(f"{len(forms)} forms")
    return faults
