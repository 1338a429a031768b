"""Is each mistake of an initialiser called by its name, by no other, and nobody faulted for less?

Small programs go the whole way that a submission goes, over several seeds. The set of names must be
the expected one each time: a name too many accuses somebody of what they did not do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.catalog import Course
from grader.grade import Slot

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(900, 903)


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    """Start a slot for the whole course."""
    with Slot(Course(Path(__file__).parents[2])) as started:
        yield started


# random_init: a program is made of the lines that change something in the right one.

RIGHT = """\
import numpy as np
def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.01
    b2 = np.zeros((n_y, 1))
"""
FIRST = "W1 = np.random.randn(n_h, n_x)"
SECOND = "W2 = np.random.randn(n_y, n_h)"
BIG = "big = np.random.randn(n_x + n_h + n_y, n_x + n_h + n_y) * 0.01"


def both(how: str) -> str:
    """Return the lines that make both weight matrices: units and inputs are `n` and `i`."""
    lines = (("W1", "n_h", "n_x"), ("W2", "n_y", "n_h"))
    return "; ".join(f"n, i = {n}, {i}; {name} = {how}" for name, n, i in lines)


ONE_MISTAKE = {
    "symmetric-hidden-units": [
        "W1[1] = W1[0]",
        "W1[2] = W1[0]",
        "W1[1] = W1[0]; W2[:, 1] = W2[:, 0]",
        "W1[-1] = W1[-2]",
        "W1[:2] = W1[2:4]",
        "W1[1] = -W1[0]",
        "W1[1] = 2 * W1[0]",
        "W1[n_h // 2:] = W1[:n_h - n_h // 2]",
        "W1[:] = W1[0]",
        "W1 = np.tile(W1[0], (n_h, 1)); W2 = np.tile(W2[:, :1], (1, n_h))",
        "W1 = 0.01 * np.outer(np.random.randn(n_h), np.random.randn(n_x))",
        "W1 = 0.01 * np.random.randn(n_h, 1) @ np.random.randn(1, n_x)",
        "W1 = np.repeat(W1[:, :1], n_x, axis=1)",
        "W1[:, 1:] = W1[:, :1]",
        "W1 = (W1 * 0 + W1[0]).astype(np.float32)",
    ],
    "not-random": [
        "W1[:, 1] = W1[:, 0]",
        "W2[:, 1] = W2[:, 0]",
        "W2[1:] = W2[0]",
        "W2 = 0.01 * np.outer(np.random.randn(n_y), np.random.randn(n_h))",
        "W1 = np.linspace(-0.02, 0.02, n_h * n_x).reshape(n_h, n_x)",
        "W2 = 0.014 * np.sin(np.arange(n_y * n_h)).reshape(n_y, n_h)",
    ],
    "shared-draw": [
        "W2 = np.resize(W1.T, (n_y, n_h))",
        "W2 = np.resize(W1, (n_y, n_h))",
        "W1 = np.resize(W2.T, (n_h, n_x))",
        "W2 = -np.resize(W1, (n_y, n_h))",
        f"{BIG}; W1 = big[:n_h, :n_x]; W2 = big.T[:n_y, :n_h]",
        f"{BIG}; W1 = big[:n_h, :n_x]; W2 = big[:n_y, :n_h]",
        f"{BIG}; W1 = big[:n_h, :n_x]; W2 = 2 * big[:n_y, :n_h].astype(np.float32)",
        "np.random.seed(1); " + FIRST + " * 0.01; np.random.seed(1); " + SECOND + " * 0.01",
        both("0.01 * np.random.default_rng(0).standard_normal((n, i))"),
        both("0.01 * np.random.RandomState(0).uniform(-1, 1, (n, i))"),
    ],
    "bias-shape": [
        "b1 = np.zeros(n_h); b2 = np.zeros(n_y)",
        "b1 = np.zeros(n_h)",
        "b2 = np.zeros((n_y,))",
        "b1, b2 = b1.T, b2.T",
        "b1 = b2 = 0.0",
    ],
    "not-centred": [
        both("np.random.rand(n, i) * 0.01"),
        "W1 = np.random.rand(n_h, n_x) * 0.01",
        "W2 = np.random.rand(n_y, n_h) * 0.01",
        both("-0.01 * np.random.rand(n, i)"),
        both("np.abs(np.random.randn(n, i)) * 0.01"),
        "W1 = W1 + 0.01",
    ],
    "wrong-variance": [
        both("np.random.randn(n, i) * 0.1"),
        FIRST + " * 0.1",
        SECOND + " * 0.1",
        both("np.random.uniform(-0.1, 0.1, (n, i))"),
        both("np.random.randn(n, i) * 0.05"),
        SECOND + " * 0.03",
        both("np.random.randn(n, i) * 0.003"),
        both("np.random.randn(n, i) * np.sqrt(2 / n)"),
        FIRST + " * np.sqrt(2 / n_h)",
        SECOND + " * np.sqrt(2 / n_y)",
        both("np.random.randn(n, i) * (2 / i)"),
        FIRST + " * 2 / n_x",
        SECOND + " * 2 / n_h",
        both("np.random.randn(n, i) * np.sqrt(2 / i)"),
        both("np.random.randn(n, i) / np.sqrt(i)"),
        SECOND + " / np.sqrt(n_h)",
        both("np.random.randn(n, i) * np.sqrt(2 / n_x)"),
        both("np.random.uniform(-1, 1, (n, i)) * np.sqrt(6 / (n + i))"),
        both("np.random.uniform(-1, 1, (n, i)) / np.sqrt(i)"),
    ],
    "saturating-scale": [
        both("np.random.randn(n, i) * 10"),
        FIRST + " * 10",
        SECOND + " * 10",
        both("np.random.randn(n, i)"),
        SECOND,
        both("np.random.randn(n, i) * 0.3"),
        both("np.random.randn(n, i) / 0.01"),
        both("np.random.uniform(-1, 1, (n, i))"),
    ],
    "vanishing-scale": [
        both("np.random.randn(n, i) * 1e-4"),
        FIRST + " * 1e-8",
        both("np.random.randn(n, i) * 1e-200"),
    ],
}
SEVERAL = {
    "W2 = W1.T[:n_y]": "shared-draw wrong-shape",
    "W2 = W1.T": "shared-draw wrong-shape",
    "W1 = W2.T": "shared-draw wrong-shape",
    both("np.random.rand(n, i) * 10"): "not-centred saturating-scale",
    both("np.random.rand(n, i) * np.sqrt(2 / n)"): "not-centred wrong-variance",
    both("np.random.randn(i, n) * 0.1"): "transposed-weights wrong-variance",
    both("np.random.randn(i, n)") + "; b1 = np.zeros(n_h)":
        "transposed-weights saturating-scale bias-shape",
    "W1[1] = W1[0]; W2 = W2 * 1000": "symmetric-hidden-units saturating-scale",
    "W1[1] = W1[0]; W1 = W1.T": "symmetric-hidden-units transposed-weights",
    "b1 = np.random.randn(n_h); W2 = W2 * 10": "bias-shape random-bias wrong-variance",
    "W1 *= 0; b2 = b2 + 1": "zero-weights nonzero-bias",
    both("10 * np.random.RandomState(0).randn(n, i)"): "shared-draw saturating-scale",
    "W1 = W1 + 0.01; W2 = W2 * 0": "zero-weights",
}  # fmt: skip
INNOCENT = [
    "pass",
    "np.random.seed(2); " + FIRST + " * 0.01; " + SECOND + " * 0.01",
    "rng = np.random.default_rng(); " + both("rng.normal(0, 0.01, (n, i))"),
    "rng = np.random.default_rng(7); " + both("0.01 * rng.standard_normal((n, i))"),
    "rng = np.random.RandomState(42); " + both("rng.normal(scale=0.01, size=(n, i))"),
    "rng = np.random.Generator(np.random.PCG64(5)); " + both("rng.uniform(-0.01, 0.01, (n, i))"),
    both("np.random.uniform(-1, 1, (n, i)) * 0.01 * np.sqrt(3)"),
    both("(2 * np.random.rand(n, i) - 1) * 0.01"),
    both("(np.random.randn(n, i) * 0.01).astype(np.float32)"),
    both("np.random.randn(i, n).T * 0.01"),
    both("np.random.laplace(0, 0.007, (n, i))"),
    both("np.random.triangular(-0.024, 0, 0.024, (n, i))"),
    both("np.clip(np.random.randn(n, i), -2, 2) * 0.01"),
    both("np.random.randn(n, i) * 0.015"),
    both("np.round(np.random.randn(n, i) * 0.01, 6)"),
    "b1 = -b1; b2 = np.array([[0.0]] * n_y, dtype=np.float32)",
    "W1 = np.asfortranarray(W1); W2 = W2[::-1]",
]
CASES = [(line, {name}) for name, lines in ONE_MISTAKE.items() for line in lines]
CASES += [(line, set(names.split())) for line, names in SEVERAL.items()]


def named(slot: Slot, make_answer: Any, exercise: str, code: str) -> list[set[str]]:
    answer = make_answer(code)
    reports = [slot.grade(exercise, answer, seed) for seed in SEEDS]
    assert {report.status for report in reports} == {"graded"}
    # Whoever is faulted for nothing loses no point, and whoever loses one is told why.
    assert {not report.diagnoses for report in reports} == {
        report.points == report.max_points for report in reports
    }
    return [{diagnosis.misconception for diagnosis in report.diagnoses} for report in reports]


def random_init(line: str) -> str:
    return RIGHT + f"    {line}\n    return {{'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}}\n"


@pytest.mark.parametrize(("line", "names"), CASES, ids=[line for line, _ in CASES])
def test_mistakes_in_random_init(slot: Slot, make_answer: Any, line: str, names: set[str]) -> None:
    assert named(slot, make_answer, "random_init", random_init(line)) == [names] * len(SEEDS)


@pytest.mark.parametrize("more", ["pass", "assert b2.shape == (n_y, 1)"])
def test_a_wrong_shape_costs_the_same_with_an_assert_below_it(
    slot: Slot, make_answer: Any, more: str
) -> None:
    code = random_init(f"b2 = np.zeros((n_y, n_y)); {more}")
    report = slot.grade("random_init", make_answer(code))
    assert report.points == 9.5
    assert [d.misconception for d in report.diagnoses] == ["wrong-shape"]


@pytest.mark.parametrize("line", INNOCENT)
def test_innocents_of_random_init(slot: Slot, make_answer: Any, line: str) -> None:
    assert named(slot, make_answer, "random_init", random_init(line)) == [set()] * len(SEEDS)


# deep_init: one helper makes the layers, so that a line changes all three initialisers, one of
# them (`rule` is "deep", "he" or "xavier") or one layer (`l`). `n` is the units, `i` the inputs.

DEEP = """\
import numpy as np
def layers(n_all, rule, scale=None):
    parameters = {{}}
    {once}
    for l in range(1, len(n_all)):
        n, i = n_all[l], n_all[l - 1]
        std = {{"deep": scale, "he": np.sqrt(2 / i), "xavier": np.sqrt(1 / i)}}[rule]
        b = np.zeros((n, 1))
        W = np.random.randn(n, i) * std
        {line}
        parameters[f"W{{l}}"], parameters[f"b{{l}}"] = W, b
    return parameters
def initialize_parameters_deep(layer_dims, scale=0.01): return layers(layer_dims, "deep", scale)
def initialize_parameters_he(layers_dims): return layers(layers_dims, "he")
def initialize_parameters_xavier(layers_dims): return layers(layers_dims, "xavier")
def activation_std(X, parameters, activation):
    A, stds = X, []
    g = dict(tanh=np.tanh, relu=lambda Z: np.maximum(Z, 0))[activation]
    for l in range(1, len(parameters) // 2 + 1):
        Z = parameters[f"W{{l}}"] @ A + parameters[f"b{{l}}"]
        A = g(Z)
        stds.append(np.std(A))
    return stds
"""
HE = 'if rule == "he": '
XAVIER = 'if rule == "xavier": '
SCALED = 'if rule == "deep": '
SECOND_LAYER = "if l == 2: "
DEEP_MISTAKES = {
    "symmetric-hidden-units": [
        "W[1] = W[0]",
        SECOND_LAYER + "W[1] = W[0]",
        HE + "W[:] = W[0]",
        "W[:, 1:] = W[:, :1]",
        "W = std * np.outer(np.random.randn(n), np.random.randn(i))",
    ],
    "shared-draw": [
        "np.random.seed(l * 0); W = np.random.randn(n, i) * std",
        "W = np.random.default_rng(3).normal(0, std, (n, i))",
        "W = np.random.RandomState(3).uniform(-1, 1, (n, i)) * np.sqrt(3) * std",
        HE + "W = np.random.RandomState(3).randn(n, i) * std",
        "W = np.random.RandomState(3).randn(i, n).T * std",
        'if l == 3: W = np.resize(parameters["W1"], (n, i)) / n_all[0] ** -0.5 * i ** -0.5',
    ],
    "not-random": [
        "W = std * np.linspace(-1.7, 1.7, n * i).reshape(n, i)",
        "W[:, 1] = W[:, 0]",
    ],
    "zero-weights": ["W = W * 0", SECOND_LAYER + "W = np.zeros((n, i))"],
    "constant-weights": ["W = np.full((n, i), std)", HE + "W = np.ones((n, i))"],
    "integer-arrays": ["W = np.random.randint(-99, 99, (n, i))"],
    "not-centred": [
        "W = np.random.rand(n, i) * std",
        SECOND_LAYER + "W = np.abs(W)",
        HE + "W = np.random.normal(1, std, (n, i))",
        "W = -np.random.rand(n, i) * std",
    ],
    "wrong-variance": [
        HE + "W = np.random.randn(n, i) * np.sqrt(2 / n)",
        XAVIER + "W = np.random.randn(n, i) * np.sqrt(1 / n)",
        HE + "W = np.random.randn(n, i) * 2 / i",
        XAVIER + "W = np.random.randn(n, i) / i",
        HE + "W = np.random.randn(n, i) / np.sqrt(i)",
        XAVIER + "W = np.random.randn(n, i) * np.sqrt(2 / i)",
        XAVIER + "W = np.random.randn(n, i) * np.sqrt(2 / (n + i))",
        XAVIER + "W = np.random.uniform(-1, 1, (n, i)) * np.sqrt(6 / (n + i))",
        XAVIER + "W = np.random.uniform(-1, 1, (n, i)) / np.sqrt(i)",
        HE + "W = np.random.randn(n, i) * np.sqrt(2 / n_all[0])",
        HE + "W = np.random.randn(n, i) * np.sqrt(2 / n_all[-1])",
        HE + "W = W * 0.01",
        "W = W * 1.3",
        "W = W / 1.4",
        SECOND_LAYER + "W = W * 0.5",
        SCALED + "W = np.random.randn(n, i) * np.sqrt(scale)",
        SCALED + "W = np.random.randn(n, i) * scale**2",
        SCALED + "W = np.random.uniform(-scale, scale, (n, i))",
        SCALED + "W = np.random.randn(n, i) * np.sqrt(2 / i)",
        SCALED + "W = W * np.sqrt(2 / i)",
    ],
    "ignores-scale": [
        SCALED + "W = np.random.randn(n, i) * 0.01",
        SCALED + "W = np.random.randn(n, i)",
        SCALED + "W = np.random.uniform(-0.01, 0.01, (n, i))",
        SCALED + "W = np.random.randn(n, i) * 0.4",
    ],
    "saturating-scale": [
        HE + "W = np.random.randn(n, i)",
        HE + "W = W * np.sqrt(i)",
        XAVIER + "W = np.random.randn(n, i) * 10",
        SCALED + "W = np.random.randn(n, i) / scale",
    ],
    "vanishing-scale": [
        HE + "W = np.random.randn(n, i) * 0.01",
        XAVIER + "W = np.random.randn(n, i) * 0.01",
        SCALED + "W = W * 0.01",
    ],
    "bias-shape": ["b = np.zeros(n)", HE + "b = np.zeros((1, n))", SECOND_LAYER + "b = 0.0"],
    "random-bias": ["b = np.random.randn(n, 1)"],
    "nonzero-bias": [HE + "b = b + 0.01"],
    "transposed-weights": ["W = W.T", HE + "W = W.T"],
}
DEEP_SEVERAL = {
    HE + "W = np.random.rand(n, i) * np.sqrt(2 / n)": "not-centred wrong-variance",
    "W = np.random.RandomState(3).rand(n, i) * std": "not-centred shared-draw",
    "W = np.random.RandomState(3).randn(n, i) * std * 1.5": "shared-draw wrong-variance",
    "W = W.T * 1.5; b = b.T": "transposed-weights wrong-variance bias-shape",
    'W, b = (W * 0, b) if rule == "he" else (W, b + 1)': "zero-weights nonzero-bias",
    "W = W.T; b = np.random.randn(n)": "transposed-weights random-bias bias-shape",
}
DEEP_INNOCENT = [
    ("np.random.seed(3)", "W = np.random.randn(n, i) * std"),
    ("rng = np.random.default_rng()", "W = rng.normal(0, std, (n, i))"),
    ("rng = np.random.default_rng(1)", "W = rng.standard_normal((n, i)) * std"),
    ("rng = np.random.RandomState(1)", "W = rng.randn(n, i) * std"),
    ("pass", "W = np.random.uniform(-1, 1, (n, i)) * np.sqrt(3) * std"),
    ("pass", "W = np.random.default_rng(l).standard_normal((n, i)) * std"),
    ("pass", "W, b = W.astype(np.float32), b.astype(np.float32)"),
    ("pass", "W = np.random.choice([-std, std], (n, i))"),
    ("pass", "W = np.random.randn(i, n).T * std"),
    ("pass", "W = (np.random.rand(n, i) - 0.5) * np.sqrt(12) * std"),
    ("pass", "W = np.clip(W, -2.5 * std, 2.5 * std); b = -b"),
    ("n_all = np.array(n_all)", "W = np.random.normal(scale=std, size=(n, i))"),
    ("n_all = tuple(n_all)", 'parameters["depth"] = l'),
]
DEEP_CASES = [(line, {name}) for name, lines in DEEP_MISTAKES.items() for line in lines]
DEEP_CASES += [(line, set(names.split())) for line, names in DEEP_SEVERAL.items()]


@pytest.mark.parametrize(("line", "names"), DEEP_CASES, ids=[line for line, _ in DEEP_CASES])
def test_mistakes_in_deep_init(slot: Slot, make_answer: Any, line: str, names: set[str]) -> None:
    code = DEEP.format(once="pass", line=line)
    assert named(slot, make_answer, "deep_init", code) == [names] * len(SEEDS)


@pytest.mark.parametrize(("once", "line"), DEEP_INNOCENT)
def test_innocents_of_deep_init(slot: Slot, make_answer: Any, once: str, line: str) -> None:
    code = DEEP.format(once=once, line=line)
    assert named(slot, make_answer, "deep_init", code) == [set()] * len(SEEDS)
