"""What student code does besides computing is stated as facts, for staff, and blames nobody."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from grader.grade import Slot
from grader.model.feedback import feedback_for_student
from grader.model.report import canonical_json
from grader.sandbox.layers import Level
from grader.sandbox.observed import LONGEST_DETAIL, MOST, WORDS, read_notes
from grader.worker import witness
from grader.worker.witness import Witness

HIDDEN = """
from grader.testing import check
@check("a", points=1)
def test_a(submission):
    assert submission.square(2.0) == 4.0
"""
DEEDS = {
    "rebound numpy.allclose": "numpy.allclose = lambda *a, **k: True",
    "rebound builtins.any": "builtins.any = lambda x: True",
    "rebound sys.modules['numpy']": "sys.modules['numpy'] = object()",
    "tried to open /etc/passwd": "open('/etc/passwd')",
    "tried to list the folder /": "os.listdir('/')",
    "tried to change files (/tmp/x): denied": "os.mkdir('/tmp/x')",
    "tried to start a process: denied": "os.fork()",
    "tried to start a program (/bin/sh): denied": "os.execv('/bin/sh', ['sh'])",
    "tried to use the network: denied": "socket.socket()",
    "tried to send a signal: denied": "os.kill(1, 9)",
    "looked at the frames of its callers": "sys._getframe()",
    "looked through all objects of its process": "gc.get_objects()",
    "installed a trace or profile function": "sys.settrace(None)",
    "installed an audit hook": "sys.addaudithook(lambda *a: None)",
    "loaded a library through ctypes (NoneType)": "ctypes.CDLL(None)",
}


def program(deed: str) -> str:
    imports = "import builtins, ctypes, gc, numpy, os, socket, sys\n"
    return (
        f"{imports}def square(x):\n    try:\n        {deed}\n    except Exception:\n        pass\n"
        "    return x * x\n"
    )


@pytest.fixture(scope="module")
def grade(write_course: Any, tmp_path_factory: Any, make_answer: Any) -> Any:
    """Return a function that grades a program."""
    with Slot(write_course(tmp_path_factory.mktemp("observed"), HIDDEN), Level.PROCESS) as slot:
        yield lambda code: slot.grade("mini", make_answer(code))


@pytest.mark.layers("seccomp")
@pytest.mark.parametrize("fact", DEEDS)
def test_a_deed_is_stated_and_costs_nothing(grade: Any, fact: str) -> None:
    report = grade(program(DEEDS[fact]))
    assert report.execution.observed == (fact,)
    assert report.points == report.max_points
    assert fact not in canonical_json(feedback_for_student(report))


HONEST = {
    "as asked": ("", "pass"),
    "seeds": ("import numpy as np", "np.random.seed(3); np.random.rand(); np.random.default_rng()"),
    "a named tuple": ("import collections", "collections.namedtuple('a', 'b')"),
    "imports": ("", "import json.tool, pathlib, numpy.polynomial"),
    "a plot": ("import matplotlib.pyplot as plt", "plt.plot(x)"),
    "a warning": ("import warnings", "warnings.warn('slow'); print(x)"),
    "a data class": ("from dataclasses import dataclass\n@dataclass\nclass A: b: int", "A(1)"),
}


@pytest.mark.parametrize("name", HONEST)
def test_of_honest_code_nothing_is_stated(grade: Any, name: str) -> None:
    top, inside = HONEST[name]
    report = grade(f"{top}\ndef square(x):\n    {inside}\n    return x * x\n")
    assert report.execution.observed == ()
    assert report.points == report.max_points


def test_facts_are_few_and_each_is_stated_once(grade: Any) -> None:
    many = "def square(x):\n    for n in range(500):\n        try: open(f'/no/such/{n % 100}')\n"
    report = grade(f"{many}        except OSError: pass\n    return x * x")
    assert len(report.execution.observed) == MOST
    assert len(set(report.execution.observed)) == MOST


def test_a_witness_that_was_silenced_is_no_crash(grade: Any) -> None:
    code = "import sys\nfor m in list(sys.modules.values()):\n    pass\ndef square(x):\n"
    code += "    w = sys.modules.get('grader.worker.witness')\n"
    code += "    w.Witness.notes = lambda *a, **k: 1 / 0\n    return x * x"
    report = grade(code)
    assert report.points == report.max_points


LAYERS = ("seccomp",)


@pytest.mark.parametrize(
    "notes",
    [None, "open", [["open"]], [["open", 3]], [["open", "x", "y"]], [("open", "x")], [[1, "x"]],
     [["no such name", "x"]], {"open": "x"}, [None]],
)  # fmt: skip
def test_what_is_no_note_is_passed_over(notes: Any) -> None:
    assert list(read_notes(notes, LAYERS)) == []


def test_words_are_ours_and_details_are_plain_text() -> None:
    [words] = read_notes([["open", "a\x1b[31m\n" + "b" * 500]], LAYERS)
    assert words.startswith("tried to open a?[31m?b")
    assert len(words) < LONGEST_DETAIL + 20
    assert len(list(read_notes([["fork", ""]] * 100, LAYERS))) == MOST
    assert list(read_notes([["fork", ""]], ())) == ["tried to start a process"]


def test_worker_and_grader_know_the_same_names() -> None:
    assert set(witness.WATCHED.values()) | {"rebound"} == set(WORDS)


def test_a_witness_hears_only_what_student_code_brings_about() -> None:
    seen = Witness()
    seen.about(["answer.py"])

    def event(name: str, *arguments: Any) -> None:
        seen._hear(name, arguments)

    def student(code: str) -> list[list[str]]:
        exec(compile(code, "answer.py", "exec"), {"event": event})
        return seen.notes(compare=False)

    event("open", "/by/the/test")
    assert seen.notes() == []
    assert student("event('compile')") == []
    assert student("event('open', b'/by/\\xff')") == [["open", "/by/\ufffd"]]
    assert student("event('open', object())") == [["open", "object"]]
    assert student("event('open', '/by/name')") == [["open", "/by/name"]]
    assert student("event('open')") == [["open", ""]]
    # Not called directly: `event` stands between.
    assert student("event('sys._getframe', object())") == []


def test_a_note_that_cannot_be_taken_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(witness, "_shown", fail)
    seen = Witness()
    seen.about(["answer.py"])
    code = compile("event('open', ('/by/name',))", "answer.py", "exec")
    exec(code, {"event": seen._hear})
    assert seen.notes(compare=False) == []
    monkeypatch.undo()
    exec(code, {"event": seen._hear})
    assert seen.notes(compare=False) == [["open", "/by/name"]]


def test_importing_is_nobody_s_deed_and_depth_has_an_end() -> None:
    labels = frozenset({"answer.py"})
    importing: dict[str, Any] = {"sys": sys}
    name = "<frozen importlib._bootstrap>"
    exec(compile("def frame(): return sys._getframe()", name, "exec"), importing)
    assert not witness._by_student(importing["frame"](), labels, direct=False)
    assert not witness._by_student(None, labels, direct=False)

    def deep(n: int) -> Any:
        return deep(n - 1) if n else sys._getframe()

    assert not witness._by_student(deep(witness.MOST_FRAMES + 5), labels, direct=False)


def test_a_rebound_name_is_noted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    seen = Witness()
    monkeypatch.setattr(np, "allclose", len)
    assert seen.notes() == [["rebound", "numpy.allclose"]]
    assert seen.notes() == []
    monkeypatch.setitem(sys.modules, "numpy.linalg", None)
    assert seen.notes() == [["rebound", "sys.modules['numpy.linalg']"]]
