"""Put a new exercise into its course, or begin a course where there is none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from json import dumps
from pathlib import Path

from grader.atomic import make_folder, write_text
from grader.catalog import Course, Misconception, is_course, read_text, read_toml
from grader.errors import CourseError, UsageError
from grader.scaffold.corpus import corpus_files, misconceptions
from grader.scaffold.files import Plan, filled, public_files, staff_files
from grader.scaffold.signatures import Function, merged, parse_signature, read_answer

LONGEST_ID = 50
"""Notebook cells are named after the exercise, and nbformat ends such names at 64 characters."""


def course_root(start: Path | None) -> Path:
    """Return the folder of the course that `start` is in, else `start` itself: a course begins.

    Raise UsageError when the current folder, in place of `start`, lies in a course's folder and in
    neither half of it: a clone of a course may hold folders for anything.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if not is_course(folder):
            continue
        if folder == here or here.relative_to(folder).parts[0] in ("exercises", "solutions"):
            return folder
        if start is None:
            raise UsageError(
                f"{here} is in the folder of a course, {folder}, but is no part of it: begin a "
                f"course of its own here with --course . or add to that one with --course {folder}"
            )
        break
    return here


def plan(
    exercise_id: str, title: str | None, signatures: Sequence[str], reference: Path | None
) -> Plan:
    """Return what is known of the exercise; raise UsageError when it cannot be one."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", exercise_id) or len(exercise_id) > LONGEST_ID:
        raise UsageError(
            f"{exercise_id!r} cannot be an exercise's id, which names folders and files: "
            f"{LONGEST_ID} small letters, digits and underscores at most, as in mean_and_std"
        )
    answer = read_text(reference) if reference else ""
    functions = _functions([parse_signature(s) for s in signatures], answer, str(reference))
    if not functions:
        functions = (parse_signature(f"{exercise_id}(x)"),)
    names = [function.name for function in functions]
    if len(set(names)) != len(names):
        raise UsageError("two functions have the same name")
    heading = title or exercise_id.strip("_").replace("_", " ").capitalize()
    return Plan(exercise_id, heading, functions, answer)


def write_exercise(root: Path, plan: Plan) -> list[Path]:
    """Write a new exercise into the course in `root`, or begin one there; return the files.

    Nothing that exists is written over; the course's list of exercises and its catalogue of
    misconceptions get a line more. Raise UsageError when the exercise is there already, CourseError
    when the list cannot be extended.
    """
    _must_be_new(root, plan.id)
    files = dict(_beginning(root))
    texts = dict(files)
    listing, catalogue = root / "exercises/course.toml", root / "exercises/misconceptions.toml"
    files |= {root / "exercises" / plan.id / n: text for n, text in public_files(plan).items()}
    staff = staff_files(plan) | corpus_files(plan)
    files |= {root / "solutions" / plan.id / name: text for name, text in staff.items()}
    files[catalogue] = _with_misconceptions(root, catalogue, texts.get(catalogue), plan)
    # Last: until it is listed, an exercise that was only half written is none.
    files[listing] = with_exercise(texts.get(listing) or read_text(listing), plan.id, listing)
    order = sorted(files, key=lambda path: (path == listing, path == catalogue))
    for path in order:
        make_folder(path.parent)
        write_text(path, files[path])
    return order


def with_exercise(text: str, exercise_id: str, path: Path) -> str:
    """Return the text of a `course.toml` with one more exercise, its layout and comments kept."""
    before = tomllib.loads(text)
    wanted = before | {"exercises": [*before.get("exercises", ()), exercise_id]}
    start = re.search(r"^exercises\s*=\s*\[", text, re.MULTILINE)
    for bracket in re.finditer(r"\]", text):
        if start and bracket.start() >= start.end():
            extended = _inserted(text, start.end(), bracket.start(), exercise_id)
            if _means(extended, wanted):
                return extended
    raise CourseError(f"{path}: the list `exercises` is not found; add {exercise_id!r} by hand")


def _inserted(text: str, start: int, end: int, exercise_id: str) -> str:
    """Return `text` with an item at the end of the list whose items stand from `start` to `end`."""
    items, item = text[start:end], f'"{exercise_id}"'
    if not items.strip():
        return f"{text[:start]}{item}{text[end:]}"
    if "\n" not in items:
        separator = " " if items.rstrip().endswith(",") else ", "
        return f"{text[:start]}{items.rstrip()}{separator}{item}{text[end:]}"
    # The last item needs its comma, wherever a comment follows it.
    last = text.rindex('"', start, end) + 1
    comma = "" if text[last:end].lstrip().startswith(",") else ","
    lines = [line for line in items.splitlines() if line.strip()]
    margin = re.match(r"\s*", lines[-1] if len(lines) > 1 else "  ")
    indent = margin.group() if margin else "  "
    closing = text[text.rindex("\n", start, end) : end]
    closing = "" if closing.strip() else f",{closing}"
    body = f"{text[:last]}{comma}{text[last:end].rstrip()}"
    return f"{body}\n{indent}{item}{closing}{text[end:]}"


def _means(text: str, wanted: dict[str, object]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _must_be_new(root: Path, exercise_id: str) -> None:
    for half in ("exercises", "solutions"):
        folder = root / half
        there = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        same = [name for name in there if name.casefold() == exercise_id.casefold()]
        if same:
            raise UsageError(f"{folder / same[0]} is there already; nothing was written")
    listing = root / "exercises" / "course.toml"
    if listing.exists() and exercise_id in read_toml(listing).get("exercises", ()):
        raise UsageError(f"{listing} lists {exercise_id!r} already; nothing was written")


def _beginning(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files with which a course begins; none when there is one."""
    if (root / "exercises" / "course.toml").exists():
        return
    title = re.sub(r"[-_]+", " ", root.name).strip().capitalize() or "A course"
    course = filled("course.toml", title=dumps(title, ensure_ascii=False))
    yield root / "exercises" / "course.toml", course
    if not (root / "exercises" / "misconceptions.toml").exists():
        yield root / "exercises" / "misconceptions.toml", filled("misconceptions.toml")
    if not (root / ".gitignore").exists():
        yield root / ".gitignore", filled("gitignore")


def _with_misconceptions(root: Path, path: Path, new: str | None, plan: Plan) -> str:
    known: dict[str, Misconception] = {}
    if new is None:
        known = Course(root).misconceptions
        new = read_text(path) if path.exists() else filled("misconceptions.toml")
    tables = [table for name, table in misconceptions(plan) if name not in known]
    return new.rstrip("\n") + "\n" + "".join(f"\n{table}" for table in tables)


def _functions(told: list[Function], answer: str, name: str) -> tuple[Function, ...]:
    if not answer:
        return tuple(told)
    found = read_answer(answer, name)
    if not told:
        return found
    by_name = {function.name: function for function in found}
    missing = [function.name for function in told if function.name not in by_name]
    if missing:
        raise UsageError(f"{name} does not define {missing[0]}")
    return tuple(merged(function, by_name[function.name]) for function in told)
