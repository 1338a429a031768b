"""Turn the text of one cell into statements that can be executed one by one.

Theory of operation. Learners' files are not programs: cells are broken, duplicated or full of
plots, and most would not run from top to bottom. So a file is read, not run. Each cell is parsed
as it is; failing that, without magics and odd spaces; failing that, in pieces, cut where a
statement starts at column 0, and the pieces that still fail are cut once more wherever a line looks
like a definition. No text is parsed more than a fixed number of times. What stays broken is
reported with its line and the names that it would have defined.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.worker.extract import newer, pieces
from grader.worker.extract.listing import Reader, Statement, run_file

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NAMES = 20

_DEFINES = re.compile(
    r"^(?:(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)"
    r"|([^\W\d]\w*)[ \t]*=[ \t]*lambda\b)",
    re.MULTILINE,
)
_DEFINES_WITHIN = re.compile(r"^[ \t]+(?:async[ \t]+)?def[ \t]+([^\W\d]\w*)()", re.MULTILINE)
_PARSE_FAULTS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


@dataclass(frozen=True)
class Broken:
    """A piece of a cell that is not Python."""

    label: str
    line: int
    message: str
    names: tuple[str, ...]
    needs: str = ""
    """The version of Python in which it would be valid, when that is newer than this one."""


@dataclass
class Extracted:
    """What one cell gives."""

    statements: list[Statement] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    written: list[tuple[str, str]] = field(default_factory=list)
    """Path and text of files that the cell writes by ``%%writefile``."""
    skipped: int = 0
    """Cells of another language."""


def extract(label: str, source: str) -> Extracted:
    """Return the statements of one cell and what is broken in it; never raise."""
    result = Extracted()
    source = pieces.normalise(source)
    if (written := pieces.written_file(source)) is not None:
        result.written.append(written)
        return result
    if pieces.foreign_cell(source) is not None:
        result.skipped = 1
        return result
    for before, text, module in _parsed(label, source, result):
        for node in module.body:
            if before:
                ast.increment_lineno(node, before)
        reader = Reader(label, text.split("\n"), before)
        for node in module.body:
            result.statements += reader.listed(node)
    for line, path in pieces.run_lines(source):
        below = (n for n, s in enumerate(result.statements) if s.line > line)
        place = next(below, len(result.statements))
        result.statements.insert(place, run_file(label, line, path))
    return result


def _parsed(label: str, source: str, result: Extracted) -> Iterator[tuple[int, str, ast.Module]]:
    """Yield (lines before, text, tree) of what parses; report what does not."""
    for text in dict.fromkeys(_repairs(source)):
        tree = _parse(text)
        if isinstance(tree, ast.Module):
            yield 0, text, tree
            return
        source = text
    for before, piece in pieces.top_level_pieces(source):
        tree = _parse(piece)
        if isinstance(tree, ast.Module):
            yield before, piece, tree
        else:
            yield from _parsed_definitions(label, before, piece, tree, result)


def _repairs(source: str) -> Iterator[str]:
    yield source
    yield pieces.without_magics(source)
    yield pieces.normalise(pieces.without_odd_spaces(pieces.without_magics(source)))


def _parsed_definitions(
    label: str, before: int, piece: str, fault: Exception, result: Extracted
) -> Iterator[tuple[int, str, ast.Module]]:
    smaller = pieces.definition_pieces(piece)
    if len(smaller) == 1 or newer.needed(piece)[0]:
        _report(label, before, piece, fault, result)
        return
    for further, text in smaller:
        tree = _parse(text)
        if isinstance(tree, Exception):
            # an unclosed string above may have hidden magics from the pass over the whole cell
            text = pieces.without_magics(text)
            tree = _parse(text)
        if isinstance(tree, ast.Module):
            yield before + further, text, tree
        else:
            _report(label, before + further, text, tree, result)


def _parse(text: str) -> ast.Module | Exception:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are no concern of ours
            return ast.parse(text)
    except _PARSE_FAULTS as fault:
        # A deep stack must be gone before anything else is done, so the fault is only kept.
        return fault.with_traceback(None)


def _report(label: str, before: int, text: str, fault: Exception, result: Extracted) -> None:
    names = names_defined(text)
    if not names and any(not broken.names for broken in result.broken):
        return  # prose breaks at every line; the first one is enough
    line, message = describe(fault)
    # the parser counts from the start of the piece
    message = re.sub(r"(?<=\bline )\d+", lambda match: str(int(match[0]) + before), message)
    first = len(text) - len(text.lstrip("\n"))
    last = text.count("\n")
    within = first if line is None else min(max(line - 1, 0), last)
    needs, more = newer.needed(text)
    names = tuple(dict.fromkeys((*names, *more)))[:MAX_NAMES]
    result.broken.append(Broken(label, before + within + 1, message, names, needs))


def describe(fault: BaseException) -> tuple[int | None, str]:
    """Return the line of a parser's fault, where it knows one, and a short message."""
    if isinstance(fault, SyntaxError):
        return fault.lineno, f"{type(fault).__name__}: {fault.msg}"[:200]
    if isinstance(fault, RecursionError | MemoryError):
        return None, "the code is nested too deeply to be read"
    return None, f"SyntaxError: {fault}"[:200]


def names_defined(text: str) -> tuple[str, ...]:
    """Return the names of functions and classes that broken `text` would have defined."""
    found = _DEFINES.findall(text) or _DEFINES_WITHIN.findall(text)
    return tuple(dict.fromkeys(name[:80] for pair in found for name in pair if name))[:MAX_NAMES]
