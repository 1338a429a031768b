"""Can a student read the inputs of a hidden check in what they are told?"""

from __future__ import annotations

import random
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from attack_corpus import source

from grader.model.feedback import feedback_for_student, feedback_markdown

if TYPE_CHECKING:
    from grader.model.report import ScoreReport

AIMS = ("feedback",)
# Drawn anew for every run, and none of them a year, a limit or a part of another; nor what a text
# without any of them holds: a seventh of the points, or three digits twice.
SEVENTHS = "142857142857"
NUMBERS = random.sample(
    [n for n in range(3111, 9999) if len(set(str(n))) == 4 and str(n) not in SEVENTHS], 8
)
CHECKS = """
import numpy as np
from grader.testing import Diagnosis, check, expect_close, expect_equal, expect_unchanged, fail

X = {numbers}
reveal = {visibility!r} == "public"

@check("an array", points=1, visibility={visibility!r})
def test_array(submission):
    expect_close(submission.array(np.array(X)), np.ones(8), "tell(x)", reveal=reveal)

@check("an array, twice", points=1, visibility={visibility!r})
def test_array_again(submission):
    for _ in range(2):
        got = submission.array_again(np.array(X))

@check("an array, from one that stays", points=1, visibility={visibility!r})
def test_unchanged(submission):
    submission.unchanged(np.array(X))
    expect_unchanged(submission)

@check("keys", points=1, visibility={visibility!r})
def test_keys(submission): submission.keys(np.array(X))

@check("words", points=1, visibility={visibility!r})
def test_words(submission):
    got = submission.words(np.array(X))
    shown = ", ".join(map(str, got))
    fail(
        f"{{shown}} are counted, {{next(iter(got))}} first",
        f"yours: {{got!r:.300}}",
        *(f"no number of {{key!s:.30}} is right" for key in list(got)[:3]),
        diagnoses=[Diagnosis("wrong-return-keys", f"it counts {{shown.upper():.200}}", keys=shown)],
    )

@check("a pair", points=1, visibility={visibility!r})
def test_pair(submission): submission.pair(np.array(X))

@check("a text", points=1, visibility={visibility!r})
def test_text(submission):
    expect_equal(submission.text(np.array(X)), "right", "tell(x)", reveal=reveal)
"""
RETURNS = {
    **dict.fromkeys(("array", "array_again", "unchanged"), 'kind = "array"'),
    "keys": 'kind = "dict", keys = ["W1"]',
    "words": 'kind = "dict"',
    "pair": 'kind = "tuple", length = 2',
    "text": 'kind = "any"',
}
EXERCISE = "".join(
    f"""
[[functions]]
name = "{name}"
parameters = [{{ name = "x" }}]
returns = {{ {returns} }}
"""
    for name, returns in RETURNS.items()
)


@pytest.fixture(scope="module")
def grade(
    write_course: Any, make_answer: Any, slots: Any, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Return a function that grades an attack on checks of the given visibility."""
    courses = {
        visibility: write_course(
            tmp_path_factory.mktemp(visibility),
            CHECKS.format(numbers=NUMBERS, visibility=visibility),
            exercise=EXERCISE,
        )
        for visibility in ("hidden", "public")
    }

    def graded(attack: dict[str, Any], visibility: str) -> ScoreReport:
        code = f"{source('feedback', attack)}{attack.get('of', 'array')} = tell\n"
        return slots(of=courses[visibility]).grade("mini", make_answer(code))

    return graded


def told(report: ScoreReport) -> str:
    """Return all that a student gets, without digests and with digits of every script as ours."""
    feedback = feedback_for_student(report)
    text = feedback.model_dump_json() + feedback_markdown(feedback)
    return re.sub(r"sha256:[0-9a-f]+", "", unicodedata.normalize("NFKC", text))


def read(text: str, attack: dict[str, Any]) -> list[int]:
    """Return the inputs that can be read in a text."""
    if "joins" in attack:
        text = "".join(re.findall(attack["joins"], text))
    if "digits" in attack:
        return [n for n in NUMBERS if str(n)[: attack["digits"]] in text]
    return [number for number in NUMBERS if str(number) in text]


def test_a_hidden_input_is_not_told(grade: Any, attack: dict[str, Any]) -> None:
    report = grade(attack, "hidden")
    assert report.status == "graded", report.checks[0].diagnostic
    assert report.points == attack.get("points", 0)
    assert read(told(report), attack) == []
    if attack.get("staff", "public" not in attack):
        assert read(report.model_dump_json(), attack) != []


def test_an_input_of_a_public_check_is(grade: Any, shown: dict[str, Any]) -> None:
    assert read(told(grade(shown, "public")), shown) != []
