"""What does each kind of wrong function get: outcome, misconception, words?"""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from grader.grade import Slot

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

IMPORTS = "import ctypes, os, sys, time\nimport numpy as np\n"
# the code, or what the function does; the outcome of the first check; the misconception
CASES: dict[str, tuple[str, str, str | None]] = {
    "another name": ("def quadrat(x): return x**2", "failed", "function-missing"),
    "nothing": ("", "failed", "function-missing"),
    "a number": ("square = 4", "failed", "function-missing"),
    "starter": (
        "def square(x):\n    # mine\n    raise NotImplementedError\n",
        "failed",
        "not-implemented",
    ),
    "pass": ("def square(x): pass", "failed", "not-implemented"),
    "no argument": ("def square(): return 4", "failed", "wrong-signature"),
    "too many arguments": ("def square(x, y, z): return x", "failed", "wrong-signature"),
    "broken definition": ("@undefined\ndef square(x): return x", "error", "raises-exception"),
    "syntax error": ("def square(x):\n    return x +\n", "failed", "syntax-error"),
    "none": ("x**2", "failed", "wrong-return-type"),
    "text": ("return 'x' * 5", "failed", "wrong-return-type"),
    "dict": ("return {'x': x}", "failed", "wrong-return-type"),
    "complex": ("return x + 1j", "failed", "wrong-return-type"),
    "list": ("return x.tolist()", "failed", "wrong-return-type"),
    "generator": ("yield x", "failed", "wrong-return-type"),
    "objects": ("return np.array([[1, 2], [3]], object)", "failed", "wrong-return-type"),
    "masked": ("return np.ma.masked_less(x, 9)", "failed", "wrong-return-type"),
    "figure": ("import pylab; return [pylab.figure()]", "failed", "wrong-return-type"),
    "own class": ("class Result: pass\n    return Result()", "failed", "wrong-return-type"),
    "own class as a key": (
        "class Result: pass\n    return [{Result(): x}]",
        "failed",
        "wrong-return-type",
    ),
    "itself": ("y = [x]; y.append(y); return y", "failed", "wrong-return-type"),
    "function": ("return lambda: x", "failed", "wrong-return-type"),
    "long text": ("return 'x' * (1 << 22)", "failed", "wrong-return-type"),
    "large array": ("return np.zeros((600, 600))", "failed", "wrong-return-type"),
    "gigabyte": ("return 'x' * (1 << 30)", "memory_exceeded", "memory-limit"),
    "hog": ("return [bytes(1 << 20) for _ in range(999)]", "memory_exceeded", "memory-limit"),
    "nan": ("return np.log(-x**2)", "failed", "nan-or-inf"),
    "transposed": ("return (x**2).T", "failed", "wrong-shape"),
    "flat": ("return (x**2).ravel()", "failed", "wrong-shape"),
    "summed": ("return (x**2).sum(axis=0)", "failed", "wrong-shape"),
    "twice": ("return 2 * x**2", "failed", None),
    "sign": ("return -x**2", "failed", None),
    "cube": ("return x**3", "failed", None),
    "raises": ("return x @ x", "error", "raises-exception"),
    "raises deep": ("return (lambda y: y['key'])({})", "error", "raises-exception"),
    "undefined": ("return squared_by_hand(x)", "error", "raises-exception"),
    "missing module": ("import h5py; return h5py.square(x)", "error", "import-error"),
    "long message": ("raise ValueError('é' * 10_000_000)", "error", "raises-exception"),
    "odd message": (
        r"raise ValueError('\x1b[31mred\x00\ud800\u202eback\r\nline 2\n' * 9)",
        "error",
        "raises-exception",
    ),
    "silent exception": ("raise type('Odd', (BaseException,), {'__str__': 1})", "error", None),
    "endless message": ("raise Endless", "timeout", "timeout"),
    "recursion": ("return square(x)", "error", "raises-exception"),
    "loop": ("while True: pass", "timeout", "timeout"),
    "sleep": ("time.sleep(3600)", "timeout", "timeout"),
    "sys.exit": ("sys.exit()", "error", "raises-exception"),
    "os._exit": ("os._exit(0)", "crashed", "crashed"),
    "segfault": ("ctypes.string_at(0)", "crashed", "crashed"),
    "closed output": ("sys.stdout.close(); print(x)", "error", "raises-exception"),
    "flood": ("while True: print(x)", "output_exceeded", None),
    "forged": ("os.write(100, b'passed!!')", "crashed", "crashed"),
}
ENDLESS = """
class Endless(Exception):
    def __str__(self):
        while True: pass
"""


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_function_is_named(
    grade: Any, told: Any, snapshot: SnapshotAssertion, name: str
) -> None:
    code, outcome, misconception = CASES[name]
    if code and "def " not in code and "square =" not in code:
        code = f"{ENDLESS}\ndef square(x):\n    {code}\n"
    report = grade(IMPORTS + code)
    assert report.status == "graded"
    assert report.points == 0
    first, second = report.checks
    assert first.outcome == outcome
    if misconception or outcome == "failed":
        assert first.misconception == misconception
    assert second.outcome == "not_run"
    assert told(report) == snapshot
    assert all(len(line) <= 300 for line in told(report).splitlines())


RIGHT = {
    "plain": "return x**2",
    "alias": "squared",
    "float32": "return (x**2).astype('f4')",
    "closed output": "sys.stdout.close(); return x**2",
    "other byte order": "return (x**2).astype('>f8')",
    "fortran": "return np.asfortranarray(x**2)",
    "wide": "return np.square(x, dtype=np.longdouble)",
    "matrix": "return np.asmatrix(x**2)",
    "masked": "return np.ma.masked_array(x**2)",
    "masked where nothing is": "return np.ma.masked_less(x**2, 0)",
    "numbers as objects": "return (x**2).astype(object)",
    "fractions": "import fractions; return np.vectorize(fractions.Fraction)(x) ** 2",
    "class of its own": "return (x**2).view(type('Weights', (np.ndarray,), {}))",
    "prints": "print(x); return x**2",
    "more parameters": "(x, power=2, debug=False)",
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_function_gets_full_marks(grade: Any, name: str) -> None:
    code = f"{IMPORTS}def square(x):\n    {RIGHT[name]}\n"
    if name == "alias":
        code = "def squared(values): return values**2"
    if name == "more parameters":
        code = f"def square{RIGHT[name]}: return x**power"
    report = grade(code)
    assert report.points == report.max_points


NEIGHBOURS = {
    "long name": f"def {'f' * 5000}(): pass",
    "long name of a module": f"import {'m' * 5000}",
    "long name that fails": f"@undefined\ndef {'g' * 5000}(): pass",
    "broken long name": f"def {'h' * 5000}(: pass",
    "names of other scripts": "def квадрат(x): return x",
    "many functions": "\n".join(f"def f{n}(): pass" for n in range(150)),
    "many failures": "\n".join(f"@undefined\ndef f{n}(): pass" for n in range(1000)),
    "long signature": f"def f({', '.join(f'a{n}' for n in range(200))}): pass",
    "odd error": "class C:\n    raise ValueError('\\ud800 \\x00' * 999)",
    "long line": f"x = {'1 + ' * 400}1",
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_what_stands_beside_the_function_costs_nothing(grade: Any, name: str) -> None:
    right = "def square(x): return x**2\n"
    for code in (f"{NEIGHBOURS[name]}\n{right}", f"{right}\n{NEIGHBOURS[name]}\n"):
        report = grade(code)
        assert report.points == report.max_points, report.checks[0].feedback


def test_changing_the_argument_costs_the_check_about_it(
    grade: Any, told: Any, snapshot: SnapshotAssertion
) -> None:
    report = grade("def square(x):\n    x **= 2\n    return x\n")
    assert [check.outcome for check in report.checks] == ["passed", "failed"]
    assert told(report) == snapshot


def test_a_hang_costs_the_checks_that_call_it(mini_course: Any, make_answer: Any) -> None:
    hidden = """
    from grader.testing import check, expect

    @check("First", points=1)
    def test_first(submission): expect(submission.first(1) == 1, "no")

    @check("Second", points=1)
    def test_second(submission): expect(submission.second(1) == 1, "no")

    @check("First again", points=1)
    def test_again(submission): expect(submission.first(2) == 2, "no")
    """
    function = """
    [[functions]]
    name = "{}"
    parameters = [{{ name = "x" }}]
    returns = {{ kind = "number" }}
    """
    exercise = dedent(function.format("first") + function.format("second"))
    code = "def first(x): return x\ndef second(x):\n    while True: pass\n"
    with Slot(mini_course(hidden, exercise=exercise)) as slot:
        report = slot.grade("mini", make_answer(code))
    assert [check.outcome for check in report.checks] == ["passed", "timeout", "passed"]
    assert report.points == 2
