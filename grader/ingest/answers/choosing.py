"""Which of several files is the answer to an exercise, and why the others are not.

In this order: one that was changed beats one as it was given out; then one whose functions fit the
contract; then one that has more of them; then one that no other imports; then one that is not
called old; then one that has the exercise's name; then the one that was handed in last; then the
last by name, numbers by their value. What another file has written of the exercise and the answer
lacks goes in front of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.ingest.file_names import (
    bare,
    is_called_old,
    natural_order,
    version_of,
    without_marks,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from grader.ingest.answers.contents import Content, Contents
    from grader.ingest.answers.modules import Modules
    from grader.ingest.layout import HandedIn
    from grader.sandbox.outline import Written

_SHOWN: Final = 5


class Work(IntEnum):
    """How much of a student's work on an exercise is in a file."""

    NOTHING = 0
    """It defines nothing at all, but for tests."""
    AS_GIVEN = 1
    """It has functions of the exercise, all as they were given out."""
    SOMETHING_ELSE = 2
    UNREADABLE = 3
    WRITTEN = 4


class _Rank(NamedTuple):
    work: Work
    fits: bool
    functions: int
    is_no_module: bool
    is_current: bool
    named: int
    turn: int
    order: tuple[list[tuple[int, str]], ...]


@dataclass(frozen=True)
class Choice:
    """The answer, the files that go in front of it, and sentences about both for the student."""

    main: HandedIn
    front: tuple[HandedIn, ...] = ()
    as_given: tuple[HandedIn, ...] = ()
    """Files that are not read, since they are as they were given out."""
    notes: tuple[str, ...] = ()


class Chooser:
    """Chooses among the files of one student."""

    def __init__(self, contents: Contents, modules: Modules) -> None:
        self._contents, self._modules = contents, modules

    def choose(self, exercise: str, files: Sequence[HandedIn]) -> Choice:
        """Return which of `files`, at least one, answers `exercise`, in whatever order they are."""
        if len(files) == 1:
            return Choice(files[0])
        imported = self._modules.importers(files)
        ranks = {file: self._rank(exercise, file, imported=file in imported) for file in files}
        main, *others = sorted(files, key=lambda f: ranks[f], reverse=True)
        needed = self._modules.needed_by(main)
        others = [f for f in others if f not in needed]
        supplied = self._supplied(exercise, main, others)
        unread = [f for f in others if f not in supplied]
        notes = [
            f"{f.path} was read before {main.path}: it has {', '.join(names)}"
            for f, names in supplied.items()
        ]
        if unread:
            reasons = [self._reason(exercise, f, ranks[f], ranks[main]) for f in unread[:_SHOWN]]
            more = f"; {len(unread) - _SHOWN} more files were not read" * (len(unread) > _SHOWN)
            notes.append(f"{main.path} was taken: {'; '.join(reasons)}{more}")
        as_given = tuple(f for f in unread if ranks[f].work is Work.AS_GIVEN)
        return Choice(main, tuple(reversed(supplied)), as_given, tuple(notes))

    def work(self, exercise: str, file: HandedIn) -> Work:
        """Return how much of a student's work on an exercise is in a file."""
        content = self._contents.of(file.file)
        return work_in(content, content.outline.functions.get(exercise, {}).values())

    def _rank(self, exercise: str, file: HandedIn, *, imported: bool) -> _Rank:
        work = self.work(exercise, file)
        if imported and work is Work.SOMETHING_ELSE:
            work = Work.NOTHING
        count = len(self._fitting(exercise, file, as_given=work is not Work.WRITTEN))
        return _Rank(
            work,
            bool(count),
            count,
            not imported,
            not is_called_old(file.path),
            _named(exercise, file),
            file.turn,
            (natural_order(file.path.stem), natural_order(str(file.path))),
        )

    def _supplied(
        self, exercise: str, main: HandedIn, others: Sequence[HandedIn]
    ) -> dict[HandedIn, list[str]]:
        """Return the files with functions that `main` lacks, and which these are."""
        as_given = self.work(exercise, main) is Work.AS_GIVEN
        covered = set(self._fitting(exercise, main, as_given=as_given))
        found: dict[HandedIn, list[str]] = {}
        for file in others:
            has = self._fitting(exercise, file, as_given=as_given)
            if new := [name for name in has if name not in covered]:
                found[file] = new
                covered |= set(new)
        return found

    def _fitting(self, exercise: str, file: HandedIn, *, as_given: bool) -> list[str]:
        """Return the functions that fit and are written, or also those that are `as_given`."""
        functions = self._contents.of(file.file).outline.functions.get(exercise, {})
        return [name for name, f in functions.items() if f.fits and (f.written or as_given)]

    def _reason(self, exercise: str, file: HandedIn, rank: _Rank, best: _Rank) -> str:
        return f"{file.path} {next(self._reasons(exercise, file, rank, best))}"

    def _reasons(self, exercise: str, file: HandedIn, rank: _Rank, best: _Rank) -> Iterator[str]:
        """Yield why a file is behind the best one, the reason that decided first."""
        functions = self._contents.of(file.file).outline.functions.get(exercise, {})
        if rank.work != best.work:
            yield _LESS_WORK[rank.work]
        elif rank.work is Work.AS_GIVEN:
            yield "is as it was given out, too"
        if rank.fits != best.fits:
            yield f"has other parameters for {', '.join(functions)}"
        if rank.functions != best.functions:
            yield "has fewer of the functions"
        if rank.is_no_module != best.is_no_module:
            yield "is imported by another file"
        if rank.is_current != best.is_current:
            yield "is called an old one"
        if rank.named != best.named:
            yield "does not have the exercise's own name"
        if rank.turn != best.turn:
            yield "was handed in before"
        yield "differs in its name only, and the last name counts"


_LESS_WORK: Final = {
    Work.NOTHING: "defines no function of the exercise",
    Work.AS_GIVEN: "is as it was given out",
    Work.SOMETHING_ELSE: "defines no function of the exercise",
    Work.UNREADABLE: "cannot be read",
}


def work_in(content: Content, functions: Collection[Written]) -> Work:
    """Return how much work is in a file that has these functions of an exercise."""
    if any(function.written for function in functions):
        return Work.WRITTEN
    if content.unread:
        return Work.UNREADABLE
    if functions:
        return Work.AS_GIVEN
    return Work.SOMETHING_ELSE if content.outline.definitions else Work.NOTHING


def _named(exercise: str, file: HandedIn) -> int:
    """Return 3 for an exercise's own file names, 2 for a copy's, 1 for one that holds it, else 0.

    The name of a version, `gradient_descent_v2`, is as good as the first one's; a mark of copies,
    `starter (1)`, tells nothing of which is newer.
    """
    stem, plain = file.path.stem, bare(file.path.stem)
    own = (bare(exercise), "starter")
    if plain not in own and bare(without_marks(stem)) in own:
        return 2
    if any(plain.startswith(name) and name in map(bare, version_of(stem)) for name in own):
        return 3
    return int(own[0] in plain)
