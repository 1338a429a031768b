"""Is each attempt on the code around the sandbox tried, and does SECURITY.md list them all?"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from forms import cases, collected, lacking

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
GROUPS = tomllib.loads((Path(__file__).parent / "attempts.toml").read_text("utf-8"))["group"]
ATTEMPTS: list[dict[str, Any]] = [attempt for group in GROUPS for attempt in group["attempt"]]


@pytest.fixture(scope="module")
def there() -> set[str]:
    """Return the cases of all tests that the list names."""
    return collected(name for one in ATTEMPTS for name in (*one["tests"], *one["control"]))


def test_every_attempt_is_tried_in_four_forms_and_has_a_control(there: set[str]) -> None:
    assert len(ATTEMPTS) > 20
    faults = {one["name"]: lacking(one["tests"], [], there) for one in ATTEMPTS}
    assert {name: found for name, found in faults.items() if found} == {}
    controls = [name for one in ATTEMPTS for name in one["control"]]
    assert [name for name in controls if not cases(name, there)] == []
    assert all(one["control"] for one in ATTEMPTS)


def rows() -> Iterator[str]:
    for group in GROUPS:
        for one in group["attempt"]:
            yield f"| {group['name']} | {one['name']} | {one['ends']} |"


def test_the_table_is_the_list() -> None:
    found = re.search(r"<!-- around -->\n.*\n\|[-| ]+\n((?:\|.*\n)*)", TEXT)
    assert found
    assert found[1].splitlines() == list(rows())


# What works with courses, their authors and this package alone.
NOT_STRANGERS = {
    *("blanks", "catalog", "corpus", "errors", "leaks", "lessons", "mutation", "notebooks"),
    *("pictures", "prose", "readiness", "register", "release", "sample", "sample_answers"),
    *("scaffold", "verify", "worker"),
}


def test_all_code_that_touches_what_strangers_wrote_is_listed() -> None:
    table = TEXT.partition("<!-- code -->\n")[2].partition("\n\n")[0]
    listed = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row)]
    there = {path.parent.name for path in (ROOT / "grader").glob("*/__init__.py")}
    there |= {path.stem for path in (ROOT / "grader").glob("*.py")} - {"__init__"}
    assert sorted(listed) == sorted(there - NOT_STRANGERS)
