"""Words and signs that stand for what was left open make a stub, and work beside them does not."""

from __future__ import annotations

import textwrap

import pytest

from grader.worker.extract import extract
from grader.worker.extract.stubs import is_stub

# Bodies of functions that leave open what is asked, in the words of those who give labs out.
OPEN = [
    *('return "YOUR CODE HERE"', 'return "TODO"', "return 'fill me in'", 'return "..."'),
    *('W = "___"\nreturn W', 'W = "your code here"\nreturn W', 'W = "<your code>"\nreturn W'),
    *("W = FILL_IN\nreturn W", "W = YOUR_CODE_HERE\nreturn W", "W = TODO\nreturn {'W': W}"),
    *("return FILL_IN", "return YOUR_CODE", "return ____", "return ...", "return NotImplemented"),
    *("while ...:\n    x = ...\nreturn x", "while ...:\n    pass\nreturn x", "while ____: pass"),
    *("for i in ...:\n    y = ...\nreturn y", "for i in ____:\n    pass\nreturn x", "return ?"),
    *("if ...:\n    return ...", "if ...:\n    y = ...\nelse:\n    y = ...\nreturn y"),
    *('raise NotImplementedError("...")', 'raise Exception("todo")', 'assert False, "todo"'),
    *('assert 0, "Not implemented yet"', 'm = x.shape[0]\nassert False, "todo"'),
    *('m = x.shape[0]\nreturn "YOUR CODE HERE"', "m = len(x)\nW = FILL_IN\nreturn W"),
    *("W = {...}\nreturn W", "return lambda: ...", "TODO\nreturn x"),
    *("W = <your code>\nreturn W", "return <fill in>", "W = <your code> * 0.01\nreturn W"),
    *("W = np.zeros(<n_h, n_x>)\nreturn W", "for i in range(<your code>):\n    y = ?\nreturn y"),
    *("W = your code here\nreturn W", "W = [your code here]\nreturn W", "YOUR CODE HERE\nreturn W"),
    *("W = # YOUR CODE HERE\nreturn W", "W = # YOUR CODE HERE", "W = ...your code...\nreturn W"),
    *("m = x.shape[0]\nW = <your code>\nreturn W", "return # your code"),
    *("return ____ * x**2 + ____ * x - ____", 'raise TODO("write me")', "raise TODO"),
    "path = [x]\nfor k in range(3):\n    path.append(path[-1] - ____)\nreturn path",
    "path = np.zeros(n_h + 1)\npath[0] = x\nfor k in range(n_h):\n    path[k] = None\nreturn path",
    "path = [x]\nfor k in range(3):\n    # YOUR CODE HERE\nreturn path",
    "path = np.zeros(n_h + 1)\nfor k in range(n_h):\n    # YOUR CODE HERE\nreturn path",
    "path = list()\nwith np.errstate(all='ignore'):\n    for k in x:\n        # todo\nreturn path",
    "y = 0\nwhile y < 5:\n  # YOUR CODE HERE\nreturn y",
    "y = 0\nif x > 0:\n  # todo\nelse:\n  # todo\nreturn y",
    "if True:\n    # todo\nreturn {}",
    "try:\n    # todo\nexcept ValueError:\n    # todo\nreturn y",
    "if x:\n    # your code\nelif n_h:\n    # your code\nreturn W, b",
]
# Work right beside such words, or words that only look like them.
FILLED = [
    *('return "zeros"', 'return ""', 'W = "_"\nreturn W', 'return "Todos los valores"', "return x"),
    *("FILL_IN = 3\nreturn FILL_IN", "TODO = x\nreturn TODO", "_ = 3\nreturn _", "return x * TODO"),
    *("W = ...\nW = np.zeros(2)\nreturn W", 'W = "TODO"\nW = x * 2\nreturn W'),
    *('y = x * 2\nreturn "YOUR CODE HERE"', "y = x * 2\nW = FILL_IN\nreturn y"),
    *('print("TODO: check")\nreturn x * 2', 'msg = "your code"\nW = np.zeros(2)\nreturn W'),
    *('assert False, "todo"\nreturn x * 2', 'if x:\n    assert False, "todo"\nreturn x * 2'),
    *('assert x, "todo"\nreturn x * 2', 'if x < 0:\n    raise ValueError("todo")\nreturn x'),
    *("return NotImplemented if x else x", "return x[...]", 'return np.einsum("...i->...", x)'),
    *("while True:\n    return x", "while x < 3:\n    x += 1\nreturn x", "if x > 0:\n    return 1"),
    *("for i in range(3):\n    x = x * 2\nreturn x", "z = lambda: ...\nreturn x", "return x<n_h>3"),
    *('return len("your code")', 'W = {"your code here": x}\nreturn W', 'return "W___"'),
    *("y = x * 2\nreturn y - ____", "if x > 0:\n    return x\nreturn ____ * x"),
    *("W = np.zeros(n_h)\nb = None\nreturn W", "W = np.zeros(n_h)\nW[0] = 1\nreturn W"),
    "path = np.zeros(3)\npath[0] = x * 2\nfor k in range(3):\n    path[k] = None\nreturn path",
    "for k in x:\n    if k:\n        return k\n    y = ____ + k\nreturn y",
    *("row = list(x)\nrow[n_h] = None\nreturn row", "d = dict(x)\nd[n_h] = None\nreturn d"),
    *("d = dict(a=x, b=2)\nd['c'] = None\nreturn d",),
    *('W = x\nreturn W if W else "TODO"', 'return {"W": x * 2, "label": "TODO"}'),
]


def function(body: str) -> list[bool]:
    """Return whether each function that is read is a stub."""
    source = "def f(x, n_h=2):\n" + textwrap.indent(body, "    ")
    return [is_stub(s.node, s.text) for s in extract("cell 1", source).statements]


@pytest.mark.parametrize("body", OPEN)
def test_words_that_leave_a_value_open_are_a_gap(body):
    assert function(body) == [True]


@pytest.mark.parametrize("body", FILLED)
def test_work_beside_such_words_is_work(body):
    assert function(body) == [False]


@pytest.mark.parametrize("gap", ["<your code>", "YOUR CODE HERE", "?"])
def test_what_is_no_python_beside_work_stays_none(gap):
    assert function(f"y = x.sum()\nW = {gap}\nreturn y") == []


@pytest.mark.parametrize(
    "body",
    [
        "W = np.zeros(2)\nif x:\n    # print\nreturn W",
        "y = x.sum()\nfor k in range(3):\n    # todo\nreturn y",
        "y = 0\nfor k in range(3):\n    y = y + k\nfor k in range(3):\n    # todo\nreturn y",
        "if x > 0:\n    return x\nelse:\n    # todo",
    ],
)
def test_work_beside_a_block_of_comments_stays_none(body):
    assert function(body) == []
