"""Does the `submission` of a hidden test say what it knows, whatever the session answers?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.model.exercise import Exercise
from grader.sandbox import definitions
from grader.testing.failures import CheckFailed
from grader.testing.proxy import Submission, describe_call
from grader.testing.redaction import LEFT_OUT
from grader.wire.messages import Argument, Missing, NotSent, Raised, Reply

EXERCISE = Exercise.model_validate(
    {
        "id": "mini",
        "title": "Mini",
        "functions": [
            {
                "name": "f",
                "aliases": ["g"],
                "parameters": [{"name": "x"}],
                "returns": {"kind": "any"},
            }
        ],
    }
)


def submission(*defined: str, reply: Any = None) -> Submission:
    """Return a submission that defines functions, each at line 3 of cell 7, and gives one reply."""
    found = {"label": "cell 7", "line": 3, "stub": False, "signature": "(x)"}
    session = SimpleNamespace(
        material=SimpleNamespace(texts=[]),
        definitions=definitions.parse({"functions": dict.fromkeys(defined, found)}),
        call=lambda *_: reply,
    )
    return Submission(session, EXERCISE, 1)  # type: ignore[arg-type]


def test_where_a_function_stands() -> None:
    assert submission("f").provenance("f") == "cell 7, line 3"
    assert submission("g").provenance("f") == "cell 7, line 3"
    assert submission("h").provenance("f") == ""


def test_a_function_that_is_gone_when_it_is_called() -> None:
    gone = submission("f", reply=Missing())
    gone.begin("check")
    with pytest.raises(CheckFailed, match="there is no function f"):
        gone.f(1)


@pytest.mark.parametrize(
    ("reply", "left_out"),
    [
        (NotSent("type", "secret.Thing", ""), False),
        (Raised("Secret3141", "wrong"), True),
        (Raised("ValueError", "secret 3.141"), True),
    ],
)
def test_what_is_cut_from_a_hidden_check_is_for_staff(reply: Reply, left_out: bool) -> None:
    student = submission("f", reply=reply)
    student.begin("check", hidden=True)
    with pytest.raises(CheckFailed) as failed:
        student.f(1)
    told = "\n".join([failed.value.headline, *failed.value.lines])
    assert "ecret" not in told
    assert (LEFT_OUT in told) == left_out
    assert f"in full: {reply}" in failed.value.staff


@pytest.mark.parametrize(
    ("value", "shown", "hidden"),
    [
        (3, "3", "3"),
        (0.1234567, "0.123457", "<float>"),
        (np.ones((2, 1)), "<array (2, 1)>", "<array (2, 1)>"),
        ({"W1": 1, "b1": 2}, "{W1, b1}", "{W1, b1}"),
        ([4, 3, 1], "[4, 3, 1]", "[4, 3, 1]"),
        ([0.5, 3], "[0.5, 3]", "<2 values>"),
        ("secret", "'secret'", "<str>"),
    ],
)
def test_a_hidden_call_shows_sizes_only(value: Any, shown: str, hidden: str) -> None:
    function = EXERCISE.function("f")
    arguments = [Argument("x", value)]
    assert describe_call(function, arguments) == f"f(x={shown})"
    assert describe_call(function, arguments, hidden=True) == f"f(x={hidden})"
