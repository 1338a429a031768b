"""Does a right answer keep its points however it makes its keys, and in whatever dict?

The keys stand nowhere in these files, in no text and no comment: they are put together.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.catalog import Course
from grader.grade import Slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.model.report import ScoreReport

COURSE = Course(Path(__file__).parents[2])
# Each gives the name of an array of a layer: `key("W", 1)` is "W1".
KEYS = {
    "sum": "letter + str(l)",
    "f-string": 'f"{letter}{l}"',
    "join": '"".join([letter, str(l)])',
    "percent": '"%s%d" % (letter, l)',
    "format": '"{}{}".format(letter, l)',
    "bytes": '(letter.encode() + b"%d" % l).decode()',
    "text of numpy": "np.str_(letter + str(l))",
    "chr": "''.join(map(chr, [*map(ord, letter), 48 + l]))",
    "times": "letter + l * '1' if l < 2 else letter + str(l)",
    "turned": "(str(l) + letter[::-1])[::-1]",
    "replaced": "'?!'.replace('?', letter).replace('!', str(l))",
    "class of its own": "Key(letter + str(l))",
    "array of numpy": "np.char.add(letter, str(l)).item()",
}
PRELUDE = """
import numpy as np
from collections import OrderedDict, UserString
class Key(str):
    pass
def key(letter, l):
    return {key}
"""
ANSWERS = {
    "zero_init": """
def initialize_parameters_zeros(layers_dims):
    p = {{}}
    for l, sizes in enumerate(zip(layers_dims, layers_dims[1:]), 1):
        for letter, width in zip({letters}, (sizes[0], 1)):
            p[key(letter, l)] = np.zeros((sizes[1], width))
    return p
""",
    "random_init": """
def initialize_parameters(n_x, n_h, n_y):
    p = OrderedDict()
    for l, (before, units) in enumerate([(n_x, n_h), (n_h, n_y)], 1):
        for letter, width in zip({letters}, (before, 1)):
            scale = 0.01 if width == before else 0
            p[key(letter, l)] = np.random.randn(units, width) * scale
    return p
""",
    "backprop_step": """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def forward_propagation(X, parameters):
    A, cache = X, {{}}
    for l, g in enumerate((np.tanh, sigmoid), 1):
        W, b = (parameters[key(letter, l)] for letter in {letters})
        Z = W @ A + b
        A = g(Z)
        cache.update({{key(chr(90), l): Z, key(chr(65), l): A}})
    return A, cache
def compute_cost(A2, Y):
    return float(-(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)).sum() / Y.shape[1])
def backward_propagation(parameters, cache, X, Y):
    A = [X, cache[key(chr(65), 1)], cache[key(chr(65), 2)]]
    grads, dZ = {{}}, A[2] - Y
    for l in (2, 1):
        for letter, array in zip({letters}, (dZ @ A[l - 1].T, dZ.sum(1, keepdims=True))):
            grads[key(chr(100) + letter, l)] = array / X.shape[1]
        dZ = (parameters[key({letters}[0], l)].T @ dZ) * (1 - A[l - 1] ** 2)
    return grads
def update_parameters(parameters, grads, learning_rate=1.2):
    return {{k: v - learning_rate * grads[chr(100) + k] for k, v in parameters.items()}}
""",
}
LETTERS = {"a text": '"Wb"', "numbers": "[chr(87), chr(98)]"}


def answer(exercise_id: str, key: str, letters: str) -> str:
    return PRELUDE.format(key=key) + ANSWERS[exercise_id].format(letters=letters)


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    """Start a slot for the whole course."""
    with Slot(COURSE) as started:
        yield started


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("exercise_id", ANSWERS)
def test_built_keys_cost_nothing(
    slot: Slot, make_answer: Any, exercise_id: str, name: str, letters: str
) -> None:
    code = answer(exercise_id, KEYS[name], LETTERS[letters])
    report = slot.grade(exercise_id, make_answer(code))
    assert report.points == report.max_points, lost(report)


def lost(report: ScoreReport) -> list[str]:
    return [check.feedback for check in report.checks if check.outcome != "passed"]


DICTS = {
    "ordered dict": "OrderedDict(p)",
    "defaultdict": "defaultdict(int, p)",
    "counter": "Counter(p)",
    "class of its own": "Parameters(p)",
    "more of other types": "{**p, 1: p, ('W', 1): [], None: np.float64(1), b'W1': 'a', 0.5: {1}}",
    "functions beside them": "{**p, 'g': np.tanh, 'layers': [len], 'x': {'y': map, 1j: 1}}",
    "matrices": "{k: np.asmatrix(v) for k, v in p.items()}",
    "masked arrays": "{k: np.ma.masked_array(v) for k, v in p.items()}",
    "arrays of objects": "{k: v.astype(object) for k, v in p.items()}",
    "arrays of a class": "{k: v.view(Weights) for k, v in p.items()}",
    "fractions": "{k: np.vectorize(Fraction)(v) for k, v in p.items()}",
}
CLASSES = """
from collections import Counter, OrderedDict, defaultdict
from fractions import Fraction
import numpy as np
class Parameters(dict):
    def __getitem__(self, key): return 0
    def items(self): return []
    def __eq__(self, other): return True
class Weights(np.ndarray):
    def __eq__(self, other): return True
"""


@pytest.mark.parametrize("name", DICTS)
@pytest.mark.parametrize("exercise_id", ["zero_init", "random_init"])
def test_what_plainly_is_a_dict_of_arrays_costs_nothing(
    slot: Slot, make_answer: Any, exercise_id: str, name: str
) -> None:
    folder = COURSE.folder(exercise_id)
    (function,) = folder.exercise.functions
    code = f"""{CLASSES}
{folder.reference.read_text("utf-8")}
_plain = {function.name}
def {function.name}(*sizes):
    p = _plain(*sizes)
    return {DICTS[name]}
"""
    report = slot.grade(exercise_id, make_answer(code))
    if exercise_id == "zero_init" and name == "more of other types":
        assert report.points == 0
        assert "is a dict whose keys are not all text" in report.checks[0].feedback
    else:
        assert report.points == report.max_points, lost(report)


def test_wrong_keys_are_told_as_far_as_everyone_may_know_them(slot: Slot, make_answer: Any) -> None:
    """A letter and a small number are told, whoever put them together; others are not."""
    code = answer("zero_init", "letter.lower() + str(l)", LETTERS["numbers"])
    report = slot.grade("zero_init", make_answer(code))
    feedback = "\n".join(check.feedback for check in report.checks)
    assert "w1, b1, w2, b2" in feedback
    code = answer("zero_init", '"_".join([letter.lower()] * l * 9)', LETTERS["numbers"])
    report = slot.grade("zero_init", make_answer(code))
    hidden = [c for c in report.checks if c.visibility == "hidden" and "your keys" in c.feedback]
    assert hidden
    assert all("w_w" not in check.feedback for check in hidden)
    assert all("w_w" in check.diagnostic for check in hidden)


def test_a_function_in_the_cache_costs_nothing(slot: Slot, make_answer: Any) -> None:
    right = COURSE.folder("backprop_step").reference.read_text("utf-8")
    kept = right.replace('"A2": A2}', '"A2": A2, "g": np.tanh}')
    assert kept != right
    report = slot.grade("backprop_step", make_answer(kept))
    assert report.points == report.max_points, lost(report)
