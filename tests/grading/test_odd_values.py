"""Can a value that is legal, but that nobody thought of, break a hidden check of the course?

A check that breaks leaves a submission ungraded, so this would be a way to escape a grade.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.catalog import Course
from grader.grade import Slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.model.exercise import Returns

COURSE = Course(Path(__file__).parents[2])
ODD = {
    "0-d": "np.array(0.5)",
    "number": "0.5",
    "integer": "3",
    "bool": "True",
    "huge integer": "2**62",
    "beyond integers": "2**200",
    "empty": "np.zeros(0)",
    "empty in one direction": "np.zeros((0, 3))",
    "one number": "np.ones((1, 1))",
    "one dimension": "np.arange(6.0)",
    "three dimensions": "np.random.randn(2, 3, 4)",
    "32 dimensions": "np.ones((1,) * 32)",
    "wide": "np.ones((1, 100_000))",
    "tall": "np.random.randn(100_000, 1)",
    "zeros": "np.zeros((4, 3))",
    "largest": "np.full((4, 3), np.finfo(float).max)",
    "largest of both signs": "np.finfo(float).max * np.array([[1, -1, 1], [-1, 1, -1]])",
    "smallest": "np.full((4, 3), 5e-324)",
    "beyond doubles": "np.full((4, 3), np.finfo(np.longdouble).max)",
    "half precision": "np.full((4, 3), 60000, np.float16)",
    "bools": "np.ones((4, 3), bool)",
    "bytes": "np.full((4, 3), 255, np.uint8)",
    "lowest integers": "np.full((4, 3), np.iinfo(np.int64).min)",
    "highest integers": "np.full((4, 3), np.iinfo(np.uint64).max)",
    "other byte order": "np.random.randn(4, 3).astype('>f4')",
    "complex": "np.ones((4, 3), complex)",
    "nan": "np.full((4, 3), np.nan)",
    "infinity": "np.full((4, 3), -np.inf)",
    "negative zeros": "np.full((4, 3), -0.0)",
    "minus one": "np.full((4, 3), -1.0)",
    "text": "'W1'",
    "nothing": "None",
    "list": "[[1.0, 2.0], [3.0]]",
    "nested": "{'W1': {'W1': 1}}",
    "functions in a dict": "{'W1': np.exp, 'A1': [np.tanh], 'Z1': {'g': len}, 1: 0.5}",
    "numbers for keys": "{1: np.ones(2), ('W', 1): 0.5, None: 'a', b'W1': 1, 0.5: 2}",
    "set": "{0.5, 'a', None, (1, 2)}",
    "range": "range(3)",
    "fraction": "Fraction(10**400, 3)",
    "decimal": "Decimal('sNaN')",
    "matrix": "np.asmatrix(np.ones(3))",
    "numbers as objects": "np.array([[2**70, 0.5], [True, 1j]], object)",
    "masked": "np.ma.masked_array(np.ones((4, 3)), np.eye(4, 3))",
    "like the argument": "next((a + 0 for a in x if isinstance(a, np.ndarray)), np.ones(2))",
}

IMPORTS = "from decimal import Decimal\nfrom fractions import Fraction\nimport numpy as np\n"


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    """Start a slot for the whole course."""
    with Slot(COURSE) as started:
        yield started


def code_for(returns: Returns, odd: str) -> str:
    match returns.kind:
        case "dict" if returns.keys:
            return "{" + ", ".join(f"{key!r}: {odd}" for key in returns.keys) + "}"
        case "dict":
            return "{" + ", ".join(f"'{k}{n}': {odd}" for k in "Wb" for n in (1, 2, 3)) + "}"
        case "tuple" if returns.items:
            return "(" + ", ".join(code_for(item, odd) for item in returns.items) + ",)"
        case "tuple":
            return f"({odd},) * {returns.length or 2}"
    return odd


@pytest.mark.parametrize("exercise_id", COURSE.exercise_ids)
@pytest.mark.parametrize("name", ODD)
def test_odd_values_are_graded(slot: Slot, make_answer: Any, exercise_id: str, name: str) -> None:
    code = IMPORTS
    for function in COURSE.folder(exercise_id).exercise.functions:
        code += f"def {function.name}(*x): return {code_for(function.returns, ODD[name])}\n"
    report = slot.grade(exercise_id, make_answer(code))
    broken = [check.diagnostic for check in report.checks if check.outcome == "internal_error"]
    assert broken == []
    assert report.status == "graded"
    assert report.points < report.max_points


@pytest.mark.parametrize("keys", ["range(9)", "[('W', 1), 'W1', 'b1']", "[b'W1', None, 0.5, True]"])
@pytest.mark.parametrize("exercise_id", COURSE.exercise_ids)
def test_odd_keys_are_graded(slot: Slot, make_answer: Any, exercise_id: str, keys: str) -> None:
    code = IMPORTS
    for function in COURSE.folder(exercise_id).exercise.functions:
        odd = f"dict.fromkeys({keys}, np.ones((2, 1)))"
        items = [odd if item.kind in ("dict", "any") else "1.0" for item in function.returns.items]
        value = f"({', '.join(items)},)" if items else odd
        code += f"def {function.name}(*x): return {value}\n"
    report = slot.grade(exercise_id, make_answer(code))
    broken = [check.diagnostic for check in report.checks if check.outcome == "internal_error"]
    assert broken == []
    assert report.status == "graded"
