"""A function left alone is told from one that somebody worked on; doubt is for the student."""

from __future__ import annotations

import ast
import textwrap

import pytest

from grader.worker.extract import stubs
from grader.worker.extract.stubs import functions_of, is_stub


def judged(source: str, starter: str = "") -> bool:
    source = textwrap.dedent(source).strip("\n")
    node = ast.parse(source).body[0]
    return is_stub(node, source, functions_of(textwrap.dedent(starter)).get("f"))


STUBS = {
    "not implemented": "def f(x):\n    '''Doc.'''\n    raise NotImplementedError('f')",
    "not implemented first": "def f(x):\n    raise NotImplementedError\n    return 1",
    "pass": "def f(x): pass",
    "ellipsis": "def f(x): ...",
    "docstring": "def f(x):\n    '''Doc.'''",
    "return none": "def f(x):\n    return None",
    "none": "def f(x):\n    W = None\n    b, c = None, None\n    return {'W': W, 'b': (b, c)}",
    "modern lab": """
        def f(n_x, n_h, n_y):
            '''doc'''
            #(≈ 4 lines of code)
            # W1 = ...
            # YOUR CODE STARTS HERE


            # YOUR CODE ENDS HERE
            parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
            return parameters
        """,
    "modern lab with a loop": """
        def f(layer_dims):
            parameters = {}
            L = len(layer_dims)
            for l in range(1, L):
                # parameters['W' + str(l)] = ...
                # YOUR CODE STARTS HERE

                # YOUR CODE ENDS HERE
                assert(parameters['W' + str(l)].shape == (layer_dims[l], layer_dims[l - 1]))
            return parameters
        """,
    "older lab": """
        def f(n_x, n_h, n_y):
            np.random.seed(2) # we set up a seed
            ### START CODE HERE ### (≈ 4 lines of code)
            W1 = None
            b1 = None
            ### END CODE HERE ###
            assert (W1.shape == (n_h, n_x))
            parameters = {"W1": W1, "b1": b1}
            return parameters
        """,
    "older lab with items": """
        def f(layers_dims):
            parameters = {}
            L = len(layers_dims)
            for l in range(1, L):
                ### START CODE HERE ### (≈ 2 lines of code)
                parameters['W' + str(l)] = None
                parameters['b' + str(l)] = None
                ### END CODE HERE ###
            return parameters
        """,
    "older lab that squeezes": """
        def f(A2, Y):
            m = Y.shape[1]
            ### START CODE HERE ###
            logprobs = None
            cost = None
            ### END CODE HERE ###
            cost = np.squeeze(cost)
            return cost
        """,
    "two regions": """
        def f(X):
            # START CODE HERE
            A, cache = None
            # END CODE HERE
            m = X.shape[1]
            # START CODE HERE
            for i in range(None):
                A = None
            # END CODE HERE
            return A
        """,
    "nbgrader": """
        def f(X):
            m = X.shape[1]
            ### BEGIN SOLUTION
            raise NotImplementedError()
            ### END SOLUTION
        """,
}


@pytest.mark.parametrize("kind", STUBS)
def test_stubs_are_recognised(kind):
    assert judged(STUBS[kind])


WORK = {
    "a constant": "def f(x):\n    return 0",
    "its argument": "def f(x):\n    return x",
    "half of the nones": "def f(x):\n    a = None\n    b = 3\n    return a, b",
    "a default of none": "def f(x, y=None):\n    return x if y is None else y",
    "none to begin with": "def f(x):\n    y = None\n    for i in x:\n        y = i\n    return y",
    "none, then a name": "def f(x):\n    y = None\n    y = x\n    return y",
    "one region of two": STUBS["two regions"].replace("A, cache = None", "A = np.dot(X, X)"),
    "one none of two": STUBS["older lab"].replace("W1 = None", "W1 = np.zeros((n_h, n_x))"),
    "an item": STUBS["older lab with items"].replace("(l)] = None", "(l)] = 0", 1),
    "after the markers": STUBS["older lab"].replace(
        "assert (", "W1, b1 = np.zeros((n_h, n_x)), 0\n            assert ("
    ),
    "after the modern markers": STUBS["modern lab"].replace(
        "parameters = {", "W1 = b1 = W2 = b2 = 1\n            parameters = {"
    ),
    "other names after the markers": STUBS["modern lab"]
    .replace("parameters = {", "w1 = b1 = w2 = b2 = 1\n            parameters = {")
    .replace("W1, ", "w1, ")
    .replace(": W2", ": w2"),
    "items after the markers": STUBS["modern lab with a loop"].replace(
        "assert(", "parameters[f'W{l}'] = 0\n                assert("
    ),
    "items by update": STUBS["modern lab with a loop"].replace(
        "assert(", "parameters.update(W1=0)\n                assert("
    ),
    "work with a raise left over": "def f(x):\n    return x + 1\n    raise NotImplementedError",
}


@pytest.mark.parametrize("kind", WORK)
def test_work_is_never_taken_for_a_stub(kind):
    assert not judged(WORK[kind])


STARTER = """
def f(X, rate=0.1):
    '''What to do.'''
    m = X.shape[1]
    cost = m * 2  # TODO: your cost
    return cost
"""


def test_the_starter_is_a_stub_whatever_its_layout():
    left = "def f(X, rate = 0.1):\n  # mine\n  m = X.shape[1]\n  cost = (m*2)\n\n  return cost"
    assert judged(left, STARTER)
    assert not judged(left, "")
    assert not judged(left.replace("m*2", "m*3"), STARTER)
    assert not judged(left.replace("0.1", "0.2"), STARTER)


def test_a_finished_function_of_the_starter_is_no_stub():
    given = "def f(z):\n    return 1 / (1 + np.exp(-z))\n"
    assert not judged(given, given)


def test_a_starter_that_does_not_parse_says_nothing():
    assert functions_of("def f(:") == {}


def test_only_functions_are_judged():
    assert not is_stub(ast.parse("f = None").body[0], "f = None")


def test_code_too_deep_to_compare_has_no_shape():
    node = ast.parse("def f(x):\n    return x").body[0]
    assert stubs._shape(node)
    for _ in range(2000):
        node.body[0].value = ast.UnaryOp(ast.Not(), node.body[0].value)
    assert stubs._shape(node) == ""
