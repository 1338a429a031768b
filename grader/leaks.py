"""Find what of an exercise's staff half stands in what is given to students.

One rule for all that a bundle holds. Secret are the course's secret, whole functions of hidden
tests, whole files that these read, and what is large enough to be somebody's own: statements of
right answers, and tables of numbers or words in hidden tests, in `cases.toml` and in those
files. They are looked for in every text, whatever quotes, fences, lists, prompts, comments or
strings they stand in, at any of its lines, and in the numbers that a text lists, such as
what a worked example prints. Code within a sentence is the author's to show, and what the course
itself gives out elsewhere is no leak.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from textwrap import shorten
from typing import Any, Final

from grader.catalog import ExerciseFolder, read_text
from grader.errors import CourseError
from grader.prose import code_in

# Smaller statements, such as `return parameters`, are everybody's.
TELLING_NODES: Final = 12
# So many numbers in a row are a table, where so many of them are of two digits or more and differ.
ROW: Final = 6
TELLING_NUMBERS: Final = 4
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?!\w)", re.IGNORECASE)
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#+ ?(.*)")
# What belongs to the statement above it, at the same indent.
_GOES_ON: Final = re.compile(r"[)\]}]|(?:else|elif|except|finally)\b")
_READ: Final = (".py", ".toml")
# Python reads no deeper brackets, nobody's indent is wider, and in prose no longer statement is
# looked for as a whole.
_MOST_OPEN: Final = 200
_MOST_LINES: Final = 500

_PLAIN: Final = (str, bytes, int, float, complex)

Piece = str | tuple[float, ...]
"""A statement, a function or a table as Python would lay it out, or numbers in a row."""


def leaks(folder: ExerciseFolder, files: Mapping[Path, bytes]) -> Iterator[str]:
    """Yield what of `folder`'s staff half stands in files, which are given by their places."""
    secret, root = folder.course.secret, folder.course.root
    telling, whole = _telling(folder), _whole_files(folder)
    for path, data in files.items():
        text = data.decode("utf-8", "replace")
        if secret and secret in text:
            yield f"{path} holds the course's secret"
        if data in whole:
            yield f"{path} is {whole[data].relative_to(root)}"
        part = next((part for part in _given_out(path, text) if part in telling), None)
        if part is not None:
            yield f"{path} holds a part of {telling[part].relative_to(root)}: {_shown(part)}"


def _shown(part: Piece) -> str:
    text = part if isinstance(part, str) else ", ".join(f"{number:g}" for number in part)
    return shorten(text.splitlines()[0], 80, placeholder=" …")


def contents(bundle: Path) -> dict[Path, bytes]:
    """Return the files below a folder by their places in it."""
    paths = sorted(path for path in bundle.rglob("*") if path.is_file())
    return {path.relative_to(bundle): path.read_bytes() for path in paths}


def _telling(folder: ExerciseFolder) -> dict[Piece, Path]:
    """Return what must not be given out, with the file that it is from."""
    given = set(_given(folder))
    telling: dict[Piece, Path] = {}
    for path in (folder.reference, *sorted(folder.staff.glob("variants/*.py"))):
        statements = _statements(_parse(read_text(path), path), within=ast.FunctionDef)
        telling |= {statement: path for statement in statements if statement not in given}
    for path in folder.graded_with:
        if path.is_relative_to(folder.staff) and path != folder.reference:
            telling |= {table: path for table in _tables(path) if table not in given}
    for path in folder.hidden_tests:
        functions = _functions(_parse(read_text(path), path))
        # A test is secret whatever else is given out, and what it calls may be everybody's.
        telling |= {f: path for f, is_test in functions if is_test or f not in given}
    return telling


def _whole_files(folder: ExerciseFolder) -> dict[bytes, Path]:
    """Return the files that hidden tests read beside what the engine reads."""
    own = [p for p in folder.graded_with if p.is_relative_to(folder.staff)]
    return {data: p for p in own if p.suffix not in _READ and (data := p.read_bytes())}


def _tables(path: Path) -> Iterator[Piece]:
    """Yield the tables in a file of the staff half."""
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix != ".py":
        yield from _rows(text)
        return
    for node in _literals(_parse(text, path)):
        yield _laid_out(node)
        yield from _rows(_laid_out(node))


def _given(folder: ExerciseFolder) -> Iterator[Piece]:
    """Yield what is public besides what this exercise's own students start from."""
    yield from _given_out(Path("helpers.py"), folder.helpers)
    for other in folder.course.folders:
        if other.id == folder.id:
            continue
        for path in other.public.glob("*.py"):
            with suppress(CourseError):  # it is not this exercise's to say
                yield from _given_out(path, path.read_bytes().decode("utf-8", "replace"))
        lesson = other.public / "README.md"
        if lesson.is_file():
            yield from _given_out(lesson, read_text(lesson))


@lru_cache(maxsize=512)
def _given_out(path: Path, text: str) -> tuple[Piece, ...]:
    """Return every piece that a text gives away, each once."""
    if path.suffix == ".py":
        _parse(text, path)
    inner = _strings(_read_json(text, path)) if path.suffix == ".ipynb" else ()
    waiting = [text.replace("\0", "\n"), *inner]
    seen: set[str] = set()
    pieces: dict[Piece, None] = {}
    while waiting:
        told = waiting.pop()
        if told in seen or not told.strip():
            continue
        seen.add(told)
        pieces |= dict.fromkeys(_rows(told))
        for tree in _trees(told):
            pieces |= dict.fromkeys([*(f for f, _ in _functions(tree)), *_statements(tree)])
            pieces |= dict.fromkeys(map(_laid_out, _literals(tree)))
            constants = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
            waiting += (value for value in constants if isinstance(value, str))
        waiting.append(_comments(told))
    return tuple(pieces)


def _trees(text: str) -> Iterator[ast.Module]:
    """Yield what of a text is Python: all of it, and what begins at any of its lines."""
    if (tree := _parsed(text)) is not None:
        yield tree
    lines = [code_in(line) for line in text.splitlines()]
    depths = [*map(_depth, lines)]
    for start in (place for place, line in enumerate(lines) if line.strip()):
        margin = _indent(lines[start])
        part = lines[start : _end(lines, depths, start)]
        whole = "\n".join(ln.lstrip() if ln[:margin].strip() else ln[margin:] for ln in part)
        for code in dict.fromkeys((whole, lines[start].strip(" `"))):
            if (tree := _parsed(code)) is not None:
                yield tree
                break


def _end(lines: Sequence[str], depths: Sequence[int], start: int) -> int:
    """Return where the statement that begins at a line ends, by indents and brackets.

    depths: how many brackets each line opens more than it closes.
    """
    margin, depth, last = _indent(lines[start]), depths[start], min(len(lines), start + _MOST_LINES)
    for place in range(start + 1, last):
        line, is_open = lines[place], depth > 0 or lines[place - 1].endswith("\\")
        if max(depth, _indent(line) - margin) > _MOST_OPEN:
            return start + 1
        if not line.strip():
            depth = 0  # prose leaves brackets open, code no empty line within them
        elif not is_open and _indent(line) <= margin and not _GOES_ON.match(line.strip()):
            return place
        depth += depths[place]
    return last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _depth(line: str) -> int:
    return sum(line.count(mark) for mark in "([{") - sum(line.count(mark) for mark in ")]}")


def _comments(text: str) -> str:
    """Return what stands in comments, each at its place in its line."""
    found = map(_COMMENT.search, text.splitlines())
    return "\n".join(" " * one.start(1) + one[1] if one else "" for one in found)


def _read_json(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise CourseError(f"{path} is no notebook: {error}") from None


def _strings(value: Any) -> Iterator[str]:
    """Yield the texts of a notebook: a list of lines is one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield "\n".join(line.removesuffix("\n") for line in value)
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _rows(text: str) -> Iterator[tuple[float, ...]]:
    """Yield the numbers of a text, so many at a time, where they are nobody else's."""
    numbers = [(float(found), found) for found in _NUMBER.findall(text)]
    for start in range(len(numbers) - ROW + 1):
        row = numbers[start : start + ROW]
        telling = {value for value, said in row if len(said.strip("-0.").replace(".", "")) > 1}
        if len(telling) >= TELLING_NUMBERS:
            yield tuple(value for value, _ in row)


def _functions(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yield telling functions at the top, without decorators, and whether they have any."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and _is_telling(node):
            decorators = len(node.decorator_list)
            yield _laid_out(node).split("\n", decorators)[-1], decorators > 0


def _statements(tree: ast.Module, within: type[ast.AST] = ast.Module) -> Iterator[str]:
    """Yield the telling statements below nodes of a kind."""
    for top in (node for node in ast.walk(tree) if isinstance(node, within)):
        for node in ast.walk(top):
            if isinstance(node, ast.stmt) and node is not top and _is_telling(node):
                yield _laid_out(node)


def _literals(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the telling tables that are written out: lists, tuples and dicts of constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Set) and _is_telling(node):
            with suppress(ValueError, TypeError, RecursionError, MemoryError):
                ast.literal_eval(node)
                yield node


def _laid_out(node: ast.AST) -> str:
    """Return code as Python would lay it out, or the parts of its tree when that is too deep."""
    try:
        return ast.unparse(node)
    except RecursionError:
        fields = (dict(ast.iter_fields(part)).values() for part in ast.walk(node))
        return "\n".join(str([v for v in one if isinstance(v, _PLAIN)]) for one in fields)


def _is_telling(node: ast.AST) -> bool:
    return sum(1 for _ in ast.walk(node)) >= TELLING_NODES


def _parsed(code: str) -> ast.Module | None:
    """Return a text as Python; None when it is none."""
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return _quietly(code)
    return None


def _parse(text: str, path: Path) -> ast.Module:
    try:
        return _quietly(text)
    except SyntaxError as error:
        raise CourseError(f"{path}:{error.lineno}: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise CourseError(f"{path} is nested too deeply for Python") from None


def _quietly(code: str) -> ast.Module:
    """Parse, without a word about a backslash that escapes nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(code)
