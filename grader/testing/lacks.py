"""Say what a function needs that could not be executed: statements that stand around it.

All of it was known before there was any hidden input, so hidden checks may show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from grader.sandbox.definitions import Definitions, Lack
from grader.testing.failures import CheckFailed

_UNBOUND: Final = re.compile(r"NameError: name '([^\W\d]\w*)' is not defined")
_SHOWN: Final = 4


def told(failure: CheckFailed, lacking: Mapping[str, Lack]) -> CheckFailed:
    """Say of functions, by their names, what they lack, whatever the check failed with.

    What is wrong may come from that alone, so no mistake is named.
    """
    lines = [
        f"{name} needs {', '.join(lack.names[:_SHOWN]) or 'something'}, {_why_not(lack)}"
        for name, lack in lacking.items()
        if lack.place not in failure.feedback
    ]
    if not lines:
        return failure
    diagnoses = [] if failure.outcome == "failed" else failure.diagnoses
    return CheckFailed(
        failure.headline, [*lines, *failure.lines], failure.staff, diagnoses, failure.outcome
    )


def why_unbound(error: str, definitions: Definitions) -> Iterator[str]:
    """Say of a name that is missing which line would have bound it, and why it has not."""
    found = _UNBOUND.match(error)
    lack = definitions.unset.get(found[1]) if found else None
    if found and lack:
        through = "is" if lack.root in ("", found[1]) else f"needs {lack.root},"
        yield f"{found[1]} {through} {_why_not(lack)}"


def _why_not(lack: Lack) -> str:
    return f"set in {lack.place}, which could not be run here: {lack.reason}"
