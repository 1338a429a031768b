"""Definitions are executed one by one, each may fail alone, and the report says where they were."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.wire import encode
from grader.worker.namespace import Namespace
from grader.worker.placeholders import PlaceholderUsed

HELPERS = "import numpy as np\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"


def defined(*sources: str, **given: str) -> tuple[Namespace, dict[str, Any]]:
    namespace = Namespace(**given)
    report = namespace.define([(f"cell {n}", s) for n, s in enumerate(sources, start=1)])
    encode(report)
    return namespace, report


def call(namespace: Namespace, name: str, *args: Any) -> Any:
    function = namespace.find([name])
    assert function is not None
    return function(*args)


def test_definitions_are_found_with_their_place():
    namespace, report = defined(
        "import numpy as np\n",
        "\n@staticmethod\ndef f(n_x, *, scale=0.01, rng=None, w=[]):\n    return np.zeros(n_x)\n",
    )
    assert call(namespace, "f", 3).shape == (3,)
    assert report["functions"]["f"] == {
        "label": "cell 2",
        "line": 3,
        "stub": False,
        "fits": True,
        "named": True,
        "count": 1,
        "signature": "(n_x, *, scale=0.01, rng=None, w=...)",
    }
    assert report["broken"] == report["failed"] == report["missing_modules"] == []


def test_parameters_by_place_only_are_shown_as_such():
    _, report = defined("def f(a, /, b): return a\ndef g(*a, b): return b\n")
    signatures = {name: found["signature"] for name, found in report["functions"].items()}
    assert signatures == {"f": "(a, /, b)", "g": "(*a, b)"}


def test_a_failure_deep_down_is_told_by_the_line_that_went_there():
    code = "def g(n): return g(n - 1) if n else 1 / 0\n\nclass C:\n    x = g(150)\n"
    _, report = defined(code)
    assert (report["failed"][0]["line"], report["failed"][0]["names"]) == (1, ["C"])


def test_the_last_definition_that_executes_counts():
    namespace, report = defined(
        "def f(): return 1", "def f(): return 2", "@nothing\ndef f(): return 3", "def f( return 4"
    )
    assert call(namespace, "f") == 2
    assert report["functions"]["f"]["count"] == 2
    assert report["functions"]["f"]["label"] == "cell 2"
    assert report["failed"][0]["names"] == report["broken"][0]["names"] == ["f"]


CONTRACT = [
    {
        "names": ["step"],
        "arguments": [
            {"name": name, "aliases": aliases, "optional": False}
            for name, aliases in (("weights", ["w"]), ("slopes", []), ("rate", ["lr"]))
        ],
    }
]
STEP = "def step(weights, slopes, rate=1.2): return 1\n"


@pytest.mark.parametrize(
    ("later", "counts"),
    [
        ("def step(a, b, slopes): return 2", 1),  # another lab's
        ("def step(X, Y): return 2", 1),
        ("def step(x): return 2", 1),
        ("def step(*, model, data, w): return 2", 1),
        ("def step(w, g, lr): return 2", 2),
        ("def step(weights, slopes): return 2", 1),  # it does not take a rate
        ("def step(W, slopes, lr=3, seed=1): return 2", 2),
        ("step = lambda weights, b, rate: 2", 2),
        ("def step(*args): return 2", 2),
    ],
)
def test_of_two_that_fit_the_one_that_is_called_as_the_contract_has_it_counts(later, counts):
    for sources in ([STEP + later], [STEP, later]):
        namespace = Namespace(contract=CONTRACT)
        namespace.define([(f"cell {n}", source) for n, source in enumerate(sources)])
        assert call(namespace, "step", 1, 2, 3) == counts
    # The only one counts, whatever it is called.
    alone = Namespace(contract=CONTRACT)
    alone.define([("cell", later)])
    assert alone.find(["step"]) is not None


def test_a_plain_value_does_not_take_the_name_of_a_function():
    namespace, report = defined("def f(): return 1\nf = None\nf = 3\ng = 4\n")
    assert call(namespace, "f") == 1
    assert list(report["functions"]) == ["f"]
    assert namespace.find(["g", "nothing"]) is None


def test_find_takes_the_first_name_that_is_there():
    namespace, _ = defined("def old(): return 1\nnew = lambda: 2\n")
    function = namespace.find(["missing", "new", "old"])
    assert function is not None
    assert function() == 2


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("@nothing\ndef f(): pass", "NameError: name 'nothing' is not defined"),
        ("def f(x=1/0): pass", "ZeroDivisionError: division by zero"),
        ("class f:\n    raise SystemExit(3)", "SystemExit: 3"),
        ("class f:\n    raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("class f:\n    raise BaseException('x' * 9999)", "BaseException: " + "x" * 285),
        (
            "class f:\n    def g(): g()\n    while True: g = [g]; h()",
            "NameError: name 'h' is not defined",
        ),
        (
            "class f:\n    class E(Exception):\n        def __str__(s): exit()\n    raise E",
            "E",
        ),
        ("class f:\n    raise ValueError('\\ud800')", "ValueError: ?"),
        ("from math import f", "ImportError: cannot import name 'f' from 'math'"),
    ],
)
def test_a_statement_that_raises_is_reported_and_alone_in_it(statement, error):
    namespace, report = defined("def before(): pass\n\n" + statement + "\ndef after(): pass\n")
    assert list(report["functions"]) == ["before", "after"]
    (failed,) = report["failed"]
    assert failed["error"].startswith(error)
    assert failed["names"] == ["f"]
    assert failed["label"] == "cell 1"
    assert 3 <= failed["line"] <= 6
    assert len(failed["error"]) <= 300
    assert namespace.find(["f"]) is None


@pytest.mark.parametrize(
    "body", ["nonlocal y", "return 1\n    yield 2\n    x: int\n    global x", "break"]
)
def test_what_parses_but_does_not_compile_is_broken(body):
    _, report = defined(f"\ndef f(x):\n    {body}\ndef g(): pass\n")
    assert list(report["functions"]) == ["g"]
    (fault,) = report["broken"]
    assert (fault["label"], fault["names"]) == ("cell 1", ["f"])
    assert 2 <= fault["line"] <= 6
    assert report["failed"] == []


def test_a_name_may_be_used_above_its_definition():
    namespace, report = defined("@twice\ndef f(): return 1", "def twice(g): return lambda: 2 * g()")
    assert call(namespace, "f") == 2
    assert report["failed"] == []


def test_annotations_need_no_names():
    namespace, _ = defined("def f(x: Array, y: np.ndarray = 3) -> Nothing: return y")
    assert call(namespace, "f", 1) == 3


def test_classes_of_the_standard_library_find_their_module():
    namespace, report = defined(
        "from dataclasses import dataclass\nfrom typing import ClassVar, NamedTuple\n"
        "@dataclass\nclass A:\n    x: int = 3\n    y: ClassVar[int] = 4\n"
        "class B(NamedTuple):\n    x: int = 5\ndef f(): return A().x, B().x\n"
    )
    assert report["failed"] == []
    assert call(namespace, "f") == (3, 5)


def test_tracebacks_name_cell_and_line():
    namespace, _ = defined("x = 1", "oops oops\n\ndef f(x):\n    y = 1\n    return x / 0\n")
    with pytest.raises(ZeroDivisionError) as caught:
        call(namespace, "f", 1)
    frame = caught.traceback[-1].frame
    assert str(frame.code.raw.co_filename) == "cell 2"
    assert caught.traceback[-1].lineno + 1 == 5
    assert frame.f_globals["__name__"] == "submission"


def test_helpers_are_there_and_the_students_own_win():
    namespace, report = defined("def f(x): return sigmoid(x)", helpers=HELPERS)
    assert call(namespace, "f", 0.0) == 0.5
    assert list(report["functions"]) == ["f"]
    namespace, _ = defined("def f(x): return sigmoid(x)\ndef sigmoid(x): return 7", helpers=HELPERS)
    assert call(namespace, "f", 0.0) == 7


@pytest.mark.parametrize(
    "source",
    [
        "from planar_utils import sigmoid, load_planar_dataset\ndef f(x): return sigmoid(x)",
        "from planar_utils import *\ndef f(x): return sigmoid(x)",
        "from planar_utils import sigmoid as s\ndef f(x): return s(x)",
        "import planar_utils as p\ndef f(x): return p.sigmoid(x)",
        "def f(x):\n    from planar_utils import sigmoid\n    return sigmoid(x)",
    ],
)
def test_a_missing_module_gives_the_courses_helpers(source):
    namespace, report = defined(source, helpers=HELPERS)
    assert call(namespace, "f", 0.0) == 0.5
    at_once = not source.startswith("def")
    assert report["missing_modules"] == ["planar_utils"] * at_once
    assert report["failed"] == []


def test_a_missing_module_does_not_take_the_students_function():
    namespace, _ = defined("def sigmoid(x): return 7", "from u import sigmoid, g", helpers=HELPERS)
    assert call(namespace, "sigmoid", 0) == 7
    assert namespace.find(["g"]) is None


def test_a_missing_module_does_not_take_the_place_of_one_that_is_there():
    namespace, report = defined(
        "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np\n"
        "def f(): return np.zeros(2)"
    )
    assert call(namespace, "f").shape == (2,)
    assert report["missing_modules"] == ["cupy"]


def test_what_comes_from_a_missing_module_fails_when_used_and_says_so():
    namespace, report = defined(
        "from testCases_v2 import *\nimport h5py, sklearn.linear_model\nfrom .own import thing\n"
        "from dnn_app_utils import relu\ndef f(): return relu(3)\ndef g(): return h5py.File('x')\n"
    )
    with pytest.raises(PlaceholderUsed, match=r"dnn_app_utils\.relu is used here"):
        call(namespace, "f")
    with pytest.raises(PlaceholderUsed, match="module 'h5py' is not available"):
        call(namespace, "g")
    assert set(report["missing_modules"]) == {
        *("testCases_v2", "h5py", "sklearn.linear_model", ".own", "dnn_app_utils")
    }


def test_an_existing_package_without_the_part_asked_for_is_still_there():
    namespace, _ = defined("import numpy.nothing\nimport numpy\ndef f(): return numpy.zeros(1)")
    assert call(namespace, "f").shape == (1,)


def test_a_module_that_is_denied_counts_as_missing(monkeypatch):
    def denied(name: str, *_: Any) -> Any:
        raise PermissionError(13, "denied", name)

    monkeypatch.setattr("builtins.__import__", denied)
    namespace = Namespace()
    monkeypatch.undo()
    report = namespace.define([("a.py", "import wave\ndef f(): return wave.Error()")])
    assert report["missing_modules"] == ["wave"]
    with pytest.raises(PlaceholderUsed):
        call(namespace, "f")


def test_plots_within_functions_do_nothing():
    namespace, report = defined(
        "import matplotlib.pyplot as plt, seaborn as sns\nfrom IPython.display import display\n"
        "from matplotlib import cm\nplt.rcParams['figure.figsize'] = (5, 4)\n"
        "def f(costs):\n"
        "    fig, ax = plt.subplots()\n"
        "    fig2, (ax1, ax2) = plt.subplots(1, 2)\n"
        "    line, = plt.plot(costs)\n"
        "    n, *rest = plt.hist(costs)\n"
        "    plt.rcParams['x'] = 1\n"
        "    plt.figure(figsize=(3, 4)).add_subplot(111).set_title('x')\n"
        "    with plt.style.context('dark'):\n        ax.flat[0].title = cm.get_cmap('x')(0.5)\n"
        "    for one in ax1:\n        raise AssertionError\n"
        "    display(fig); plt.show(); sns.set()\n"
        "    return costs\n"
    )
    assert call(namespace, "f", [1.0]) == [1.0]
    assert (report["missing_modules"], report["failed"]) == ([], [])


def test_what_a_notebook_has_without_an_import(capsys):
    code = "def f(x):\n    display(x, 'b', raw=True)\n    get_ipython().system('ls')\n    return x"
    namespace = Namespace()
    namespace.define([("cell 1", code)], path="Lab.ipynb")
    assert call(namespace, "f", [1]) == [1]
    assert capsys.readouterr().out == "[1]\nb\n"
    own, _ = defined("def display(x): return x + 1\ndef f(x): return display(x)")
    assert call(own, "f", 1) == 2
    script, _ = defined(code)
    with pytest.raises(NameError):
        call(script, "f", [1])


def test_a_progress_bar_still_runs_its_loop():
    namespace, _ = defined(
        "from tqdm import tqdm, trange\nfrom tqdm.notebook import tqdm as bar\n"
        "def f(): return [*tqdm(range(3)), *trange(2), *bar([7], desc='x')]"
    )
    assert call(namespace, "f") == [0, 1, 2, 0, 1, 7]


def test_a_starter_left_alone_is_a_stub():
    starter = "def f(x):\n    # TODO\n    y = 3 * x\n    return y\ndef g(x):\n    return x\n"
    _, report = defined(starter, "def h(x):\n    raise NotImplementedError\n", starter=starter)
    assert {name: f["stub"] for name, f in report["functions"].items()} == {
        "f": True,
        "g": False,
        "h": True,
    }


def test_nothing_at_top_level_runs():
    _, report = defined(
        "import sys\nsys.exit()\nprint(input())\nwhile True: pass\n"
        "if __name__ == '__main__':\n    raise SystemExit\n"
    )
    assert report["skipped"] == 4
    assert report["failed"] == []


def test_helpers_that_are_wrong_are_our_fault_and_raise():
    with pytest.raises(SyntaxError):
        Namespace(helpers="def f(")


def test_reports_are_capped():
    many = "\n".join(f"def f{n}(): pass\n@g{n}\ndef h{n}(): pass\nk{n} = l" for n in range(500))
    _, report = defined(many, *["oops oops"] * 300, *[f"import m{n}" for n in range(300)])
    assert len(report["functions"]) == 200
    assert len(report["failed"]) == len(report["broken"]) == len(report["missing_modules"]) == 50
    assert all(f["kind"] == "function" for f in report["failed"])


def test_odd_names_and_labels_are_borne():
    namespace = Namespace()
    name = "a" * 100_000
    report = namespace.define([("\0" * 500, f"def {name}(): pass\n{name}b = x\ndef f(): pass")])
    encode(report)
    assert len(str(report)) < 10_000
    assert "f" in report["functions"]


def test_thousands_of_cells_take_bounded_time():
    cells = [
        (f"cell {n}", f"import numpy as np\ndef f{n}(x): return x\n%magic\n") for n in range(2500)
    ]
    start = time.process_time()
    report = Namespace().define(cells)
    assert time.process_time() - start < 8
    assert "f2499" in report["functions"]


def test_many_statements_take_bounded_time():
    start = time.process_time()
    _, report = defined("x = y\n" * 30_000)
    assert report["skipped"] == 30_000
    assert time.process_time() - start < 8


@given(st.lists(st.text(max_size=40), max_size=4))
def test_any_cells_give_a_report_that_can_be_sent(sources):
    defined(*sources)


def test_arrays_come_back_as_they_are():
    namespace, _ = defined("import numpy as np\ndef f(a):\n    a += 1\n    return a")
    given_array = np.zeros(2)
    assert call(namespace, "f", given_array) is given_array
