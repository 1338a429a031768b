"""Whatever a cell holds, the sound definitions in it are found and the broken ones are named."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker.extract import Extracted, extract


def names(source: str) -> list[str]:
    return [name for s in extract("cell 1", source).statements for name in s.names]


def broken(source: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(b.line, b.names) for b in extract("cell 1", source).broken]


GOOD = "def before():\n    return 1\n"
AFTER = "def after(x):\n    '''Text.'''\n    return x\n"


def test_definitions_imports_and_constants_are_kept():
    source = (
        '"""Lab."""\nimport numpy as np, os.path\n'
        "from math import exp, log as ln\nfrom x import *\n"
        "def f():\n    pass\nasync def g():\n    pass\nclass C:\n    pass\n"
        "A = 3\nB = [1, 2]\nW = np.zeros((2, 3))\nh = lambda x: x\n"
        "rng = np.random.default_rng(0)\n"
        "a, b = 1, -2\nn: int = 3\nn += 1\ntanh = np.tanh\n"
    )
    result = extract("cell 1", source)
    assert [name for s in result.statements for name in s.names] == (
        [
            "np",
            "os",
            "exp",
            "ln",
            "f",
            "g",
            "C",
            "A",
            "B",
            "W",
            "h",
            "rng",
            "a",
            "b",
            "n",
            "n",
            "tanh",
        ]
    )
    assert (result.broken, result.skipped) == ([], 0)


@pytest.mark.parametrize(
    "line",
    [
        "f(3)",
        "print('x')",
        "x = input()",
        "X, Y = load_data()",
        "for i in range(3): x = i",
        "while True: pass",
        "with open('x') as f: pass",
        "np.random.seed(1)",
        "x = 10 ** 10 ** 10",
        "x = 2 ** n",
        "x = 1 << 10 ** 9",
        "x = [i for i in range(9)]",
        "x.y = 3",
        "x['a'] = 3",
        "plt.rcParams['figure.figsize'] = (5, 4)",
        "del x",
        "assert False",
        "await x",
        "x = open('a').read()",
        "x = os.system('ls')",
        "x = sum(range(10 ** 12))",
        "raise SystemExit",
    ],
)
def test_what_does_something_is_counted_and_left_out(line):
    result = extract("cell 1", GOOD + line + "\n" + AFTER)
    assert [name for s in result.statements for name in s.names] == ["before", "after"]
    assert (result.broken, result.skipped) == ([], 1)


@pytest.mark.parametrize("text", ["x = 2 ** 10", "x = 10 ** -8", "x = 2 ** (1 / 3)", "x = n ** 2"])
def test_small_powers_are_constants(text):
    assert names(text) == ["x"]


def test_what_a_call_gives_is_not_called():
    assert names("x = (lambda: 3)()\ny = table[0](3)\n") == []


def test_a_long_table_is_a_constant_and_an_endless_one_is_not():
    assert names(f"x = [{'1, ' * 9_000}]") == ["x"]
    assert names(f"x = [{'1, ' * 21_000}]") == []


def test_branches_give_their_definitions_the_preferred_last():
    source = (
        "try:\n    import a\nexcept ImportError:\n    import b\nelse:\n    import c\n"
        "if x:\n    def f(): 1\nelse:\n    def g(): 2\n"
        "if False:\n    def h(): 3\nelse:\n    def k(): 4\n"
        "if __name__ == '__main__':\n    def main(): 5\n    main()\n"
    )
    assert names(source) == ["b", "a", "c", "g", "f", "k"]


@pytest.mark.parametrize(
    "line",
    ["%matplotlib inline", "% matplotlib inline", "!pip install x", "?np.dot", "np.dot?",
     "np.dot??", "files = !ls", "x = %timeit -o f()", "%time f()", "%%time"],
)  # fmt: skip
def test_magics_are_dropped_and_lines_keep_their_numbers(line):
    result = extract("cell 1", line + "\n" + GOOD + line + "\n" + AFTER)
    assert [(s.names, s.line) for s in result.statements] == [(("before",), 2), (("after",), 5)]
    assert result.broken == []


def test_an_indented_magic_leaves_its_block_whole():
    assert names("def f():\n    %time\ndef g():\n    !ls\n    return 1\n") == ["f", "g"]


def test_a_percent_line_that_is_python_survives():
    source = "def f(x):\n    y = ('%s'\n% x)\n    return y + '''\n%matplotlib\n!ls\n'''\n"
    assert "%matplotlib" in extract("cell 1", source).statements[0].text
    with_magic = extract("cell 1", "%matplotlib inline\n" + source)
    assert "%matplotlib\n!ls" in with_magic.statements[0].text
    assert with_magic.broken == []


@pytest.mark.parametrize("magic", ["bash", "writefile a.py", "html", "javascript", "R"])
def test_a_cell_of_another_language_is_left_out(magic):
    result = extract("cell 1", f"\n%%{magic}\ndef f(): pass\n")
    assert (result.statements, result.broken, result.skipped) == ([], [], 1)


@pytest.mark.parametrize("magic", ["time", "timeit -n 3", "capture out"])
def test_a_cell_magic_for_python_keeps_the_cell(magic):
    assert names(f"%%{magic}\n{GOOD}") == ["before"]


def _functions(result: Extracted) -> list[str]:
    return [s.names[0] for s in result.statements if s.kind == "function"]


BROKEN = [
    ("def bad(x)\n    return x\n", 1, ("bad",)),
    ("def bad(x):\nreturn x\n", 1, ("bad",)),
    ("def bad(x):\n    y = (1 +\n    return y\n", None, ("bad",)),
    ("def bad(x):\n    '''Open.\n    return x\n", None, ("bad",)),
    ("def bad(x):\n    s = 'open\n    return s\n", 2, ("bad",)),
    ("def bad(x):\n    if x:\n    return 1\n", 3, ("bad",)),
    ("def bad(x):\n    return x x\n\nprint(bad(3))\n", 2, ("bad",)),
    ("class bad:\n    x = = 3\n", 2, ("bad",)),
    ("bad = lambda x: x +\n", 1, ("bad",)),
    ("def bad(x):\n    return x\n  y = 3\n", 3, ("bad",)),
    ("def bad(x):\n\tif x:\n        return 1\n", None, ("bad",)),
    ("@wraps\n@other\ndef bad(x)\n    return 1\n", 3, ("bad",)),
    ("Out[3]: array([1., 2.])\n[[0.1 0.2]\n [0.3 0.4]]\n", None, ()),
    ("This is what I think: it does not work.\n", 1, ()),
    ("print 'old'\n", 1, ()),
    ("}\n", 1, ()),
    ("else:\n    x = 1\n", 1, ()),
    ("x = “quoted”\n", 1, ()),
    ("0123\n", 1, ()),
    ("x = 1\0\n", None, ()),
]


@pytest.mark.parametrize(("text", "line", "lost"), BROKEN)
def test_the_definitions_around_a_broken_one_are_salvaged(text, line, lost):
    result = extract("cell 4", GOOD + text + AFTER)
    assert _functions(result) == ["before", "after"]
    assert len(result.broken) == 1
    fault = result.broken[0]
    assert (fault.label, fault.names) == ("cell 4", lost)
    assert fault.message
    if line is not None:
        assert fault.line == line + 2
    assert 3 <= fault.line <= 2 + text.count("\n")


@pytest.mark.parametrize(("text", "line", "lost"), BROKEN)
def test_salvaged_lines_are_the_cells_own(text, line, lost):
    statement = extract("cell 4", text + AFTER).statements[-1]
    assert statement.line == text.count("\n") + 1
    assert statement.text == AFTER.rstrip("\n")


def test_text_at_column_0_within_a_sound_function_does_not_cut_it():
    sound = "def f():\n    '''\ndef not_this(): pass\n    '''\n    return {\n'a': 1,\n}\n"
    assert names("oops oops\n" + sound + AFTER) == ["f", "after"]


def test_a_decorator_stays_with_its_function():
    assert names("oops oops\n@a\n@b(1)\ndef f():\n    pass\n") == ["f"]


@pytest.mark.parametrize(
    "source",
    [
        "\ufeffdef f():\n    return 1\n",
        "def f():\r\n    return 1\r\n",
        "def f():\r    return 1\r",
        "\x0cdef f():\n    return 1\n",
        "def f():\n\u00a0\u00a0\u00a0\u00a0return\u00a01\n",
        "def f():\n\u3000return 1\u200b\n",
        "    def f():\n        return 1\n",
        "\n   x = 1\n\n   def f():\n     return 1\n",
        "def f():\n\treturn 1\n",
        "def f():\n    return '\\d'\n",
        "def f():\n    return 1 is 1\n",
    ],
)
def test_what_editors_leave_behind_is_read(source):
    result = extract("cell 1", source)
    assert result.broken == []
    assert "f" in names(source)


def test_prose_is_reported_once():
    assert len(broken("This is prose.\nAnd more of it.\n\nWith a third line!\n" + GOOD)) == 1


DEEP = {
    "brackets": "x = " + "(" * 3000 + ")" * 3000,
    "lists": "x = " + "[" * 150_000,
    "operators": "x = " + "-" * 100_000 + "1",
    "sums": "x = 1" + "+1" * 200_000,
    "calls": "x = f" + "()" * 50_000,
    "attributes": "x = a" + ".a" * 100_000,
    "blocks": "".join(" " * n + "if 1:\n" for n in range(300)),
    "lambdas": "x = " + "lambda: " * 20_000 + "1",
    "names": "x = " + "a" * 1_000_000,
    "digits": "x = " + "9" * 1_000_000,
    "spaces": " " * 1_000_000 + "!",
    "quotes": "x = " + "'\\" * 500_000,
    "triple quotes": "x = 1 1\n" + "'''\\" * 200_000,
    "open strings": "x = 1 1\n" + "'\n" * 100_000,
    "equals": "x x\n" + "a = b\n" * 30_000,
    "magics": "%a\n" * 100_000,
    "definitions": "def f(\n" * 20_000,
    "decorators": "@\n" * 30_000,
    "prose": "some words here\n" * 20_000,
    "zero bytes": "\0\n" * 50_000,
    "questions": "a" * 500_000 + " ?",
    "strays": "x x\n" + " def f(x):\n    return x\n" * 7_000,
    "stray decorators": "x x\n" + " @d\n" * 30_000,
    "conflicts": "x x\n" + "=======\n" * 20_000,
    "conflicts apart": "x x\n" + "<<<<<<< A\n\n\n" * 20_000,
    "dots": "x x\n" + "." * 500_000,
    "signs": "x = " + "…" * 300_000,
    "nothing": "def f(): x = (" + "," * 100_000 + " " * 100_000 + "=" * 100_000,
    "blanks between": "def f(): x = " + ("(" + " " * 2_000) * 200,
    "asked": "x = " + "?" * 500_000,
    "open heads": "if x:\n" * 20_000,
    "open strings in gaps": "def f(x):\n    # \n" + "'''\\" * 100_000,
    "elifs": "if x: pass\n" + "elif x: pass\n" * 3000,
}


@pytest.mark.parametrize("kind", DEEP)
def test_hostile_text_costs_bounded_time_and_not_its_neighbours(kind):
    start = time.process_time()
    result = extract("cell 1", DEEP[kind] + "\n" + AFTER)
    assert time.process_time() - start < 8
    assert isinstance(result, Extracted)


def test_half_a_character_breaks_its_own_statement_only():
    """JSON can hold a lone surrogate, which no encoding of Python source has."""
    result = extract("cell 1", f"x = '\ud800'\n\n{AFTER}")
    assert [s.names for s in result.statements] == [("after",)]
    assert [b.message.partition(":")[0] for b in result.broken] == ["SyntaxError"]


LINES = st.sampled_from(
    ["def f(x):", "    return x", "  '''", '"""', "(", ")", "%magic", "!ls", "x = 1", "\tif x:",
     "class A:", "@d", "oops oops", "import os", "\\", "#", "\x0c", "else:", "f?", "\u00a0", "'",
     ""]
)  # fmt: skip


@given(st.lists(LINES, max_size=15).map("\n".join) | st.text(max_size=60))
def test_any_cell_gives_statements_and_faults_within_its_lines(source):
    result = extract("cell 1", source)
    last = source.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for item in (*result.statements, *result.broken):
        assert 1 <= item.line <= last


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_any_broken_start_leaves_a_later_definition_standing(source):
    if '"""' not in source and "'''" not in source and "@" not in source and source[-1:] != "\\":
        assert "after" in names(f"{source}\n{AFTER}")
