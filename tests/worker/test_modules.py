"""What was handed in beside the answer can be imported under its name, as Python would find it."""

from __future__ import annotations

import importlib.util
import runpy
import sys
from typing import TYPE_CHECKING, Any

import pytest

from grader.worker.modules import Files, Finder
from grader.worker.namespace import Namespace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTRACT = [{"names": ["f"], "arguments": []}]


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    """Take the finder of the last submission out of this process again."""
    yield
    Namespace().define([("cell 1", "")], path="x.py", beside=[("y.py", [])])
    assert Finder._installed is not None
    Finder._installed.remove()


def define(
    answer: str, path: str = "answer.py", starter: str = "", **files: str
) -> tuple[Namespace, Any]:
    """Define an answer with other files; in their names, ``__`` is a slash."""
    namespace = Namespace(contract=CONTRACT, starter=starter)
    beside = []
    for name, text in files.items():
        place = name.replace("__", "/").replace("_ipynb", ".ipynb").replace("INIT", "__init__")
        place = place if place.endswith(".ipynb") else f"{place}.py"
        beside.append((place, [(place, text)]))
    return namespace, namespace.define([("cell 1", answer)], path=path, beside=beside)


def value(answer: str, path: str = "answer.py", **files: str) -> Any:
    namespace, _ = define(answer, path, **files)
    function = namespace.find(["f"])
    assert function is not None
    return function()


USE = "\ndef f(): return {}"
WAYS = {
    "a module": ("import tools" + USE.format("tools.g()"), {"tools": "def g(): return 3"}),
    "by another name": ("import tools as t" + USE.format("t.g()"), {"tools": "def g(): return 3"}),
    "a name of it": ("from tools import g" + USE.format("g()"), {"tools": "def g(): return 3"}),
    "all of it": ("from tools import *" + USE.format("g()"), {"tools": "def g(): return 3"}),
    "a value of it": ("from tools import K" + USE.format("K"), {"tools": "K = [3][0]"}),
    "its attribute": ("import tools" + USE.format("tools.K"), {"tools": "K = [3][0]"}),
    "a class": ("from tools import C" + USE.format("C().x"), {"tools": "class C:\n    x = 3"}),
    "within": ("def f():\n    import tools\n    return tools.g()", {"tools": "def g(): return 3"}),
    "in turn": (
        "import tools" + USE.format("tools.g()"),
        {"tools": "import deep\ndef g(): return deep.K", "deep": "K = len('abc')"},
    ),
    "a submodule": (
        "import tools.draw as td" + USE.format("td.g()"),
        {"tools__draw": "def g(): return 3"},
    ),
    "dots": (
        "import tools.draw" + USE.format("tools.draw.g()"),
        {"tools__draw": "def g(): return 3", "tools__INIT": ""},
    ),
    "a package": (
        "from tools import g" + USE.format("g()"),
        {"tools__INIT": "from .draw import g", "tools__draw": "def g(): return 3"},
    ),
    "a module of a package": (
        "from tools import draw" + USE.format("draw.g()"),
        {"tools__draw": "from tools.more import K\ndef g(): return K", "tools__more": "K = 3"},
    ),
    "upwards": (
        "from a.b import g" + USE.format("g()"),
        {"a__b": "from .c import K\ndef g(): return K", "a__c": "from . import d\nK = d.K",
         "a__d": "K = 3"},
    ),
    "a package it is not in": ("from .tools import g" + USE.format("g()"),
                               {"tools": "def g(): return 3"}),
    "a neighbour": ("from . import tools" + USE.format("tools.g()"),
                    {"tools": "def g(): return 3"}),
    "a notebook": ("import tools" + USE.format("tools.g()"),
                   {"tools_ipynb": "def g(): return 3"}),
    "run": ("%run tools.ipynb" + USE.format("g()"), {"tools_ipynb": "def g(): return 3"}),
    "run by exec": ("exec(open('tools.py').read())" + USE.format("g()"),
                    {"tools": "def g(): return 3"}),
    "run by its path": ("%run lib/tools.py" + USE.format("g()"),
                        {"lib__tools": "def g(): return 3"}),
    "a lost folder": ("import tools" + USE.format("tools.g()"),
                      {"lib__tools": "def g(): return 3"}),
    "a folder less": ("import lib.tools as t" + USE.format("t.g()"),
                      {"sub__lib__tools": "def g(): return 3"}),
    "a folder on the path": (
        "import sys\nsys.path.append('../src')\nfrom tools import g" + USE.format("g()"),
        {"src__tools": "def g(): return 3"},
    ),
    "a folder put on the path by a function": (
        "import os, sys\ndef find(name): sys.path.insert(0, os.path.join(os.getcwd(), name))\n"
        "find('src')\nimport tools as t" + USE.format("t.g()"),
        {"src__tools": "def g(): return 3"},
    ),
    "watched by magics": (
        "%load_ext autoreload\n%autoreload 2\n%aimport tools\nimport tools as t"
        + USE.format("t.g()"), {"tools": "def g(): return 3"},
    ),
    "import_module": (
        "import importlib\nt = importlib.import_module('tools')" + USE.format("t.g()"),
        {"tools": "def g(): return 3"},
    ),
    "import by its function": ("t = __import__('tools')" + USE.format("t.g()"),
                               {"tools": "def g(): return 3"}),
    "loaded again": ("import importlib, tools\nimportlib.reload(tools)" + USE.format("tools.g()"),
                     {"tools": "K = []\nK.append(3)\ndef g(): return K[-1]"}),
    "the package it is in, else the folder": (
        "try:\n    from .tools import g\nexcept ImportError:\n    from tools import g"
        + USE.format("g()"), {"tools": "def g(): return 3"}
    ),
    "a name of other letters": ("import утилиты as u" + USE.format("u.g()"),
                                {"утилиты": "def g(): return 3"}),
    "a package two packages up": (
        "import a.b.c" + USE.format("a.b.c.g()"),
        {"a__INIT": "", "a__b__INIT": "", "a__b__c": "from ..d import g",
         "a__d": "def g(): return 3"},
    ),
    "the answer": (
        "def k(): return 3\nfrom tools import g" + USE.format("g()"),
        {"tools": "def g():\n    from answer import k\n    return k()"},
    ),
    "what looks missing": ("from planar_utils import sigmoid" + USE.format("sigmoid(3)"),
                           {"planar_utils": "import h5py\ndef sigmoid(x): return x"}),
    "a part": ("def f(): return g()", {"part": "def g(): return 3"}),
    "a function of it that fills": (
        "from tools import fill\nT = {}\nfill(T)" + USE.format("T['W']"),
        {"tools": "def fill(t): t['W'] = 3"},
    ),
    "a function of it that fills, by its name": (
        "import tools\nT = {}\ntools.fill(T)" + USE.format("T['W']"),
        {"tools": "def fill(t): t['W'] = 3"},
    ),
    "what is set in it": (
        "import config\nconfig.K = [3][0]" + USE.format("config.K"), {"config": "K = None"}
    ),
    "what is filled in it": (
        "import config\nconfig.KEYS.append(3)" + USE.format("config.KEYS[0]"),
        {"config": "KEYS = []"},
    ),
    "what a function of it sets": (
        "from config import setup, get\nsetup(3)" + USE.format("get()"),
        {"config": "KEYS = []\ndef setup(k): KEYS.append(k)\ndef get(): return KEYS[0]"},
    ),
    "what an object of it keeps": (
        "from tools import settings\nsettings.set('k', 3)" + USE.format("settings.d['k']"),
        {"tools": "class S:\n    def __init__(self): self.d = {}\n"
                  "    def set(self, k, v): self.d[k] = v\nsettings = S()"},
    ),
    "a table that is filled": (
        "from data import T" + USE.format("T['a']"), {"data": "T = {}\nT['a'] = 3"},
    ),
    "a table of it": (
        "import data" + USE.format("data.T['a']"), {"data": "T = {}\nT.update(a=3)"},
    ),
    "all tables": ("from data import *" + USE.format("T[0]"), {"data": "T = []\nT.append(3)"}),
    "a table of a package": (
        "from lib import T" + USE.format("T[0]"),
        {"lib__INIT": "from .tab import T", "lib__tab": "T = [0]\nT[0] = 3"},
    ),
    "a table that is run": ("%run data.py" + USE.format("T[0]"), {"data": "T = [0]\nT[0] = 3"}),
    "an object that is filled": (
        "from data import cfg" + USE.format("cfg.a"),
        {"data": "class C:\n    pass\ncfg = C()\ncfg.a = 3"},
    ),
    "a class that is filled": (
        "from data import C" + USE.format("C.a"), {"data": "class C:\n    a = 1\nC.a = 3"},
    ),
    "an array that is filled": (
        "from data import W" + USE.format("W[1] - W[0]"),
        {"data": "import numpy as np\nW = np.zeros(2)\nW[:] = [1, 4]"},
    ),
    "what a function of it fills": (
        "from data import A, B" + USE.format("A + B"),
        {"data": "A = B = 0\ndef init():\n    global A, B\n    A, B = 1, 2\ninit()"},
    ),
    "by a text": (
        "import data" + USE.format("getattr(data, 'T')[0]"), {"data": "T = []\nT.append(3)"},
    ),
    "what it lists": (
        "from data import *" + USE.format("_K"), {"data": "__all__ = ['_K']\n_K = [3][0]"},
    ),
    "what another reads of it": (
        "import config\nfrom tools import g\nconfig.S = 3" + USE.format("g()"),
        {"config": "S = 1", "tools": "import config\ndef g(): return config.S"},
    ),
    "an item that another reads": (
        "from config import T\nfrom tools import g\nT['a'] = 3" + USE.format("g()"),
        {"config": "T = {'a': 1}", "tools": "from config import T\ndef g(): return T['a']"},
    ),
    "what another reads, by a function": (
        "import config\nfrom tools import g\nconfig.put(3)" + USE.format("g()"),
        {"config": "S = 1\ndef put(s):\n    global S\n    S = s",
         "tools": "import config\ndef g(): return config.S"},
    ),
    "a class that another uses": (
        "from net import Net\nimport use\ndef slope(self): return 3\nNet.slope = slope"
        + USE.format("use.g()"),
        {"net": "class Net:\n    pass", "use": "import net\ndef g(): return net.Net().slope()"},
    ),
    "a registry": (
        "import plugins\nfrom core import REG" + USE.format("REG['d']()"),
        {"core": "REG = {}", "plugins": "from core import REG\nREG['d'] = lambda: 3"},
    ),
    "a registry's function": (
        "import plugins\nimport core" + USE.format("core.REG['d']()"),
        {"core": "REG = {}\ndef put(k, v): REG[k] = v",
         "plugins": "import core\ncore.put('d', lambda: 3)"},
    ),
    "what is set of a library": (
        "import compat, fractions" + USE.format("fractions.own(3)"),
        {"compat": "import fractions\nfractions.own = int"},
    ),
    "what is set of a library for another": (
        "import decimal\ndecimal.own = int\nimport tools" + USE.format("tools.g()"),
        {"tools": "import decimal\ndef g(): return decimal.own(3)"},
    ),
    "run by a with": (
        "with open('tools.py') as file: exec(file.read())" + USE.format("g()"),
        {"tools": "K = []\nK.append(3)\ndef g(): return K[0]"},
    ),
    "run in the answer's names": (
        "import math as m\nK = [2][0]\nexec(open('tools.py').read())" + USE.format("g()"),
        {"tools": "L = K + 1\ndef g(): return m.floor(L)"},
    ),
    "run in turn": (
        "%run tools.py" + USE.format("g()"), {"tools": "%run deep.py", "deep": "def g(): return 3"},
    ),
    "run in a circle": (
        "%run tools.py" + USE.format("g()"),
        {"tools": "%run deep.py", "deep": "%run tools.py\ndef g(): return 3"},
    ),
    "run_path": (
        "import runpy\nU = runpy.run_path('./tools.py')" + USE.format("U['g']()"),
        {"tools": "K = []\nK.append(3)\ndef g(): return K[0]"},
    ),
    "run_path with names": (
        "import runpy\nU = runpy.run_path('tools.py', {'A': [-1]}, run_name='tool')"
        + USE.format("U['K'] + U['N']"),
        {"tools": "K = A[0]\nN = len(__name__)"},
    ),
    "run_path of a script": (
        "import runpy\nU = runpy.run_path('tools.py', run_name='__main__')"
        + USE.format("U['p'].x"),
        {
            "tools": "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n"
            "p = P(3)"
        },
    ),
    "run_path again": (
        "from runpy import run_path\na, b = (run_path('tools.py', dict(A=n)) for n in (1, 2))"
        + USE.format("a['K'][0] + b['K'][0]"),
        {"tools": "K = []\nK.append(A)"},
    ),
    "a module by its path": (
        "import importlib.util as iu\nspec = iu.spec_from_file_location('t', 'lib/tools.py')\n"
        "t = iu.module_from_spec(spec)\nspec.loader.exec_module(t)" + USE.format("t.g()"),
        {"lib__tools": "K = []\nK.append(3)\ndef g(): return K[0]"},
    ),
    "what the answer has for others": (
        "S = [3][0]\nfrom tools import g" + USE.format("g()"),
        {"tools": "def g():\n    from answer import S\n    return S"},
    ),
    "the function itself": ("from solution import f", {"solution": "def f(): return 3"}),
    "the function, all": ("from solution import *", {"solution": "def f(): return 3"}),
    "the function, run": ("%run solution.py", {"solution": "def f(): return 3"}),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_what_was_handed_in_can_be_imported(way: str) -> None:
    answer, files = WAYS[way]
    namespace, report = define(answer, **files)
    function = namespace.find(["f"])
    assert function is not None
    assert function() == 3
    missing = ["h5py"] if way == "what looks missing" else []
    assert (report["missing_modules"], report["failed"]) == (missing, [])
    assert "f" in report["functions"]


def test_the_answer_may_import_itself() -> None:
    assert value("K = [3][0]\ndef f():\n    import answer\n    return answer.K") == 3
    assert value("K = [3][0]\ndef f():\n    from answer import K as k\n    return k") == 3


def test_an_import_from_the_answer_fails_by_its_own_name() -> None:
    namespace, _ = define(
        "from tools import g\ndef f(): return g()", tools="def g():\n    from answer import nothing"
    )
    with pytest.raises(ImportError, match="cannot import name 'nothing' from 'answer'"):
        namespace.find(["f"])()  # type: ignore[misc]


def test_paths_outside_of_the_submission_are_pythons_own(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("K = 3")
    real = importlib.util.spec_from_file_location, runpy.run_path
    use = f"import runpy\nU = runpy.run_path({str(tmp_path / 'own.py')!r})\ndef f(): return U['K']"
    assert value(use, own="K = 4") == 3
    use = "import importlib.util as u\ns = u.spec_from_file_location('t', '{}')\ndef f(): return s"
    assert value(use.format("nothing.txt"), own="K = 4") is None
    Finder._installed.remove()  # type: ignore[union-attr]
    assert (importlib.util.spec_from_file_location, runpy.run_path) == real


# Of each, the experiment calls `note`, which nothing may do.
EXPERIMENTS = {
    "of a module": "params = note()",
    "of a function of another": "import tools\ntools.note()",
    "of a name of another": "from tools import note\nnote()\nfor _ in range(2): note()",
    "on an object of another": "from tools import net\nlosses = net.note()",
    "where a script begins": "if __name__ == '__main__':\n    from tools import T as t\n"
    "    t[0] = note()",
}


@pytest.mark.parametrize("case", EXPERIMENTS)
def test_no_experiment_of_a_module_is_executed(case: str) -> None:
    files = {
        "tools": "T = [3]\nimport deep\ndef note(): raise deep.Called\nclass Net:\n"
        "    def note(self): raise deep.Called\nnet = Net()",
        "deep": "class Called(Exception): pass",
        "lab": "def note(): raise ValueError\n" + EXPERIMENTS[case] + "\ndef g(): return 3",
    }
    _, report = define("import lab, tools\ndef f(): return lab.g() + tools.T[0]", **files)
    assert report["failed"] == []
    assert report["skipped"] >= 1


def test_beside_the_answer_comes_first() -> None:
    files = {"tools": "K = 1", "lab__tools": "K = 2", "other__tools": "K = 3"}
    use = "import tools" + USE.format("tools.K")
    assert value(use, "lab/answer.py", **files) == 2
    assert value(use, "answer.py", **files) == 1
    assert value(use, "x/answer.py", **files) == 1


def test_a_file_that_a_cell_writes_can_be_imported() -> None:
    namespace = Namespace(contract=CONTRACT)
    cells = ["%%writefile tools.py\ndef g(): return 3", "import tools\ndef f(): return tools.g()"]
    namespace.define([(f"cell {n}", s) for n, s in enumerate(cells)], path="lab.ipynb")
    function = namespace.find(["f"])
    assert function is not None
    assert function() == 3


def test_a_file_that_a_cell_writes_and_nobody_imports_is_a_part_of_the_answer() -> None:
    namespace = Namespace(contract=CONTRACT)
    cells = ["%%writefile answer.py\nimport math\ndef f(): return math.floor(K)",
             "%%file more.py\nK = [3][0]", "%%writefile data.txt\nW b 3", "x = 1"]  # fmt: skip
    report = namespace.define([(f"cell {n}", s) for n, s in enumerate(cells)], path="lab.ipynb")
    function = namespace.find(["f"])
    assert function is not None
    assert function() == 3
    assert report["functions"]["f"]["label"] == "answer.py"
    assert report["broken"] == []


def test_a_cell_may_write_the_rest_of_a_file_or_the_answers_own() -> None:
    namespace = Namespace(contract=CONTRACT)
    cells = ["%%writefile lab.py\nK = [1]", "%%writefile -a lab.py\ndef f(): return K[0] + 2",
             "from lab import f"]  # fmt: skip
    namespace.define([(f"cell {n}", s) for n, s in enumerate(cells)], path="lab.ipynb")
    function = namespace.find(["f"])
    assert function is not None
    assert function() == 3


def test_a_modules_own_script_is_not_run_and_a_missing_name_costs_its_users_only() -> None:
    tools = "def g(): return 3\nif __name__ == '__main__':\n    1 / 0\nboom()\n"
    assert value("import tools\ntools.nothing\nfrom tools import h\ndef f(): return tools.g()",
                 tools=tools) == 3  # fmt: skip


def test_a_name_of_a_library_stays_the_librarys() -> None:
    files = {"math": "K = 3", "numpy": "K = 3"}
    assert value("import math, numpy\ndef f(): return math.pi > 3 and numpy.pi > 3", **files)
    assert value("import random\ndef f(): return random.random() < 1", "random.py") is True


def test_a_stub_counts_less_than_what_comes_from_a_module() -> None:
    stub = "def f(): raise NotImplementedError\n"
    assert value(stub + "from solution import f", solution="def f(): return 3") == 3
    assert value("from solution import f\n" + stub, solution="def f(): return 3") == 3
    assert value("from solution import f\ndef f(): return 4", solution="def f(): return 3") == 4


def test_an_imported_function_is_told_by_its_place() -> None:
    _, report = define("from lib.solution import f", lib__solution="\n\ndef f(): return 3")
    assert (report["functions"]["f"]["label"], report["functions"]["f"]["line"]) == (
        "lib/solution.py",
        3,
    )


def test_modules_of_one_submission_are_not_there_for_the_next() -> None:
    assert value("import tools\ndef f(): return tools.K", tools="K = 3") == 3
    _, report = define("import tools\ndef f(): return tools.K", other="K = 4")
    assert report["missing_modules"] == ["tools"]
    assert "tools" not in sys.modules


def test_modules_that_import_each_other_end() -> None:
    files = {"a": "import b\ndef g(): return b.h()", "b": "import a\ndef h(): return 3"}
    assert value("import a\ndef f(): return a.g()", **files) == 3


@pytest.mark.parametrize("path", ["../x.py", "/etc/x.py", "a//b.py", "", ".", "/", "a/", "x"])
def test_odd_paths_are_borne(path: str) -> None:
    files = Files([(path, [])], path)
    files.write(path, [])
    assert files.find("nothing") is None
    namespace = Namespace(contract=CONTRACT)
    namespace.define([("c", f"%%writefile {path}\nK = 3")], path=path, beside=[(path, [])])


# Files that are called like modules of Python or of a library; each `f` returns True.
NAMESAKES = {
    "a module": (
        "import random\ndef f(): return random.draw()",
        {"random": "def draw(): return True"},
    ),
    "by another name": ("import types as t\ndef f(): return t.K == 3", {"types": "K = [3][0]"}),
    "a name of it": ("from statistics import K\ndef f(): return K == 3", {"statistics": "K = 3"}),
    "all of it": ("from calendar import *\ndef f(): return K == 3", {"calendar": "K = 3"}),
    "of a library": ("import numpy as np\ndef f(): return np.K == 3", {"numpy": "K = [3][0]"}),
    "of ours": ("import grader\ndef f(): return grader.K == 3", {"grader": "K = 3"}),
    "a notebook": ("import csv\ndef f(): return csv.K == 3", {"csv_ipynb": "K = 3"}),
    "within": ("def f():\n    import random\n    return random.K == 3", {"random": "K = 3"}),
    "what it lacks": (
        "import random\nfrom random import Random\ndef f(): return Random is random.Random",
        {"random": "K = 3"},
    ),
    "what it has": (
        "import random\ndef f(): return random.random() == 3",
        {"random": "def random(): return 3"},
    ),
    "by itself": (
        "import random\ndef f(): return random.draw() is True",
        {"random": "import random\ndef draw(): return 0 <= random.random() < 1"},
    ),
    "by another": (
        "import tools\ndef f(): return tools.K == 3",
        {"tools": "from types import K", "types": "K = 3"},
    ),
    "what libraries import": (
        "import fractions\ndef f(): return fractions.Fraction('1/2') * 2 == 1",
        {"decimal": "K = 3", "numbers": "K = 3", "re": "K = 3", "operator": "K = 3"},
    ),
    "what is built in": (
        "import sys, time\ndef f(): return sys.path != time.time()",
        {"sys": "", "time": ""},
    ),
    "a submodule": ("import os.path\ndef f(): return os.path.join('a') == 'a'", {"os": "K = 3"}),
    "a submodule of a library": (
        "import json.decoder\ndef f(): return json.decoder is not None",
        {"json": "K = 3"},
    ),
    "of another folder": (
        "import random\ndef f(): return not hasattr(random, 'K')",
        {"old__random": "K = 3"},
    ),
    "by name": (
        "import importlib\ndef f(): return not hasattr(importlib.import_module('random'), 'K')",
        {"random": "K = 3"},
    ),
    "a state": (
        "import random\nrandom.T.append(3)\ndef f(): return random.T == [3]",
        {"random": "T = []"},
    ),
}


@pytest.mark.parametrize("case", NAMESAKES)
def test_a_file_goes_before_a_library_of_its_name_in_the_submission_alone(case: str) -> None:
    answer, files = NAMESAKES[case]
    before = {name: sys.modules.get(name) for name in ("random", "types", "numpy", "grader", "csv")}
    assert value(answer, **files) is True
    for name, module in before.items():
        assert sys.modules.get(name) is module or module is None


@pytest.mark.parametrize("name", ["fractions", "colorsys", "sched"])
def test_no_library_gets_a_file_of_the_students(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, name, raising=False)
    assert value(f"import {name}\ndef f(): return {name}.K", **{name: "K = 3"}) == 3
    assert not hasattr(importlib.import_module(name), "K")


def test_a_namesake_that_fails_costs_those_who_use_it() -> None:
    namespace, report = define("import random\ndef f(): return 3", random="import nowhere\n1 +")
    assert namespace.find(["f"])() == 3  # type: ignore[misc]
    assert report["missing_modules"] == ["nowhere"]
