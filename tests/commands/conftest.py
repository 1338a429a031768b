"""A command line that runs in this process, as `main` is called by the program `grader`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from grader.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

# What a pytest that a test starts would import for nothing: it takes half of its time.
FOR_DEVELOPERS = ("anyio", "hypothesispytest", "pytest_cov", "syrupy", "xdist", "xdist.looponfail")


@pytest.fixture(autouse=True)
def _without_the_plugins_of_developers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "PYTEST_ADDOPTS", "".join(f" -p no:{n}" for n in FOR_DEVELOPERS), prepend=" "
    )


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command line: its exit code, stdout and stderr."""

    def _run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["grader", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return _run
