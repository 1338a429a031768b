"""Find a course, read its exercises and its catalogue of misconceptions.

A course is a folder with `exercises/` (public) and, for staff, `solutions/`. Nothing here knows
which course it is.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, ValidationError

from grader import bounded
from grader.errors import CourseError, UsageError, unknown
from grader.model.exercise import Exercise, Model

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

PACKAGE = Path(__file__).resolve().parent
PUBLIC_COURSE = PACKAGE / "public_course"
PICTURE_SCRIPT: Final = "picture.py"
PICTURE: Final = "picture.png"
CORPUS: Final = ("variants", "mutants", "corpus.toml")
"""The answers in a staff half that hidden tests are tried on."""
FOR_STAFF: Final = "Run this in the course's folder, or name it with --course PATH"
FOR_STUDENTS: Final = (
    "A folder of an exercise alone is no course: copy all of exercises/, or name the course with "
    "--course PATH of a grader command"
)


class Misconception(Model):
    """One named mistake: what it is called and what a student is told about it."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    explanation: Annotated[str, Field(min_length=1, max_length=600)]
    exercise: str | None = None
    """The exercise that explains it."""


class _Catalogue(Model):
    ids: dict[str, Misconception] = Field(default_factory=dict)


class Course:
    """A course folder. Everything is read when it is first asked for."""

    def __init__(self, root: Path, *, is_own_copy: bool = False) -> None:
        """Name a course; in a student's own copy, answers are written into the starters."""
        self.root, self.is_own_copy = root.resolve(), is_own_copy

    def __repr__(self) -> str:
        return f"Course({str(self.root)!r})"

    @cached_property
    def exercise_ids(self) -> tuple[str, ...]:
        """The exercises in the order of `course.toml`."""
        path = self.root / "exercises" / "course.toml"
        ids = read_toml(path).get("exercises")
        if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
            raise CourseError(f"{path}: `exercises` is not a list of exercise ids")
        return tuple(ids)

    @cached_property
    def title(self) -> str:
        """The name of the course."""
        return str(read_toml(self.root / "exercises" / "course.toml").get("title", self.root.name))

    @cached_property
    def secret(self) -> str:
        """What hidden inputs are also seeded by: `solutions/secret.txt`, empty without one.

        With a secret, someone who has this repository and a submission still cannot compute the
        inputs of its checks.
        """
        path = self.root / "solutions" / "secret.txt"
        return read_text(path).strip() if path.exists() else ""

    def folder(self, exercise_id: str) -> ExerciseFolder:
        """Return the folders of one exercise; raise UsageError when the course has no such id."""
        if exercise_id not in self.exercise_ids:
            raise unknown("exercise", exercise_id, self.exercise_ids)
        return self._folders[exercise_id]

    @cached_property
    def folders(self) -> tuple[ExerciseFolder, ...]:
        """Every exercise of the course, in order."""
        return tuple(self._folders[i] for i in self.exercise_ids)

    @cached_property
    def _folders(self) -> dict[str, ExerciseFolder]:
        return {i: ExerciseFolder(self, i) for i in self.exercise_ids}

    @cached_property
    def misconceptions(self) -> dict[str, Misconception]:
        """The engine's misconceptions and the course's, which may reword the engine's."""
        found = _misconceptions(PACKAGE / "misconceptions.toml")
        own = self.root / "exercises" / "misconceptions.toml"
        if own.exists():
            found |= _misconceptions(own)
        return found


class ExerciseFolder:
    """The public and the staff half of one exercise."""

    def __init__(self, course: Course, exercise_id: str) -> None:
        self.course, self.id = course, exercise_id
        self.public = course.root / "exercises" / exercise_id
        self.staff = course.root / "solutions" / exercise_id

    @cached_property
    def exercise(self) -> Exercise:
        """The parsed `exercise.toml`."""
        path = self.public / "exercise.toml"
        try:
            exercise = Exercise.model_validate(read_toml(path))
        except ValidationError as error:
            raise CourseError(f"{path}: {first_fault(error)}") from None
        if exercise.id != self.id:
            raise CourseError(f"{path}: id is {exercise.id!r}, the folder is {self.id!r}")
        return exercise

    @property
    def starter(self) -> Path:
        """The stub that students are given."""
        return self.public / "starter.py"

    @property
    def reference(self) -> Path:
        """The staff's own solution."""
        return self.staff / "reference.py"

    @cached_property
    def helpers(self) -> str:
        """The source of the functions given to student code; empty when there are none."""
        if self.exercise.helpers is None:
            return ""
        path = self.public / self.exercise.helpers.file
        source = read_text(path)
        try:
            # Workers execute it; a slip in it must be found here, where it is nobody else's.
            compile(source, str(path), "exec")
        except SyntaxError as error:
            raise CourseError(f"{path}: {error}") from None
        return source

    @cached_property
    def starter_source(self) -> str:
        """The text of the stub as it was given out; empty where nobody knows that any more."""
        return "" if self.course.is_own_copy else read_text(self.starter)

    @property
    def hidden_tests(self) -> list[Path]:
        """The files of hidden checks: `test_hidden.py`, then `test_hidden_*.py` by name."""
        return [self.staff / "test_hidden.py", *sorted(self.staff.glob("test_hidden_*.py"))]

    def check_files(self, *, hidden: bool) -> list[Path]:
        """Return the files whose checks are run: the examples and, when asked, the hidden tests."""
        files = [self.public / "test_examples.py", *(self.hidden_tests if hidden else ())]
        missing = [str(f) for f in files if not f.is_file()]
        if missing:
            raise CourseError(f"exercise {self.id}: there is no {' and no '.join(missing)}")
        return files

    @property
    def graded_with(self) -> list[Path]:
        """The course's files that can change a grade, sorted by their place in the course.

        All of both halves but the corpus, the lesson and what programs leave behind: a hidden test
        may read any file beside it. And what lies loose above them: the course's misconceptions,
        its secret, a `conftest.py`. A student has no staff half at all.
        """
        root = self.course.root
        found = {
            root / "conftest.py",
            *_tree(self.public, self._lesson),
            *_tree(self.staff, CORPUS),
        }
        for half, untold in (("exercises", {"course.toml", "README.md"}), ("solutions", set())):
            found |= {p for p in _visible(root / half) if p.is_file() and p.name not in untold}
        return sorted(p for p in found if p.is_file())

    @property
    def _lesson(self) -> set[str]:
        """What is in the public half for people alone."""
        return {"README.md", "hints.md", PICTURE_SCRIPT, PICTURE, f"{self.id}.ipynb"}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything that can change a grade, by its place in the course."""
        digest = hashlib.sha256()
        for part in (*self.graded_with, PACKAGE / "misconceptions.toml"):
            inside = part.is_relative_to(self.course.root)
            place = part.relative_to(self.course.root).as_posix() if inside else part.name
            data = part.read_bytes()
            digest.update(f"{len(place)} {place} {len(data)}\n".encode() + data)
        return f"sha256:{digest.hexdigest()}"


def _tree(
    folder: Path, without: Collection[str] = (), above: tuple[Path, ...] = ()
) -> Iterator[Path]:
    """Yield the files below a folder, but for the names `without` at its top; follow links."""
    above = (*above, folder.resolve())
    for path in _visible(folder):
        if path.name in without:
            continue
        if not path.is_dir():
            yield path
        elif path.resolve() not in above:  # a link may lead in a circle
            yield from _tree(path, above=above)


def _visible(folder: Path) -> list[Path]:
    """Return what lies in a folder, but for caches, hidden files and editors' copies."""
    try:
        found = list(folder.iterdir())
    except OSError:
        return []
    return [p for p in found if p.name[0] != "." and p.name != "__pycache__" and not _copy(p)]


def _copy(path: Path) -> bool:
    return path.suffix in {".pyc", ".pyo"} or path.name.endswith("~")


def find_course(start: Path | None = None, advice: str = FOR_STAFF) -> Course:
    """Return the course at or above `start`, else the public half that comes with the package.

    Raise UsageError with `advice` when there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if is_course(folder):
            return Course(folder)
    if start is None and is_course(PUBLIC_COURSE):
        return Course(PUBLIC_COURSE)
    raise no_course(here, advice)


def is_course(folder: Path) -> bool:
    """Return whether a course is in a folder."""
    return (folder / "exercises" / "course.toml").is_file()


def no_course(here: Path, advice: str) -> UsageError:
    """Return the error for a place without a course, or with one whose folder was renamed."""
    for folder in (here, *here.parents):
        if (folder / "course.toml").is_file():
            fault = f"{folder} holds a course.toml, but is not called exercises. Rename it to that"
            break
    else:
        fault = f"there is no exercises/course.toml. {advice}"
    return UsageError(f"no course at or above {here}: {fault}")


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file of the course; raise CourseError with its place when it is not one."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path}: {error}") from None


def read_text(path: Path) -> str:
    """Return a text file of the course; raise CourseError when it cannot be read."""
    try:
        return bounded.read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    except UsageError as error:
        raise CourseError(str(error)) from None


def _misconceptions(path: Path) -> dict[str, Misconception]:
    try:
        return _Catalogue.model_validate(read_toml(path)).ids
    except ValidationError as error:
        raise CourseError(f"{path}: {first_fault(error)}") from None


def first_fault(error: ValidationError) -> str:
    """Say what is wrong with a table: the key, and the fault in words about TOML."""
    fault = error.errors()[0]
    # A list's items are counted as people do.
    place = "".join(f" #{k + 1}" if isinstance(k, int) else f".{k}" for k in fault["loc"])
    said = _WORDS.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    return f"{place.strip('.')}: {said}" if place else said


_WORDS = {
    "extra_forbidden": "there is no such key",
    "missing": "it is missing",
    "model_type": "it must be a table, { key = value }",
}
