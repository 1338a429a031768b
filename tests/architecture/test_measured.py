"""Is every branch of what stands between strangers' bytes and grades held to be reached?"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

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
    assert CONFIG["report"]["fail_under"] == 100
    assert CONFIG["report"].keys() <= {"fail_under", "exclude_also", "show_missing", "skip_covered"}
    assert CONFIG["report"]["exclude_also"] == ["if TYPE_CHECKING:", "def __repr__"]
    hides = re.compile(r"pragma:\s*no\s*(cover|branch)")
    marked = [p for p in (ROOT / "grader").rglob("*.py") if hides.search(p.read_text("utf-8"))]
    assert marked == []


@pytest.mark.parametrize(("calls", "ends_with"), [("01", 0), ("0", 1), ("1", 1)])
def test_one_branch_that_is_not_reached_is_too_many(
    tmp_path: Path, calls: str, ends_with: int
) -> None:
    """A run of the project's settings with `--cov` fails, though each of its tests passes."""
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    planted, found = re.subn(
        r"source_pkgs = \[.*?\]", 'source_pkgs = ["planted"]', settings, flags=re.DOTALL
    )
    assert found == 1
    (tmp_path / "pyproject.toml").write_text(planted)
    (tmp_path / "planted.py").write_text(PLANTED)
    test = "from planted import f\ndef test_f():\n" + "".join(f"    f({call})\n" for call in calls)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_planted.py").write_text(test)
    run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--cov"]
    ran = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
    assert ran.returncode == ends_with


SCRIPT = (ROOT / ".ci" / "run").read_text("utf-8")
IS_ROOT = 'if [ "$(id -u)" = 0 ]; then'


def ends_by_it(script: str) -> bool:
    """Whether root's tests are measured, and what is said of that ends the script."""
    (tests,) = re.findall(r'^eval "\$\(readme tests\).*(?:\n .*)*', script, re.MULTILINE)
    said = re.search(
        rf"^measured=\n{re.escape(IS_ROOT)}\n.*\n  measured=--cov\n", script, re.MULTILINE
    )
    is_strict = "\nset -euo pipefail\n" in script and "set +e" not in script
    is_lowered = "--no-cov" in script or "--cov-fail" in script
    return bool(said) and is_strict and not is_lowered and "$measured" in tests and "|" not in tests


def test_continuous_integration_measures_and_ends_by_it() -> None:
    assert ends_by_it(SCRIPT)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("$measured", ""),
        ("$measured", "$measured --cov-fail-under=0"),
        ("$measured", "$measured --no-cov"),
        ('$once)}"', '$once)}" || true'),
        ('$once)}"', '$once)}" ||\n  true'),
        ("  measured=--cov\n", "  measured=\n"),
        (f"measured=\n{IS_ROOT}", "measured=\nif false; then"),
        ("set -euo pipefail", "set -uo pipefail"),
    ],
)
def test_a_script_that_does_not_would_be_noticed(part: str, other: str) -> None:
    assert part in SCRIPT
    assert not ends_by_it(SCRIPT.replace(part, other))
