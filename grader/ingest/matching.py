"""Tell which exercises a student's files answer, and which file of several counts.

An exercise is told, in this order, by the instructor, by the layout, by the name of the file or of
a folder, and else by the functions that the file defines: a notebook with the functions of two
exercises answers both. When several files answer one exercise, the one that defines most of its
functions counts; files that supply functions it lacks go in front of it, and so does a `.py` file
that it imports (`utils.py`). What is left over is listed, never dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.ingest.listing import CODE
from grader.source import Unreadable, read_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import PurePosixPath

    from grader.ingest.layout import HandedIn
    from grader.model.exercise import Exercise
    from grader.model.submission import Student

_ANOTHER_FILE: Final = "another file of this student answers the exercise"
_ANOTHER_EXERCISE: Final = "its name tells another exercise"
_TELLS_NOTHING: Final = "neither its name nor its functions tell an exercise"


@dataclass(frozen=True)
class Matched:
    """A student's answer to one exercise: its files in the order in which they count."""

    student: Student
    exercise: str
    files: tuple[HandedIn, ...]
    notes: tuple[str, ...] = ()
    problem: str | None = None
    """Why its only file could not be read; it gets no points, and the student is told this."""


@dataclass
class StudentFiles:
    """What one student handed in, and what became of it."""

    student: Student
    matched: list[Matched] = field(default_factory=list)
    left: list[tuple[HandedIn, str]] = field(default_factory=list)


class Matcher:
    """Matches files to the exercises of a course, or to the one that the instructor named."""

    def __init__(self, exercises: Sequence[Exercise], only: str | None = None) -> None:
        self._functions = {e.id: _function_names(e) for e in exercises}
        self._only = only

    def match(self, student: Student, files: Sequence[HandedIn]) -> StudentFiles:
        """Match what one student handed in."""
        found = StudentFiles(student)
        texts = _Texts()
        candidates: dict[str, list[HandedIn]] = {}
        silent: list[HandedIn] = []
        for file in sorted(files, key=lambda f: f.path):
            problem = _problem(file)
            told = [] if problem else self._tell(file, texts)
            for exercise in told:
                candidates.setdefault(exercise, []).append(file)
            if problem or (not told and self._only):
                found.left.append((file, problem or _ANOTHER_EXERCISE))
            elif not told:
                silent.append(file)
        for exercise in self._functions:
            if exercise in candidates:
                self._choose(found, exercise, candidates[exercise], silent, texts)
        used = {file for matched in found.matched for file in matched.files}
        found.left += [(file, _TELLS_NOTHING) for file in silent if file not in used]
        return found

    @staticmethod
    def is_silent(reason: str) -> bool:
        """Return whether a file was left over because it tells nothing."""
        return reason == _TELLS_NOTHING

    def assume(self, found: StudentFiles, exercise: str) -> None:
        """Take what tells nothing for an answer to `exercise`, and say so."""
        files = tuple(f for f, reason in found.left if reason == _TELLS_NOTHING)
        note = f"{files[-1].path} does not tell its exercise; it was graded as {exercise}"
        found.matched.append(Matched(found.student, exercise, files, (note,)))
        found.left = [(f, reason) for f, reason in found.left if f not in files]

    def _tell(self, file: HandedIn, texts: _Texts) -> list[str]:
        named = [file.exercise] if file.exercise else self._named(file.path)
        if self._only:
            return [self._only] if self._only in named or not named else []
        if named:
            return named
        defined = texts.defined(file)
        return [e for e, names in self._functions.items() if defined & names.keys()]

    def _named(self, path: PurePosixPath) -> list[str]:
        for part in (path.stem, *reversed(path.parent.parts)):
            found = [e for e in self._functions if _bare(e) in _bare(part)]
            # `sum` is also in `running_sum`; the longer name is the one that was meant.
            if found:
                return [e for e in found if not any(e != o and _bare(e) in _bare(o) for o in found)]
        return []

    def _choose(
        self,
        found: StudentFiles,
        exercise: str,
        files: list[HandedIn],
        silent: list[HandedIn],
        texts: _Texts,
    ) -> None:
        main, front = self._main(exercise, files, texts)
        others = [f for f in (*silent, *files) if f is not main and f not in front]
        helpers = [f for f in others if texts.imports(main, f)]
        parts = helpers + front
        unread = [f for f in files if f is not main and f not in parts]
        found.left += [(f, _ANOTHER_FILE) for f in unread]
        notes = [f"{f.path} was not read: {main.path} answers {exercise}" for f in unread]
        if parts:
            names = ", ".join(str(f.path) for f in parts)
            notes.insert(0, f"{names} was read before {main.path}")
        found.matched.append(Matched(found.student, exercise, (*parts, main), tuple(notes)))

    def _main(
        self, exercise: str, files: list[HandedIn], texts: _Texts
    ) -> tuple[HandedIn, list[HandedIn]]:
        """Return the file that defines most, and those that supply functions it lacks."""
        if len(files) == 1:
            return files[0], []
        covers = {f: self._covered(exercise, texts.defined(f)) for f in files}
        main = max(files, key=lambda f: (len(covers[f]), f.path.stem == exercise, f.path))
        covered, front = set(covers[main]), []
        for file in files:
            if covers[file] - covered:
                front.append(file)
                covered |= covers[file]
        return main, front

    def _covered(self, exercise: str, defined: frozenset[str]) -> set[str]:
        names = self._functions[exercise]
        return {names[name] for name in defined & names.keys()}


class _Texts:
    """What the files of one student define and import; each is read once, when it is asked for."""

    def __init__(self) -> None:
        self._read: dict[HandedIn, tuple[frozenset[str], str]] = {}

    def defined(self, file: HandedIn) -> frozenset[str]:
        return self._of(file)[0]

    def imports(self, main: HandedIn, helper: HandedIn) -> bool:
        """Return whether `main` imports the `.py` file `helper`."""
        if helper.path.suffix.lower() != ".py" or not helper.path.stem.isidentifier():
            return False
        pattern = rf"^[ \t]*(from|import)[ \t]+[\w., \t]*\b{helper.path.stem}\b"
        return re.search(pattern, self._of(main)[1], re.MULTILINE) is not None

    def _of(self, file: HandedIn) -> tuple[frozenset[str], str]:
        if file not in self._read:
            try:
                source = read_source(file.path.name, file.file.read())
                text = "\n".join(cell.source for cell in source.cells)
                self._read[file] = (source.defined, text)
            except Unreadable:  # the report of the submission will say why
                self._read[file] = (frozenset(), "")
        return self._read[file]


def _problem(file: HandedIn) -> str | None:
    if file.file.problem or file.path.suffix.lower() in CODE:
        return file.file.problem
    return "it is neither a .py nor an .ipynb file"


def _function_names(exercise: Exercise) -> Mapping[str, str]:
    """Return every accepted name of the exercise's functions with the function it stands for."""
    return {name: f.name for f in exercise.functions for name in (f.name, *f.aliases)}


def _bare(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())
