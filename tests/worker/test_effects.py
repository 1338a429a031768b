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
