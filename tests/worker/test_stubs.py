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
    "a raise behind a line": "def f(x):\n    y = x * 2\n    raise NotImplementedError",
    "not implemented": "def f(x):\n    '''Doc.'''\n    raise NotImplementedError('f')",
    "not implemented first": "def f(x):\n    raise NotImplementedError\n    return 1",
    "pass": "def f(x): pass",
    "ellipsis": "def f(x): ...",
    "docstring": "def f(x):\n    '''Doc.'''",
    "return none": "def f(x):\n    return None",
    "a size beside a none": "def f(x):\n    m = x.shape[1]\n    cost = None\n    return cost",
    "a size above items": """
        def f(dims):
            parameters = {}
            L = len(dims)
            for l in range(1, L):
                parameters[f"W{l}"] = np.zeros((None, None))
                parameters[f"b{l}"] = None
            return parameters
        """,
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
    "items with a line below": """
        def f(parameters, grads, rate):
            for l in range(1, len(parameters) // 2 + 1):
                ### START CODE HERE ###
                parameters[f"W{l}"] = None
                parameters[f"b{l}"] = None
                ### END CODE HERE ###
            parameters = dict(sorted(parameters.items()))
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
    "a loop of gaps": """
        def f(w, b, X, Y, num_iterations, rate):
            costs = []
            for i in range(num_iterations):
                ### START CODE HERE ###
                grads, cost = None
                ### END CODE HERE ###
                dw = grads["dw"]
                db = grads["db"]
                ### START CODE HERE ###
                w -= None
                b = None
                ### END CODE HERE ###
                if i % 100 == 0:
                    costs.append(cost)
                    print("Cost after iteration %i: %f" % (i, cost))
            params = {"w": w, "b": b}
            grads = {"dw": dw, "db": db}
            return params, grads, costs
        """,
    "a start that is given": """
        def f(X, parameters):
            caches = []
            A = X
            L = len(parameters) // 2
            for l in range(1, L):
                A_prev = A
                ### START CODE HERE ###
                A, cache = None
                caches = None
                ### END CODE HERE ###
            ### START CODE HERE ###
            AL, cache = None
            ### END CODE HERE ###
            assert AL.shape == (1, X.shape[1])
            return AL, caches
        """,
    "a mark and a name": """
        def f(x):
            ### START CODE HERE ###
            print("Ada Lovelace", x)
            y: np.ndarray = None
            y += ...
            ### END CODE HERE ###
            return y
        """,
    "a loop of gaps without markers": """
        def f(w, b, X, Y, n):
            for i in range(n):
                grads, cost = None
                dw = grads["dw"]
                w -= None
                b -= ...
            return w, b
        """,
    "two of one none": "def f(x):\n    grads, cost = None\n    return grads, cost",
    "less none": "def f(p):\n    W1 = p['W1']\n    W1 -= None\n    return W1",
    "more ellipsis": "def f(x):\n    W1 += ...\n    return W1",
    "an item": "def f(x):\n    y = {}\n    y['a'] = None\n    return y",
    "all items": "def f(x):\n    x[...] = None\n    return x",
    "annotated": "def f(x):\n    W1: np.ndarray = None\n    return W1",
    "declared": "def f(x):\n    W1: np.ndarray\n    W1 = None\n    return W1",
    "over none": "def f(L):\n    for l in range(None):\n        A = None\n    return A",
    "over one and none": "def f():\n    p = {}\n    for l in range(1, None): ...\n    return p",
    "if none": "def f():\n    if None:\n        y = ...\n    else:\n        y = None\n    return y",
    "a call of nones": "def f(A, B):\n    Z = np.dot(None, None) + None\n    return Z",
    "a scale of none": "def f(x):\n    W = None * 0.01\n    return {'W': W}",
    "a dict of nones": "def f(x):\n    return {'W1': None, 'b1': None}",
    "blank returned": "def f(x):\n    return ___",
    "blanks": "def f(x):\n    W1 = ____\n    b1 = np.zeros((__, __))\n    return W1, b1",
    "blank behind sizes": "def f(X):\n    m = X.shape[1]\n    A = ____\n    return A",
    "raise behind names": """
        def f(X, dims):
            m = X.shape[1]
            L = len(dims) - 1
            parameters = {}
            raise NotImplementedError("f")
        """,
    "raise behind more sizes": """
        def f(X, dims):
            n, m = X.shape[0] - 1, X.shape[1]
            raise NotImplementedError
        """,
    "raise between markers": """
        def f(X):
            scaled = X / X.max()
            ### BEGIN SOLUTION
            raise NotImplementedError
            ### END SOLUTION
            return scaled
        """,
    "pass between markers": """
        def f(X):
            m = len(X)
            # START CODE HERE
            pass
            # END CODE HERE
            return {"A": A, "m": m}
        """,
    "arguments packed beside it": """
        def f(A, W, b):
            Z = None
            cache = (A, W, b)
            return Z, cache
        """,
    "raise in a loop": """
        def f(dims):
            parameters = {}
            for l in range(1, len(dims)):
                raise NotImplementedError
            return parameters
        """,
    "not implemented as a value": "def f(x):\n    return NotImplemented",
    "an error as a value": "def f(x):\n    return NotImplementedError('f')",
    "not an error": "def f(x):\n    raise NotImplemented",
    "said in words": "def f(x):\n    raise Exception('Not implemented yet')",
    "a value in words": "def f(x):\n    n = len(x)\n    raise ValueError('TODO: f')",
    "sizes and an ellipsis": "def f(X):\n    m = X.shape[1]\n    cost = ...\n    return cost",
    "pass with a comment": "def f(x):\n    pass  # TODO",
    "a name beside it": "def f(x):\n    author = 'Ada'\n    raise NotImplementedError",
    "a text beside it": "def f(x):\n    '''Mine.'''\n    'Ada'\n    y = None\n    return y",
    "a seed beside it": "def f(x):\n    np.random.seed(3)\n    W = None\n    return W",
    "only a print": "def f(x):\n    print('x is', x, f'{x}', 'a' + str(x))",
    "a bare return": "def f(x):\n    return",
    "only an assert": "def f(x):\n    assert x is not None\n    assert len(x) == 2",
    "an import": "def f(x):\n    import math\n    ...",
    "not implemented yet": "async def f(x):\n    raise NotImplementedError('later')",
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
    "an item below the markers": STUBS["items with a line below"].replace(
        "parameters = dict", "parameters['b1'] = -rate * grads['b1']\n            parameters = dict"
    ),
    "an item above the markers": STUBS["items with a line below"].replace(
        "### START", "parameters[f'W{l}'] = rate\n                ### START"
    ),
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
    "the loop filled": STUBS["a loop of gaps"].replace("grads, cost = None", "cost = w @ X"),
    "the step filled": STUBS["a loop of gaps"].replace("w -= None", "w -= rate * dw"),
    "filled below": STUBS["a loop of gaps"].replace('dw = grads["dw"]', "grads = g(w)"),
    "filled above": STUBS["older lab"].replace(
        "### START", "W1 = np.ones((n_h, n_x))\n            ### START"
    ),
    "a print of a result": "def f(x):\n    print(x**2)",
    "a print of a call": "def f(x):\n    print(np.sum(x))",
    "prints in a loop": "def f(x):\n    for v in x:\n        print(v)",
    "a raise of its own": "def f(x):\n    raise ValueError('no')",
    "a raise with a text": "def f(x):\n    raise ValueError('x is not done')",
    "a raise of a name": "def f(x):\n    raise x.error",
    "a guard": "def f(x):\n    if x is None:\n        raise NotImplementedError\n    return x",
    "a case": "def f(x, k):\n    if k == 'a':\n        return x\n    raise NotImplementedError",
    "a raise after a return": "def f(x):\n    if x: return 2\n    raise NotImplementedError",
    "a sum over all": "def f(x):\n    return x.sum(None)",
    "its argument beside a none": "def f(x):\n    y = None\n    return x",
    "a number in a dict": "def f(x):\n    W = None\n    return {'W': W, 'b': 0}",
    "a number put into a dict": "def f(x):\n    d = {'W': 1}\n    b = None\n    return d",
    "a number put in later": "def f(x):\n    d = {}\n    d['W'] = 1\n    b = None\n    return d",
    "a size that is returned": "def f(x):\n    n = x.shape[0]\n    m = None\n    return n, m",
    "a line beside a blank": "def f(x):\n    W = x * 2\n    b = ___\n    return W, b",
    "a name of underscores": "def f(__):\n    return __",
    "underscores with a value": "def f(x):\n    __ = x[0]\n    return __",
    "none put in": "def f(x):\n    x.append(None)",
    "done in place": "def f(x):\n    x[x < 0] = 0\n    pass",
    "a best of none": (
        "def f(x):\n    best = None\n    for v in x:\n        if best is None or v > best:\n"
        "            best = v\n    return best"
    ),
    "no end": "def f(x):\n    while True: pass",
    "a long wait": "def f(x):\n    for i in range(10**12): pass\n    return None",
    "no end, counted": "def f(x):\n    while 1:\n        print(x)",
    "no seed": "def f(n):\n    rng = np.random.default_rng(None)\n    return rng.normal(size=n)",
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


@pytest.mark.parametrize(
    "added",
    ["print('Ada was here')", "'Ada'", "assert m > 0", "'''Another text.'''"],
)
def test_the_starter_is_a_stub_with_lines_that_compute_nothing(added):
    assert judged(STARTER.replace("    m =", f"    {added}\n    m ="), STARTER)
    assert judged(STARTER.replace("    return", f"    {added}\n    return"), STARTER)


@pytest.mark.parametrize("added", ["cost = cost / m", "print(cost / m)", "cost += 1", "m = 3"])
def test_the_starter_with_a_line_that_computes_is_work(added):
    assert not judged(STARTER.replace("    return", f"    {added}\n    return"), STARTER)


def test_a_finished_function_of_the_starter_is_no_stub():
    given = "def f(z):\n    return 1 / (1 + np.exp(-z))\n"
    assert not judged(given, given)


def test_a_starter_that_does_not_parse_says_nothing():
    assert functions_of("def f(:") == {}


def test_only_functions_are_judged():
    assert not is_stub(ast.parse("f = None").body[0], "f = None")


def test_code_too_deep_to_judge_is_work():
    node = ast.parse("def f(x):\n    return x").body[0]
    for _ in range(2000):
        node.body[0].value = ast.UnaryOp(ast.USub(), node.body[0].value)
    assert not is_stub(node, "def f(x): ...")


def test_code_too_deep_to_compare_has_no_shape():
    node = ast.parse("def f(x):\n    return x").body[0]
    assert stubs._shape(node)
    for _ in range(2000):
        node.body[0].value = ast.UnaryOp(ast.Not(), node.body[0].value)
    assert stubs._shape(node) == ""
