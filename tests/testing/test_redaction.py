"""Is a student told again what is of use, and nothing that could carry a hidden check's inputs?"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from grader.testing.failures import CheckFailed, Diagnosis
from grader.testing.quotations import Quotations
from grader.testing.redaction import MOST_NAMES, STANDS_FOR, TOO_MUCH, UNNAMED, Redaction
from grader.wire.messages import Argument, Mismatch, Missing, NotSent, Raised, Returned

CODE = """
class TooSmall(Exception): pass
def square(x, power=2):
    if x.size < 3: raise TooSmall("give me more than two numbers")
    return {"W" + str(power): x ** power, "grads": np.matrix(x)}
"""


@pytest.fixture
def redaction() -> Redaction:
    """Redact for a submission whose function was called with an array of shape (7, 5)."""
    made = Redaction([("cell 3", CODE), ("cell 9", "a = 1\n")])
    made.asked([Argument("x", np.zeros((7, 5))), Argument("power", 12)])
    return made


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
def test_what_says_names_and_sizes_is_repeated(redaction: Redaction, name: str) -> None:
    kind, message = REPEATED[name]
    said = redaction.told(Raised(kind, message, "cell 3", 4), "(x)")
    assert said == Raised(kind, message.strip(), "cell 3", 4)


LEFT_OUT = {
    "data": "[[0.25, 4711.0]]",
    "digits": "4711",
    "another name": "name 'x4711' is not defined",
    "another key": "'4711'",
    "another size": "shapes (7,4711) and (7,5) not aligned: 5 (dim 1) != 7 (dim 0)",
    "a numbered name": "name 'power7' is not defined",
    "a numbered attribute": "'dict' object has no attribute 'size7'",
    "a name of many parts": "name 'x.x.power.x.power' is not defined",
    "a shape of many sides": "cannot reshape array of size 35 into shape (4,7,1,1,0,8,1,5)",
    "a key of another size": "'W47'",
    "a word too many": "name 'power' is not defined: 4711",
    "a second line": "4711\nname 'power' is not defined",
    "part of a text": "than two numbers 4711",
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_could_be_data_is_left_out(redaction: Redaction, name: str) -> None:
    said = redaction.told(Raised("ValueError", LEFT_OUT[name]), "(x)")
    assert said == Raised("ValueError", "")


KEYS = {
    "of the file": ("'power'", True),
    "built with a size": ("'W12'", True),
    "built with a small number": ("'W3'", True),
    "a text of the file": ("'give me more than two numbers'", True),
    "built with another number": ("'W47'", False),
    "built with a long number": ("'W012'", False),
    "made up": ("'x4711'", False),
    "a number": ("4711", False),
    "several": ("('W1', 'x4711')", False),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_told_as_keys_of_results_are(redaction: Redaction, name: str) -> None:
    message, told = KEYS[name]
    said = redaction.told(Raised("KeyError", message), "(x)")
    assert said == Raised("KeyError", message if told else "")
    of_another_kind = redaction.told(Raised("NameError", "'W12'"), "(x)")
    assert of_another_kind == Raised("NameError", "")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("TooSmall", True),
        ("ZeroDivisionError", True),
        ("LinAlgError", True),
        ("TooSmall47", False),
        ("TooSmall1", False),
        ("cos", False),
        ("lambda", False),
    ],
)
def test_a_type_is_of_the_file_or_an_exception_of_everybody(
    redaction: Redaction, kind: str, told: bool
) -> None:
    assert redaction.told(Raised(kind, ""), "(x)") == Raised(kind if told else UNNAMED, "")


@pytest.mark.parametrize(
    "kind",
    ["4711", "4711 numpy", "numpy 4711", "4711x", "square.4711", "numpy..square", "square1",
     "square.square.square.square", "numpy.square(47)", "", "square\n4711"],
)  # fmt: skip
def test_a_type_of_a_result_is_names_and_nothing_else(redaction: Redaction, kind: str) -> None:
    for reason in ("type", "keys", "stand_in"):
        said = redaction.told(NotSent(reason, kind, ""), "(x)")
        assert said == NotSent(reason, "object", "")


def test_types_and_places_exist(redaction: Redaction) -> None:
    for told in (
        Raised("x4711", "", "cell 3", 4711),
        Raised("x4711", "", "cell 4711", 1),
        Raised("x4711", "", "cell 9", 3),
    ):
        assert redaction.told(told, "(x)") == Raised(UNNAMED, "")
    assert redaction.told(NotSent("type", "numpy.matrix", "['W2'][0]"), "").path == "['W2'][0]"
    odd = NotSent("type", "x4711", "['x4711']")
    assert redaction.told(odd, "(x)") == NotSent("type", "object", "")
    for path in ("[4711]", "[47][11]", "[('W', 4711)]", "['W1']['x4711']"):
        assert redaction.told(NotSent("type", "set", path), "(x)") == NotSent("type", "set", "")
    deep = redaction.told(NotSent("type", "set", "[4][7][1][1][0][8]"), "(x)")
    assert deep == NotSent("type", "set", "[4][7][1]…")
    frame = NotSent("type", "scipy.x4711.csr_array", "")
    assert redaction.told(frame, "(x)") == NotSent("type", "scipy.csr_array", "")
    masked = NotSent("type", "array with masked entries", "")
    assert redaction.told(masked, "(x)") == masked
    assert redaction.told(Mismatch("(x4711)", "(x4712)"), "(x)") == Mismatch("(x)", "(x4712)")
    assert redaction.told(Missing(), "(x)") == Missing()


def test_sizes_that_nothing_explains_go_to_staff(redaction: Redaction) -> None:
    failure = CheckFailed(
        "W1 has shape (4711, 1) instead of (7, 5)",
        ["3 of 4711 values are right", "the call ended Python (exit code 47)"],
        diagnoses=[Diagnosis("wrong-shape", "4711 rows")],
    )
    told = redaction.failure(failure)
    assert "4711" in told.feedback  # as long as no result has that size: it may be the check's own
    assert "47)" not in told.feedback
    redaction.told(Returned({"W1": np.zeros((4711, 1)), "b1": np.zeros((7, 5))}), "")
    told = redaction.failure(failure)
    assert told.feedback == (
        "W1 has shape (…, 1) instead of (7, 5)\n  … rows\n  3 of … values are right\n"
        f"  the call ended Python (exit code …)\n  {STANDS_FOR}"
    )
    assert "W1 has shape (4711, 1)" in told.diagnostic
    redaction.begin()
    assert redaction.failure(CheckFailed("4711")).feedback == "4711"


def test_a_file_made_of_names_is_quoted_with_none() -> None:
    message = "name 'x4711' is not defined"
    for count, quoted in ((MOST_NAMES - 10, message), (MOST_NAMES + 10, "")):
        names = [f"x{number}" for number in range(4711, 4711 + count)]
        made = Redaction([("cell 1", " ".join(names))])
        assert made.told(Raised("NameError", message), "") == Raised("NameError", quoted)
        made = Redaction([("cell 1", " ".join(f"'{name} !'" for name in names))])
        assert made.told(Raised("NameError", "x4711 !"), "") == Raised(
            "NameError", "x4711 !" if quoted else ""
        )


ARABIC = "\u0664\u0667\u0661\u0661"
# What a result says about the input 4711 0815, and how a check could repeat it.
SECRETS = {
    "key": ({"x47110815": 1}, "your keys: W1, {0}"),
    "text": ("x47110815", "yours: {0!r}"),
    "bytes": (b"x47110815", "yours: {0!r}"),
    "text in a list": ([("a", "x47110815")], "yours: {0[0][1]}"),
    "key in a tuple": ({("W", "x47110815"): 1}, "yours: {0!r}"),
    "bytes as a key": ({b"x47110815": 1}, "your keys: {0!r}"),
    "number as a key": ({47110815: 1}, "your keys: {0}"),
    "negative number as a key": ({-47110815: 1}, "your keys: {0}"),
    "fraction as a key": ({0.47110815: 1}, "your keys: {0:.4f}"),
    "tuple of numbers as a key": ({(4711, (0.0815,)): 1}, "your keys: {0!r}"),
    "two keys in a line": ({"x4711": 1, "x0815": 2}, "your keys: {0}, {1}"),
    "two keys without a gap": ({"x4711": 1, "x0815": 2}, "your keys: {0}{1}"),
    "digits as keys without a gap": ({"47": 1, "110815": 2}, "your keys: {0}{1}"),
    "cut": ({"x47110815" * 9: 1}, "your keys: {0:.40}"),
    "cut within a number": ({"x47110815": 1}, "your keys: {0:.6}…"),
    "within a word": ({"x47110815": 1}, "no_{0}_here"),
    "within letters": ({"fourseveneleven": 1}, "no{0}here"),
    "escaped": ({"\n47\t11\x0008\ud80015": 1}, "your keys: {0!r}"),
    "escaped to ascii": ({"été 4711 été 0815": 1}, "your keys: {0!a}"),
    "quotes": ({"'4711\\0815\"": 1}, "your keys: {0!r}"),
    "in a dict": ({"x47110815": {"x4711": 1}}, "your dict: {0!r} and x4711"),
    "in other letters": ({"FourSevenElevenZERO": 1}, "your key {0}: FOURSEVENELEVENZERO"),
    "words apart": ("four seven eleven", "yours: seven, four and eleven"),
    "first word": ("four seven eleven", "yours begins with four"),
    "digits of another script": (
        {"x\u0664\u0667\u0661\u0661": 1},
        "your keys: {0}, \u0664\u0667\u0661\u0661",
    ),
    "short texts": ({"x4": 1, "q7z": 2, "q1z": 3}, "your keys: {1}, {2}"),
    "letters that small ones outnumber": ({"İSTANBUL47": 1}, "your keys: {0} or İstanbul47"),
    "marks": ({"!?!?!!??": 1}, "your keys: {0}"),
    "marks that are cut": ({"!?!" * 30: 1}, "your keys: {0:.40}"),
    "blanks that are cut": ({" \t" * 30: 1}, "your keys: {0:.40}"),
    "blanks": ({"  \t  \t": 1}, "your keys:{0}."),
}
READ = re.compile(r"47|11|08|15|four|seven|eleven|zero|q\dz|[!?]{3}|\t|\u0664\u0667", re.IGNORECASE)


@pytest.mark.parametrize("name", SECRETS)
def test_what_only_the_result_says_is_not_told(redaction: Redaction, name: str) -> None:
    value, sentence = SECRETS[name]
    keys = list(value) if isinstance(value, dict) else [value]
    said = sentence.format(*keys)
    failure = CheckFailed(said, [said], diagnoses=[Diagnosis("wrong-return-keys", said)])
    assert READ.search(redaction.failure(failure).feedback), "nothing is hidden without a result"
    assert redaction.told(Returned(value), "") == Returned(value)
    told = redaction.failure(failure)
    assert not READ.search(told.feedback)
    assert told.feedback.endswith(STANDS_FOR)
    assert READ.search(told.diagnostic)
    redaction.begin()
    assert READ.search(redaction.failure(failure).feedback)


# What is in the file, in the contract, in every sentence, or follows from the call is told.
TOLD = {
    "name of the file": ({"grads": 1, "square": 2}, "your keys: grads, square"),
    "numbered name": ({"W7": 1, "W12": 2}, "your keys: W7, W12"),
    "letter and number": ({"q7": 1, "b12": 2}, "your keys: q7, b12"),
    "text of the file": ("give me more than two numbers", "give me more than two numbers"),
    "key of the contract": ({"dZ1": 1}, "a dict without dZ2: dZ1"),
    "common words": ({"The": 1, "is": 2, "value": 3, "of": 4}, "The value of W1 is wrong"),
    "size": ({7: 1, 35: 2, "12": 3}, "3 of 35 values are right, 12 and 7"),
    "beginning that everyone says": ("The result of fox x4711", "the result of f is wrong"),
    "part of another word": ({"tree": 1, "ring": 2}, "the string stands in the street"),
    "small numbers": ({3: 1, "4": 2}, "3 and 4"),
    "nothing": ({"": 1}, "your keys: ''"),
    "no text at all": ([None, True, 1.5, 2, 1j], "None, True, 1.5, 2"),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_everyone_may_know_is_told(name: str) -> None:
    value, sentence = TOLD[name]
    made = Redaction([("cell 3", CODE)], ["dZ1", "dZ2"])
    made.asked([Argument("x", np.zeros((7, 5))), Argument("power", 12)])
    made.told(Returned(value), "")
    failure = CheckFailed(sentence)
    assert made.failure(failure) is failure


def test_lengths_of_texts_are_sizes_too(redaction: Redaction) -> None:
    redaction.told(Returned("x" * 4711), "")
    told = redaction.failure(CheckFailed("yours has 4711 letters"))
    assert told.headline == "yours has … letters"


def test_words_of_an_argument_have_sizes() -> None:
    made = Redaction([("cell 3", CODE)])
    made.asked([Argument("text", "lanterns " * 20 + "wheelbarrow")])
    made.told(Returned("wheelbarrow"), "")
    told = made.failure(CheckFailed("wheelbarrow has 11 letters, and 21 words are there"))
    assert told.headline == "… has 11 letters, and 21 words are there"


@pytest.mark.parametrize(
    "value",
    ["4711 " * 30_000, [f"x{n}" for n in range(4711, 12_000)], {f"x{n}": 1 for n in range(9999)}],
    ids=["long text", "many texts", "many keys"],
)
def test_more_than_can_be_looked_for_is_not_told_at_all(redaction: Redaction, value: Any) -> None:
    redaction.told(Returned(value), "")
    failure = CheckFailed(
        "yours: 4711", ["4711"], diagnoses=[Diagnosis("wrong-shape", "4711", n=1)]
    )
    told = redaction.failure(failure)
    assert told.feedback == f"this does not hold for your code\n  {TOO_MUCH}"
    assert [(d.misconception, d.evidence) for d in told.diagnoses] == [("wrong-shape", {"n": 1})]
    assert "yours: 4711" in told.diagnostic


def test_many_numbers_for_keys_are_looked_for(redaction: Redaction) -> None:
    redaction.told(Returned(dict.fromkeys(range(4000, 50000), 1.0)), "")
    told = redaction.failure(CheckFailed("4711 and 4712 of 35 are right, 99999 are not"))
    assert told.headline == "… and … of 35 are right, 99999 are not"


def test_many_sizes_do_not_make_many_more() -> None:
    made = Redaction([])
    made.asked([Argument("x", list(range(10_000, 30_000)))])
    made.asked([Argument("x", np.zeros((7, 5)))])
    assert made.is_size(35)
    assert not made.is_size(10_000 * 29_000)
    assert len(made._sizes) < 12_000


def test_quotations_hide_what_a_cut_began() -> None:
    quotations = Quotations(lambda text: text in ("the", "of", "Vall"))
    assert quotations.without("the river") == "the river"
    quotations.add("of")
    assert not quotations.any
    quotations.add("   ")
    quotations.add("river of the valleys")
    quotations.add(" " * 20)
    for sentence, told in {
        "the river of the vall": "the …",
        "Riverbanks of the river": "Riverbanks of the …",
        "valleys, of course": "…, of course",
        "a rive, riv": "a …, riv",
        "Vall, valle": "Vall, …",
        "mine:     7": "mine:     7",
    }.items():
        assert quotations.without(sentence) == told
