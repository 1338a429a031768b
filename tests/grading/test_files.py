"""What does a file get that cannot be read, or only with good will?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

RIGHT = "import numpy as np\n\ndef square(x):\n    return x**2\n"


def notebook(*cells: str, **fields: Any) -> bytes:
    made = [
        {"cell_type": "code", "source": c, "metadata": {}, "outputs": [], "execution_count": None}
        for c in cells
    ]
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made, **fields}
    return json.dumps(whole).encode()


UNREADABLE = {
    "empty notebook": ("a.ipynb", b""),
    "truncated notebook": ("a.ipynb", notebook(RIGHT)[:90]),
    "wrong JSON": ("a.ipynb", b"{cells: []}"),
    "JSON, but no notebook": ("a.ipynb", b"[1, 2]"),
    "notebook of the future": ("a.ipynb", b'{"nbformat": 99, "sheets": []}'),
    "notebook without cells": ("a.ipynb", notebook(cells="none")),
    "notebook without code": ("a.ipynb", notebook()),
    "deeply nested notebook": ("a.ipynb", b'{"cells":' + b"[" * 100_000),
    "Python named like a notebook": ("a.ipynb", RIGHT.encode()),
    "binary file": ("a.py", bytes(range(256)) * 4),
    "zip named like Python": ("a.py", b"PK\x03\x04" + bytes(40)),
    "web page": ("a.py", b"<!DOCTYPE html><html></html>"),
    "empty file": ("a.py", b""),
    "only a comment": ("a.py", b"# done\n"),
    "text file": ("a.txt", RIGHT.encode()),
    "syntax error": ("a.py", b"def square(x):\n    return x**\n"),
    "deeply nested expression": ("a.py", b"def square(x):\n    return " + b"(" * 5000 + b"\n"),
    "zero byte": ("a.py", RIGHT.encode() + b"\0"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_graded_with_a_reason(
    grade: Any, told: Any, snapshot: SnapshotAssertion, name: str
) -> None:
    file, data = UNREADABLE[name]
    report = grade(data, file)
    assert (report.status, report.points) == ("graded", 0)
    assert report.checks[0].feedback
    assert told(report) == snapshot


READABLE = {
    "notebook": ("a.ipynb", notebook(RIGHT)),
    "notebook with an unknown version": ("a.ipynb", notebook(RIGHT, nbformat="four")),
    "notebook with lines": ("a.ipynb", notebook(RIGHT.splitlines(keepends=True))),  # type: ignore[arg-type]
    "notebook named like Python": ("a.py", notebook(RIGHT)),
    "another encoding": ("a.py", "# carré\n".encode("latin-1") + RIGHT.encode()),
    "UTF-16": ("a.py", RIGHT.encode("utf-16")),
    "lines of Windows": ("a.py", RIGHT.replace("\n", "\r\n").encode()),
    "tabs": ("a.py", RIGHT.replace("    ", "\t").encode()),
    "prompts and magics": ("a.ipynb", notebook("%matplotlib inline\n!ls\n" + RIGHT)),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_can_be_read_with_good_will_gets_full_marks(
    grade: Any, told: Any, snapshot: SnapshotAssertion, name: str
) -> None:
    file, data = READABLE[name]
    report = grade(data, file)
    assert report.points == report.max_points
    assert told(report) == snapshot


def test_a_notebook_full_of_other_things_gets_what_is_right(
    grade: Any, told: Any, snapshot: SnapshotAssertion
) -> None:
    cells = [
        "import numpy as np\nimport h5py\nfrom planar_utils import load_dataset, plot",
        "X, Y = load_dataset()\nplot(X, Y)\nname = input('who are you? ')",
        "def square(x):\n    return x**2 if 'wrong' else",
        "import time\nfor epoch in range(10**9):\n    time.sleep(3600)",
        "rate = 0.5\ndef square(x):\n    return np.asarray(x) ** 2",
        "assert square(2) == 4, 'never executed'\nraise SystemExit",
        "while True:\n    pass",
    ]
    report = grade(notebook(*cells), "a.ipynb")
    assert report.points == report.max_points
    assert told(report) == snapshot
