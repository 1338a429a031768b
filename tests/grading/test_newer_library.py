"""Is an answer held back where its library is newer than the Python here, and only there?"""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from grader.model.report import ScoreReport

FULL = 3
NEWER = {
    "a name": "from itertools import batched\ndef square(x): return x ** len(*batched('ab', 2))\n",
    "among others": (
        "from math import sqrt, sumprod\ndef square(x): return x ** int(sqrt(sumprod([2], [2])))\n"
    ),
    "by another name": "from math import sumprod as s\ndef square(x): return x ** s([1], [2])\n",
    "within the function": "def square(x):\n    from math import sumprod\n    return x ** 2\n",
    "an attribute": "import math\ndef square(x): return x ** math.sumprod([1], [2])\n",
    "a value": "import math\nK = math.sumprod([1], [2])\ndef square(x): return x ** K\n",
    "a table that a loop fills": (
        "import math\nK = []\nfor k in range(2):\n    K.append(math.sumprod([k], [2]))\n"
        "def square(x): return x ** K[1]\n"
    ),
    "a decorator": "import typing\n@typing.override\ndef square(x): return x ** 2\n",
    "a class": (
        "from typing import override\n"
        "class Two:\n    @override\n    def __int__(self): return 2\n"
        "def square(x): return x ** int(Two())\n"
    ),
    "a method": "def square(x): return x ** 2 if (2).is_integer() else x\n",
    "a default": "import random\ndef square(x, n=random.binomialvariate(2, 1.0)): return x ** n\n",
    "a helper's": (
        "import math\ndef two(): return math.sumprod([1], [2])\ndef square(x): return x ** two()\n"
    ),
}
OLD = {
    "one's own": "def batched(x, n): return n\ndef square(x): return x ** batched(x, 2)\n",
    "one's own below": (
        "from itertools import batched\ndef square(x): return x ** batched(x, 2)\n"
        "def batched(x, n): return n\n"
    ),
    "a fallback": (
        "try:\n    from itertools import batched\nexcept ImportError:\n"
        "    def batched(x, n): return n\ndef square(x): return x ** batched(x, 2)\n"
    ),
    "a fallback in the function": (
        "import math\ndef square(x):\n    try:\n        return x ** math.sumprod([1], [2])\n"
        "    except AttributeError:\n        return x ** 2\n"
    ),
    "asked for": (
        "import math\ndef square(x):\n"
        "    return x ** (math.sumprod([1], [2]) if hasattr(math, 'sumprod') else 2)\n"
    ),
    "by the version": (
        "import sys\nif sys.version_info >= (3, 12):\n    from itertools import batched\n"
        "else:\n    def batched(x, n): return n\ndef square(x): return x ** batched(x, 2)\n"
    ),
    "another of an import": "from math import sqrt, sumprod\ndef square(x): return x ** sqrt(4)\n",
    "needed by nothing": "from math import sumprod\ndef square(x): return x ** 2\n",
    "an experiment": (
        "import math\nprint(math.sumprod([1], [2]))\ndef square(x): return x ** int(math.sqrt(4))\n"
    ),
    "an experiment below": (
        "import math\ndef square(x): return x ** int(math.sqrt(4))\nprint(math.sumprod([1], [2]))\n"
    ),
}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python has these names")
@pytest.mark.parametrize("way", NEWER)
def test_what_needs_a_newer_library_is_held_back(
    grade: Callable[..., ScoreReport], way: str
) -> None:
    report = grade(NEWER[way])
    assert (report.status, report.points) == ("internal_error", None)
    assert "needs Python 3.12, and Python 3.11 grades here" in report.diagnostic
    assert any("needs Python 3.12, and Python 3.11 grades here" in note for note in report.notes)


@pytest.mark.parametrize("way", OLD)
def test_what_works_without_it_is_graded(grade: Callable[..., ScoreReport], way: str) -> None:
    report = grade(OLD[way])
    assert report.points == FULL


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python has these names")
def test_a_module_beside_the_answer_holds_its_users_back(
    grade: Callable[..., ScoreReport],
) -> None:
    tools = "from math import sumprod\ndef power(x): return x ** sumprod([1], [2])\n"
    tools += "def same(x): return x\n"
    users = b"import tools\ndef square(x): return tools.power(x)\n"
    assert grade(tools, "tools.py", ("answer.py", users)).status == "internal_error"
    others = b"import tools\ndef square(x): return tools.same(x) ** 2\n"
    assert grade(tools, "tools.py", ("answer.py", others)).points == FULL


def test_what_no_python_has_is_the_student_s(grade: Callable[..., ScoreReport]) -> None:
    for source in (
        "from itertools import batches\ndef square(x): return x ** batches()\n",
        "import math\ndef square(x): return x ** math.sumproduct([1], [2])\n",
        "def square(x): return x.sumprod()\n",
    ):
        report = grade(source)
        assert (report.status, report.points) == ("graded", 0)
