"""Do imports run one way, and does the untrusted side load only what it may?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS_IN_A_WORKER = ("grader", "grader.wire", "grader.worker")


def run_python(code: str) -> list[str]:
    """Run code in a fresh interpreter; return the lines it printed."""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return result.stdout.split()


def test_contracts_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_a_worker_loads_only_the_wire_and_itself() -> None:
    names = run_python(
        "import sys, grader.worker.forkserver; "
        "print(*sorted(n for n in sys.modules if n.split('.')[0] == 'grader'))"
    )
    assert names
    strangers = [
        n
        for n in names
        if n not in OURS_IN_A_WORKER and not n.startswith(("grader.wire.", "grader.worker."))
    ]
    assert strangers == []


@pytest.mark.parametrize("package", ["pydantic", "nbformat", "pytest", "typer", "rich"])
def test_a_worker_loads_no_package_of_the_trusted_side(package: str) -> None:
    names = run_python("import sys, grader.worker.forkserver; print(*sys.modules)")
    assert package not in names


def test_importing_the_package_loads_nothing() -> None:
    names = run_python(
        "import sys; old = set(sys.modules); import grader; print(*set(sys.modules) - old)"
    )
    assert names == ["grader"]


def test_the_pytest_plugin_is_light() -> None:
    names = run_python("import sys, grader.testing.plugin; print(*sys.modules)")
    assert not {"numpy", "pydantic", "nbformat"} & set(names)
