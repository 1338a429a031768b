"""What changes a value is executed; what only shows it, trains with it or sets styles is not."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from grader.worker.namespace import Namespace

CONTRACT = [{"names": ["f"], "arguments": []}]
# What learners do with a value K that a function needs, without changing it.
AROUND = {
    "a print": "print(K, ran.note('print'))",
    "a plot": "import matplotlib.pyplot as plt\nplt.plot(K, ran.note('plot'))",
    "a plot of a figure": "import seaborn as sns\n_ = sns.heatmap(K, vmin=ran.note('plot'))",
    "a display": "from IPython.display import display\ndisplay(K, ran.note('display'))",
    "training": "def train(p, x):\n    for _ in range(9): ran.note('step')\ntrain(K, 3)",
    "training that keeps": "def train(p):\n    ran.note('step')\n    return p\nL = train(K)",
    "a copy": "L = sorted(K, key=lambda k: ran.note('key') or 0)",
    "a loop": "for k in K: ran.note('loop')",
    "results of experiments": "R = {}\nfor n in (1, 2): R[n] = (K, ran.note('train'))",
    "a history": "H = []\nH.append(K)\nfor n in (1, 2): H.append(ran.note('step'))",
    "an object that holds it": (
        "class Net:\n    def __init__(self, x): self.x = x\n"
        "net = Net(K)\nnet.name = ran.note('name')"
    ),
    "a result of numbers": (
        "def mean(x): return sum(x) / len(x)\n"
        "L = {'mean': mean(K)}\nL['mean'] -= ran.note('step') or 1"
    ),
    "sizes": "import numpy as np\nm = np.array(K).shape[0]\nm -= ran.note('size') or 1",
    "a copy that is changed": "L = K.copy()\nL.append(ran.note('step'))",
    "a sibling": (
        "def train(x): return {'W': 2 * sum(x)}\n"
        "A = train(K)\nB = train(K)\nB['W'] = ran.note('step')"
    ),
    "a new list that is changed": "sorted(K).append(ran.note('step'))",
    "a look by a lambda": "list(map(lambda k: ran.note('look'), K))",
    "a call of a lambda": "(lambda k: ran.note('look') or k[0])(K)",
    "a text of it": "str(K).center(ran.note('text') or 9)",
    "another choice": "A, B = [], []\n(A or B).append(ran.note('step'))",
    "styles": "import matplotlib as mpl\nmpl.rcParams['x'] = ran.note('style')",
    "warnings": "import warnings\nwarnings.filterwarnings(ran.note('w') or 'ignore')",
    "print options": "import numpy as np\nnp.set_printoptions(precision=ran.note('p') or 3)",
    "errors": "import numpy as np\nnp.seterr(all=ran.note('e') or 'raise')",
    "a seed": "import random\nrandom.seed(ran.note('seed'))",
    "a switch": "import os\nos.environ['GRADER_TEST'] = ran.note('switch') or 'a'",
}


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give a module `ran` to student code, and return what it was told."""
    found: list[str] = []
    module = ModuleType("ran")
    module.note = found.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ran", module)
    return found


def define(source: str) -> tuple[Any, dict[str, Any]]:
    namespace = Namespace(contract=CONTRACT)
    report = namespace.define([("cell 1", source)])
    return namespace.find(["f"]), report


@pytest.mark.parametrize("case", AROUND)
def test_what_changes_nothing_is_not_executed(case: str, notes: list[str]) -> None:
    function, _ = define(f"import ran\nK = [3, 1]\n{AROUND[case]}\ndef f(): return K")
    assert function() == [3, 1]
    assert notes == []


# A library might change what it is given, and nobody lacks anything when it could not.
FAILS = {
    "a file": "import numpy as np\nnp.save('/nowhere/k.npy', K)",
    "an assertion": "import numpy as np\nnp.testing.assert_allclose(K, 3)",
    "a missing module": "import nowhere\nnowhere.train(K)",
    "a star": "from nowhere import *\ntrain(K)",
}


@pytest.mark.parametrize("case", FAILS)
def test_what_might_have_changed_a_value_is_not_lacking(case: str) -> None:
    function, report = define(f"K = [3, 1]\n{FAILS[case]}\ndef f(): return K")
    assert function() == [3, 1]
    assert "lacks" not in report["functions"]["f"]


def test_what_changes_a_value_for_certain_is_lacking() -> None:
    _, report = define("K = [3, 1]\nK.append(1 / int('0'))\ndef f(): return K")
    assert report["functions"]["f"]["lacks"]["names"] == ["K"]


# What else holds a value, or is made of it, is changed; f shows nothing of that.
BESIDE = {
    "a generator": """
rng = np.random.default_rng(0)
K = rng.normal(size=2)
for step in range(2): batch = rng.permutation(2), ran.note("step")
def f(): return K.shape == (2,)""",
    "another container": """
X = [1]
A, B = {"x": X}, [X]
B.append(ran.note("step"))
def f(): return A == {"x": [1]}""",
    "another result": """
def train(x, n): return [n] * len(x)
X = [1]
A, B = train(X, 1), train(X, 2)
B.append(ran.note("step"))
def f(): return A == [1]""",
    "a number": """
n = 3
p = {"n": n, "W": 0}
for _ in range(2): p["W"] -= ran.note("step") or 1
def f(): return n == 3""",
}


@pytest.mark.parametrize("case", BESIDE)
def test_what_else_holds_a_value_is_none_of_its_changes(case: str, notes: list[str]) -> None:
    function, _ = define("import ran\nimport numpy as np" + BESIDE[case])
    assert function() is True
    assert notes == []
