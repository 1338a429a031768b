"""Read one file: Python or a notebook, told by its name."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from grader.model.text import clean_line
from grader.source.cells import (
    DEFAULT_LIMITS,
    Cell,
    Limits,
    Source,
    Unreadable,
    check_code_size,
)
from grader.source.notebook import read_notebook
from grader.source.paths import printable
from grader.source.text import decode

_MAX_NAME = 120
_DISGUISED = re.compile(
    r"(?P<stem>[^/]+)\.(?P<suffix>py|ipynb)(?P<copy> ?\(\d{1,3}\))?\.(?:txt|json|text|download)",
    re.IGNORECASE,
)


def read_source(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Source:
    """Return the code of the file `name`; raise `Unreadable`, whose text is for the student."""
    shown = shown_name(name)
    if (meant := name_meant(name)) != name:
        source = read_source(meant, data, limits)
        note = f"{shown} was read as {shown_name(meant)}: name it so"
        return replace(source, notes=(*source.notes, note))
    suffix = PurePosixPath(name.lower()).suffix
    if len(data) > limits.most_mib(name) << 20:
        raise limits.too_large(shown)
    if suffix == ".ipynb":
        return read_notebook(shown, data, limits)
    if suffix != ".py":
        raise Unreadable(f"{shown} is neither a .py file nor a notebook (.ipynb): hand in one")
    return _read_python(shown, data, limits)


def name_meant(path: str) -> str:
    """Return the path without the suffix that a browser or an editor has put behind another.

    ``a.py.txt`` is ``a.py``, and ``a.ipynb (1).json`` is ``a (1).ipynb``.
    """
    folder, slash, name = path.rpartition("/")
    found = _DISGUISED.fullmatch(name)
    if found is None:
        return path
    return f"{folder}{slash}{found['stem']}{found['copy'] or ''}.{found['suffix'].lower()}"


def _read_python(name: str, data: bytes, limits: Limits) -> Source:
    if data[:1] == b"{" and b'"nbformat"' in data:
        source = read_notebook(name, data, limits)
        return replace(source, notes=(*source.notes, f"{name} is a notebook: name it .ipynb"))
    text, notes = decode(name, data)
    if not text.strip():
        return Source((), (*notes, f"{name} is empty"))
    cells = [Cell(name, text)]
    check_code_size(name, cells, limits)
    return Source(tuple(cells), notes)


def shown_name(path: str) -> str:
    """Return the last part of `path` as it can be printed anywhere."""
    name = clean_line(printable(path.rpartition("/")[2])) or "the file"
    return name if len(name) <= _MAX_NAME else f"{name[:50]}…{name[-50:]}"
