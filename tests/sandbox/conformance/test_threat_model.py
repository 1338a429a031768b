"""Is what SECURITY.md says of layers, attempts and machines what the lists here say?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attempts import GROUPS, Attempt, load
from combinations import LEFT_ON, Combination

from grader.sandbox.layers import DEFAULT_LEVEL, LAYERS, missing, reached

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = (Path(__file__).parents[3] / "SECURITY.md").read_text("utf-8")
ATTEMPTS = [attempt for attempt in load() if not attempt.honest]
COLUMNS = [name for name in LAYERS if name not in LEFT_ON]
# Machines as they are met, their layers, and the version of Landlock in their kernel.
MACHINES = {
    "root, every layer, Linux ≥ 6.12": (Combination("root", tuple(COLUMNS)), 6),
    "a user with bubblewrap, Linux ≥ 6.12": (
        Combination("user", ("seccomp", "landlock", "namespaces")),
        6,
    ),
    "a user with bubblewrap, no Landlock": (Combination("user", ("seccomp", "namespaces")), 0),
    "a user without bubblewrap, Linux ≥ 5.13": (Combination("user", ("seccomp", "landlock")), 1),
    "root in a container (Docker, Gradescope), Linux ≥ 5.13": (
        Combination("container", ("seccomp", "landlock", "uid")),
        1,
    ),
    "root with a Python for root alone, no bubblewrap": (
        Combination("root", ("seccomp", "landlock")),
        6,
    ),
    "root in a container, no Landlock": (Combination("container", ("seccomp", "uid")), 0),
    "a user, libseccomp only": (Combination("user", ("seccomp",)), 0),
    "a user, bubblewrap only": (Combination("user", ("namespaces",)), 0),
    "a user, Landlock of Linux 5.13 only": (Combination("user", ("landlock",)), 1),
    "no layer": (Combination("user", ()), 0),
}


def through(combination: Combination, landlock: int) -> list[Attempt]:
    """Return the attempts that nothing of a combination stops."""
    stoppers = combination.stoppers(landlock)
    return [a for a in ATTEMPTS if a.stopped_by and stoppers.isdisjoint(a.stopped_by)]


def layers() -> Iterator[str]:
    for name, gives in LAYERS.items():
        yield f"| `{name}` | {gives} |"


def attempts() -> Iterator[str]:
    for group in GROUPS:
        for attempt in (a for a in ATTEMPTS if a.group == group):
            cells = [_cell(attempt, column) for column in COLUMNS]
            others = [n for n in attempt.stopped_by if n in ("root", "own users")]
            always = "●" if not attempt.stopped_by else ", ".join(others)
            yield f"| {attempt.name} | {' | '.join([always, *cells])} |".replace("  ", " ")


def _cell(attempt: Attempt, column: str) -> str:
    for name in attempt.stopped_by:
        if name == column:
            return "●"
        if name.startswith(f"{column} "):
            return {"4": "≥ 6.7", "6": "≥ 6.12"}[name.rpartition(" ")[2]]
    return ""


def machines() -> Iterator[str]:
    for name, (combination, landlock) in MACHINES.items():
        left = [attempt.name for attempt in through(combination, landlock)]
        level = reached((*LEFT_ON, *combination.layers))
        said = "; ".join(left) if len(left) <= 3 else f"{len(left)} of {len(ATTEMPTS)}"
        yield f"| {name} | {level.value} | {said or 'nothing of the list'} |"


@pytest.mark.parametrize("table", [layers, attempts, machines], ids=lambda table: table.__name__)
def test_tables_are_what_the_lists_say(table: type) -> None:
    found = re.search(rf"<!-- {table.__name__} -->\n.*\n\|[-| ]+\n((?:\|.*\n)*)", TEXT)
    assert found
    assert found[1].splitlines() == list(table())


def test_the_default_level_leaves_what_is_said() -> None:
    """Whatever the machine is, when it reaches the level that grading asks for."""
    left = set()
    for combination, landlock in MACHINES.values():
        if not missing(DEFAULT_LEVEL, (*LEFT_ON, *combination.layers)):
            left |= {attempt.name for attempt in through(combination, landlock)}
    said = re.search(r"<!-- left over -->\n((?:- .*\n(?:  .*\n)*)+)", TEXT)
    assert said
    assert set(re.findall(r"^- \*\*(.*?)\*\*", said[1], re.MULTILINE)) == left


def test_links_and_files_exist() -> None:
    root = Path(__file__).parents[3]
    paths = re.findall(r"`((?:tests|grader|exercises|solutions)/[\w./-]*)`", TEXT)
    assert paths
    private = {"solutions/secret.txt"}  # each course has its own, or none
    assert [p for p in paths if p not in private and not (root / p).exists()] == []
    assert len(TEXT.splitlines()) <= 300
