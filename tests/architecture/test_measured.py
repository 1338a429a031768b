"""Is every branch of what stands between strangers' bytes and grades held to be reached?"""

from __future__ import annotations

import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import coverage
import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["coverage"]
NEEDED = {
    "what reads files": ("grader.source", "grader.ingest"),
    "what tells owners and keeps grades": ("grader.batch", "grader.enrolment", "grader.store"),
    "what signs": ("grader.signing", "grader.results", "grader.provenance"),
    "what decides whose fault an end is": ("grader.dispatch", "grader.sandbox"),
    "both ends of the wire": ("grader.wire", "grader.worker", "grader.testing.proxy"),
}
PLANTED = "def f(x):\n    if x:\n        return 1\n    return 0\n"


def test_each_module_of_the_list_is_there() -> None:
    names = CONFIG["run"]["source_pkgs"]
    assert [name for name in names if find_spec(name) is None] == []
    assert names == sorted({*names})


@pytest.mark.parametrize("kind", NEEDED)
def test_what_a_stranger_s_bytes_meet_is_measured(kind: str) -> None:
    assert {*NEEDED[kind]} <= {*CONFIG["run"]["source_pkgs"]}


def test_nothing_is_left_out_of_what_is_measured() -> None:
    assert CONFIG["run"]["branch"]
    assert "omit" not in CONFIG["run"] | CONFIG["report"]
    assert CONFIG["report"]["exclude_also"] == ["if TYPE_CHECKING:", "def __repr__"]
    marked = [p for p in (ROOT / "grader").rglob("*.py") if "no cover" in p.read_text("utf-8")]
    assert marked == []


def measured(code: str, folder: Path) -> float:
    """Return what the report says of a module, measured and reported as the project's is."""
    (folder / "planted.py").write_text(code)
    options: dict[str, Any] = {"config_file": str(ROOT / "pyproject.toml"), "data_file": None}
    meter = coverage.Coverage(**options, source_pkgs=["planted"])
    with meter.collect():
        exec(compile(code, str(folder / "planted.py"), "exec"), {"__name__": "planted"})
    with (folder / "report").open("w") as stream:
        return meter.report([str(folder / "planted.py")], file=stream)


@pytest.mark.parametrize(("calls", "is_all"), [("01", True), ("0", False), ("1", False)])
def test_one_branch_that_is_not_reached_is_too_many(
    tmp_path: Path, calls: str, is_all: bool
) -> None:
    code = PLANTED + "".join(f"f({call})\n" for call in calls)
    assert (measured(code, tmp_path) >= CONFIG["report"]["fail_under"]) is is_all
