"""Build the public bundle of a course: what students may have, and nothing from `solutions/`."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from grader.atomic import write_bytes
from grader.blanks import blanks
from grader.catalog import PICTURE, PICTURE_SCRIPT, Course, ExerciseFolder, read_text
from grader.errors import CourseError, UsageError
from grader.notebooks import notebook_text
from grader.pictures import image_of

PUBLIC_FILES: Final = ("exercise.toml", "README.md", "starter.py", "hints.md", "test_examples.py")
# Smaller statements, such as `return parameters`, are everybody's.
TELLING_NODES: Final = 12


def release(course: Course, exercise_ids: Sequence[str], out: Path) -> list[Path]:
    """Write the bundle to `out`/exercises; return the files, relative to `out`, in order.

    Files are taken by name from `exercises/`, never by copying folders, so a stray file of the
    author's stays at home. Raise UsageError when `out` lies inside the course's own folders, and
    CourseError when the author has left blanks in what students would get.
    """
    for half in ("exercises", "solutions"):
        if out.resolve().is_relative_to(course.root / half):
            raise UsageError(f"{out} is inside the course's {half}/: choose a folder outside")
    catalogue = course.root / "exercises" / "misconceptions.toml"
    files = {Path("course.toml"): course_toml(course, exercise_ids).encode()}
    if catalogue.exists():
        files[Path("misconceptions.toml")] = read_text(catalogue).encode()
    overview = course.root / "exercises" / "README.md"
    # It leads to every exercise, so it goes along only when all of them do.
    if overview.exists() and set(exercise_ids) == set(course.exercise_ids):
        files[Path("README.md")] = read_text(overview).encode()
    for exercise_id in exercise_ids:
        folder = course.folder(exercise_id)
        if left := next(blanks(folder, public=True), None):
            raise CourseError(f"nothing was released, since something is left to fill in: {left}")
        files |= {Path(exercise_id) / name: data for name, data in _exercise(folder)}
    for path, data in files.items():
        target = out / "exercises" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, data)
    return [Path("exercises") / path for path in files]


def _exercise(folder: ExerciseFolder) -> Iterator[tuple[str, bytes]]:
    """Yield the public files of one exercise, by name."""
    for name in PUBLIC_FILES:
        yield name, read_text(folder.public / name).encode()
    if folder.exercise.helpers:
        yield folder.exercise.helpers.file, folder.helpers.encode()
    if image := image_of(folder):
        yield PICTURE_SCRIPT, read_text(folder.public / PICTURE_SCRIPT).encode()
        yield PICTURE, image
    yield f"{folder.id}.ipynb", notebook_text(folder).encode()


def course_toml(course: Course, exercise_ids: Sequence[str]) -> str:
    """Return a `course.toml` that lists only the released exercises, in the course's order."""
    listed = ", ".join(json.dumps(i) for i in course.exercise_ids if i in exercise_ids)
    return f"title = {json.dumps(course.title, ensure_ascii=False)}\nexercises = [{listed}]\n"


def leaks(folder: ExerciseFolder, bundle: Path) -> Iterator[str]:
    """Yield what of `folder`'s staff half stands in a bundle.

    Looked for are the secret, whole hidden tests, and statements of right answers that are large
    enough to be somebody's own.
    """
    secret = folder.course.secret
    telling = _telling(folder)
    for path in sorted(p for p in bundle.rglob("*") if p.is_file()):
        # A picture holds no code, but looking through it costs nothing.
        text = path.read_bytes().decode("utf-8", "replace")
        if secret and secret in text:
            yield f"{path.relative_to(bundle)} holds the course's secret"
        tree = _parse(_code(path, text), path)
        for part in (*_functions(tree), *_statements(tree)):
            if part in telling:
                origin = telling[part].relative_to(folder.course.root)
                yield f"{path.relative_to(bundle)} holds a part of {origin}"
                break


def _telling(folder: ExerciseFolder) -> dict[str, Path]:
    given = set(_statements(_parse(folder.helpers, folder.public)))
    telling: dict[str, Path] = {}
    for path in (folder.reference, *sorted(folder.staff.glob("variants/*.py"))):
        statements = _statements(_parse(read_text(path), path))
        telling |= {statement: path for statement in statements if statement not in given}
    for path in folder.hidden_tests:
        telling |= dict.fromkeys(_functions(_parse(read_text(path), path)), path)
    return telling


def _code(path: Path, text: str) -> str:
    """Return the Python in a file of a bundle; a notebook's code cells without shell lines."""
    if path.suffix == ".py":
        return text
    if path.suffix != ".ipynb":
        return ""
    cells = json.loads(text)["cells"]
    sources = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    return "\n".join(line for s in sources for line in s.splitlines() if not line.startswith("!"))


def _functions(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            yield ast.dump(node)


def _statements(tree: ast.Module) -> Iterator[str]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for statement in function.body:
                if sum(1 for _ in ast.walk(statement)) >= TELLING_NODES:
                    yield ast.dump(statement)


def _parse(text: str, path: Path) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise CourseError(f"{path}:{error.lineno}: {error.msg}") from None
