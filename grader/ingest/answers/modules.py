"""Which other files of a student a file needs: those that it imports or runs, and what they do.

A module is looked for beside the file that imports it, then in the folders above, as one who works
there has put them on the path, and at last anywhere: folders get lost when files travel.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import replace
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.ingest.file_names import natural_order, version_of
from grader.ingest.litter import CODE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.ingest.answers.contents import Contents
    from grader.ingest.layout import HandedIn

_PACKAGE: Final = "__init__.py"
# Of one student; what is over is looked at as if it imported nothing and nobody it.
MOST_FILES: Final = 300
_MOST_IMPORTS: Final = 100


def as_imported(files: Sequence[HandedIn], contents: Contents) -> list[HandedIn]:
    """Return files under the names by which others import or run them.

    A system or a browser puts a mark behind a name, `utils-1.py`, `utils (1).py`, and code knows
    nothing of that. Where no file has the name without it, the last of those with marks is meant.
    """
    if len(files) > MOST_FILES:
        return list(files)
    taken = {(file.exercise, file.path) for file in files}
    marked: dict[tuple[str | None, PurePosixPath], list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        for name in {*version_of(file.path.stem)} - {file.path.stem}:
            place = file.exercise, file.path.with_name(name + file.path.suffix)
            if name.isidentifier() and place not in taken:
                marked[place].append(number)
    found = list(files)
    for (exercise, path), numbers in marked.items():
        last = max(numbers, key=lambda n: (files[n].turn, natural_order(files[n].path.stem)))
        others = (f for n, f in enumerate(files) if n not in numbers and f.exercise == exercise)
        if any(_names(other, path, contents) for other in others):
            found[last] = replace(files[last], path=path)
    return found


def _names(file: HandedIn, module: PurePosixPath, contents: Contents) -> bool:
    """Whether a file imports or runs what is called `module`, which no library is."""
    if not contents.may_import(file.file, {module.stem}):
        return False
    outline = contents.of(file.file).outline
    if any(PurePosixPath(run).name in (module.name, module.stem) for run in outline.runs):
        return True
    imported = (name.lstrip(".").split(".") for name in outline.imports)
    is_imported = module.suffix == ".py" and any(module.stem in parts for parts in imported)
    return is_imported and find_spec(module.stem) is None


class Modules:
    """The files of one student as modules of each other."""

    def __init__(self, files: Iterable[HandedIn], contents: Contents) -> None:
        self._contents = contents
        places: dict[str | None, list[HandedIn]] = defaultdict(list)
        for file in files:
            places[file.exercise].append(file)
        self._places = {exercise: _Place(there) for exercise, there in places.items()}
        self._files = [file for there in places.values() for file in there]
        # Files are compared by all that they hold; their numbers are compared at once.
        self._numbers = {file: number for number, file in enumerate(self._files)}
        self._imports: dict[int, list[int]] = {}
        self._needs: dict[int, frozenset[int]] = {}

    @property
    def are_too_many(self) -> bool:
        """Whether imports are not followed, since there are more than `MOST_FILES`."""
        return len(self._files) > MOST_FILES

    def needed_by(self, *files: HandedIn) -> list[HandedIn]:
        """Return what `files` import, directly or not, sorted by path, without themselves."""
        own = {self._numbers[file] for file in files}
        found = {number for one in own for number in self._closure(one)} - own
        return sorted((self._files[number] for number in found), key=lambda f: f.path)

    def _closure(self, number: int) -> frozenset[int]:
        """Return the numbers of what a file imports, directly or not."""
        if number not in self._needs:
            found: set[int] = set()
            waiting = [number]
            while waiting:
                new = [n for n in self._imported(waiting.pop()) if n not in found]
                found.update(new)
                waiting += new
            self._needs[number] = frozenset(found)
        return self._needs[number]

    def importers(self, files: Iterable[HandedIn]) -> dict[HandedIn, list[HandedIn]]:
        """Return, for each that any of `files` needs, those that need it and are not needed by it.

        Of files that import each other neither is there for the other alone.
        """
        among = dict.fromkeys(self._numbers[file] for file in files)
        found: dict[HandedIn, list[HandedIn]] = {}
        for file in among:
            for module in sorted(self._closure(file) - {file}):
                if module not in among or file not in self._closure(module):
                    found.setdefault(self._files[module], []).append(self._files[file])
        return found

    def _imported(self, number: int) -> list[int]:
        if number not in self._imports:
            file = self._files[number]
            if self.are_too_many:
                return []
            place = self._places[file.exercise]
            if self._contents.may_import(file.file, place.names - {file.path.stem}):
                outline = self._contents.of(file.file).outline
                found = [f for m in outline.imports for f in place.resolved(m, file.path)]
                found += [f for path in outline.runs for f in place.run(path, file.path)]
                numbers = dict.fromkeys(self._numbers[f] for f in found[:_MOST_IMPORTS])
                self._imports[number] = [n for n in numbers if n != number]
            else:
                self._imports[number] = []
        return self._imports[number]


class _Place:
    """The files of one folder of a student, by what they are called there."""

    def __init__(self, files: Sequence[HandedIn]) -> None:
        self._files = {file.path: file for file in files}
        self._called: dict[str, list[HandedIn]] = defaultdict(list)
        self.names: set[str] = set()
        """All that a module or a package may be called."""
        for file in files:
            self._called[file.path.name].append(file)
            self.names |= {file.path.stem, *file.path.parent.parts}

    def resolved(self, module: str, importer: PurePosixPath) -> list[HandedIn]:
        """Return the file of a module, after those of the packages that hold it."""
        name = module.lstrip(".")
        level = len(module) - len(name)
        parts = [part for part in name.split(".") if part]
        if not all(part.isidentifier() for part in parts):
            return []  # a call may ask for anything
        for folder in _folders(importer, level):
            if found := self._within(folder, parts):
                return found
        if level or not parts:
            return []
        paths = [PurePosixPath(*parts[:-1], parts[-1] + suffix) for suffix in CODE]
        return self._nearest([*paths, PurePosixPath(*parts, _PACKAGE)])

    def run(self, path: str, importer: PurePosixPath) -> list[HandedIn]:
        """Return the file that `%run` names."""
        wanted = PurePosixPath(path.replace("\\", "/"))
        if wanted.suffix.lower() not in CODE:
            wanted = wanted.parent / f"{wanted.name}.py"
        for folder in _folders(importer, 0):
            whole = PurePosixPath(posixpath.normpath(folder / wanted))
            if whole in self._files:
                return [self._files[whole]]
        return self._nearest([PurePosixPath(wanted.name)])

    def _within(self, folder: PurePosixPath, parts: list[str]) -> list[HandedIn]:
        inner = [folder.joinpath(*parts[:n], _PACKAGE) for n in range(1, len(parts) + 1)]
        packages = [self._files[path] for path in inner if path in self._files]
        if not parts:
            package = self._files.get(folder / _PACKAGE)
            return [package] if package else []
        module = folder.joinpath(*parts)
        for suffix in CODE:
            if file := self._files.get(module.with_name(module.name + suffix)):
                return [*packages, file]
        return packages if inner[-1] in self._files else []

    def _nearest(self, endings: Iterable[PurePosixPath]) -> list[HandedIn]:
        """Return the file whose path ends so, of several the least deep and first by name."""
        found = [
            file
            for ending in endings
            for file in self._called.get(ending.name, ())
            if file.path.parts[-len(ending.parts) :] == ending.parts
        ]
        return sorted(found, key=lambda f: (len(f.path.parts), f.path))[:1]


def _folders(importer: PurePosixPath, level: int) -> list[PurePosixPath]:
    """Return the folders in which a module is looked for: one when the import is relative."""
    above = [importer.parent, *importer.parent.parents]
    return above[level - 1 : level] if level else above
