"""Is what a newer Python's library is needed for told, and nothing else taken for it?"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import pytest

from grader.worker.library import SINCE
from grader.worker.namespace import Namespace

CONTRACT = [{"names": ["f"], "arguments": []}]


def needs(source: str) -> list[tuple[str, int, bool]]:
    """Return, of each piece that is too new: the version, the line, and whether it is needed."""
    report = Namespace(contract=CONTRACT).define([("cell 1", source)])
    return [(b["needs"], b["line"], b["wanted"]) for b in report["broken"]]


@pytest.mark.parametrize("name", SINCE)
def test_a_name_is_there_from_its_version_on(name: str) -> None:
    assert is_there(name) == (sys.version_info[:2] >= SINCE[name])


def is_there(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(module or name), attribute or "__name__")
    except ImportError:
        return False


TOO_NEW = {
    "a name": ("from itertools import batched\ndef f(): return batched", "3.12", 1),
    "by another name": ("from math import sumprod as dot\ndef f(): return dot", "3.12", 1),
    "an attribute": ("import copy\ndef f(x): return copy.replace(x)", "3.13", 2),
    "of a module by another name": ("import heapq as h\ndef f(): h.heappop_max([])", "3.14", 2),
    "a decorator": ("import warnings\n@warnings.deprecated('f')\ndef f(): pass", "3.13", 3),
    "a base": ("import enum\nclass A(enum.EnumDict): pass\ndef f(): return A", "3.13", 2),
    "a value": ("import uuid\nK = uuid.uuid7()\ndef f(): return K", "3.14", 2),
    "a module": ("from string.templatelib import Template\ndef f(): return Template", "3.14", 1),
    "a module of a package": ("from concurrent import interpreters as i\nf = i.create", "3.14", 1),
    "a package": ("import compression.zstd\ndef f(): return compression.zstd", "3.14", 1),
    "of every Python": ("def f(d): return frozendict(d)", "3.15", 1),
    "within the function": ("def f():\n    import math\n    from math import fma", "3.13", 1),
}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python has these names")
@pytest.mark.parametrize("kind", TOO_NEW)
def test_a_name_that_this_library_lacks_is_too_new(kind: str) -> None:
    source, version, line = TOO_NEW[kind]
    assert (version, line, True) in needs(source)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python has these names")
def test_what_nothing_needs_is_told_and_not_needed() -> None:
    assert needs("from itertools import batched\ndef f(): return 1") == [("3.12", 1, False)]
    assert needs("import math\nprint(math.fma)\ndef f(): return 1") == []


@pytest.mark.parametrize(
    "source",
    [
        (
            "try:\n    from itertools import batched\nexcept ImportError:\n    batched = None\n"
            "def f(): return batched"
        ),
        (
            "import sys\nif sys.version_info >= (3, 12):\n    from typing import override\nelse:\n"
            "    def override(g): return g\n@override\ndef f(): return 1"
        ),
        "import math\ndef f(): return math.fma(1, 2, 3) if hasattr(math, 'fma') else 5",
        (
            "import math\ndef f():\n    try:\n        return math.fma(1, 2, 3)\n"
            "    except AttributeError:\n        return 5"
        ),
        "class copy:\n    replace = 3\ndef f(): return copy.replace",
        "def f():\n    sentinel = object()\n    return sentinel",
        "def f(frozendict): return lambda: frozendict",
        "def f(): return sentinel()\ndef sentinel(): return 3",
        "from .itertools import batched\ndef f(): return batched",
        "from typing_extensions import override\ndef f(): return override",
        "import numpy as np\ndef f(): return np.fma",
    ],
)
def test_what_may_be_something_else_is_not_too_new(source: str) -> None:
    assert needs(source) == []


def test_the_words_of_a_statement_are_looked_at_before_its_tree(monkeypatch: Any) -> None:
    monkeypatch.setattr("grader.worker.library._walked", lambda _: pytest.fail("looked"))
    assert needs("import math\nK = [math.pi]\ndef f(): return K") == []
