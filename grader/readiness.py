"""What keeps an exercise from being proven at all, said in its author's words and all at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader.blanks import blanks
from grader.catalog import ExerciseFolder, read_text
from grader.corpus import UNNAMED, read_corpus
from grader.errors import CourseError, meant

PUBLIC: Final = ("exercise.toml", "README.md", "hints.md", "starter.py", "test_examples.py")
PROSE: Final = ("README.md", "hints.md")
LEFT: Final = "left to fill in"
STAFF: Final = ("reference.py", "test_hidden.py", "corpus.toml")


def obstacles(folder: ExerciseFolder) -> list[str]:
    """Return what has to be mended first; nothing when the exercise can be tried."""
    if left := list(blanks(folder)):
        return [f"{LEFT}: {len(left)}", *left]
    return list(_missing(folder)) or list(_unreadable(folder)) or list(_unknown(folder))


def _missing(folder: ExerciseFolder) -> Iterator[str]:
    wanted = [folder.public / name for name in PUBLIC] + [folder.staff / name for name in STAFF]
    for path in wanted:
        if not path.is_file():
            yield f"there is no {path.relative_to(folder.course.root)}"


def _unreadable(folder: ExerciseFolder) -> Iterator[str]:
    """Yield files that are not what their names say, and what they lack."""
    root = folder.course.root
    trees: dict[Path, ast.Module] = {}
    code = folder.check_files(hidden=True)
    for path in (folder.starter, folder.reference, *code, *map(folder.public.joinpath, PROSE)):
        try:
            text = read_text(path)
            trees[path] = ast.parse(text if path.suffix == ".py" else "")
        except SyntaxError as error:
            yield f"{path.relative_to(root)}:{error.lineno}: {error.msg}"
        except CourseError as error:
            yield str(error)
    try:
        functions = [function.name for function in folder.exercise.functions]
    except CourseError as error:
        yield str(error)
        return
    for path in (p for p in (folder.starter, folder.reference) if p in trees):
        # A reference may assign what others define, and may import it.
        names = {n.name for n in ast.walk(trees[path]) if isinstance(n, ast.FunctionDef)}
        names |= {n.id for n in ast.walk(trees[path]) if isinstance(n, ast.Name)}
        for name in functions:
            if name not in names:
                where = path.relative_to(root)
                yield f"{where}: there is no function {name}, which exercise.toml asks for"


def _unknown(folder: ExerciseFolder) -> Iterator[str]:
    """Yield misconceptions that are in no catalogue, and what else is wrong in the tables."""
    try:
        corpus, catalogue = read_corpus(folder), folder.course.misconceptions
        _ = folder.helpers
    except CourseError as error:
        yield str(error)
        return
    for path, mutant in corpus.mutants.items():
        for name in sorted(mutant.names - catalogue.keys()):
            yield (
                f"solutions/{folder.id}/corpus.toml: mutants.{path.stem}: "
                f"there is no {name} in exercises/misconceptions.toml"
                f"{meant(name, [*catalogue, UNNAMED])}"
            )
