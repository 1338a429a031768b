"""Is a name of a newer Python's library told from one that no Python has?"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typeshed import additions as in_typeshed

from grader.worker import additions
from grader.worker.namespace import Namespace

HERE = sys.version_info[:2]


def test_the_table_is_what_typeshed_says() -> None:
    table = {version: names.split() for version, names in additions.ADDED.items()}
    assert table == in_typeshed(), "run: python tests/worker/typeshed.py"


BY_HAND = {
    (3, 12): ("math.sumprod", "itertools.batched", "random.binomialvariate", "pathlib.Path.walk",
              "typing.override", "builtins.int.is_integer"),
    (3, 13): ("math.fma", "copy.replace", "statistics.kde", "warnings.deprecated",
              "re.PatternError", "glob.translate"),
    (3, 14): ("heapq.heapify_max", "heapq.heappop_max", "heapq.heappush_max",
              "heapq.heappushpop_max", "heapq.heapreplace_max", "functools.Placeholder",
              "operator.is_none", "builtins.float.from_number", "string.templatelib"),
}  # fmt: skip


@pytest.mark.parametrize("version", BY_HAND)
def test_the_table_has_what_the_release_notes_name(version: tuple[int, int]) -> None:
    assert {*BY_HAND[version]} <= {*additions.ADDED[version].split()}


def exists(name: str) -> bool:
    module, _, rest = name.partition(".")
    found: Any = importlib.import_module(module)
    for part in rest.split(".") if rest else ():
        if not hasattr(found, part) and isinstance(found, ModuleType):
            importlib.import_module(f"{found.__name__}.{part}")
        found = getattr(found, part)
    return True


# What only instances have cannot be asked of a class.
OF_INSTANCES = ("ImportError.name_from", "PurePath.parser", "Field.doc", "UserDict.get")


@pytest.mark.parametrize("version", additions.ADDED)
def test_this_python_has_what_it_should_have_and_nothing_newer(version: tuple[int, int]) -> None:
    for name in additions.ADDED[version].split():
        if name.endswith(OF_INSTANCES):
            continue
        if version <= HERE:
            assert exists(name)
        else:
            with pytest.raises((AttributeError, ImportError)):
                exists(name)


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Return what is said of an expression that fails, where every version is newer than ours."""
    monkeypatch.setattr(additions, "_SINCE", dict.fromkeys(NAMES, (3, 99)))

    def said(source: str) -> str:
        namespace = Namespace()
        namespace.define([("cell 1", f"def f():\n    {source}\n")])
        with pytest.raises(BaseException) as failed:  # noqa: PT011 - what is said of any is tested
            namespace.globals["f"]()
        return additions.since(failed.value)

    return said


NAMES = (
    *("math.absent", "pathlib.PurePath.absent", "builtins.int.absent", "absent", "string.absent"),
    *("collections.abc.Absent", "builtins.dict.from_absent"),
)
NEWER = [
    "import math; math.absent([1], [2])",
    "import math as m; m.absent",
    "from math import absent",
    "from math import sqrt, absent as a",
    "from collections.abc import Absent",
    "import pathlib; pathlib.Path('x').absent()",
    "import pathlib; pathlib.PurePosixPath.absent",
    "import pathlib; type('P', (type(pathlib.Path()),), {})('x').absent()",
    "(1).absent()",
    "dict.from_absent()",
    "import collections; collections.Counter.from_absent()",
    "import absent; absent.thing(1)",
    "from absent.deep import thing; thing()",
    "from string.absent import Template; Template('x')",
    "import string.absent; string.absent.Template",
]
NOT_NEWER = [
    "import math; math.other",
    "from math import other",
    "import other; other.absent()",
    "absent",
    "raise ImportError('cannot import name absent')",
    "raise ImportError()",
    "raise AttributeError('absent')",
    "raise ValueError(\"module 'math' has no attribute 'absent'\")",
    "type('math', (), {})().absent",
    "class Path: pass\n    Path().absent",
    "''.absent",
]


@pytest.mark.parametrize("source", NEWER)
def test_what_a_newer_library_has_is_told(newer: Callable[[str], str], source: str) -> None:
    assert newer(source) == "3.99"


@pytest.mark.parametrize("source", NOT_NEWER)
def test_what_no_library_has_is_not(newer: Callable[[str], str], source: str) -> None:
    assert newer(source) == ""


def test_what_this_python_should_have_needs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    error = AttributeError(name="absent", obj=Path())
    monkeypatch.setattr(additions, "_SINCE", {"pathlib.Path.absent": HERE})
    assert additions.since(error) == ""
    monkeypatch.setattr(additions, "_SINCE", {"pathlib.Path.absent": (3, 99)})
    assert additions.since(error) == "3.99"


def test_a_module_that_was_handed_in_is_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additions, "_SINCE", {"tools.absent": (3, 99)})
    namespace = Namespace()
    beside = [("tools.py", [("tools.py", "def power(x): return x ** 2\n")])]
    answer = (
        "import tools\ndef f(): return tools.absent(2)\ndef g():\n    from tools import absent\n"
    )
    namespace.define([("answer.py", answer)], path="answer.py", beside=beside)
    for name, kind in (("f", AttributeError), ("g", ImportError)):
        with pytest.raises(kind) as failed:
            namespace.globals[name]()
        assert additions.since(failed.value) == ""


def test_an_error_may_be_anything() -> None:
    class Odd(type):
        @property
        def __mro__(cls) -> Any:
            raise SystemExit

    class Strange(AttributeError):
        obj = property(lambda _: 1 / 0)

    assert additions.since(AttributeError(name="x", obj=Odd("x", (), {}))) == ""
    assert additions.since(Strange()) == ""


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("from math import absent\ndef f(): return absent()\n", True),
        ("from math import absent\ndef f(): return 2\n", False),
        ("import math\nK = []\nfor k in (1, 2): K.append(math.absent)\ndef f(): return K\n", True),
    ],
)
def test_a_statement_that_needs_a_newer_library_is_told_with_what_lacks(
    monkeypatch: pytest.MonkeyPatch, source: str, wanted: bool
) -> None:
    monkeypatch.setattr(additions, "_SINCE", {"math.absent": (3, 99)})
    found = Namespace(contract=[{"names": ["f"], "arguments": []}]).define([("cell 1", source)])
    [broken] = found["broken"]
    assert (broken["needs"], broken["wanted"], found["failed"]) == ("3.99", wanted, [])


def test_what_else_has_bound_the_name_needs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additions, "_SINCE", {"math.absent": (3, 99)})
    source = "from math import absent\ndef f(): return absent()\ndef absent(): return 2\n"
    found = Namespace(contract=[{"names": ["f"], "arguments": []}]).define([("cell 1", source)])
    assert not found["broken"][0]["wanted"]


def test_of_a_module_what_is_used_may_need_a_newer_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(additions, "_SINCE", {"math.absent": (3, 99)})
    tools = "from math import absent\ndef one(): return absent()\ndef two(): return 2\n"
    for name, wanted in (("one", True), ("two", False)):
        namespace = Namespace(contract=[{"names": ["f"], "arguments": []}])
        answer = [("answer.py", f"import tools\ndef f(): return tools.{name}()\n")]
        found = namespace.define(answer, beside=[("tools.py", [("tools.py", tools)])])
        assert [broken["wanted"] for broken in found["broken"]] == [wanted]
