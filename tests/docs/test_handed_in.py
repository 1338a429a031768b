"""Does every kind of thing that people hand in still have its tests, and at least three more?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from forms import collected, lacking

TESTS = Path(__file__).parents[1]
LIST = (TESTS / "HANDED_IN.md").read_text("utf-8")
LINES = [line.split(" | ") for line in LIST.splitlines() if line.startswith("| ")][1:]


def named(cell: str) -> list[str]:
    return re.findall(r"`([\w/]+\.py::test_[^`]+)`", cell)


@pytest.fixture(scope="module")
def there() -> set[str]:
    """Return the cases of all tests that the list names."""
    return collected(name for line in LINES for cell in line for name in named(cell))


def test_every_kind_has_its_form_and_three_more(there: set[str]) -> None:
    assert len(LINES) > 60
    faults = {kind: lacking(named(seen), named(more), there) for _, kind, seen, more in LINES}
    assert {kind: found for kind, found in faults.items() if found} == {}


def test_what_is_missing_would_be_noticed() -> None:
    there = {"a.py::test_x", "b.py::test_y[1]", "b.py::test_y[2]", "b.py::test_y[3]"}
    assert lacking(["a.py::test_x"], ["b.py::test_y"], there) == []
    assert lacking(["b.py::test_y[1]"], ["b.py::test_y"], there) == ["3 forms"]
    assert lacking([], ["b.py::test_y", "a.py::test_x"], there) == ["4 forms"]
    assert lacking(["a.py::test_x"], ["b.py::test_z"], there)[0] == "b.py::test_z is not there"
    assert named("a.py") == []
    assert named("`a.py::test_x`") == ["a.py::test_x"]
