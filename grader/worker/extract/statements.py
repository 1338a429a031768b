"""Turn the text of one cell into statements that can be executed one by one.

Theory of operation. Learners' files are not programs: cells are broken, duplicated or full of
plots, and most would not run from top to bottom. So a file is read, not run. Each cell is parsed
as it is; failing that, without magics and odd characters; failing that, in pieces, cut where a
statement starts at column 0, and the pieces that still fail are cut again: wherever a line looks
like a definition, then wherever a definition is indented by mistake. No text is parsed more than a
fixed number of times. A function that stays broken only because a gap in it was left open is read
with the gap filled, so that it is told as a stub. What else stays broken is reported with its line
and the names that it would have defined.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from grader.worker.extract import magics, newer, pieces
from grader.worker.extract.listing import Reader, Statement, run_file
from grader.worker.extract.strays import stray_pieces, with_even_indents
from grader.worker.extract.stubs import is_stub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Cut = Callable[[str], list[pieces.Piece]]

MAX_NAMES = 20

_DEFINES = re.compile(
    r"^(?:(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)"
    r"|([^\W\d]\w*)[ \t]*=[ \t]*lambda\b)",
    re.MULTILINE,
)
_DEFINES_WITHIN = re.compile(r"^[ \t]+(?:async[ \t]+)?def[ \t]+([^\W\d]\w*)()", re.MULTILINE)
_CUTS: tuple[Cut, ...] = (
    pieces.top_level_pieces,
    pieces.definition_pieces,
    stray_pieces,
)
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
    written: list[tuple[str, str, bool]] = field(default_factory=list)
    """Path and text of files that the cell writes by ``%%writefile``, and whether at their end."""
    skipped: int = 0
    """Cells of another language."""
    text: str | None = None
    """The text with which the cell begins: a module's docstring."""


def extract(label: str, source: str) -> Extracted:
    """Return the statements of one cell and what is broken in it; never raise."""
    result = Extracted()
    source = pieces.normalise(source)
    if (written := pieces.written_file(source)) is not None:
        result.written.append(written)
        return result
    magic = magics.of_cell(source)
    if magics.is_foreign(magic):
        result.skipped = 1
        return result
    for before, text, module in _parsed(label, source, result):
        if not before:
            result.text = ast.get_docstring(module, clean=False)
        for node in module.body:
            if before:
                ast.increment_lineno(node, before)
        reader = Reader(label, text.split("\n"), before, partial(_of_magic, label, result))
        for node in module.body:
            result.statements += reader.listed(node)
    if magic and result.broken and not _tells_anything(result):
        return Extracted(skipped=1)  # text for a magic that nobody here knows
    for line, path in pieces.run_lines(source):
        below = (n for n, s in enumerate(result.statements) if s.line > line)
        place = next(below, len(result.statements))
        result.statements.insert(place, run_file(label, line, path))
    return result


def _tells_anything(result: Extracted) -> bool:
    return bool(result.statements) or any(broken.names for broken in result.broken)


def _of_magic(label: str, result: Extracted, magic: str, line: int) -> Iterator[Statement]:
    """Yield the statements of a magic that is called in a line, and note what else it gives."""
    inner = extract(label, magic)
    result.broken += [replace(broken, line=line) for broken in inner.broken]
    result.written += inner.written
    result.skipped += inner.skipped
    roots = {id(s.node): s.node for s in inner.statements}
    roots |= {id(block.node): block.node for s in inner.statements for block, _ in s.inside}
    for node in (node for root in roots.values() for node in ast.walk(root)):
        if isinstance(node, ast.stmt | ast.expr | ast.excepthandler):
            node.lineno = node.end_lineno = line
            node.col_offset = node.end_col_offset = 0
    yield from (replace(statement, line=line) for statement in inner.statements)


def _parsed(label: str, source: str, result: Extracted) -> Iterator[tuple[int, str, ast.Module]]:
    """Yield (lines before, text, tree) of what parses; report what does not."""
    fault: Exception = SyntaxError()
    tried = set()
    for text in _repairs(source):
        if text in tried:
            continue
        tried.add(text)
        tree = _parse(text)
        if isinstance(tree, ast.Module):
            yield 0, text, tree
            return
        source, fault = text, tree
    yield from _salvaged(label, 0, source, fault, _CUTS, result)


def _repairs(source: str) -> Iterator[str]:
    yield source
    source = pieces.without_magics(magics.without_prompts(source))
    yield source
    plain = pieces.normalise(pieces.with_plain_characters(source))
    yield plain
    yield pieces.with_bodies(plain)


def _salvaged(
    label: str, before: int, text: str, fault: Exception, cuts: tuple[Cut, ...], result: Extracted
) -> Iterator[tuple[int, str, ast.Module]]:
    """Yield what parses of a `text` that does not as a whole, cut more and more finely."""
    # What a newer Python reads is one statement; cut further, it would be that no more.
    is_too_new = cuts != _CUTS and bool(newer.needed(text)[0])
    if not cuts or "\n" not in text or is_too_new:
        stubs = _open_stubs(text)
        if stubs is not None:
            yield before, text, stubs
        else:
            _report(label, before, text, fault, result)
        return
    parts = cuts[0](text)
    for further, part in parts:
        if len(parts) == 1:
            yield from _salvaged(label, before, part, fault, cuts[1:], result)
            return
        tree = _parse(part)
        if isinstance(tree, Exception) and (plain := pieces.without_magics(part)) != part:
            # an unclosed string above may have hidden magics from the pass over the whole cell
            part, tree = plain, _parse(plain)
        if isinstance(tree, ast.Module):
            yield before + further, part, tree
        else:
            yield from _salvaged(label, before + further, part, tree, cuts[1:], result)


def _open_stubs(text: str) -> ast.Module | None:
    """Return the tree of functions that do not parse because nothing was filled in, if so."""
    if "def" not in text:
        return None
    tree = _parse(pieces.with_blanks(with_even_indents(pieces.normalise(text))))
    if isinstance(tree, Exception) or not tree.body:
        return None
    lines = text.split("\n")
    if not all(is_stub(n, "\n".join(lines[n.lineno - 1 : n.end_lineno])) for n in tree.body):
        return None
    for node in tree.body:  # what stands for a gap is no word of the student's
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        raised = ast.copy_location(ast.parse(pieces.NOT_WRITTEN).body[0], node.body[0])
        node.body = [ast.fix_missing_locations(raised)]
    return tree


def _parse(text: str) -> ast.Module | Exception:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are no concern of ours
            return ast.parse(text)
    except _PARSE_FAULTS as fault:
        # A deep stack must be gone before anything else is done, so the fault is only kept.
        return fault.with_traceback(None)


def _report(label: str, before: int, text: str, fault: Exception, result: Extracted) -> None:
    names = names_defined(pieces.normalise(text))
    if not names and any(not broken.names for broken in result.broken):
        return  # prose breaks at every line; the first one is enough
    line, message = describe(fault)
    for number, text_line in enumerate(text.split("\n"), start=1):
        if pieces.is_conflict(text_line):
            line, message = number, "SyntaxError: a merge conflict is not resolved"
            break
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
