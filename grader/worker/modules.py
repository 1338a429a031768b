"""The modules of a submission: files that were handed in beside the answer, by their names.

They come through Python's own import system, so that packages, relative imports and
`importlib.import_module` work as anywhere. What is looked for lies beside the file that imports it,
else in a folder above, else anywhere in what was handed in: folders get lost when files travel, and
`sys.path.append("..")` leads nowhere here. The grader sends along what it finds by the same rule.
A file that is called like a library is found beside the file that imports it, and by nobody else.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import posixpath
import runpy
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import PurePath
from types import ModuleType
from typing import Any

Cells = Sequence[tuple[str, str]]
Execute = Callable[[ModuleType, str], None]
"""Executes the file at a path in a module."""

SUFFIXES = (".py", ".ipynb")


class Files:
    """The files of a submission by their paths; a path has forward slashes and no root."""

    def __init__(self, files: Iterable[tuple[str, Cells]], answer: str = "") -> None:
        """`answer` is the path of the file that is graded."""
        self._home = posixpath.dirname(_clean(answer))
        self._files: dict[str, Cells] = {}
        self._written: set[str] = set()
        for path, cells in files:
            self._files.setdefault(_clean(path), cells)
        self._look()

    def _look(self) -> None:
        """Note in which folders files lie; what was found before may be found elsewhere now."""
        self._folders = {folder for path in self._files for folder in _parents(path)}
        self._nearest = sorted(self._folders, key=lambda f: (f.count("/"), f))
        self._found: dict[tuple[str, str], str | None] = {}

    def __iter__(self) -> Iterator[tuple[str, Cells]]:
        """Yield each file with its path, those that cells write last."""
        return iter(self._files.items())

    def write(self, path: str, cells: Cells, *, more: bool = False) -> None:
        """Add a file that a cell writes, or `more` of it, unless one of that path was handed in."""
        path = _clean(posixpath.join(self._home, path))
        if path not in self._files or (path in self._written and not more):
            self._files[path] = cells
            self._written.add(path)
        elif path in self._written:
            self._files[path] = [*self._files[path], *cells]
        self._look()

    def run(self, path: str) -> str | None:
        """Return the file that is meant by a path, as in ``%run path``."""
        for folder in (self._home, *_parents(self._home), ""):
            found = _clean(posixpath.join(folder, path))
            if found in self._files:
                return found
        name = posixpath.basename(path)
        nearest = sorted(self._files, key=lambda p: (p.count("/"), p))
        return next((p for p in nearest if posixpath.basename(p) == name), None)

    def find(self, name: str, importer: str | None = None) -> str | None:
        """Return the path of a module of the first level, for the file that imports it."""
        home = self._home if importer is None else posixpath.dirname(importer)
        if (home, name) not in self._found:
            above = (home, *_parents(home), "")
            places = (self.within(folder, name) for folder in (*above, *self._nearest))
            self._found[home, name] = next((path for path in places if path is not None), None)
        return self._found[home, name]

    def beside(self, name: str, importer: str | None = None) -> str | None:
        """Return the path of the file of that name in the folder of the one that imports it."""
        home = self._home if importer is None else posixpath.dirname(importer)
        path = self.within(home, name) or ""
        is_file = path.endswith(SUFFIXES) and posixpath.basename(path) != "__init__.py"
        return path if is_file and path != importer else None

    def within(self, folder: str, name: str) -> str | None:
        """Return the path of the module `name` in a folder: a file, or a folder of modules."""
        path = posixpath.join(folder, name)
        files = (f"{path}/__init__.py", f"{path}.py", f"{path}.ipynb")
        if found := next((file for file in files if file in self._files), None):
            return found
        return path if path in self._folders else None

    def imported(self, names: Iterable[str]) -> set[str]:
        """Return the files of which modules are called `names`, with their packages."""
        found = set()
        for name in names:
            if name.endswith(SUFFIXES):
                found |= {self.run(name)}
                continue
            first, *rest = name.lstrip(".").split(".")
            path = self.find(first) if first else None
            found.add(path)
            for part in rest:
                path = self.within(_below(path), part) if path else None
                found.add(path)
        return {path for path in found if path in self._files}


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads a submission's modules; one at a time is installed in a process."""

    _installed: Finder | None = None

    def __init__(self, files: Files, execute: Execute) -> None:
        self._files, self._execute = files, execute
        self._loaded: list[str] = []
        self._real: list[tuple[ModuleType, str, Callable[..., Any]]] = []
        """Functions of Python that are replaced while this one is installed."""
        self.importer: str | None = None
        """The path of the file that imports, as far as it is none of the answer's."""

    def install(self, answer: ModuleType, name: str) -> None:
        """Take the place of the finder before; `answer` can be imported by its file's `name`."""
        if Finder._installed is not None:
            Finder._installed.remove()
        Finder._installed = self
        for module, name_in_it, ours in (
            (importlib.util, "spec_from_file_location", self._spec),
            (runpy, "run_path", self._run_path),
        ):
            self._real.append((module, name_in_it, getattr(module, name_in_it)))
            setattr(module, name_in_it, partial(ours, self._real[-1][-1]))
        # What is built in goes before a student's file of that name, as it does anywhere.
        sys.meta_path.insert(2, self)
        own = self._files.find(name) is not None
        if (
            name.isidentifier()
            and not own
            and name not in sys.stdlib_module_names | sys.modules.keys()
        ):
            sys.modules[name] = answer
            self._loaded.append(name)

    def remove(self) -> None:
        """Let the process forget the submission's modules."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for module, name, real in self._real:
            setattr(module, name, real)
        for name in self._loaded:
            sys.modules.pop(name, None)

    def _spec(
        self, real: Callable[..., Any], name: str, location: Any = None, **options: Any
    ) -> Any:
        """Stand before `importlib.util.spec_from_file_location`, for files that were handed in."""
        if path := self._handed_in(location):
            return importlib.machinery.ModuleSpec(name, self, origin=path)
        return real(name, location, **options)

    def _run_path(
        self,
        real: Callable[..., Any],
        path_name: Any,
        init_globals: dict[str, Any] | None = None,
        run_name: str | None = None,
    ) -> Any:
        """Stand before `runpy.run_path`, for files that were handed in."""
        if path := self._handed_in(path_name):
            name = run_name or "<run_path>"
            before, module = sys.modules.get(name), ModuleType(name)
            vars(module).update(init_globals or {})
            sys.modules[name] = module  # dataclasses look a class's module up there
            try:
                self._execute(module, path)
            finally:
                sys.modules.pop(name)
                sys.modules |= {name: before} if before else {}
            return dict(vars(module))
        return real(path_name, init_globals, run_name)

    def _handed_in(self, location: Any) -> str | None:
        """Return the file of the submission that is meant by a path where none lies."""
        path = str(location) if isinstance(location, str | PurePath) else ""
        is_code = path.endswith(SUFFIXES) and not os.path.isfile(path)  # noqa: PTH113
        return self._files.run(path) if is_code else None

    def load(self, path: str) -> ModuleType:
        """Return the module of a file, whatever imports would find by its name."""
        name = f"file {path}"
        if name not in self._loaded:
            spec = importlib.machinery.ModuleSpec(name, self, origin=path)
            sys.modules[name] = module = importlib.util.module_from_spec(spec)
            self._loaded.append(name)
            self.exec_module(module)
        return sys.modules[name]

    def place(self, name: str, importer: str | None = None) -> str | None:
        """Return where the submission's own module of the first level lies, for who imports it."""
        if not self._is_librarys(name):
            return self._files.find(name, importer)
        return None if _is_built_in(name) else self._files.beside(name, importer)

    def own(self, name: str, importer: str | None) -> ModuleType | str | None:
        """Return the submission's own module `name`, or where it lies, for a file that imports it.

        A file beside that one goes before a library of its name, as it does in Python, but in the
        submission alone: what a library imports is a library's. What such a file does not define
        the library gives, since a file may be called `random` by accident.
        """
        first, _, rest = name.partition(".")
        if (path := self.place(first, importer)) is None or not self._is_librarys(first):
            return path
        if rest:
            return None
        module = self.load(path)
        module.__dict__.setdefault("__getattr__", partial(_of_library, name))
        return module

    def _is_librarys(self, name: str) -> bool:
        """Whether a module is Python's own, or of a library that is in use."""
        if name in self._loaded:
            return False
        return name in sys.stdlib_module_names or name in sys.modules

    def find_spec(
        self,
        fullname: str,
        path: Any,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a module is, for Python's import system."""
        parent, _, name = fullname.rpartition(".")
        if fullname in sys.stdlib_module_names:
            return None  # see `own`
        if parent:
            folders = [f for f in path or () if type(f) is str and f.startswith(_ROOT)]
            found = [self._files.within(f.removeprefix(_ROOT), name) for f in folders]
            place = next((f for f in found if f is not None), None)
        else:
            place = self._files.find(name, self.importer)
        if place is None:
            return None
        self._loaded.append(fullname)
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=place)
        if not place.endswith(SUFFIXES) or posixpath.basename(place) == "__init__.py":
            spec.submodule_search_locations = [_ROOT + _below(place)]
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Execute a module that was found here."""
        assert module.__spec__ is not None
        self._execute(module, module.__spec__.origin or "")


_ROOT = "submission:/"


def _is_built_in(name: str) -> bool:
    """Whether Python looks for a module within itself, and for files only after that."""
    within = importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter
    return any(importer.find_spec(name) is not None for importer in within)


def _of_library(module: str, name: str) -> Any:
    if name.startswith("__"):  # of ``__all__`` and the like each module has its own
        raise AttributeError(name)
    return getattr(importlib.import_module(module), name)


def _clean(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/").lstrip("/")) if path else ""


def _parents(path: str) -> Iterator[str]:
    """Yield the folders above a path, the root left out."""
    while path := posixpath.dirname(path):
        yield path


def _below(path: str) -> str:
    """Return the folder in which the submodules of the module at `path` lie."""
    stem, suffix = posixpath.splitext(path)
    return posixpath.dirname(path) if posixpath.basename(stem) == "__init__" and suffix else path
