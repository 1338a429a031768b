"""Does each operator make the mistake that it is named for, and leave alone what is none?"""

from __future__ import annotations

from textwrap import dedent

import pytest

from grader.mutation.mutants import mutants
from grader.mutation.table import OPERATORS

# By operator: a line of a function's body, and lines that it must become. In front stand the names
# that the line uses, so that operators find them in scope.
SCOPE = "def f(X, Y, W1, W2, b1, Z1, n_x, n_h, l, xs, p, flag):\n"
MADE: dict[str, list[tuple[str, list[str]]]] = {
    "another_operator": [
        ("return X - Y", ["return X + Y"]),
        ("return X @ Y", ["return X * Y"]),
        (
            "return (X - W1) / (Y + W2)",
            ["return (X - W1) * (Y + W2)", "return (X + W1) / (Y + W2)"],
        ),
    ],
    "swapped_operands": [("return X - (Y - W1)", ["return (Y - W1) - X", "return X - (W1 - Y)"])],
    "dropped_operand": [
        ("return W1 @ X + b1", ["return W1 @ X", "return b1"]),
        ("return X / n_x", ["return X"]),
        ("return X * 0.01", ["return X"]),
        ("return np.sqrt(2 / n_x)", ["return np.sqrt(2)"]),
        ("return 1 - X", ["return 1", "return X"]),
    ],
    "wrong_exponent": [("return X ** 2", ["return X ** 3"])],
    "wrong_derivative": [
        ("return 1 - X ** 2", ["return X * (1 - X)", "return (1 - X) ** 2", "return X > 0"]),
        ("return X * (1 - X)", ["return 1 - X ** 2"]),
    ],
    "dropped_sign": [("return -X", ["return X"]), ("return not flag", ["return flag"])],
    "other_constant": [
        ("return X * 0.01", ["return X * 0.1", "return X * 0.001"]),
        ("return X * 0", ["return X * 1"]),
        ("return X * 3", ["return X * 4", "return X * 2"]),
    ],
    "other_update": [("X -= Y", ["X += Y", "X = Y"])],
    "update_in_place": [("X = X - Y", ["X -= Y"]), ("p['W'] = p['W'] - Y", ["p['W'] -= Y"])],
    "dropped_transpose": [
        ("return X.T @ Y", ["return X @ Y"]),
        ("return (X + Y).T", ["return X + Y"]),
        ("return (X + Y).T @ Y", ["return (X + Y) @ Y"]),
    ],
    "other_axis": [
        ("return np.sum(X, axis=1)", ["return np.sum(X, axis=0)", "return np.sum(X)"]),
    ],
    "other_keepdims": [
        ("return X.sum(axis=1, keepdims=True)", ["return X.sum(axis=1)"]),
        ("return X.sum(axis=1)", ["return X.sum(axis=1, keepdims=True)"]),
    ],
    "other_lengths": [
        ("return np.zeros((n_h, 1))", ["return np.zeros((1, n_h))", "return np.zeros((n_h,))"]),
        ("return g(size=(n_h, n_x))", ["return g(size=(n_x, n_h))"]),
    ],
    "other_shape_axis": [("return X.shape[1]", ["return X.shape[0]"])],
    "other_function": [
        ("return np.random.randn(n_h)", ["return np.random.rand(n_h)"]),
        ("return X.sum()", ["return X.mean()"]),
        ("return np.tanh(X)", ["return 1 / (1 + np.exp(-(X)))", "return np.maximum(0, X)"]),
        ("return 2 * np.tanh(X)", ["return 2 * (1 / (1 + np.exp(-(X))))"]),
    ],
    "not_drawn": [
        ("return np.random.randn(n_h, n_x)", ["return np.zeros((n_h, n_x))"]),
        ("return np.zeros((n_h, 1))", ["return np.random.standard_normal((n_h, 1))"]),
    ],
    "drawn_alike": [
        (
            "return np.random.randn(n_h, n_x)",
            [
                "return np.random.randn(1, n_x).repeat(n_h, axis=0)",
                "return np.abs(np.random.randn(n_h, n_x))",
            ],
        ),
    ],
    "whole_numbers": [
        ("return np.zeros((n_h, 1))", ["return np.zeros((n_h, 1), dtype=int)"]),
        ("return np.full(n_h, X)", ["return np.full(n_h, X, dtype=int)"]),
    ],
    "bound_together": [("return [a for a, b in xs]", ["return [b for a, b in xs]"])],
    "dropped_call": [
        ("return np.sqrt(X)", ["return X"]),
        ("return X.copy()", ["return X"]),
        ("return X * np.sqrt(Y + W1)", ["return X * (Y + W1)"]),
    ],
    "dropped_keyword": [("return g.normal(scale=n_x)", ["return g.normal()"])],
    "swapped_arguments": [("return g(n_h, n_x)", ["return g(n_x, n_h)"])],
    "off_by_one_range": [
        (
            "for i in range(1, n_x): pass",
            [
                "for i in range(0, n_x): pass",
                "for i in range(2, n_x): pass",
                "for i in range(1, n_x - 1): pass",
                "for i in range(1, n_x + 1): pass",
            ],
        ),
        ("for i in range(n_x - 1): pass", ["for i in range(n_x): pass"]),
    ],
    "off_by_one_index": [
        ("return [X[i] for i in range(3)]", ["return [X[i + 1] for i in range(3)]"]),
        ("return X[0]", ["return X[1]", "return X[-1]"]),
    ],
    "other_slice": [("return X[1:]", ["return X[:]", "return X[2:]"])],
    "other_comparison": [("return X <= Y", ["return X < Y", "return X > Y"])],
    "other_condition": [
        ("return flag and n_x", ["return flag or n_x", "return flag", "return n_x"]),
    ],
    "one_branch": [
        ("return X if flag else Y", ["return X if True else Y", "return X if False else Y"]),
    ],
    "unfiltered": [("return [x for x in xs if x]", ["return [x for x in xs if True]"])],
    "dropped_statement": [("X -= Y", ["pass"]), ("xs.append(X)", ["pass"])],
    "next_key": [("return p[f'W{l}']", ["return p[f'W{l + 1}']", "return p[f'W{l - 1}']"])],
    "other_key": [("return p['W1'] + p['b1']", ["return p['b1'] + p['b1']"])],
    "swapped_values": [("return {'W1': X, 'b1': Y}", ["return {'W1': Y, 'b1': X}"])],
    "swapped_parts": [("return X, Y", ["return Y, X"]), ("X, Y = g()", ["Y, X = g()"])],
    "other_variable": [("return W1 @ n_x", ["return W2 @ n_x", "return W1 @ n_h"])],
}
# Mistakes that take more than one line.
BLOCKS: dict[str, tuple[str, str]] = {
    "other_default": ("def f(rate=1.5): return rate", "def f(rate=15.0): return rate"),
    "default_for_argument": (
        "def f(rate=1.5): return rate",
        "def f(rate=1.5): return 1.5",
    ),
    "swapped_statements": (
        "def f(x, xs):\n    xs.append(x)\n    x = x + 1\n    return xs",
        "def f(x, xs):\n    x = x + 1\n    xs.append(x)\n    return xs",
    ),
    "swapped_keys": (
        "def f(p):\n    p['W1'] = 1\n    p['b1'] = 0\n    return p",
        "def f(p):\n    p['b1'] = 1\n    p['W1'] = 0\n    return p",
    ),
    "wrong_jump": (
        "def f(xs):\n    for x in xs:\n        break\n    return x",
        "def f(xs):\n    for x in xs:\n        pass\n    return x",
    ),
    "early_return": (
        "def f(xs):\n    for x in xs:\n        x += 1\n    return xs",
        "def f(xs):\n    for x in xs:\n        x += 1\n        return xs\n    return xs",
    ),
    "argument_for_computed": (
        "def f(Z1):\n    A1 = np.tanh(Z1)\n    return A1 + 1",
        "def f(Z1):\n    A1 = np.tanh(Z1)\n    return Z1 + 1",
    ),
}


def made_by(name: str, source: str) -> list[str]:
    """Return what one operator makes of a source."""
    table = {
        kind: tuple(operator for operator in operators if operator.__name__ == name)
        for kind, operators in OPERATORS.items()
    }
    return [mutant.source for mutant in mutants(source, operators=table)]


@pytest.mark.parametrize(
    ("name", "line", "wanted"),
    [(name, line, wanted) for name, lines in MADE.items() for line, wanted in lines],
)
def test_an_operator_makes_its_mistake(name: str, line: str, wanted: list[str]) -> None:
    made = made_by(name, f"{SCOPE}    {line}\n")
    assert not {f"{SCOPE}    {text}\n" for text in wanted} - set(made)


@pytest.mark.parametrize(("name", "before", "after"), [(n, *pair) for n, pair in BLOCKS.items()])
def test_an_operator_makes_its_mistake_over_lines(name: str, before: str, after: str) -> None:
    assert after in made_by(name, before)


def test_every_operator_is_shown() -> None:
    names = {operator.__name__ for operators in OPERATORS.values() for operator in operators}
    assert names == MADE.keys() | BLOCKS.keys()


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring with 3 numbers."""',
        'def f(x: int = None) -> float:\n    """Double 2."""\n    raise E(x - 3)',
        "def f(x):\n    print(x + 1)",
        "import numpy as np",
        'def f(x):\n    return f"{x - 1} of {x / 2}"',
        "def f(x):\n    y = 1\n    del x\n    assert y == 1",
    ],
)
def test_what_no_caller_can_see_is_left_alone(source: str) -> None:
    made = [m.describes for m in mutants(source)]
    assert [m for m in made if "1 became" not in m] == []


def test_lines_that_all_need_each_other_are_not_swapped() -> None:
    source = "def f(x):\n    a = x + 1\n    b = a + 1\n    return b\n"
    assert made_by("swapped_statements", source) == []
    assert made_by("dropped_statement", source) == []


def test_letters_of_another_case_are_other_things() -> None:
    assert made_by("other_variable", "def f(x, X):\n    return x\n") == []
    assert made_by("other_variable", "def f(W1, Wb):\n    return W1\n") == []


def test_numbers_near_enough_to_pass_are_not_made() -> None:
    made = made_by("other_constant", "def f(x):\n    return x * 0.01\n")
    factors = [float(source.rsplit("*", 1)[1]) for source in made]
    assert all(factor > 0.02 or factor < 0.005 for factor in factors)


def test_a_mistake_keeps_what_the_author_wrote_around_it() -> None:
    source = dedent('''
        def f(X, m):
            """Ünïcode before it, in bytes."""
            # a comment, with "quotes"
            return (  X.T   # the transpose
                @ X) / m
        ''')
    made = made_by("dropped_transpose", source)
    assert made == [source.replace("X.T", "X")]
