"""Whatever a cell holds, the sound definitions in it are found and the broken ones are named."""

from __future__ import annotations

import ast
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.worker.extract import Extracted, extract


def names(source: str) -> list[str]:
    return [name for s in extract("cell 1", source).statements for name in s.names]


def broken(source: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(b.line, b.names) for b in extract("cell 1", source).broken]


GOOD = "def before():\n    return 1\n"
AFTER = "def after(x):\n    '''Text.'''\n    return x\n"


def listed(source: str) -> list[tuple[str, tuple[str, ...], int]]:
    return [(s.kind, s.names, s.line) for s in extract("cell 1", source).statements]


def test_every_statement_is_listed_but_those_that_do_nothing():
    source = (
        '"""Lab."""\nimport numpy as np, os.path\n'
        "from math import exp, log as ln\nfrom x import *\n"
        "def f():\n    pass\nasync def g():\n    pass\nclass C:\n    pass\n"
        "A = 3\nprint(A)\npass\nfor i in A: i\n"
    )
    assert listed(source) == [
        ("import", ("np",), 2),
        ("import", ("os",), 2),
        ("import", ("exp",), 3),
        ("import", ("ln",), 3),
        ("import", (), 4),
        ("function", ("f",), 5),
        ("function", ("g",), 7),
        ("class", ("C",), 9),
        ("other", (), 11),
        ("other", (), 12),
        ("other", (), 14),
    ]


def test_statements_of_a_block_are_listed_with_their_branch():
    source = (
        "if a:\n    K = 1\nelif b:\n    K = 2\nelse:\n    K = 3\n"
        "if __name__ == '__main__':\n    K = 4\n"
        "try:\n    import x\nexcept ImportError:\n    K = 5\n"
        "try:\n    K = 6\nexcept ValueError:\n    K = 7\n"
    )
    found = [
        (s.line, [branch for _, branch in s.inside], s.main)
        for s in extract("cell 1", source).statements
    ]
    assert found == [
        (1, [], False),  # the condition
        (3, ["orelse"], False),
        (6, ["orelse", "orelse"], False),
        (4, ["orelse", "body"], False),
        (2, ["body"], False),
        (7, [], False),
        (8, ["body"], True),
        (12, ["handlers"], False),
        (10, ["body"], False),
        (13, [], False),  # it defines nothing, so it is one statement
    ]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("%run utils.ipynb", "utils.ipynb"),
        ("%run utils", "utils.py"),
        ("%run -i 'my utils.ipynb'", "my utils.ipynb"),
        ("%run my\\ utils.ipynb", "my utils.ipynb"),
        ('%run "tools/a.py" 3', "tools/a.py"),
        ("get_ipython().run_line_magic('run', 'utils.ipynb')", "utils.ipynb"),
        ("get_ipython().magic('run utils.ipynb')", "utils.ipynb"),
        ("exec(open('utils.py').read())", "utils.py"),
        ("exec(compile(io.open('lib/a.py', encoding='utf-8').read(), 'a', 'exec'))", "lib/a.py"),
        ("exec(Path('utils.py').read_text(), globals())", "utils.py"),
        ("with open('utils.py') as f: exec(compile(f.read(), 'utils.py', 'exec'))", "utils.py"),
    ],
)
def test_a_file_that_is_run_is_imported(line, path):
    first, run, last = extract("cell 1", f"A = 1\n{line}\nB = 2\n").statements
    assert (run.kind, run.line, run.imports[0]) == ("import", 2, path)
    assert (first.line, last.line) == (1, 3)


@pytest.mark.parametrize(
    "line",
    ["%matplotlib inline", "get_ipython().magic('time')", "x.magic", "exec('K = 3  # a.py')",
     "exec(open(path).read())", "exec(open('a.txt').read())",
     "with open('a.py') as f: K = exec(f.read())", "exec(open().read())", "exec(a)()"],
)  # fmt: skip
def test_other_magics_run_no_file(line):
    assert all(s.kind == "other" for s in extract("cell 1", line).statements)


def test_a_file_that_a_cell_writes_is_kept():
    result = extract("cell 1", "%%writefile -a tools/x.py\ndef f(): pass\n")
    assert result.written == [("tools/x.py", "def f(): pass\n", True)]
    assert extract("cell 1", "%%file 'a b.py'\nx").written == [("a b.py", "x", False)]
    assert (result.statements, result.skipped) == ([], 0)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows these forms")
@pytest.mark.parametrize(
    ("source", "version", "bound"),
    [
        ('x = f"{d["x"]}"', "3.12", ("x",)),
        ("def f(d):\n    return f\"{'\\n'.join(d)}\"", "3.12", ("f",)),
        ('def f(d):\n    return f"""{d[  # the rate\n"a"]}"""', "3.12", ("f",)),
        ('x = f"{d["a"]:>{w}}{d["a"]!r}{d["a"]=}{(a := d["a"]) != 3}"', "3.12", ("x",)),
        ('x = f"{f"{f"{1}"}"}{{{d["a"]}}}"', "3.12", ("x",)),
        ("x = f'{chr(10).join(f'{y}' for y in z)}'", "3.12", ("x",)),
        ('x = "a\\"b" + f"{d["x"]}"', "3.12", ("x",)),
        ('x = f"\\"{d["x"]}\\t"', "3.12", ("x",)),
        ("def f[T, *Ts, **P](x): pass", "3.12", ("f",)),
        ("type X = int | str", "3.12", ("X",)),
        ("type P[T] = list[T]", "3.12", ("P",)),
        ("def f[T: (int, str)](x: T) -> T:\n    return x", "3.12", ("f",)),
        ("class A[T]:\n    pass", "3.12", ("A",)),
        ("try:\n    pass\nexcept ValueError, TypeError:\n    pass", "3.14", ()),
        ("try:\n    pass\nexcept* a.B, C:\n    pass", "3.14", ()),
        ('t = t"hello {x}"', "3.14", ("t",)),
        ('type X = int\ndef g(): return f"{len("a")}"', "3.12", ("X",)),
        ("def f[T = int](x: T) -> T:\n    return x", "3.13", ("f",)),
        ("class A[*Ts = *tuple[int, ...]]:\n    pass", "3.13", ("A",)),
        ("type P[T = int] = list[T]", "3.13", ("P",)),
        ("lazy import numpy as np", "3.15", ("np",)),
        ("lazy from math import pi, e as x", "3.15", ("pi", "x")),
        ("x = [*row for row in rows]", "3.15", ("x",)),
        ("def f(d):\n    return {**e for e in d}, g(*e for e in d)", "3.15", ("f",)),
    ],
)
def test_what_a_newer_python_reads_is_told_by_its_version(source, version, bound):
    result = extract("cell 1", f"{GOOD}{source}\n{AFTER}")
    assert names(f"{GOOD}{source}\n{AFTER}")[0] == "before"
    assert [b.needs for b in result.broken][:1] == [version]
    assert set(bound) <= {name for b in result.broken for name in b.names}


@pytest.mark.parametrize(
    "source",
    ['f"{}"', 'f"{1 +}"', 'f"{for}"', 'f"{a b}"', 'f"{l!}"', 'f"{l+1 }}"', 'd[f"W"+str(l)"] = 3',
     'p[f"W"l""]', 'p[f"W{l}] = 3\nq[f"b{l}"] = 4', "def f[](x): pass", "def f[3](x): pass",
     "def f[layer dims](x): pass", "class A[\n]: pass", 't"{1 +}"', 'f"W{}".format(l)',
     "print 'x'", "try:\n    pass\nexcept ValueError, e:\n    pass", 'x = f"{d["x"]', "def f(:",
     "def f[T = ](x): pass", "lazy numpy", "x = (*[1])", "x = [*y, 2 z]", "[* for y in z]",
     "x = [*y, z for y in z]", "type of thing", "x = (",
     'a = "abc\nx = f"{3}"', "def f[T(x): pass", 'f"{x["a"}]"', "f\"{x['a]}\"", 'f"{x["""]}"',
     "x = 'a\\' + f'{3}"],
)  # fmt: skip
def test_what_no_python_reads_is_no_newer_python(source):
    result = extract("cell 1", source)
    assert result.broken
    assert [b.needs for b in result.broken if b.needs] == []


def test_branches_give_their_definitions_the_preferred_last():
    source = (
        "try:\n    import a\nexcept ImportError:\n    import b\nelse:\n    import c\n"
        "if x:\n    def f(): 1\nelse:\n    def g(): 2\n"
        "if False:\n    def h(): 3\nelse:\n    def k(): 4\n"
        "if __name__ == '__main__':\n    def main(): 5\n    main()\n"
    )
    assert names(source) == ["b", "a", "c", "g", "f", "k", "h", "main"]


@pytest.mark.parametrize(
    "line",
    ["%matplotlib inline", "% matplotlib inline", "!pip install x", "?np.dot", "np.dot?",
     "np.dot??", "np.*load*?", "f?;", "%time", "%timeit K = 3", "%time %cd", "%%time", "%lsmagic"],
)  # fmt: skip
def test_magics_are_dropped_and_lines_keep_their_numbers(line):
    result = extract("cell 1", line + "\n" + GOOD + line + "\n" + AFTER)
    assert [(s.names, s.line) for s in result.statements] == [(("before",), 2), (("after",), 5)]
    assert result.broken == []


@pytest.mark.parametrize(
    ("line", "python"),
    [
        ("%time K = 3", "K = 3"),
        ("% time import numpy as np", "import numpy as np"),
        ("%prun -l 7 -s cumulative -q K = f()", "K = f()"),
        ("%time --no-raise-error K = -x", "K = -x"),
        ("K = %time f(3)", "K = f(3)"),
        ("get_ipython().run_line_magic('time', 'K = 3')", "K = 3"),
        ("get_ipython().magic('time K = 3')", "K = 3"),
        ("K = get_ipython().run_line_magic('time', 'f(3)')", "K = f(3)"),
        ("%pylab inline", "from pylab import *"),
        ("%pylab --no-import-all", "import numpy as np"),
        ("files = !ls", "files = __import__('IPython')"),
        ("files = get_ipython().getoutput('ls')", "files = __import__('IPython')"),
        ("x = %timeit -o f()", "x = __import__('IPython')"),
    ],
)
def test_a_magic_that_binds_a_name_is_what_it_executes(line, python):
    for source in (f"A = 1\n{line}\nB = 2", f"A = 1\nif A:\n    {line}\nB = 2"):
        statements = extract("cell 1", source).statements
        _, found, *_, last = [one for one in statements if not one.decides]
        assert ast.unparse(found.node) == python
        assert last.line == 1 + source.count("\n")


def test_what_nbconvert_made_of_a_cell_is_that_cell():
    body = "import numpy as np\nif A:\n    def f():\n        # mine\n        return np.pi\nx = ("
    result = extract(
        "lab.py", f"A = 1\nget_ipython().run_cell_magic('time', '', {body!r})\nB = 2\n"
    )
    assert [(s.kind, s.line, len(s.inside)) for s in result.statements] == [
        ("other", 1, 0), ("import", 2, 0), ("other", 2, 0), ("function", 2, 1), ("other", 3, 0),
    ]  # fmt: skip
    assert "# mine" in result.statements[3].text
    assert [(b.line, b.names) for b in result.broken] == [(2, ())]


def test_what_nbconvert_made_of_other_cells_is_told():
    call = "get_ipython().run_cell_magic"
    result = extract("lab.py", f"{call}('writefile', 'a.py', 'K = 3')\n{call}('bash', '', 'ls')\n")
    assert result.written == [("a.py", "K = 3", False)]
    assert (result.statements, result.skipped) == ([], 1)


@pytest.mark.parametrize(
    "source",
    [
        ">>> def f(x):\n...     return x\n...\n>>> f(1)\n1\n",
        "In [3]: def f(x):\n   ...:     return x\n   ...: \nIn [12]: f(1)\nOut[12]: 1\n",
    ],
)
def test_prompts_that_were_copied_along_are_left_out(source):
    assert "f" in names(source)


def test_an_indented_magic_leaves_its_block_whole():
    assert names("def f():\n    %time\ndef g():\n    !ls\n    return 1\n") == ["f", "g"]


def test_a_percent_line_that_is_python_survives():
    source = "def f(x):\n    y = ('%s'\n% x)\n    return y + '''\n%matplotlib\n!ls\n'''\n"
    assert "%matplotlib" in extract("cell 1", source).statements[0].text
    with_magic = extract("cell 1", "%matplotlib inline\n" + source)
    assert "%matplotlib\n!ls" in with_magic.statements[0].text
    assert with_magic.broken == []


@pytest.mark.parametrize(
    "magic",
    ["bash", "html", "javascript", "R", "sh", "script python", "SQL", "cython -a", "js",
     "markdown", "file", "!", "latex", "svg", "perl"],
)  # fmt: skip
def test_a_cell_of_another_language_is_left_out(magic):
    result = extract("cell 1", f"\n%%{magic}\ndef f(): pass\n")
    assert (result.statements, result.broken, result.skipped) == ([], [], 1)


@pytest.mark.parametrize(
    "magic",
    ["time", "timeit -n 3", "capture out", "memit", "pycodestyle", "ipytest -qq", "viztracer",
     "beartype BeartypeConf()", "cache x.pkl y", "wurlitzer", "notify", "local", "nbgrader_check 1",
     "anything at all"],
)  # fmt: skip
def test_a_cell_under_any_other_magic_is_code_when_it_is_python(magic):
    result = extract("cell 1", f"\n%%{magic}\n%matplotlib inline\n{GOOD}")
    assert (_functions(result), result.broken, result.skipped) == (["before"], [], 0)
    result = extract("cell 1", f"%%{magic}\nSay in a sentence what it does.\nIt does well.\n")
    assert (result.statements, result.broken, result.skipped) == ([], [], 1)


@pytest.mark.parametrize("magic", ["time", "cache", "anything"])
def test_what_is_broken_under_a_magic_is_told(magic):
    result = extract("cell 1", f"%%{magic}\ndef bad(x)\n    return x\n")
    assert [(b.line, b.names) for b in result.broken] == [(2, ("bad",))]
    result = extract("cell 1", f"%%{magic}\nK = 3\nx = 1 1\n")
    assert (len(result.statements), len(result.broken), result.skipped) == (1, 1, 0)
    assert len(extract("cell 1", f"%%{magic}\n%run tools.py\n").statements) == 1


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
    "lists": "x = " + "[" * 60_000,
    "operators": "x = " + "-" * 40_000 + "1",
    "sums": "x = 1" + "+1" * 80_000,
    "calls": "x = f" + "()" * 20_000,
    "attributes": "x = a" + ".a" * 40_000,
    "blocks": "".join(" " * n + "if 1:\n" for n in range(300)),
    "lambdas": "x = " + "lambda: " * 20_000 + "1",
    "names": "x = " + "a" * 1_000_000,
    "digits": "x = " + "9" * 1_000_000,
    "spaces": " " * 1_000_000 + "!",
    "quotes": "x = " + "'\\" * 500_000,
    "triple quotes": "x = 1 1\n" + "'''\\" * 80_000,
    "open strings": "x = 1 1\n" + "'\n" * 40_000,
    "equals": "x x\n" + "a = b\n" * 12_000,
    "magics": "%a\n" * 40_000,
    "definitions": "def f(\n" * 8_000,
    "decorators": "@\n" * 12_000,
    "prose": "some words here\n" * 8_000,
    "zero bytes": "\0\n" * 20_000,
    "questions": "a" * 500_000 + " ?",
    "strays": "x x\n" + " def f(x):\n    return x\n" * 3_000,
    "stray decorators": "x x\n" + " @d\n" * 12_000,
    "conflicts": "x x\n" + "=======\n" * 8_000,
    "conflicts apart": "x x\n" + "<<<<<<< A\n\n\n" * 8_000,
    "dots": "x x\n" + "." * 500_000,
    "signs": "x = " + "…" * 300_000,
    "nothing": "def f(): x = (" + "," * 50_000 + " " * 50_000 + "=" * 50_000,
    "blanks between": "def f(): x = " + ("(" + " " * 2_000) * 200,
    "asked": "x = " + "?" * 500_000,
    "open heads": "if x:\n" * 8_000,
    "open strings in gaps": "def f(x):\n    # \n" + "'''\\" * 40_000,
    "elifs": "if x: pass\n" + "elif x: pass\n" * 3000,
}


@pytest.mark.parametrize("kind", DEEP)
def test_hostile_text_costs_bounded_time_and_not_its_neighbours(kind):
    start = time.process_time()
    result = extract("cell 1", DEEP[kind] + "\n" + AFTER)
    assert time.process_time() - start < 4
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


@settings(max_examples=50)
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
