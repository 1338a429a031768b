"""Find what an author has yet to fill in: marked blanks, and answers that are still copies."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from grader.catalog import ExerciseFolder

BLANK: Final = "FILL IN"
_ENDINGS: Final = (".py", ".toml", ".md")
_ORDER: Final = (
    "reference.py", "exercise.toml", "cases.toml", "starter.py", "README.md", "hints.md",
    "test_examples.py", "test_hidden.py", "corpus.toml", "course.toml",
)  # fmt: skip
"""The order in which files are best filled in; answers come last."""


def blanks(folder: ExerciseFolder, *, public: bool = False) -> Iterator[str]:
    """Yield each blank of an exercise, or of its public half, as ``file:line: what is asked``.

    Those of `course.toml` are every exercise's. Paths are those within the course.
    """
    halves = [folder.public] if public else [folder.public, folder.staff]
    listing = folder.course.root / "exercises" / "course.toml"
    yield from _marked(folder, (listing, *(path for half in halves for path in half.rglob("*"))))
    if not public:
        yield from _copies(folder)


def grading_blanks(folder: ExerciseFolder) -> Iterator[str]:
    """Yield the blanks in what grades: the contract, the checks, and what they read.

    Not those of lesson, answers and starter, which may well say ``FILL IN`` to a student.
    """
    own = (p for p in folder.graded_with if {folder.public, folder.staff} & {*p.parents})
    yield from _marked(folder, (path for path in own if path != folder.starter))


def _marked(folder: ExerciseFolder, files: Iterable[Path]) -> Iterator[str]:
    for path in _in_order(p for p in files if p.suffix in _ENDINGS and p.is_file()):
        for number, line in enumerate(_text(path).splitlines(), 1):
            if BLANK in line:
                yield f"{path.relative_to(folder.course.root)}:{number}: {_asked(line)}"


def _in_order(found: Iterable[Path]) -> list[Path]:
    return sorted(
        sorted(found), key=lambda p: _ORDER.index(p.name) if p.name in _ORDER else len(_ORDER)
    )


def _asked(line: str) -> str:
    return line[line.index(BLANK) :].strip().strip("\"',)}]")


def _copies(folder: ExerciseFolder) -> Iterator[str]:
    """Yield answers that are the same code as the reference, or as one another."""
    root = folder.course.root
    seen: dict[str, Path] = {}
    answers = [p for kind in ("variants", "mutants") for p in (folder.staff / kind).glob("*.py")]
    for path in (folder.reference, *sorted(answers)):
        text = _text(path)
        code = _code(text)
        # A marked blank is listed already.
        if not code or BLANK in text:
            continue
        if code in seen:
            other = seen[code].relative_to(root)
            yield f"{path.relative_to(root)}: still the same code as {other}"
        seen.setdefault(code, path)


def _code(text: str) -> str:
    """Return code without comments, layout and docstrings; empty when it is none."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                del node.body[0]
    return ast.dump(tree) if tree.body else ""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):  # whoever needs the file says so
        return ""
