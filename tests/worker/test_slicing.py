"""What functions need of the statements around them is executed, and nothing else is."""

from __future__ import annotations

import ast
import decimal
import io
import math
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker.namespace import Namespace
from grader.worker.slicing import functions

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each is a file whose function `f` returns True when what it needs has been executed.
FORMS = (Path(__file__).parent / "module_level.txt").read_text("utf-8").split("\n---\n")
CONTRACT = [{"names": ["f", "alias"], "arguments": []}]
# What learners have around their functions; each line tells when it is executed.
NEEDLESS = """
ran.note("a call")
print(ran.note("a print"))
unused = ran.note("a value")
unused_too = [ran.note("a comprehension") for _ in range(2)]
for epoch in range(ran.note("a loop") or 3):
    ran.note("training")
while ran.note("a condition"):
    break
with open(ran.note("a file")) as unused_file:
    unused_data = unused_file.read()
try:
    unused_answer = input(ran.note("a question"))
except EOFError:
    ran.note("a handler")
if ran.note("a test"):
    unused_choice = 1
else:
    unused_choice = 2
assert ran.note("an assertion")
unused_table = {}
unused_table[ran.note("an item")] = 3
ran.attribute = ran.note("an attribute")
match ran.note("a match"):
    case _:
        unused_match = 1
raise SystemExit(ran.note("the end"))
"""
_SINGLE = [ast.unparse(statement) for statement in ast.parse(NEEDLESS).body]
_TABLE = _SINGLE.index("unused_table = {}")
_SINGLE[_TABLE : _TABLE + 2] = ["\n".join(_SINGLE[_TABLE : _TABLE + 2])]  # its item is below it
# Half of them stand above what is needed, half below; with the next form, the other way round.
HALVES = ["\n".join(_SINGLE[::2]), "\n".join(_SINGLE[1::2])]


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Give a module `ran` to student code, and return what it was told."""
    found: list[str] = []
    module = ModuleType("ran")
    module.note = found.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ran", module)
    limit = sys.getrecursionlimit()
    assert np.random  # it is loaded by its first use, which the end of the patch would undo
    tables = (vars(np), vars(math), os.environ)
    for name in np.__all__:
        getattr(np, name)  # numpy loads its modules at first use, which must not be undone
    with decimal.localcontext(), ExitStack() as kept:
        for table in tables:
            kept.enter_context(mock.patch.dict(table))
        yield found
    sys.setrecursionlimit(limit)


def define(*sources: str, **given: Any) -> tuple[Namespace, dict[str, Any]]:
    namespace = Namespace(contract=CONTRACT, **given)
    cells = [(f"cell {n}", source) for n, source in enumerate(sources, 1)]
    return namespace, namespace.define(cells, path="lab/answer.py")


def value(*sources: str, **given: Any) -> Any:
    namespace, _ = define(*sources, **given)
    function = namespace.find(["f", "alias"])
    assert function is not None
    return function()


def test_there_are_many_forms() -> None:
    assert len({form.strip() for form in FORMS}) >= 500


@pytest.mark.parametrize("form", FORMS)
def test_what_is_needed_is_executed_and_nothing_else(form: str, notes: list[str]) -> None:
    above, below = HALVES if FORMS.index(form) % 2 else HALVES[::-1]
    namespace, report = define("import ran\n" + above, form, below)
    function = namespace.find(["f"])
    assert function is not None
    assert function() is True
    assert notes == []
    # The statements of NEEDLESS one by one; of its `if`, both branches.
    assert report["skipped"] >= 16


def test_needless_statements_do_tell_when_they_are_executed(notes: list[str]) -> None:
    define("import ran\n" + NEEDLESS.replace("unused", "K"), "def f(): return K, K_too, K_table")
    assert notes == ["a value", "a comprehension", "a comprehension", "an item"]


def test_a_docstring_is_a_value(notes: list[str]) -> None:
    code = "# first\n'A text.'\nK = __doc__.split()\ndef f(): return K, __doc__"
    assert value(code, "'Another.'") == (["A", "text."], "A text.")
    assert value("K = 1\n'No docstring.'\ndef f(): return __doc__") is None


def test_a_notebook_has_no_file() -> None:
    code = "try: K = __file__\nexcept NameError: K = 'none'\ndef f(): return K"
    namespace = Namespace(contract=CONTRACT)
    namespace.define([("cell 1", code)], path="answer.ipynb")
    assert namespace.find(["f"])() == "none"  # type: ignore[misc]


def test_a_helper_needs_what_stands_above_those_who_call_it() -> None:
    assert value("K = 1\ndef g(): return K", "K = [2][0]", "def f(): return g()") == 2


def test_a_binding_is_needless_only_by_one_that_cannot_fail() -> None:
    failing = "K = 0.01\ndata = np.loadtxt('x')\nK = data.mean()\ndef f(): return K"
    assert value("import numpy as np", failing) == 0.01
    assert value("K = [1][0]\nK = 1 / int('0')", "def f(): return K") == 1


def test_a_value_that_is_given_anew_is_not_computed(notes: list[str]) -> None:
    assert value("import ran\nK = ran.note('long')\nK = 3\ndef f(): return K") == 3
    assert notes == []


def test_imports_are_not_changed_by_what_is_done_to_them(notes: list[str]) -> None:
    code = "import numpy as np, ran\nnp.random.seed(ran.note('seed'))\ndef f(): return np.pi > 3"
    assert value(code) is True
    assert notes == []


def test_a_counter_does_not_bring_in_the_loop_that_counts(notes: list[str]) -> None:
    counting = "calls = 0\ndef f():\n    global calls\n    calls += 1\n    return calls"
    assert value("import ran", counting, "for i in range(9):\n    ran.note(f())") == 1
    assert notes == []


def test_an_alias_that_nobody_defines_needs_nothing(notes: list[str]) -> None:
    assert value("import ran\nexec(ran.note('exec'))\ndef f(): return 1") == 1
    assert notes == []


def test_an_alias_that_means_something_else_needs_nothing(notes: list[str]) -> None:
    assert value("import ran\nalias = ran.note('a model')\ndef f(): return 1") == 1
    assert value("alias = (lambda: lambda: 3)()") == 3
    assert notes == []


def test_the_place_where_a_script_begins_counts_when_nothing_else_does() -> None:
    main = "if __name__ == '__main__':\n    K = [2][0]\n    K += 1\n"
    assert value("def f(): return K", main) == 3
    assert value("K = [1][0]\ndef f(): return K", main) == 1
    nested = (
        "if __name__ == '__main__':\n    if [0][0]:\n        K = [1][0]\n"
        "    else:\n        K = [2][0]\n"
    )
    assert value("def f(): return K", nested) == 2


def test_a_long_try_is_looked_at_once() -> None:
    inside = "".join(f"    K{n} = K{n - 1} + [1][0]\n" for n in range(1, 1500))
    code = f"K0 = 1\ntry:\n    import math\n{inside}except ImportError:\n    pass\n"
    start = time.process_time()
    assert value(code, "def f(): return K1499") == 1500
    assert time.process_time() - start < 8


def test_a_condition_that_nobody_needs_is_not_executed(notes: list[str]) -> None:
    code = "import ran\nK = 1\nif ran.note('first'): L = 1\nelif (M := ran.note('second')): L = 2\n"
    assert value(code, "def f(): return K") == 1
    assert notes == []
    assert value(code, "def f(): return M") is None
    assert notes == ["first", "second"]


def test_a_condition_decides_and_one_that_fails_takes_all() -> None:
    choice = "if len({}) {}:\n    K = 1\nelse:\n    K = 2\n    K += 2\ndef f(): return K"
    assert value(choice.format("'ab'", "== 2")) == 1
    assert value(choice.format("'ab'", "> 2")) == 4
    assert value(choice.format("open('nothing').read()", "> 2")) == 1
    functions = "if [{}][0]:\n    def f(): return 1\nelse:\n    def f(): return 2\n"
    assert (value(functions.format(1)), value(functions.format(0))) == (1, 2)


def test_a_try_answers_for_a_module_that_is_not_there() -> None:
    code = "try:\n    import nowhere as m\n    K = m.x\nexcept {}:\n    K = 3\ndef f(): return K"
    assert value(code.format("ImportError")) == 3
    assert value(code.format("ModuleNotFoundError")) == 3
    assert value(code.format("Exception")) == 3


def test_a_try_that_fails_gives_what_it_can() -> None:
    code = (
        "try:\n    import math\n    K = 3\nexcept ImportError:\n    K = 4\nfinally:\n    boom()\n"
    )
    assert value(code, "def f(): return K, math.pi > 3") == (3, True)


def test_a_stopped_statement_gives_its_names_back() -> None:
    loop = "K = 1\nfor K in iter(int, 1): pass\ndef f(): return K"
    namespace, report = define(loop)
    assert namespace.find(["f"])() == 1  # type: ignore[misc]
    lacks = report["functions"]["f"]["lacks"]
    assert (lacks["names"], lacks["line"]) == (["K"], 2)
    assert lacks["reason"].startswith("it was stopped after 0.5 s")
    assert report["half_used"] or sys.platform == "win32"


def test_all_statements_together_have_a_time() -> None:
    loops = "".join(f"for K{n} in iter(int, 1): pass\n" for n in range(5))
    _, report = define(loops, f"def f(): return {', '.join(f'K{n}' for n in range(5))}")
    assert len(report["failed"]) == 5


def test_output_goes_nowhere_and_nobody_sleeps(capsys: pytest.CaptureFixture[str]) -> None:
    from grader.worker import clock

    undo = clock.skip_sleeping()
    try:
        code = "import sys, time\nfrom time import sleep\nK = print('x') or sleep(500)\n"
        more = "L = sys.stderr.write('y') + (time.sleep(500) or 0)\ndef f(): return K, L"
        assert value(code, more) == (None, 1)
    finally:
        undo()
    assert capsys.readouterr() == ("", "")


REASONS = {
    "a file": (
        "K = open('data/x.csv').read()",
        "it reads x.csv, which is not there",
    ),
    "a file that is written": (
        "def save(): raise OSError(30, 'Read-only file system', 'a/log.txt')\nK = save()",
        "it may not open log.txt, since no file can be written",
    ),
    "a question": ("K = input()", "it asks for input, and nobody answers"),
    "an empty file": (
        "import io, pickle\nK = pickle.load(io.BytesIO())",
        "EOFError: Ran out of input",
    ),
    "a module": ("import nowhere\nK = nowhere.load()", "the module 'nowhere' is not available"),
    "an error": ("K = 1 / int('0')", "ZeroDivisionError: division by zero"),
    "time": ("while True: K = 1", "it was stopped after 0.5 s"),
}


@pytest.mark.parametrize("case", REASONS)
def test_why_a_name_is_missing_is_told(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    code, reason = REASONS[case]
    _, report = define("L = 1", f"{code}\nM = K\n", "def f(): return M")
    why = report["unset"]["M"]
    assert (why["label"], why["root"]) == ("cell 2", "K")
    assert why["line"] == code.count("\n") + 1
    assert why["reason"].startswith(reason)


@pytest.mark.parametrize(("length", "line"), [(1, 1), (2, 1), (21, 1), (22, 2), (300, 280)])
def test_the_first_cause_is_told_of_a_chain_of_names_or_one_far_above(
    length: int, line: int
) -> None:
    chain = "".join(f"K{n} = K{n - 1}\n" for n in range(1, length))
    _, report = define(f"K0 = 1 / int('0')\n{chain}def f(): return K{length - 1}")
    (cause,) = report["unset"].values()
    assert (cause["root"], cause["line"]) == (f"K{line - 1}", line)
    first = "ZeroDivisionError: division by zero"
    above = f"NameError: name 'K{line - 2}' is not defined"
    assert cause["reason"] == (first if line == 1 else above)


def test_names_that_wait_for_each_other_have_a_cause() -> None:
    _, report = define("K = L\nL = M\nM = K\ndef f(): return K")
    assert [*report["unset"]] == ["K"]
    assert "is not defined" in report["unset"]["K"]["reason"]


@pytest.mark.parametrize("name", ["K", "L", "softmax"])
def test_a_star_import_of_a_missing_module_may_bind_any_name(name: str) -> None:
    lines = f"import math\nfrom math import *\nfrom nowhere import *\ndef f(): return {name}"
    _, report = define(lines)
    assert report["unset"][name] == {
        "label": "cell 1",
        "line": 3,
        "root": name,
        "reason": "the module 'nowhere' is not available",
    }
    assert define(lines.replace("nowhere", "string"))[1]["unset"] == {}
    for known in ("len", "pi"):  # a word of Python's, and one that another module gives
        assert define(lines.replace(name, known))[1]["unset"] == {}


@pytest.mark.parametrize("head", ["if __name__ == '__main__'", "if 1 > 2", "for i in []"])
def test_a_deletion_that_nobody_executed_hides_no_cause(head: str) -> None:
    _, report = define(f"K = 1 / int('0')\n{head}:\n    del K\ndef f(): return K")
    assert report["unset"]["K"]["line"] == 1
    _, report = define("K = [3][0]\ndel K\ndef f(): return K")
    assert report["unset"] == {}


def test_statements_that_cost_a_worker_are_told_and_not_executed(notes: list[str]) -> None:
    code = "import ran\nK = ran.note('exit')\nS = 3\ndef f(): return K, S"
    namespace, report = define(code, slices="tell")
    assert notes == []
    assert report["unset"]["K"]["reason"] == report["functions"]["f"]["lacks"]["reason"]
    assert "ended Python or used up too much" in report["unset"]["K"]["reason"]
    assert namespace.globals["S"] == 3
    namespace, report = define(code, slices="off")
    assert (notes, namespace.globals["S"]) == ([], 3)


@pytest.mark.parametrize("line", ["K = K + [1][0]", "T.append(1)", "K += 1; T[K:] = [1]"])
def test_a_file_of_thousands_of_statements_is_followed_like_any(line: str) -> None:
    many = "\n".join([line] * 2500)
    assert value(f"K = 0\nT = []\n{many}", "def f(): return max(K, len(T))") == 2500


def test_a_lambda_of_any_depth_is_looked_into() -> None:
    for depth in (10, 60, 200):
        deep = f"K = [3][0]\ng = {'lambda: ' * depth}K\ndef f(h=g):\n"
        assert value(f"{deep}    for _ in range({depth}): h = h()\n    return h") == 3
    call = "(lambda: T.append(1{}))()".format(" + 1" * 400)
    assert value(f"T = []\n{call}", "def f(): return T") == [401]
    nested = "d.append(1)"
    for _ in range(20):
        nested = f"(lambda d, e: {nested})(d, d)"
    assert value(f"d = []\n{nested}", "def f(): return d") == [1]


def test_of_more_statements_than_are_read_the_file_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("grader.worker.namespace.MOST_STATEMENTS", 2_000)
    many = "\n".join(["K = 1"] * 2_000)
    _, report = define(many, "def g(): return 1\ndef f(): return K")
    (failed,) = report["failed"]
    assert (failed["label"], failed["line"], failed["names"]) == ("cell 2", 1, ["f"])
    assert failed["error"].startswith("of a submission, 20,000 statements are read")


@pytest.mark.parametrize("most", [10**6, 100])
@pytest.mark.parametrize("first", ["g0()", "g99()", "g50()"])
def test_what_functions_change_is_found_however_they_call_one_another(
    first: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(functions, "_MOST_WORK", most)  # beyond it, a call may change anything
    calls = "".join(f"def g{n}(t, way): return g{(n + 1) % 99}(t, way)\n" for n in range(99))
    code = f"T, K, L = [1], [1], [1]\n{calls}def g99(t=L, way=0): t[0] = K[0] = 2 * way\n"
    ends = "def g50(t=L, way=1): return g99(t, way) if way else g51(t, way)\n"
    before = first.replace("()", "(L, 1)" if first != "g0()" else "(L, 2)")
    assert value(f"{code}{ends}{before}\ng0(T, 3)\ndef f(): return T, K") == ([6], [6])


@given(st.lists(st.sampled_from([*"abcdf", "="]), min_size=3, max_size=30))
def test_any_chain_of_names_ends(parts: list[str]) -> None:
    triples = zip(parts, parts[1:], parts[2:], strict=False)
    lines = [f"{a} = {b} if {c} else {a}" for a, b, c in triples if "=" not in (a, b, c)]
    define("\n".join([*lines, "def f(): return a, b, c, d"]))
