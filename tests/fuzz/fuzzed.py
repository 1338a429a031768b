"""Everything of ours that reads bytes from outside, and what it may do with any of them.

Each reader takes bytes, and makes sense of them or refuses them with the one exception that it has
for this. Whatever else it raises, and any time without end, is a fault of ours.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from grader.model.feedback import feedback_for_student, feedback_markdown
from grader.model.report import parse_report, report_json
from grader.sandbox import definitions
from grader.source import Unreadable, iter_entries, read_source
from grader.wire import WireError, encode, receive
from grader.wire.frames import pack
from grader.wire.messages import parse_definitions, parse_reply
from grader.worker.extract import extract


@dataclass(frozen=True)
class Reader:
    """A function that must survive any bytes, and honest bytes to begin with."""

    read: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


class Stream:
    """Bytes as a socket gives them."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def recv_into(self, view: memoryview) -> int:
        return self._rest.readinto(view[:7] if len(view) > 7 else view)


def wire(data: bytes) -> None:
    stream: Any = Stream(data)
    with suppress(WireError):
        message = receive(stream)
        encode(message)
        if isinstance(message, dict) and "report" in message:
            definitions.parse(parse_definitions(message, 3))
        else:
            parse_reply(message, 3)


def notebook(data: bytes) -> None:
    with suppress(Unreadable):
        for cell in read_source("answer.ipynb", data).cells:
            cell.source.encode("utf-8")


def python_file(data: bytes) -> None:
    with suppress(Unreadable):
        for cell in read_source("answer.py", data).cells:
            cell.source.encode("utf-8")


def archive(data: bytes) -> None:
    with suppress(Unreadable):
        for entry in iter_entries(data):
            assert not entry.path.startswith(("/", "../")), entry.path
            assert "\\" not in entry.path
            entry.read()


def report(data: bytes) -> None:
    with suppress(ValidationError):
        found = parse_report(data)
        assert parse_report(report_json(found)) == found
        feedback_markdown(feedback_for_student(found))


def student_code(data: bytes) -> None:
    # In the worker, where a crash is the submission's own; a loss of what could be read is not.
    with suppress(RecursionError, MemoryError):
        extract("cell 1", data.decode("utf-8", "replace"))


CODE = """import numpy as np
%matplotlib inline
def f(x, *, y=1):
    '''doc'''
    return x @ y

class C:
    z = lambda self: [i for i in range(3)]
W = np.zeros((2, 3))
for i in range(3): print(i
x = f"{W!r:>{10}}" if True else \\
    None
"""


def _notebook(version: int) -> bytes:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1}
    if version == 4:
        cells = [cell | {"source": CODE.splitlines(True)}, cell | {"source": "def f(): pass"}]
        body: dict[str, Any] = {"cells": cells}
    else:
        body = {"worksheets": [{"cells": [cell | {"input": CODE, "language": "python"}]}]}
    return json.dumps(
        body | {"metadata": {}, "nbformat": version, "nbformat_minor": 0}
    ).encode()  # fmt: skip


def _zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as zf:
        zf.writestr("ada/random_init.py", CODE)
        zf.writestr("ada/Übung 1.ipynb", _notebook(4))
        zf.writestr("__MACOSX/._x", b"\0" * 40)
    return data.getvalue()


def _frames() -> tuple[bytes, ...]:
    arrays = {"W1": np.ones((3, 2)), "b1": np.zeros((3, 1), np.float32)}
    found = {"label": "cell 1", "line": 2, "stub": False, "count": 1, "signature": "(x)"}
    lists = {"broken": [], "failed": [], "missing": [], "skipped": 0}
    messages = [
        {"kind": "returned", "number": 3, "value": arrays, "changed": ["X"]},
        {"kind": "raised", "number": 3, "type": "E", "message": "m", "label": "cell 2",
         "line": 4, "out_of_memory": False, "needs": ""},
        {"kind": "not_sent", "number": 3, "reason": "type", "type": "object", "path": "[0]"},
        {"kind": "defined", "number": 3, "report": {"functions": {"f": found}, **lists}},
    ]  # fmt: skip
    return tuple(map(pack, messages))


REPORT = b"""{"schema_version": "1.1", "submission": {"id": "ada.mini", "student": {"label": "ada"},
"digest": "sha256:%s", "files": ["mini.py"]}, "exercise": {"id": "mini", "title": "Mini", "digest":
"sha256:%s"}, "points": 1.0, "max_points": 2.0, "fraction": 0.5, "status": "graded", "checks":
[{"id": "a", "title": "A", "outcome": "passed", "points": 1.0, "max_points": 1.0, "visibility":
"hidden"}, {"id": "b", "title": "B", "outcome": "failed", "points": 0.0, "max_points": 1.0,
"visibility": "public", "misconception": "wrong-shape", "feedback": "W1 `has` <b>shape</b>"}],
"diagnoses": [{"misconception": "wrong-shape", "title": "T", "explanation": "E", "evidence":
[{"check": "b", "sentence": "s", "values": {"n": [1, 2.5, null]}}], "checks": ["b"]}], "execution":
{"layers": ["process"], "limits": {}, "wall_seconds": 0.1, "cpu_seconds": 0.1, "peak_memory_mib":
48.0}, "grader": {"version": "0.1.0", "python": "3.11.2", "numpy": "2.4.0"}}""" % (
    b"0" * 64,
    b"1" * 64,
)

READERS = {
    "wire": Reader(wire, _frames()),
    "notebook": Reader(notebook, (_notebook(4), _notebook(3))),
    "python_file": Reader(python_file, (CODE.encode(), CODE.encode("utf-16"))),
    "archive": Reader(archive, (_zip(),)),
    "report": Reader(report, (REPORT,)),
    "student_code": Reader(student_code, (CODE.encode(),)),
}
