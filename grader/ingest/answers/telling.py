"""Which exercises a student's files answer, and from what that was told.

In this order: the instructor's word; a folder with the exercise's id; then what a file defines,
where its name decides among the exercises that fit. A file *tells* an exercise when more than half
of the exercise's functions are in it and fit, or the one that bears the exercise's id. What tells
no exercise so well may still tell one by fewer functions, if they are no minor part of the file.
The name decides alone where the functions tell nothing, or are as they were given out. A file that
an answer imports answers nothing by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from grader.ingest.answers.contents import fitting
from grader.ingest.file_names import FileNames

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.ingest.answers.contents import Contents
    from grader.ingest.answers.modules import Modules
    from grader.ingest.layout import HandedIn
    from grader.model.exercise import Exercise
    from grader.sandbox.outline import Written

# A file of which one function in five or more belongs to an exercise is not about something else.
_OTHERS_FOR_EACH: Final = 3


class Doubt(Enum):
    """How little of an exercise tells it."""

    PART = "half of its functions or more, which are several or bear its name"
    HINT = "less than that: one function of a common name, `predict`, for example"


@dataclass
class Told:
    """What a student's files tell."""

    answers: dict[str, dict[HandedIn, str]]
    """By exercise its candidates, and what was guessed of each; empty when nothing was guessed."""
    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    """Of exercises that functions alone tell, and not by all that there are of them."""


class Teller:
    """Tells the exercises of a course, or finds the files for the one that the instructor named."""

    def __init__(self, exercises: Sequence[Exercise], only: str | None = None) -> None:
        self._sizes = {e.id: len(e.functions) for e in exercises}
        self._names = FileNames(exercises)
        self._only = only

    def tell(self, files: Sequence[HandedIn], contents: Contents, modules: Modules) -> Told:
        """Return the candidates for each exercise that one student's files answer."""
        if self._only is not None:
            own = {f: self._despite_name(f) for f in files if not self.is_of_another(f, contents)}
            return Told({self._only: own} if own else {})
        return _Telling(self._sizes, self, files, contents, modules).told()

    def is_of_another(self, file: HandedIn, contents: Contents) -> bool:
        """Return whether a file belongs to another exercise than the instructor's."""
        if self._only is None:
            return False
        placed = self.placed(file)
        if placed:
            return placed != self._only
        named = self.named(file)
        return bool(named) and self._only not in {*named, *contents.seems_to_define(file.file)}

    def _despite_name(self, file: HandedIn) -> str:
        """Say that the instructor's word was taken against a file's name."""
        named = [] if self.placed(file) else self.named(file)
        if self._only is None or not named or self._only in named:
            return ""
        return f"{file.path} was taken for {self._only}, though its name tells {named[0]}"

    def placed(self, file: HandedIn) -> str | None:
        """Return the exercise in whose place the layout has the file, or that a folder is."""
        folders = map(self._names.folder_of, reversed(file.path.parent.parts))
        return file.exercise or next(filter(None, folders), None)

    def told_by_names(self, file: HandedIn) -> list[str]:
        """Return the exercises that the instructor, a folder or a name tells of a file."""
        placed = self._only or self.placed(file)
        return [placed] if placed else self.named(file)

    def is_helper(self, file: HandedIn) -> bool:
        """Return whether a file is called like one that others import."""
        return self._names.is_helper(file.path.name)

    def named(self, file: HandedIn) -> list[str]:
        """Return the exercises that stand in the name of the file, or else of a folder."""
        return self._names.exercises(file.path)


class _Telling:
    """The telling of one student's files."""

    def __init__(
        self,
        sizes: Mapping[str, int],
        teller: Teller,
        files: Sequence[HandedIn],
        contents: Contents,
        modules: Modules,
    ) -> None:
        self._sizes, self._teller, self._files = sizes, teller, files
        self._contents, self._modules = contents, modules
        self._told: dict[str, dict[HandedIn, str]] = defaultdict(dict)
        self._guessed: set[str] = set()
        self._open: list[HandedIn] = []
        """Files of which only the functions can tell."""

    def told(self) -> Told:
        """Return the candidates for each exercise."""
        doubtful = [file for file in self._files if not self._by_place_or_name(file)]
        for file in doubtful:
            self._by_name_alone(file)
        self._drop_modules()
        self._by_functions()
        return Told(self._told, {e: d for e in self._guessed if (d := self._doubt(e))})

    def _by_place_or_name(self, file: HandedIn) -> bool:
        """Take what needs no guess; return False when name and functions disagree."""
        placed, named = self._teller.placed(file), self._teller.named(file)
        sure = [placed] if placed else [
            e for e in named if e in self._contents.seems_to_define(file.file) or self._has(file, e)
        ]  # fmt: skip
        for exercise in sure:
            self._told[exercise][file] = ""
        if not sure and not named:
            self._open.append(file)
        return bool(sure) or not named

    def _by_name_alone(self, file: HandedIn) -> None:
        """Take a file for what its functions tell and no other file answers, else for its name."""
        told = self._contents.tells(file.file)
        written = [e for e in told if any(f.written for f in self._functions(file, e).values())]
        if any(exercise not in self._told for exercise in written):
            self._open.append(file)
            return
        unread = self._contents.of(file.file).unread
        for exercise in self._teller.named(file):
            none = "" if unread else f": it defines no function of {exercise}"
            guess = f"{file.path} was taken for {exercise} because of its name{none}"
            self._told[exercise][file] = guess

    def _drop_modules(self) -> None:
        """Leave aside files that an answer imports."""
        importers = self._modules.importers(self._files) if self._open else {}
        modules = {
            f
            for f in self._open
            if f in importers and (any(map(self._answers, importers[f])) or self._is_helper(f))
        }
        self._open = [file for file in self._open if file not in modules]

    def _is_helper(self, file: HandedIn) -> bool:
        """Whether a file is called a helper and has little of any exercise."""
        definitions = self._contents.of(file.file).outline.definitions
        most = max((len(fitting(f)) for f in self._outline(file).values()), default=0)
        return self._teller.is_helper(file) and definitions - most >= _OTHERS_FOR_EACH * most

    def _answers(self, file: HandedIn) -> bool:
        """Whether a file has a function of what it answers: a test or a plot has none."""
        if file in self._open:
            return bool(self._contents.tells(file.file) or self._hint(file, alone=True))
        told = (e for e, files in self._told.items() if file in files)
        return any(self._functions(file, exercise) for exercise in told)

    def _by_functions(self) -> None:
        shared = {
            e: self._shared(e) for e in {e for file in self._open for e in self._outline(file)}
        }
        told = {
            file: self._contents.tells(file.file)
            + [e for e in self._outline(file) if self._adds(file, e, shared[e])]
            for file in self._open
        }
        alone = not self._told and not any(told.values())
        for file, exercises in told.items():
            for exercise in exercises or filter(None, [self._hint(file, alone=alone)]):
                if exercise not in self._told:
                    self._guessed.add(exercise)
                names = ", ".join(self._functions(file, exercise))
                guess = f"{file.path} was taken for {exercise} because it defines {names}"
                self._told[exercise].setdefault(file, guess)

    def _shared(self, exercise: str) -> Counter[str]:
        """Return in how many files that may be for an exercise each of its functions fits."""
        files = dict.fromkeys([*self._open, *self._told.get(exercise, ())])
        return Counter(name for f in files for name in fitting(self._functions(f, exercise)))

    def _adds(self, file: HandedIn, exercise: str, shared: Counter[str]) -> bool:
        """Whether a file has the missing part of an exercise that several files tell together."""
        functions = self._functions(file, exercise)
        if self._contents.is_most(exercise, functions):
            return False
        is_told = 2 * len(shared) > self._sizes[exercise]
        return is_told and any(shared[name] == 1 for name in fitting(functions))

    def _outline(self, file: HandedIn) -> dict[str, dict[str, Written]]:
        return self._contents.of(file.file).outline.functions

    def _functions(self, file: HandedIn, exercise: str) -> dict[str, Written]:
        return self._outline(file).get(exercise, {})

    def _has(self, file: HandedIn, exercise: str) -> bool:
        return bool(self._functions(file, exercise))

    def _doubt(self, exercise: str) -> Doubt | None:
        """Return how little of an exercise is in the files that tell it together."""
        there = {n for f in self._told[exercise] for n in fitting(self._functions(f, exercise))}
        if len(there) == self._sizes[exercise]:
            return None
        is_part = 2 * len(there) >= self._sizes[exercise]
        return Doubt.PART if is_part and (len(there) > 1 or exercise in there) else Doubt.HINT

    def _hint(self, file: HandedIn, *, alone: bool) -> str | None:
        """Return the exercise that a file's few functions tell best, if any does.

        Where the student's files tell nothing else, less is enough: any function, even one with
        other parameters, whose author will then be told so. A helper file's functions tell nothing.
        """
        if self._teller.is_helper(file):
            return None
        best, found = (False, 0.0), None
        definitions = self._contents.of(file.file).outline.definitions
        for exercise, size in self._sizes.items():
            functions = {n: f for n, f in self._functions(file, exercise).items() if f.definition}
            fits = len(fitting(functions))
            counted = fits or alone * sum(f.own_name for f in functions.values())
            enough = counted if alone else 2 * fits >= size
            if not enough or definitions - len(functions) > _OTHERS_FOR_EACH * counted:
                continue
            value = (bool(fits), counted / size)
            if value > best:
                best, found = value, exercise
        return found
