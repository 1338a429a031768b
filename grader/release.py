"""Build the public bundle of a course: what students may have, and nothing from `solutions/`.

Releases into one folder add up. Each leaves the list of all that was released there, `.released`:
only these files are ever replaced or taken away.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from grader.atomic import make_folder, unwritable, write_bytes, write_text
from grader.blanks import blanks
from grader.catalog import PICTURE, PICTURE_SCRIPT, Course, ExerciseFolder, read_text
from grader.errors import CourseError, UsageError
from grader.export.document import strict_json
from grader.notebooks import notebook_text
from grader.pictures import image_of

PUBLIC_FILES: Final = ("exercise.toml", "README.md", "starter.py", "hints.md", "test_examples.py")
LIST: Final = ".released"
DRAFT: Final = ".release-draft"
_EXAMPLE: Final = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Smaller statements, such as `return parameters`, are everybody's.
TELLING_NODES: Final = 12


def release(course: Course, exercise_ids: Sequence[str], out: Path) -> list[Path]:
    """Add exercises to the bundle `out`; return the files written, relative to `out`, in order.

    Files are taken by name from `exercises/`, never by copying folders, so a stray file of the
    author's stays at home. What was released before stays. The bundle is built beside its place
    and nothing there changes when it is refused: UsageError when `out` is no place for it,
    CourseError when the author has left blanks or when a part of the staff half would be in it.
    """
    for half in ("exercises", "solutions"):
        if (out / "exercises").resolve().is_relative_to(course.root / half):
            raise UsageError(f"{out} is inside the course's {half}/: choose a folder outside")
    before = _released(out)
    files = _bundle(course, exercise_ids, before)
    for folder in map(course.folder, exercise_ids):
        if leak := next(_leaks(folder, files), None):
            raise CourseError(f"nothing was released: {leak}")
    _refuse_others(out, files, before)
    again = {f"exercises/{exercise_id}" for exercise_id in exercise_ids}
    gone = {n for n in before if Path(n).parent.as_posix() in again and Path(n) not in files}
    _put_in_place(out, files, before, gone)
    return [*files, Path(LIST)]


def _released(out: Path) -> set[str]:
    """Return the files that earlier releases wrote into a bundle, relative to it."""
    try:
        names = json.loads((out / LIST).read_text("utf-8"))["files"]
        return {str(name) for name in names if not Path(name).is_absolute() and ".." not in name}
    except (FileNotFoundError, NotADirectoryError):
        return set()
    except (OSError, ValueError, LookupError, TypeError):
        raise UsageError(
            f"{out / LIST} does not say what was released: take it away, or name a new folder"
        ) from None


def _bundle(course: Course, exercise_ids: Sequence[str], before: set[str]) -> dict[Path, bytes]:
    """Return what is to be written, by its place in the bundle."""
    contracts = [Path(name) for name in sorted(before) if name.endswith("/exercise.toml")]
    known = [*(path.parent.name for path in contracts), *exercise_ids]
    # What the course has no more stays where it was released, at the end.
    listed = [*course.exercise_ids, *(i for i in known if i not in course.exercise_ids)]
    listed = [i for i in dict.fromkeys(listed) if i in known]
    files = {Path("course.toml"): course_toml(course, listed).encode()}
    catalogue = course.root / "exercises" / "misconceptions.toml"
    if catalogue.exists():
        files[Path("misconceptions.toml")] = read_text(catalogue).encode()
    overview = course.root / "exercises" / "README.md"
    # It leads to every exercise, so it goes along only when all of them do.
    if overview.exists() and set(listed) >= set(course.exercise_ids):
        files[Path("README.md")] = read_text(overview).encode()
    for exercise_id in exercise_ids:
        folder = course.folder(exercise_id)
        if left := next(blanks(folder, public=True), None):
            raise CourseError(f"nothing was released, since something is left to fill in: {left}")
        files |= {Path(exercise_id) / name: data for name, data in _exercise(folder)}
    return {Path("exercises") / path: data for path, data in files.items()}


def _refuse_others(out: Path, files: dict[Path, bytes], before: set[str]) -> None:
    """Refuse a place where somebody else's file would be overwritten."""
    for path, data in files.items():
        target = out / path
        if path.as_posix() in before or not target.exists():
            continue
        if not target.is_file() or target.read_bytes() != data:
            raise UsageError(
                f"{target} is there and no release wrote it: move it away, or name a new folder"
            )


def _put_in_place(out: Path, files: dict[Path, bytes], before: set[str], gone: set[str]) -> None:
    """Write all files beside their places, then move each; a full disk changes nothing."""
    names = {path.as_posix() for path in files}
    draft = make_folder(out) / DRAFT
    try:
        for path, data in files.items():
            make_folder((draft / path).parent)
            write_bytes(draft / path, data)
        # Said first: what a killed release leaves behind is known to the next one.
        write_text(out / LIST, strict_json({"files": sorted(before | names)}))
        for path in files:
            make_folder((out / path).parent)
            (draft / path).replace(out / path)
        for name in gone:
            (out / name).unlink(missing_ok=True)
        write_text(out / LIST, strict_json({"files": sorted((before - gone) | names)}))
    except OSError as error:
        raise unwritable(out, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


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
    """Return a `course.toml` that lists only these exercises."""
    listed = ", ".join(json.dumps(i) for i in exercise_ids)
    return f"title = {json.dumps(course.title, ensure_ascii=False)}\nexercises = [{listed}]\n"


def leaks(folder: ExerciseFolder, bundle: Path) -> Iterator[str]:
    """Yield what of `folder`'s staff half stands in a bundle.

    Looked for are the secret, whole hidden tests, and statements of right answers that are large
    enough to be somebody's own, unless the course itself gives them out in another exercise.
    """
    paths = sorted(p for p in bundle.rglob("*") if p.is_file())
    yield from _leaks(folder, {p.relative_to(bundle): p.read_bytes() for p in paths})


def _leaks(folder: ExerciseFolder, files: dict[Path, bytes]) -> Iterator[str]:
    secret = folder.course.secret
    telling = _telling(folder)
    for path, data in files.items():
        # A picture holds no code, but looking through it costs nothing.
        text = data.decode("utf-8", "replace")
        if secret and secret in text:
            yield f"{path} holds the course's secret"
        tree = _parse(_code(path, text), path)
        for part in (*_functions(tree), *_statements(tree)):
            if part in telling:
                yield f"{path} holds a part of {telling[part].relative_to(folder.course.root)}"
                break


def _telling(folder: ExerciseFolder) -> dict[str, Path]:
    given = set(_given(folder))
    telling: dict[str, Path] = {}
    for path in (folder.reference, *sorted(folder.staff.glob("variants/*.py"))):
        statements = _statements(_parse(read_text(path), path))
        telling |= {statement: path for statement in statements if statement not in given}
    for path in folder.hidden_tests:
        telling |= dict.fromkeys(_functions(_parse(read_text(path), path)), path)
    return telling


def _given(folder: ExerciseFolder) -> Iterator[str]:
    """Yield the statements that are public besides what this exercise's own students start from."""
    yield from _statements(_parse(folder.helpers, folder.public))
    for other in folder.course.folders:
        if other.id == folder.id:
            continue
        texts = [path.read_bytes().decode("utf-8", "replace") for path in other.public.glob("*.py")]
        lesson = other.public / "README.md"
        texts += _EXAMPLE.findall(read_text(lesson)) if lesson.is_file() else []
        for text in texts:
            with suppress(SyntaxError):  # it is not this exercise's to say
                yield from _statements(ast.parse(text))


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
