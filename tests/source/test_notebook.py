"""Any notebook is read within its limits or refused with a sentence for the student."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import Any

import nbformat.v4
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.source import Limits, Source, Unreadable, read_source


def notebook(*cells: Any, **top: Any) -> bytes:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | top
    ).encode()


def code(source: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}


TEXT = {"cell_type": "markdown", "source": "words", "metadata": {}}


def reason(name: str, data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        read_source(name, data, limits or Limits())
    return caught.value.reason


def test_cells_are_counted_among_all_cells():
    source = read_source("a.ipynb", notebook(TEXT, code("x = 1"), TEXT, code(["y = 2\n", "z = 3"])))
    assert [(c.label, c.source) for c in source.cells] == [
        ("cell 2", "x = 1"),
        ("cell 4", "y = 2\nz = 3"),
    ]
    assert source.notes == ()


def test_what_nbformat_writes_is_read():
    cells = [nbformat.v4.new_markdown_cell("# a"), nbformat.v4.new_code_cell("def f():\n    pass")]
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    source = read_source("a.ipynb", text.encode())
    assert source.cells[0].label == "cell 2"
    assert source.defined == {"f"}


@pytest.mark.parametrize("version", [2, 3])
def test_an_old_notebook_is_upgraded(version):
    cells = [
        {"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python"},
        {"cell_type": "markdown", "source": "words"},
        {"cell_type": "code", "input": ["y = 2\n", "z"], "outputs": [], "language": "python"},
    ]
    data = {
        "nbformat": version,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": cells}],
    }
    source = read_source("a.ipynb", json.dumps(data).encode())
    assert [(c.label, c.source) for c in source.cells] == [
        ("cell 1", "x = 1"),
        ("cell 3", "y = 2\nz"),
    ]


def test_the_first_format_is_upgraded():
    cells = [{"cell_type": "text", "text": "a"}, {"cell_type": "code", "code": "x = 1"}]
    source = read_source("a.ipynb", json.dumps({"nbformat": 1, "cells": cells}).encode())
    assert [(c.label, c.source) for c in source.cells] == [("cell 2", "x = 1")]


def test_flaws_beside_the_code_are_noted_and_borne():
    data = notebook(7, None, code(5), code("x = 1"), {}, code("\ud800"), nbformat=99, extra=1)
    source = read_source("a.ipynb", data)
    assert [c.label for c in source.cells] == ["cell 4", "cell 6"]
    assert source.notes == ("a.ipynb has cells that could not be read: 1, 2, 3",)
    assert source.cells[1].source == "?"


TEXTS = {
    "def f(x):\n    return x\n": ["f"],
    "# Mine\n\nasync def f(x):\n\n    return x\ndef g(): pass": ["f", "g"],
    "def f(\n    x,\n):\n    return x": ["f"],
    "def f(x):\n\treturn x": ["f"],
    "```\ndef f(x):\n    return x\n```\n": [],
    "   ~~~python\ndef f(x):\n    return x\n   ~~~\ndef g(x): return x": ["g"],
    "def f(x):\n\nis what we write": [],
    "    def f(x):\n        return x": [],
    "define f(x):\n    as x": [],
    "undefined": [],
    "": [],
}


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("text", TEXTS)
def test_functions_of_cells_that_are_not_code_are_seen_and_not_read(kind, text):
    cell = {"cell_type": kind, "source": text, "metadata": {}}
    source = read_source("a.ipynb", notebook(TEXT, cell, code("x = 1")))
    assert [c.label for c in source.cells] == ["cell 3"]
    found = [(one.name, one.label, one.kind) for one in source.misplaced]
    assert found == [(name, "cell 2", kind.capitalize()) for name in TEXTS[text]]


@pytest.mark.parametrize("text", TEXTS)
def test_functions_under_a_cell_magic_are_seen_and_read(text):
    source = read_source("a.ipynb", notebook(TEXT, code(f"\n%%cache x.pkl y\n{text}")))
    assert [c.label for c in source.cells] == ["cell 2"]
    found = [(one.name, one.label, one.kind) for one in source.misplaced]
    assert found == [(name, "cell 2", "%%cache") for name in TEXTS[text]]


def test_functions_of_odd_cells_are_not_seen():
    odd = [{"cell_type": kind, "source": "def f(): pass"} for kind in ("heading", 3, None)]
    lost = {"cell_type": "raw", "source": [3, "def f(): pass"]}
    assert read_source("a.ipynb", notebook(*odd, lost, {"source": "def f(): pass"})).misplaced == ()


def test_misplaced_functions_are_seen_up_to_a_number():
    cells = [{"cell_type": "raw", "source": "def f(): pass\n" * 400}] * 5
    assert len(read_source("a.ipynb", notebook(*cells)).misplaced) == 1200


@pytest.mark.parametrize(
    ("version", "kind", "said"),
    [
        (1, "text", "Markdown"),
        (2, "markdown", "Markdown"),
        (3, "markdown", "Markdown"),
        (3, "raw", "Raw"),
    ],
)
def test_misplaced_functions_of_an_old_notebook_are_seen(version, kind, said):
    words = "def f(x):\n    return x"
    key = "text" if version == 1 else "source"
    sheet = {"cells": [{"cell_type": kind, key: words}]}
    parts = sheet if version == 1 else {"worksheets": [sheet]}
    source = read_source("a.ipynb", json.dumps({"nbformat": version, **parts}).encode())
    found = [(one.name, one.label, one.kind) for one in source.misplaced]
    assert found == [("f", "cell 1", said)]


def test_another_language_is_noted():
    data = notebook(code("x <- 1"), metadata={"kernelspec": {"language": "R"}})
    assert "its language is R" in read_source("a.ipynb", data).notes[0]


def test_a_notebook_named_py_is_read_and_noted():
    source = read_source("a.py", notebook(code("x = 1")))
    assert source.cells[0].label == "cell 1"
    assert source.notes == ("a.py is a notebook: name it .ipynb",)


def test_a_cut_notebook_says_so():
    data = notebook(code("x = 1" * 400))
    assert reason("lab.ipynb", data[:1204]) == (
        "the notebook lab.ipynb is cut off after 1,204 bytes: "
        "save it again in Jupyter and hand in the new file"
    )


REFUSED = {
    "empty": (b"  \n", "is empty"),
    "python": (b"import numpy as np\n", "name it .py"),
    "list": (b"[1, 2]", "is JSON, but not a notebook"),
    "no cells": (b'{"nbformat": 4}', "without a list of cells"),
    "newer": (b'{"nbformat": 99}', "its format, 99, is newer"),
    "deep": (b'{"a":' * 90_000, "nested too deeply"),
    "long number": (b'{"nbformat":' + b"9" * 50_000 + b"}", "a number that cannot be read"),
    "conflict": (b'{"cells": [\n<<<<<<< HEAD\n]}', "unresolved merge conflicts (line 2)"),
    "damaged": (b'{"cells": [,]}', "is damaged (line 1)"),
    "web page": (b"<!DOCTYPE html><html>", "is a web page"),
    "picture": (b"\x89PNG\r\n", "is a picture"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_notebook_is_refused_with_a_reason(case):
    data, words = REFUSED[case]
    assert words in reason("a.ipynb", data)


def test_limits_hold_and_say_what_to_do():
    assert "20 MiB: take data out of it" in reason("a.py", b" " * (21 << 20))
    assert "2 MiB: clear its outputs" in reason("a.ipynb", b" " * (3 << 20), Limits(notebook_mib=2))
    assert "1,000,001 cells" in reason("a.ipynb", b'{"cells":[' + b"0," * 1_000_000 + b"0]}")
    assert "too much data" in reason("a.ipynb", b'{"cells":[' + b"{}," * 1_000_000 + b"0]}")
    assert "MiB of code" in reason("a.ipynb", notebook(*[code("x" * 1000)] * 2200))


def test_just_below_a_limit_is_read():
    source = read_source("a.ipynb", notebook(*[code("x = 1")] * 5000))
    assert len(source.cells) == 5000


def test_a_current_notebook_does_not_wait_for_nbformat():
    script = (
        "import sys; from grader.source import read_source;"
        "read_source('a.ipynb', sys.stdin.buffer.read()); print('nbformat' in sys.modules)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, input=notebook(code("x")), capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


def _read(name: str, data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(read_source(name, data), Source)


@given(st.binary(max_size=300), st.sampled_from(["a.ipynb", "a.py", "a.txt", "", "\0/..\n.py"]))
def test_any_bytes_are_read_or_unreadable(data, name):
    _read(name, data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "cells",
                    "cell_type",
                    "source",
                    "input",
                    "code",
                    "nbformat",
                    "metadata",
                    "worksheets",
                    "kernelspec",
                    "language",
                ]
            )
            | st.text(max_size=3),
            inner | st.just("code"),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(
    st.dictionaries(st.sampled_from(["cells", "worksheets", "metadata"]), JSON),
    st.integers(-1, 6) | JSON,
)
def test_any_json_is_read_or_unreadable(top, version):
    _read("a.ipynb", json.dumps(top | {"nbformat": version}).encode("utf-8", "replace"))


@given(st.lists(st.text(max_size=30) | st.none(), max_size=6))
def test_every_code_cell_keeps_its_text_and_place(texts):
    data = notebook(*[TEXT if text is None else code(text) for text in texts])
    expected = [
        (f"cell {n}", text.encode("utf-8", "replace").decode())
        for n, text in enumerate(texts, start=1)
        if text is not None and text.strip()
    ]
    assert [(c.label, c.source) for c in read_source("a.ipynb", data).cells] == expected
