"""Read the code cells of a notebook, as tolerant as can be without guessing.

The current format (4) is read as it stands: what it needs is checked here, and a notebook that only
breaks the schema elsewhere is read all the same. Older formats are upgraded by nbformat, which is
imported then and only then, because it takes longer than all the rest of a check.
"""

from __future__ import annotations

import importlib
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

from grader.source.cells import (
    MAX_NAMES,
    Cell,
    Limits,
    Misplaced,
    Source,
    Unreadable,
    check_code_size,
    functions_shown,
)
from grader.source.outputs import LARGE, without_outputs
from grader.source.text import decode

_NEWEST_FORMAT = 4
_AGAIN = "open it in Jupyter, save it again and hand in the new file"
_NOT_CODE = {"markdown": "Markdown", "raw": "Raw"}
_CELL_MAGIC = re.compile(r"\s*(%%\w++)")


def read_notebook(name: str, data: bytes, limits: Limits) -> Source:
    """Return the code cells of the notebook in `data`; raise `Unreadable`."""
    if not data.strip():
        raise Unreadable(f"{name} is empty: {_AGAIN}")
    text, notes = decode(name, data)
    notebook = _parsed(name, text, len(data), limits)
    cells = _cells_of(name, notebook, limits)
    _check_count(name, len(cells), limits)
    return _source(name, cells, [*notes, *_language_note(name, notebook)], limits)


def _parsed(name: str, text: str, size: int, limits: Limits) -> dict[str, Any]:
    if size > LARGE:
        text = without_outputs(text)
    if len(text) > LARGE and _count_values(text) > limits.json_values:
        raise Unreadable(
            f"{name} holds too much data besides outputs to be read: copy the cells of this "
            "exercise into a new notebook and hand that in"
        )
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as fault:
        raise _not_json(name, text, size, fault) from None
    except RecursionError:
        raise Unreadable(f"{name} is nested too deeply to be a notebook: {_AGAIN}") from None
    except ValueError:  # a number of more digits than Python reads
        raise Unreadable(f"{name} holds a number that cannot be read: {_AGAIN}") from None
    if not isinstance(notebook, dict):
        raise Unreadable(f"{name} is JSON, but not a notebook: {_AGAIN}")
    return notebook


def _count_values(text: str) -> int:
    """Return at least as many as the values of `text`; objects take the memory of three."""
    return text.count(",") + text.count("[") + 3 * text.count("{")


def _not_json(name: str, text: str, size: int, fault: json.JSONDecodeError) -> Unreadable:
    start = text.lstrip("\ufeff \t\r\n")
    if not start.startswith("{"):
        return Unreadable(
            f"{name} is named like a notebook but is none: if it is Python, name it .py; otherwise "
            f"{_AGAIN}"
        )
    if any(line.startswith(("<<<<<<<", ">>>>>>>")) for line in text.split("\n")):
        reason = "has unresolved merge conflicts"
    elif not text.rstrip().endswith("}") or fault.pos >= len(text.rstrip()):
        return Unreadable(
            f"the notebook {name} is cut off after {size:,} bytes: save it again in Jupyter and "
            "hand in the new file"
        )
    else:
        reason = "is damaged"
    return Unreadable(f"the notebook {name} {reason} (line {fault.lineno:,}): {_AGAIN}")


def _check_count(name: str, count: int, limits: Limits) -> None:
    if count > limits.cells:
        raise Unreadable(
            f"{name} has {count:,} cells; at most {limits.cells:,} can be read: hand in the "
            "cells of this exercise only"
        )


def _cells_of(name: str, notebook: dict[str, Any], limits: Limits) -> list[Any]:
    version = notebook.get("nbformat")
    if type(version) is not int or version < 1:
        version = _NEWEST_FORMAT
    if version == 1 or "worksheets" in notebook:
        version = min(version, 3)
        # Before the upgrade, which takes a tenth of a millisecond and two kilobytes for each.
        _check_count(name, _count_cells(notebook), limits)
        notebook = _upgraded(notebook, version)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        newer = f" (its format, {version}, is newer than this program)" if version > 4 else ""
        raise Unreadable(f"{name} is a notebook without a list of cells{newer}: {_AGAIN}")
    return cells


def _count_cells(notebook: dict[str, Any]) -> int:
    """Return how many cells an old notebook has; a sheet without any counts as one."""
    count = 0
    for part in (notebook.get("cells"), notebook.get("worksheets")):
        for sheet in part if isinstance(part, list) else ():
            cells = sheet.get("cells") if isinstance(sheet, dict) else None
            count += max(len(cells) if isinstance(cells, list) else 0, 1)
    return count


def _upgraded(notebook: dict[str, Any], version: int) -> dict[str, Any]:
    """Return a notebook of format 1 to 3 in format 4; where that fails, it is no student's fault.

    The converters see nothing of what a stranger wrote but the text of cells.
    """
    slim = _slim(notebook, version)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nbformat: Any = importlib.import_module("nbformat")
        return dict(nbformat.convert(nbformat.from_dict(slim), _NEWEST_FORMAT))


def _slim(notebook: dict[str, Any], version: int) -> dict[str, Any]:
    """Return the notebook without outputs and metadata: what is not upgraded cannot fail."""
    slim = {"nbformat": version, "nbformat_minor": 0, "metadata": {}}
    if version == 1:
        return slim | {"cells": _slim_cells(notebook.get("cells"), version)}
    sheets = notebook.get("worksheets")
    return slim | {
        "worksheets": [
            {"metadata": {}, "cells": _slim_cells(sheet.get("cells"), version)}
            for sheet in (sheets if isinstance(sheets, list) else ())
            if isinstance(sheet, dict)
        ]
    }


def _slim_cells(cells: Any, version: int) -> list[dict[str, Any]]:
    if not isinstance(cells, list):
        return []
    return [_slim_cell(cell if isinstance(cell, dict) else {}, version) for cell in cells]


def _slim_cell(cell: dict[str, Any], version: int) -> dict[str, Any]:
    """Return a cell as its format wants it; what is not code keeps its place and its text."""
    key = "code" if version == 1 else "input"
    text = _text(cell.get(key))
    if cell.get("cell_type") != "code" or text is None:
        key = "text" if version == 1 else "source"
        words = _text(cell.get(key)) or ""
        is_raw = version == 3 and cell.get("cell_type") == "raw"
        kind = "text" if version == 1 else "raw" if is_raw else "markdown"
        return {"cell_type": kind, key: words, "metadata": {}}
    return {
        "cell_type": "code",
        key: text,
        "language": "python",
        "outputs": [],
        "metadata": {},
        "collapsed": False,
    }


def _source(name: str, cells: list[Any], notes: list[str], limits: Limits) -> Source:
    found: list[Cell] = []
    odd: list[str] = []
    misplaced: list[Misplaced] = []
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict):
            odd.append(str(number))
            continue
        if len(misplaced) < MAX_NAMES:
            misplaced += _misplaced(number, cell)
        if cell.get("cell_type") == "code":
            text = _text(cell.get("source", cell.get("input")))
            if text is None:
                odd.append(str(number))
            elif text.strip():
                found.append(Cell(f"cell {number}", text))
    check_code_size(name, found, limits)
    if odd:
        shown = ", ".join(odd[:5]) + (f" and {len(odd) - 5:,} more" if len(odd) > 5 else "")
        notes.append(f"{name} has cells that could not be read: {shown}")
    if not found:
        notes.append(f"{name} has no code")
    return Source(tuple(found), tuple(notes), tuple(misplaced))


def _misplaced(number: int, cell: dict[str, Any]) -> Iterator[Misplaced]:
    """Yield the functions of a cell that is not code, or that stands under a cell magic."""
    text = _text(cell.get("source", cell.get("input")))
    if text is None or "def" not in text:
        return
    kind = _NOT_CODE.get(str(cell.get("cell_type")))  # only known types can be named
    if cell.get("cell_type") == "code" and (magic := _CELL_MAGIC.match(text)):
        kind = magic[1][:40]
    if kind is not None:
        for name in functions_shown(text):
            yield Misplaced(name, f"cell {number}", kind)


def _text(source: Any) -> str | None:
    """Return the text of a cell, which notebooks keep as one string or as a list of lines."""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    # JSON can name half a character; such a string cannot be sent or saved.
    return source.encode("utf-8", "replace").decode()


def _language_note(name: str, notebook: dict[str, Any]) -> list[str]:
    metadata = notebook.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language") if isinstance(kernel, dict) else None
    if not isinstance(language, str) or language.lower().startswith(("python", "ipython")):
        return []
    return [f"{name} says that its language is {language[:40]}, not Python"] if language else []
