"""Tell which exercises a student's files answer, which file of several counts, and say why.

This is the one place that chooses: for a class, for one submission of a system, and for `check`.
What is left over is listed, never dropped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from grader.ingest.answers.choosing import Choice, Chooser
from grader.ingest.answers.modules import MOST_FILES, Modules, as_imported
from grader.ingest.answers.telling import Doubt, Teller
from grader.ingest.answers.versions import sort_versions
from grader.ingest.gathered import AS_GIVEN
from grader.model.asked import asked_alone, asked_of_most

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from grader.ingest.answers.contents import Contents
    from grader.ingest.layout import HandedIn
    from grader.model.exercise import Exercise
    from grader.model.submission import Student

ANOTHER_FILE: Final = "another file of this student answers the exercise"
MOST_NOTES: Final = 100
"""Of an answer; each file may give one, and there may be a hundred thousand."""
_ANOTHER_EXERCISE: Final = "its name tells another exercise"
_TELLS_NOTHING: Final = "neither its name nor its functions tell an exercise"


@dataclass(frozen=True)
class Matched:
    """A student's answer to one exercise: its files in the order in which they count."""

    student: Student
    exercise: str
    files: tuple[HandedIn, ...]
    """What the answer imports, then what supplies functions that it lacks, then the answer."""
    notes: tuple[str, ...] = ()
    doubt: Doubt | None = None
    """How little tells the exercise, where it is no more than some functions."""
    is_as_given: bool = False
    """Whether nothing of it was worked on: then it asks nobody for the exercise."""
    problem: str | None = None
    """Why its only file could not be read; it gets no points, and the student is told this."""

    @property
    def is_sure(self) -> bool:
        """Whether it tells by itself that its student was asked for the exercise."""
        return self.doubt is None and not self.is_as_given


@dataclass
class StudentFiles:
    """What one student handed in, and what became of it."""

    student: Student
    contents: Contents
    """Read in this student's time."""
    matched: list[Matched] = field(default_factory=list)
    left: list[tuple[HandedIn, str]] = field(default_factory=list)
    silent: list[HandedIn] = field(default_factory=list)
    """Those of the left files that tell nothing: they may still be for a class's only exercise."""
    notes: Mapping[HandedIn, Sequence[str]] = field(default_factory=dict)
    """Of files that were taken from among several versions."""


class Matcher:
    """Matches files to the exercises of a course, or to the one that the instructor named."""

    def __init__(
        self, exercises: Sequence[Exercise], contents: Contents, only: str | None = None
    ) -> None:
        self._ids = [e.id for e in exercises]
        self._contents = contents
        self._teller = Teller(exercises, only)

    def match(
        self, student: Student, files: Sequence[HandedIn], there: Sequence[HandedIn] = ()
    ) -> StudentFiles:
        """Match the code that one student handed in.

        The order of `files` is of no effect, but that of two versions of one file the last counts
        where nothing else tells. `there` are files, besides, that an answer may import.
        """
        files = sorted(files, key=lambda f: (f.path, f.exercise or ""))
        contents = self._contents.charged_to(student)
        found, files = StudentFiles(student, contents), as_imported(files, contents)
        versions = sort_versions(files, contents, self._teller.told_by_names)
        code, found.notes = versions.files, versions.notes
        modules = Modules(dict.fromkeys([*code, *there]), contents)
        # Examples and helpers that nobody changed: no answer, unless there is nothing else.
        own = [f for f in code if not contents.is_besides(f.file)] or code
        told = self._teller.tell(own, contents, modules)
        chooser = Chooser(contents, modules)
        reasons = {f: ANOTHER_FILE for candidates in told.answers.values() for f in candidates}
        for exercise in self._ids:
            if candidates := told.answers.get(exercise):
                choice = chooser.choose(exercise, list(candidates))
                guesses = [candidates[f] for f in (*choice.front, choice.main)]
                matched = self._matched(found, exercise, choice, modules, guesses)
                found.matched.append(replace(matched, doubt=told.doubts.get(exercise)))
                reasons |= dict.fromkeys(choice.as_given, AS_GIVEN)
        known = {id(file) for file in own}
        reasons |= {f: AS_GIVEN for f in code if id(f) not in known}
        self._leave(found, code, reasons)
        found.left += versions.others
        return found

    def compare(self, found: Sequence[StudentFiles], known: Collection[str]) -> None:
        """Hold what some functions tell against what the class is asked for, which may be one.

        known: what earlier runs asked it for. What one student is sure of asks no other.
        """
        sure = [{m.exercise for m in one.matched if m.is_sure} for one in found]
        parts = [{m.exercise for m in one.matched if m.doubt is Doubt.PART} for one in found]
        several = Counter(exercise for own in parts for exercise in own)
        likely = [own | more for own, more in zip(sure, parts, strict=True)]
        asked = asked_of_most(sure, sum(map(bool, likely))) | {*known}
        asked |= {exercise for exercise in asked_of_most(likely) if several[exercise] > 1}
        for one, own in zip(found, sure, strict=True) if asked else ():
            self._drop_doubts(one, asked | own)
        only = asked_alone(({m.exercise for m in one.matched} for one in found), known)
        for one in found if only else ():
            if one.silent and not one.matched:
                self._assume(one, only)

    def _drop_doubts(self, found: StudentFiles, asked: Collection[str]) -> None:
        """Leave answers to what nobody is asked for: as given out, or told by some functions."""
        dropped = [matched for matched in found.matched if matched.exercise not in asked]
        found.matched = [matched for matched in found.matched if matched not in dropped]
        used = {file for matched in found.matched for file in matched.files}
        left = {f: m.doubt for m in dropped for f in m.files if f not in used}
        found.silent += [file for file, doubt in left.items() if doubt]
        found.left += [(f, _TELLS_NOTHING if doubt else AS_GIVEN) for f, doubt in left.items()]

    def _assume(self, found: StudentFiles, exercise: str) -> None:
        """Take what tells nothing for an answer to `exercise`, and say so."""
        silent = found.silent
        modules = Modules(silent, found.contents)
        choice = Chooser(found.contents, modules).choose(exercise, silent)
        guess = f"{choice.main.path} does not tell its exercise; it was graded as {exercise}"
        matched = self._matched(found, exercise, choice, modules, [guess])
        found.matched.append(matched)
        unread = [f for f in silent if f not in matched.files]
        assumed = {*silent}  # there may be tens of thousands
        found.left = [(f, reason) for f, reason in found.left if f not in assumed]
        found.left += [(f, ANOTHER_FILE) for f in unread]
        found.silent = []

    def _matched(
        self,
        found: StudentFiles,
        exercise: str,
        choice: Choice,
        modules: Modules,
        guesses: Sequence[str],
    ) -> Matched:
        answer = (*choice.front, choice.main)
        needed = [
            file
            for file in modules.needed_by(*answer)
            if not found.contents.is_helper_of(exercise, file.file)
        ]
        notes = [guess for guess in guesses if guess]
        if needed:
            names = ", ".join(str(f.path) for f in needed)
            verb = "was" if len(needed) == 1 else "were"
            notes.append(f"{names} {verb} read before {choice.main.path}")
        if modules.are_too_many:
            more = f"more than {MOST_FILES} files were handed in"
            notes.append(f"{more}: what {choice.main.path} imports was not looked for among them")
        files = (*needed, *answer)
        versions = [note for file in files for note in found.notes.get(file, ())]
        is_as_given = all(found.contents.is_as_given(file.file) for file in answer)
        notes += [*choice.notes, *versions]
        return Matched(found.student, exercise, files, tuple(notes), is_as_given=is_as_given)

    def _leave(
        self, found: StudentFiles, code: Sequence[HandedIn], reasons: Mapping[HandedIn, str]
    ) -> None:
        """List what no answer holds, with the reason."""
        used = {file for matched in found.matched for file in matched.files}
        for file in (f for f in code if f not in used):
            if file in reasons:
                reason = reasons[file]
            elif self._teller.is_of_another(file, found.contents):
                reason = _ANOTHER_EXERCISE
            else:
                reason = found.contents.of(file.file).unread or _TELLS_NOTHING
                found.silent.append(file)
                found.matched = [_noted(m, file, found.contents) for m in found.matched]
            found.left.append((file, reason))


def _noted(matched: Matched, file: HandedIn, contents: Contents) -> Matched:
    """Say of an answer that a file with functions of these names is not the answer, and why."""
    if len(matched.notes) >= MOST_NOTES:
        return matched
    notes = tuple(_refusals(matched.exercise, file, contents))
    return replace(matched, notes=(*matched.notes, *notes))


def _refusals(exercise: str, file: HandedIn, contents: Contents) -> Iterator[str]:
    functions = contents.of(file.file).outline.functions.get(exercise, {})
    names = ", ".join(name for name, f in functions.items() if f.own_name)
    if names and any(f.fits for f in functions.values()):
        yield f"{file.path} was not taken: it defines {names}, but most of it is something else"
    elif names:
        yield f"{file.path} was not taken: it has other parameters for {names}"
