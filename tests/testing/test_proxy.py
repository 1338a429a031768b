"""Does the `submission` of a hidden test say what it knows, whatever the session answers?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.model.exercise import Exercise, Parameter
from grader.sandbox import definitions
from grader.sandbox.deaths import WorkerLost
from grader.testing.failures import CheckFailed
from grader.testing.proxy import Submission, describe_call
from grader.testing.redaction import LEFT_OUT
from grader.wire import Unsent
from grader.wire.messages import Argument, Mismatch, Missing, NotSent, Raised, Reply, Returned

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
        material=SimpleNamespace(texts=[("cell 7", "np.tahn")]),
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
    ("kind", "message", "explained"),
    [
        ("NameError", "name 'm' is not defined", False),
        ("UnboundLocalError", "cannot access local variable 'W'", False),
        ("ImportError", "cannot import name 'sigmoid' from 'helpers'", False),
        ("ModuleNotFoundError", "No module named 'tensorflow'", False),
        ("PlaceholderUsed", "tensorflow is not available here", False),
        ("SyntaxError", "invalid syntax", False),
        ("IndentationError", "unexpected indent", False),
        ("NotImplementedError", "", False),
        ("AttributeError", "module 'numpy' has no attribute 'tahn'", False),
        ("AttributeError", "'list' object has no attribute 'shape'", True),
        ("ValueError", "shapes do not fit", True),
        ("IndexError", "index 3 is out of bounds", True),
        ("KeyError", "'W3'", True),
        ("TypeError", "unsupported operand", True),
        ("ZeroDivisionError", "division by zero", True),
        ("AssertionError", "", True),
        ("ExamException", "too large", True),
    ],
)
@pytest.mark.parametrize("hidden", [False, True])
def test_shapes_stand_only_below_what_they_can_explain(
    kind: str, message: str, explained: bool, hidden: bool
) -> None:
    student = submission("f", reply=Raised(kind, message))
    student.begin("check", hidden=hidden)
    with pytest.raises(CheckFailed, match="f raised") as failed:
        student.f(np.zeros((2, 3)))
    assert ("f(x=<array (2, 3)>)" in failed.value.lines) == explained


@pytest.mark.parametrize("hidden", [False, True])
def test_an_item_that_could_not_be_sent_fails_whoever_uses_it(hidden: bool) -> None:
    cache = {"A": np.ones(2), "tahn": Unsent("type", "numpy.ufunc"), "h": Unsent("type", "Secret")}
    student = submission("f", reply=Returned([1, cache]))
    student.begin("check", hidden=hidden)
    _, found = student.f(np.ones(7))
    np.testing.assert_array_equal(found["A"], np.ones(2))
    with pytest.raises(CheckFailed) as failed:
        np.exp(found["tahn"])
    assert failed.value.headline == "the result of f holds a function, which is not plain data"
    assert failed.value.lines[0] == "where: result[1]['tahn']"
    assert [d.misconception for d in failed.value.diagnoses] == ["wrong-return-type"]
    with pytest.raises(CheckFailed) as failed:
        len(found["h"])
    assert ("Secret" in failed.value.feedback) == (not hidden)
    assert "Secret" in failed.value.diagnostic


RATED = Exercise.model_validate(
    {
        "id": "mini",
        "title": "Mini",
        "functions": [
            {
                "name": "f",
                "parameters": [{"name": "x"}, {"name": "rate"}, {"name": "steps"}],
                "returns": {"kind": "any"},
            }
        ],
    }
)


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    ("left_out", "headline"),
    [
        (("rate",), "rate cannot be left out"),
        (("steps", "rate"), "rate and steps cannot be left out"),
        # A worker's word counts only for arguments of the contract.
        (("secret",), "f does not take the arguments of its contract"),
        ((), "f does not take the arguments of its contract"),
    ],
)
def test_what_has_no_default_is_said_once(
    left_out: tuple[str, ...], headline: str, hidden: bool
) -> None:
    student = submission("f", reply=Mismatch("(x, rate, steps)", "(x, rate, steps)", left_out))
    student._exercise = RATED
    student.begin("check", hidden=hidden)
    with pytest.raises(CheckFailed) as failed:
        student.f(1)
    assert failed.value.headline == headline
    assert [d.misconception for d in failed.value.diagnoses] == ["wrong-signature"]
    lines = [line.partition(":")[2] for line in failed.value.lines]
    assert len(lines) == len(set(lines))
    assert not any("secret" in line for line in lines)


NONE = "unsupported operand type(s) for *: 'NoneType' and 'float'"


@pytest.mark.parametrize(
    ("signature", "message", "needed", "left_out"),
    [
        ("(x, rate=None, steps=3)", NONE, {"rate"}, "rate"),
        ("(x, rate=None, steps=None)", NONE, {"rate"}, "rate"),
        ("(x, rate=None, steps=None)", NONE, {"rate", "steps"}, "rate and steps"),
        ("(x, Steps=None, *, rate=0.1)", "'NoneType' object cannot be", {"steps"}, "steps"),
        # What looks at it and ends all the same ends for another reason.
        ("(x, rate=None, steps=None)", NONE, set(), ""),
        ("(x, rate=None, steps=None)", NONE, {"lost"}, ""),
        ("(x, rate=None, steps=3)", "shapes do not fit", {"rate"}, ""),
        ("(x, rate=0.1, steps=3)", NONE, {"rate"}, ""),
        ("(x, my_rate=None, steps=3)", NONE, {"rate"}, ""),
        ("(x=None, rate=0.1, steps=3)", NONE, {"x"}, ""),
    ],
)
def test_a_default_of_none_that_nobody_looks_at_is_none(
    signature: str, message: str, needed: set[str], left_out: str
) -> None:
    def call(_: Any, arguments: list[Argument], seed: int) -> Reply:
        given = {a.name: a.value for a in arguments if a.given}
        if "lost" in needed and len(given) > 1:
            raise WorkerLost("timeout", "ran too long")
        ends = len(given) > 1 and not needed.isdisjoint(given)
        return Returned(1) if ends else Raised("TypeError", message, line=seed % 7)

    student = submission("f")
    student._exercise, student._session.call = RATED, call  # type: ignore[method-assign]
    found = student._session.definitions.functions
    found["f"] = found["f"].model_copy(update={"signature": signature})
    student.begin("check")
    with pytest.raises(CheckFailed) as failed:
        student.f(1)
    named = "wrong-signature" if left_out else "raises-exception"
    assert [d.misconception for d in failed.value.diagnoses] == [named]
    assert (failed.value.headline == f"{left_out} cannot be left out") == bool(left_out)


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


def test_only_what_is_optional_has_a_value_for_when_it_is_required() -> None:
    assert Parameter(name="rate", optional=True, when_required=1.2).when_required == 1.2
    with pytest.raises(ValueError, match="when_required belongs to optional = true"):
        Parameter(name="rate", when_required=1.2)
