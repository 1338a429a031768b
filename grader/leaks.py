"""Find what of an exercise's staff half stands in what is given to students.

One rule for all that a bundle holds. Secret are the course's secret, whole hidden tests, whole
files that hidden tests read, and what is large enough to be somebody's own: statements of right
answers, and tables of numbers or words in hidden tests, in `cases.toml` and in those files. They
are looked for in every text: Python, the code and the prose of notebooks with outputs and
metadata, blocks of code in lessons and hints, comments and docstrings, and in the numbers that any
text lists, such as what a worked example prints. What the course itself gives out elsewhere is no
leak.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from textwrap import dedent, shorten
from typing import Any, Final

from grader.catalog import ExerciseFolder, read_text
from grader.errors import CourseError

# Smaller statements, such as `return parameters`, are everybody's.
TELLING_NODES: Final = 12
# So many numbers in a row are a table, where so many of them are of two digits or more and differ.
ROW: Final = 6
TELLING_NUMBERS: Final = 4
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?!\w)", re.IGNORECASE)
_FENCED: Final = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n(.*?)^[ \t]*\1", re.MULTILINE | re.DOTALL)
_COMMENTS: Final = re.compile(r"((?:^[ \t]*#[^\n]*\n)+)", re.MULTILINE)
_INDENTED: Final = re.compile(r"((?:^(?: {4}|\t|[ \t]*>>>)[^\n]*\n+)+)", re.MULTILINE)
_PROMPT: Final = re.compile(r"^[ \t]*(?:>>>|\.\.\.) ?|^[ \t]*#+ ?", re.MULTILINE)
_READ: Final = (".py", ".toml")

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
        telling |= dict.fromkeys(_functions(_parse(read_text(path), path)), path)
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
        yield ast.unparse(node)
        yield from _rows(ast.unparse(node))


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
    pieces: dict[Piece, None] = dict.fromkeys(_rows(text))
    for tree in _trees(path, text):
        pieces |= dict.fromkeys([*_functions(tree), *_statements(tree)])
        pieces |= dict.fromkeys(map(ast.unparse, _literals(tree)))
    return tuple(pieces)


def _trees(path: Path, text: str) -> Iterator[ast.Module]:
    """Yield what of a text is Python, wherever it stands."""
    if path.suffix == ".py":
        tree = _parse(text, path)
        yield tree
        strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        prose = [one for one in strings if isinstance(one, str) and "\n" in one]
        comments = [found[0] for found in _COMMENTS.finditer(f"{text}\n")]
        blocks = [*comments, *(block for one in prose for block in _blocks(one))]
    elif path.suffix == ".ipynb":
        prose = list(_strings(_read_json(text, path)))
        blocks = [*prose, *(block for one in prose for block in _blocks(one))]
    else:
        blocks = list(_blocks(text))
    for block in blocks:
        yield from _readable(block)


def _blocks(prose: str) -> Iterator[str]:
    """Yield what may be code in a text for people."""
    yield from (found[2] for found in _FENCED.finditer(f"{prose}\n"))
    for kind in (_COMMENTS, _INDENTED):
        yield from (found[1] for found in kind.finditer(f"{prose}\n"))


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


def _readable(code: str) -> Iterator[ast.Module]:
    """Yield the Python in a text that may hold prose, prompts and lines for a shell."""
    for text in (code, dedent(_PROMPT.sub("", code))):
        try:
            yield ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            for line in text.splitlines():
                with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                    yield ast.parse(line.strip())


def _rows(text: str) -> Iterator[tuple[float, ...]]:
    """Yield the numbers of a text, so many at a time, where they are nobody else's."""
    numbers = [(float(found), found) for found in _NUMBER.findall(text)]
    for start in range(len(numbers) - ROW + 1):
        row = numbers[start : start + ROW]
        telling = {value for value, said in row if len(said.strip("-0.").replace(".", "")) > 1}
        if len(telling) >= TELLING_NUMBERS:
            yield tuple(value for value, _ in row)


def _functions(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            yield ast.unparse(node)


def _statements(tree: ast.Module, within: type[ast.AST] = ast.Module) -> Iterator[str]:
    """Yield the telling statements below nodes of a kind."""
    for top in (node for node in ast.walk(tree) if isinstance(node, within)):
        for node in ast.walk(top):
            if isinstance(node, ast.stmt) and node is not top and _is_telling(node):
                yield ast.unparse(node)


def _literals(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the telling tables that are written out: lists, tuples and dicts of constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Set) and _is_telling(node):
            with suppress(ValueError, TypeError):
                ast.literal_eval(node)
                yield node


def _is_telling(node: ast.AST) -> bool:
    return sum(1 for _ in ast.walk(node)) >= TELLING_NODES


def _parse(text: str, path: Path) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise CourseError(f"{path}:{error.lineno}: {error.msg}") from None
