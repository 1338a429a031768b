"""Build the public bundle of a course: what students may have, and nothing from `solutions/`.

Releases into one folder add up. Each leaves the list of all that was released there, `.released`:
only these files are ever replaced or taken away.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from grader.atomic import make_folder, write_text, writing
from grader.blanks import blanks
from grader.bounded import read_json
from grader.catalog import PICTURE, PICTURE_SCRIPT, Course, ExerciseFolder, read_text
from grader.errors import CourseError, UsageError
from grader.export.document import strict_json
from grader.leaks import leaks
from grader.notebooks import notebook_text
from grader.pictures import image_of
from grader.scratch import held

PUBLIC_FILES: Final = ("exercise.toml", "README.md", "starter.py", "hints.md", "test_examples.py")
LIST: Final = ".released"
DRAFT: Final = ".release-draft"


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
    # Two at once would each forget what the other adds.
    with held(out) if out.is_dir() else nullcontext():
        before = _released(out)
        files = _bundle(course, exercise_ids, before)
        for folder in map(course.folder, exercise_ids):
            if leak := next(leaks(folder, files), None):
                raise CourseError(f"nothing was released: {leak}")
        _refuse_others(out, files, before)
        again = {f"exercises/{exercise_id}" for exercise_id in exercise_ids}
        gone = {n for n in before if Path(n).parent.as_posix() in again and Path(n) not in files}
        _put_in_place(out, files, before, gone)
    return [*files, Path(LIST)]


def _released(out: Path) -> set[str]:
    """Return the files that earlier releases wrote into a bundle, relative to it."""
    if not (out / LIST).exists():
        return set()
    try:
        names = read_json(out / LIST)["files"]
        return {name for name in map(str, names) if _stays_inside(name)}
    except (UsageError, LookupError, TypeError):
        raise UsageError(
            f"{out / LIST} does not say what was released: take it away, or name a new folder"
        ) from None


def _stays_inside(name: str) -> bool:
    return not Path(name).is_absolute() and ".." not in name and "\0" not in name


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
        with writing(out):
            for path, data in files.items():
                (draft / path).parent.mkdir(parents=True, exist_ok=True)
                (draft / path).write_bytes(data)
            # Said first: what a killed release leaves behind is known to the next one.
            write_text(out / LIST, strict_json({"files": sorted(before | names)}))
            for path in files:
                make_folder((out / path).parent)
                (draft / path).replace(out / path)
            for name in gone:
                (out / name).unlink(missing_ok=True)
            write_text(out / LIST, strict_json({"files": sorted((before - gone) | names)}))
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
