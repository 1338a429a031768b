"""One fault costs the function that it is in, and a gap that was left open is told as one."""

from __future__ import annotations

import ast

import pytest

from grader.worker.extract import Extracted, extract
from grader.worker.extract.stubs import is_stub

GOOD = "def before():\n    return 1\n"
AFTER = "def after(x):\n    return x\n"


def names(source: str) -> list[str]:
    return [name for s in extract("cell 1", source).statements for name in s.names]


def broken(source: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(b.line, b.names) for b in extract("cell 1", source).broken]


def _functions(result: Extracted) -> list[str]:
    return [s.names[0] for s in result.statements if s.kind == "function"]


OPEN = {
    "ellipsis sign": "def f(x):\n    …\n",
    "ellipsis sign with words": "def f(x):\n    '''So … it.'''\n    …  # mine …\n",
    "ellipsis signs": "def f(x):\n    W1 = …\n    b1 = ……\n    return W1, b1\n",
    "ellipsis sign returned": "def f(x):\n    return …\n",
    "a call of signs": "def f(A, B):\n    Z = np.dot(…, …)\n    return Z\n",
    "four dots": "def f(x):\n    W = ....\n    return W\n",
    "two dots": "def f(x):\n    W = ..\n    return W\n",
    "no value": "def f(x):\n    W1 =\n    b1 =  # zeros\n    return W1, b1\n",
    "question mark": "def f(x):\n    W1 = ?\n    b1 = np.zeros((???, ?))\n    return W1, b1\n",
    "a loop of comments": (
        "def f(dims):\n    p = {}\n    L = len(dims)\n    for l in range(1, L):\n"
        "        # p['W' + str(l)] = ...\n\n    return p\n"
    ),
    "a loop of comments between markers": (
        "def f(dims):\n    p = {}\n    L = len(dims)\n    for l in range(1, L):  # layers\n"
        "        # YOUR CODE STARTS HERE\n        # YOUR CODE ENDS HERE\n    return p\n"
    ),
    "branches of comments": "def f(x):\n    if x > 0:\n        # one\n    else:\n        # two\n",
    "a while of comments": "def f(x):\n    y = None\n    while y:\n        # until\n    return y\n",
    "a while true of comments": "def f(x):\n    while True:\n        # until\n",
    "a with of comments": "def f(x):\n    with np.errstate(all='ignore'):\n        # safe\n",
    "a body of comments": "def f(x):\n    # TODO\n",
    "a long head and comments": "def f(x,\n      y):\n    # TODO\n    # and this\n",
    "nothing below": "def f(x):\n",
    "a remark and nothing below": "def f(x,\n      y):  # mine\n\n\n",
    "missing arguments": "def f(A, B):\n    Z = np.dot( , )\n    return {'Z': , 'A': }\n",
    "a missing item": "def f(A, B):\n    Z = [, ]\n    W = np.zeros(shape=)\n    return Z\n",
    "one space too many": "def f(x):\n    W = None\n     b = None\n    return W, b\n",
    "one space too few": "def f(x):\n    '''Text.'''\n   W = None\n    return W\n",
    "a return astray": "def f(x):\n    for i in x:\n        W = None\n  return W\n",
    "tabs and spaces": "def f(x):\n    W = None\n\tb = None\n    return W, b\n",
    "an odd raise": "def f(x):\n    '''Text.'''\n      raise NotImplementedError\n",
    "a loop of signs": (
        "def f(dims):\n    p = {}\n    L = len(dims)\n    for l in range(1, L):\n"
        "        p['W' + str(l)] = …\n    return p\n"
    ),
    "a stray indent": " def f(x):\n    raise NotImplementedError\n",
    "a stray indent and a text": "  def f(x):\n      '''Text.'''\n      W = None\n      return W\n",
    "a stray indent and a sign": " def f(x):\n    # TODO\n    return …\n",
}


@pytest.mark.parametrize("kind", OPEN)
def test_a_gap_that_python_cannot_read_is_a_stub(kind):
    result = extract("cell 1", GOOD + "\n" + OPEN[kind] + "\n" + AFTER)
    assert result.broken == []
    assert _functions(result) == ["before", "f", "after"]
    found = {s.names[0]: is_stub(s.node, s.text) for s in result.statements}
    assert found == {"before": False, "f": True, "after": False}
    assert result.statements[1].line == 4
    if "____" not in OPEN[kind]:
        assert "____" not in ast.unparse(result.statements[1].node)


@pytest.mark.parametrize("below", ["", "@cached\ndef g(): pass", "if __name__ == '__main__': f()"])
def test_a_function_of_one_line_says_what_it_is_when_it_is_called(below):
    (statement, *_) = extract("cell 1", f"def f(x):\n\n{below}").statements
    space = {}
    exec(compile(ast.Module([statement.node], []), "", "exec"), space)
    with pytest.raises(NotImplementedError, match="not written yet"):
        space["f"](1)


def test_what_follows_a_first_line_may_be_a_body_that_lost_its_indent():
    assert broken("def f(x):\nreturn 3\n") == [(1, ("f",))]


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    if x:\n    return x\n",
        "def f(x):\n    W = x * 2\n    b = ?\n    return W, b\n",
        "def f(x):\n    W = x * 2\n    b =\n    return W, b\n",
        "def f(d):\n    p = {}\n    for l in d:\n        # TODO\n    p['W'] = g()\n    return p\n",
        "def f(x):\n    for i in x:\n        # TODO\n    return x * 2\n",
        "def f(x):\nreturn x\n",
        "def f(x):\n    W = x * 2\n     b = None\n    return W, b\n",
        "def f(x):\n    y = None\n  return x\n",
        "def f(A, B):\n    Z = np.dot(A, )) + ,\n    return Z\n",
        " def f(x):\n    return x\n",
        "class f:\n    # TODO\n",
    ],
)
def test_a_gap_beside_work_is_not_python_as_before(text):
    assert broken(GOOD + "\n" + text + "\n" + AFTER)[0][1] == ("f",)


def test_a_sign_for_an_ellipsis_is_read_as_one_beside_work():
    result = extract("cell 1", "def f(x):\n    W = x * 2\n    b = …\n    return W, b, 'a…b'\n")
    assert ast.unparse(result.statements[0].node).endswith("b = ...\n    return (W, b, 'a…b')")


@pytest.mark.parametrize("magic", ["", "%matplotlib inline\n"])
def test_a_fault_of_a_function_alone_in_its_cell_is_told(magic):
    found = extract("cell 1", f"{magic}def f(x):\n    return x**\n").broken
    assert [(b.line, b.message) for b in found] == [
        (2 + bool(magic), "SyntaxError: invalid syntax")
    ]


STRAY = {
    "def": (" def f(x):\n    return x\n", ("f",)),
    "deeper": ("  def f(x):\n      return x\n", ("f",)),
    "tab": ("\tdef f(x):\n\t\treturn x\n", ("f",)),
    "one line": (" def f(x): return x\n", ("f",)),
    "async": (" async def f(x):\n    return x\n", ("f",)),
    "class": (" class f:\n    def g(self):\n        return 1\n", ("f",)),
    "decorated": (" @d\n def f(x):\n    return x\n", ("f",)),
    "below its decorator": ("@d\n def f(x):\n    return x\n", ("f",)),
    "import": (" import math\n", ()),
    "assignment": (" K = 3\n", ()),
    "call": (" print('x')\n", ()),
    "with a helper": (" def f(x):\n    def g(y):\n        return y\n    return g(x)\n", ("f",)),
}


@pytest.mark.parametrize("kind", STRAY)
def test_a_stray_indent_costs_its_own_statement(kind):
    text, lost = STRAY[kind]
    result = extract("cell 1", f"import os\n\n{GOOD}\n{text}\n{AFTER}")
    assert [s.names[0] for s in result.statements] == ["os", "before", "after"]
    assert [b.names for b in result.broken] == [lost]
    assert result.broken[0].line in (6, 7)
    assert "unexpected indent" in result.broken[0].message


def test_a_stray_indent_below_a_line_of_its_own_costs_not_that_line():
    assert names("import math\n print('x')\nimport os\n L = 4\n" + AFTER) == ["math", "os", "after"]
    assert broken(" def f():\n    pass\ndef g(:\n") == [(3, ("g",))]  # a cell may be indented


def test_two_stray_definitions_cost_two():
    text = f"{GOOD}\n def f(x):\n    return x\n K = 3\n def g(x):\n    return x\n\n{AFTER}"
    assert names(text) == ["before", "after"]
    assert broken(text) == [(4, ("f",)), (7, ("g",))]


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    y = 1\n   def g(a): return a\n    return g(y)\n",
        "def f(x):\n    y = 1\n  def g(a):\n      return a\n  return g(y)\n",
        "def f(x):\n    y = 1\n\n  z = 2\n    return z\n",
        "def f(x):\n    if x:\n        return 1\n\n   x.sort()\n   return x\n",
        "def f(x):\n    y = 1\n      z = 2\n    return y\n",
        "def f(x):\n    y = 1\n\tz = 2\n    return y\n",
        "def f(x):\n    y = 1 + \\\n  2\n    return y y\n",
        "class f:\n    def g(self):\n        return 1\n\n  def h(self): pass\n    x = 3\n",
    ],
)
def test_a_wrong_indent_within_a_function_costs_that_function_whole(text):
    assert names(GOOD + text + AFTER) == ["before", "after"]
    assert [lost[0] for _, lost in broken(GOOD + text + AFTER)] == ["f"]


CONFLICTS = [
    "def f(x):\n<<<<<<< HEAD\n    return x\n=======\n    return 2\n>>>>>>> other\n",
    "def f(x):\n    y = x\n<<<<<<< A\n    y = 2\n=======\n    y = 3\n>>>>>>> B\n    return y\n",
    "def f(x):\n    y = x\n<<<<<<< A\n    y = 2\n||||||| B\n    y = 0\n=======\n\n>>>>>>> C\n\n",
    "def f(x):\n    y = x\n<<<<<<< A\n=======\n    return 3\n>>>>>>> C\n",
]


@pytest.mark.parametrize("text", CONFLICTS)
def test_a_merge_conflict_within_a_function_costs_that_function(text):
    result = extract("cell 1", GOOD + text + AFTER)
    assert _functions(result) == ["before", "after"]
    assert [(b.names, b.message) for b in result.broken] == [
        (("f",), "SyntaxError: a merge conflict is not resolved")
    ]


def test_a_merge_conflict_around_functions_costs_none():
    text = "<<<<<<< A\ndef f(x):\n    return 2\n=======\ndef f(x):\n    return 3\n>>>>>>> B\n"
    assert names(GOOD + text + AFTER) == ["before", "f", "f", "after"]
    assert broken(GOOD + text + AFTER) == [(3, ())]


@pytest.mark.parametrize("magic", ["%time y = 1", "!ls", "%matplotlib inline", "y = %sx ls"])
@pytest.mark.parametrize("above", ["x = '''never closed", "print('''a)", "x = ("])
def test_magics_below_a_string_without_an_end_cost_no_function(above, magic):
    result = extract("cell 1", f"{above}\ndef f():\n    {magic}\n    return 1\n")
    assert [(s.names, s.line) for s in result.statements if s.names] == [(("f",), 2)]
    assert [broken.line for broken in result.broken] == [1]
