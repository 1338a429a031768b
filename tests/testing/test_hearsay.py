"""Is a student told again what is of use, and nothing that could carry a hidden check's inputs?"""

from __future__ import annotations

import numpy as np
import pytest

from grader.testing.failures import CheckFailed, Diagnosis
from grader.testing.hearsay import MOST_NAMES, UNNAMED, Hearsay
from grader.wire.messages import Argument, Mismatch, Missing, NotSent, Raised, Returned

CODE = """
class TooSmall(Exception): pass
def square(x, power=2):
    if x.size < 3: raise TooSmall("give me more than two numbers")
    return {"W" + str(power): x ** power, "grads": np.matrix(x)}
"""


@pytest.fixture
def hearsay() -> Hearsay:
    """Hear a submission whose function was called with an array of shape (7, 5)."""
    heard = Hearsay([("cell 3", CODE), ("cell 9", "a = 1\n")])
    heard.ask([Argument("x", np.zeros((7, 5))), Argument("power", 12)])
    return heard


NO_LOOP = (
    "ufunc 'add' did not contain a loop with signature matching types "
    "(dtype('float64'), dtype('str')) -> None"
)
REPEATED = {
    "name": ("NameError", "name 'power' is not defined"),
    "key": ("KeyError", "'W1'"),
    "attribute": ("AttributeError", "'dict' object has no attribute 'size'"),
    "argument": ("TypeError", "square() missing 1 required positional argument: 'x'"),
    "inner": ("TypeError", "square.<locals>.grads() takes 2 positional arguments but 3 were given"),
    "operands": ("TypeError", "unsupported operand type(s) for ** or pow(): 'dict' and 'int'"),
    "shapes": ("ValueError", "shapes (7,5) and (7,5) not aligned: 5 (dim 1) != 7 (dim 0)"),
    "derived": ("ValueError", "cannot reshape array of size 35 into shape (7,4)"),
    "broadcast": ("ValueError", "operands could not be broadcast together with shapes (7,5) (7,) "),
    "data type": ("TypeError", "Cannot interpret '12' as a data type"),
    "no loop": ("_UFuncNoLoopError", NO_LOOP),
    "own text": ("TooSmall", "give me more than two numbers"),
    "nothing": ("AssertionError", ""),
}


@pytest.mark.parametrize("name", REPEATED)
def test_what_says_names_and_sizes_is_repeated(hearsay: Hearsay, name: str) -> None:
    kind, message = REPEATED[name]
    said = hearsay.of(Raised(kind, message, "cell 3", 4), "(x)")
    assert said == Raised(kind, message.strip(), "cell 3", 4)


LEFT_OUT = {
    "data": "[[0.25, 4711.0]]",
    "digits": "4711",
    "another name": "name 'x4711' is not defined",
    "another key": "'4711'",
    "another size": "shapes (7,4711) and (7,5) not aligned: 5 (dim 1) != 7 (dim 0)",
    "a word too many": "name 'power' is not defined: 4711",
    "a second line": "4711\nname 'power' is not defined",
    "part of a text": "than two numbers 4711",
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_could_be_data_is_left_out(hearsay: Hearsay, name: str) -> None:
    said = hearsay.of(Raised("ValueError", LEFT_OUT[name]), "(x)")
    assert said == Raised("ValueError", "")


def test_types_and_places_exist(hearsay: Hearsay) -> None:
    for told in (
        Raised("x4711", "", "cell 3", 4711),
        Raised("x4711", "", "cell 4711", 1),
        Raised("x4711", "", "cell 9", 3),
    ):
        assert hearsay.of(told, "(x)") == Raised(UNNAMED, "")
    assert hearsay.of(NotSent("type", "numpy.matrix", "['W2'][0]"), "").path == "['W2'][0]"
    odd = NotSent("type", "x4711", "['x4711']")
    assert hearsay.of(odd, "(x)") == NotSent("type", "object", "")
    assert hearsay.of(NotSent("type", "set", "[4711]"), "(x)") == NotSent("type", "set", "")
    assert hearsay.of(Mismatch("(x4711)", "(x4712)"), "(x)") == Mismatch("(x)", "(x4712)")
    assert hearsay.of(Missing(), "(x)") == Missing()


def test_odd_keys_are_numbered_and_stay_as_many(hearsay: Hearsay) -> None:
    told = Returned(({"W1": 1, "x4711": {"4712": 2}, "x4713": 3}, [1]))
    assert hearsay.of(told, "") == Returned(
        ({"W1": 1, "(key 2)": {"(key 1)": 2}, "(key 3)": 3}, [1])
    )


def test_sizes_that_nothing_explains_go_to_staff(hearsay: Hearsay) -> None:
    failure = CheckFailed(
        "W1 has shape (4711, 1) instead of (7, 5)",
        ["3 of 4711 values are right", "the call ended Python (exit code 47)"],
        diagnoses=[Diagnosis("wrong-shape", "4711 rows")],
    )
    told = hearsay.discreet(failure)
    assert "4711" in told.feedback  # as long as no result has that size: it may be the check's own
    assert "47)" not in told.feedback
    hearsay.of(Returned({"W1": np.zeros((4711, 1)), "b1": np.zeros((7, 5))}), "")
    told = hearsay.discreet(failure)
    assert told.feedback == (
        "W1 has shape (…, 1) instead of (7, 5)\n  … rows\n  3 of … values are right\n"
        "  the call ended Python (exit code …)"
    )
    assert "W1 has shape (4711, 1)" in told.diagnostic
    hearsay.begin()
    assert hearsay.discreet(CheckFailed("4711")).feedback == "4711"


def test_a_file_made_of_names_is_quoted_with_none() -> None:
    message = "name 'x4711' is not defined"
    for count, quoted in ((MOST_NAMES - 10, message), (MOST_NAMES + 10, "")):
        names = [f"x{number}" for number in range(4711, 4711 + count)]
        heard = Hearsay([("cell 1", " ".join(names))])
        assert heard.of(Raised("NameError", message), "") == Raised("NameError", quoted)
        heard = Hearsay([("cell 1", " ".join(f"'{name} !'" for name in names))])
        assert heard.of(Raised("NameError", "x4711 !"), "") == Raised(
            "NameError", "x4711 !" if quoted else ""
        )
