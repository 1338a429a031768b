"""Execute a submission: its answer in one module, its other files in modules of their own."""

from __future__ import annotations

import builtins
import posixpath
import sys
from dataclasses import replace
from functools import cache
from itertools import islice
from types import ModuleType
from typing import TYPE_CHECKING, Any

from grader.worker import additions
from grader.worker.clock import Clock
from grader.worker.execution import Execution
from grader.worker.extract import Broken, Extracted, extract
from grader.worker.extract.statements import describe
from grader.worker.functions import Functions
from grader.worker.modules import SUFFIXES, Cells, Files, Finder
from grader.worker.neighbours import Neighbours, listed_in
from grader.worker.placeholders import IN_NOTEBOOKS, Importer
from grader.worker.reasons import MOST_STATEMENTS, error_text
from grader.worker.slicing import NOBODYS, Beside, Choice, Facts, Index, Origin
from grader.worker.troubles import Troubles, unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from grader.worker.extract import Statement

MODULE = "submission"
MAX_REPORTED = 50
MAX_FUNCTIONS = 200
MAX_RUN = 300
MAX_TEXT = 300


class Namespace:
    """One submission, as it is executed."""

    def __init__(
        self,
        *,
        helpers: str = "",
        starter: str = "",
        contract: Sequence[Mapping[str, Any]] = (),
        slices: str = "run",
    ) -> None:
        """Define the course's helper functions; the student's own definitions win over them.

        helpers: source of functions that student code may use without defining them.
        starter: source as given out, to recognise functions that were left alone.
        contract: the functions that will be asked for: `names`, the most usual first, and
        `arguments`; without any, all functions of the file are.
        slices: what becomes of statements outside of functions that functions need: `run` them,
        `tell` which they are, or look at none of them (`off`).
        """
        helper_names = _public_names(helpers)
        self._helpers, self._contract, self._slices = helper_names, list(contract), slices
        self._asked = {name for function in self._contract for name in function["names"]}
        self._functions = Functions(starter, self._contract, helper_names)
        self._clock = Clock(given_up=slices == "tell")
        self._broken: list[Broken] = []
        self._runs: list[Execution] = []
        self._words: set[str] = set()
        self._module_names: set[str] = set()
        """What pieces of other files that are not Python would have defined."""
        self._statements_left, self._skipped = MOST_STATEMENTS, 0
        self._unread: list[Statement] = []
        self._files = Files(())
        self._facts_of = cache(Facts.of)
        self._finder = Finder(self._files, self._execute_module)
        self._importer = Importer(builtins.__import__, helper_names, self._own)
        self._builtins = vars(builtins) | {"__import__": self._importer}
        self._module = ModuleType(MODULE)
        # dataclasses, pickle and typing look a class's module up there
        sys.modules[MODULE] = self._module
        self.globals: dict[str, Any] = self._module.__dict__
        self.globals |= helper_names | {"__builtins__": self._builtins}

    def define(
        self, cells: Cells, *, path: str = "", beside: Sequence[tuple[str, Cells]] = ()
    ) -> dict[str, Any]:
        """Execute what `cells`, pairs of label and source, define; return what became of it.

        path: of the file that holds them. beside: the other files that were handed in, by path:
        modules that are imported, and parts, which are read before the answer.
        """
        if path.lower().endswith(".ipynb"):
            self._builtins |= IN_NOTEBOOKS
        answer = [_extracted(label, source) for label, source in cells]
        self._files = Files(beside, path)
        self.globals["__doc__"] = answer[0].text if answer else None
        if path.endswith(".py"):  # a notebook has no such name
            self.globals["__file__"] = path
        for extracted in answer:
            for file, text, more in extracted.written:
                self._files.write(file, [(posixpath.basename(file), text)], more=more)
        self._finder = Finder(self._files, self._execute_module)
        stem, _ = posixpath.splitext(posixpath.basename(path))
        self._finder.install(self._module, stem)
        code = [file for file in self._files if file[0].lower().endswith(SUFFIXES)]
        self._contents = {p: [_extracted(*cell) for cell in cells] for p, cells in code}
        self._neighbours = self._looked_at(path, answer)
        words = self._neighbours.words(path)
        others = Beside(frozenset(words), self._neighbours.importing(path, stem))
        if others.exports and sys.modules.get(stem) is self._module:
            self._module.__name__ = stem  # a failed import of it tells the name
        facts = self._facts([*self._parts(answer), *answer])
        self._execute(facts, self.globals, self._wanted(facts), others)
        self._functions.adopt(self.globals)
        return self._summary()

    def find(self, names: list[str]) -> Callable[..., Any] | None:
        """Return the one of `names` that is defined and can be called, the best one of several."""
        best = self._functions.best(names, self.globals)
        return None if best is None else self.globals[best]

    def _parts(self, answer: list[Extracted]) -> Iterator[Extracted]:
        """Yield the contents of files that no other one imports: parts of the answer."""
        everything = [*answer, *(one for contents in self._contents.values() for one in contents)]
        modules = self._files.imported(
            name for one in everything for s in one.statements for name in s.imports
        )
        for path, contents in self._contents.items():
            if path not in modules:
                yield from contents

    def _looked_at(self, path: str, answer: list[Extracted]) -> Neighbours:
        contents = {path: answer} | self._contents
        facts: dict[str, list[Facts]] = {where: [] for where in contents}
        pairs = (
            (where, s) for where in contents for one in contents[where] for s in one.statements
        )
        for where, statement in islice(pairs, MOST_STATEMENTS):
            facts[where].append(self._facts_of(statement))
        return Neighbours(self._files, facts)

    def _origin(self, statement: Statement) -> Origin:
        """Return which of the submission's files an import reads."""
        firsts = {name.lstrip(".").partition(".")[0] for name in statement.imports}
        places = {self._finder.place(first) for first in firsts if first} - {None}
        return self._neighbours.origin(statement.imports) if places else NOBODYS

    def _facts(self, read: Iterable[Extracted]) -> list[Facts]:
        """Return the facts of all statements; note what is broken, or too much."""
        facts: list[Facts] = []
        for extracted in self._with_run(read, set()):
            kept = extracted.statements[: self._statements_left]
            self._statements_left -= len(kept)
            self._unread += extracted.statements[len(kept) :]
            self._skipped += extracted.skipped
            self._broken += extracted.broken[:MAX_REPORTED]
            facts += map(self._facts_of, kept)
        for one in facts:
            self._words |= one.words
        return facts

    def _with_run(self, read: Iterable[Extracted], run: set[str]) -> Iterator[Extracted]:
        """Yield what was read, a file that it runs in the place of the statement that does so."""
        for one in read:
            yield replace(one, statements=[])
            for statement in one.statements:
                path = self._files.run(statement.runs) if statement.runs else None
                if path is None:
                    yield Extracted([statement])
                elif path not in run and len(run) < MAX_RUN:
                    run.add(path)
                    yield from self._with_run(self._contents.get(path, ()), run)

    def _wanted(self, facts: Iterable[Facts]) -> list[Sequence[str]]:
        if self._contract:
            return [function["names"] for function in self._contract]
        return [tuple(f.binds) for f in facts if f.defines]

    def _execute(
        self,
        facts: list[Facts],
        names: dict[str, Any],
        wanted: list[Sequence[str]],
        beside: Beside,
    ) -> None:
        choice = Choice(Index(facts, self._helpers, self._origin, self._asked), beside)
        noting = self._functions.noting(names)
        run = Execution(names, facts, choice, self._clock, noting, self._importer.strictly)
        self._runs.append(run)
        run.run(wanted, sliced=self._slices != "off")

    def _own(self, name: str, importer: str | None) -> ModuleType | str | None:
        """Return the submission's own module of that name, for the file that imports it."""
        importer = importer if type(importer) is str else None
        self._finder.importer = importer
        return self._finder.own(name, importer)

    def _execute_module(self, module: ModuleType, path: str) -> None:
        """Execute one of the submission's other files, on behalf of an import."""
        names = module.__dict__
        names |= {"__builtins__": self._builtins, "__file__": path}
        before = len(self._broken)
        read = self._contents.get(path, [])  # a folder has none
        names["__doc__"] = read[0].text if read else None
        facts = self._facts(read)
        self._module_names |= {name for b in self._broken[before:] for name in b.names}
        # What is wanted of a module is said by those who import it: any word of theirs may be it.
        words = self._neighbours.words(path)
        names_read = words | listed_in(facts)
        beside = Beside(frozenset(words), frozenset(names_read), self._neighbours.changing)
        self._execute(facts, names, self._wanted(facts), beside)

    def _summary(self) -> dict[str, Any]:
        for run in self._runs:
            self._skipped += run.skipped
            self._note_broken(run)
        looks = [Troubles(run, self._importer.missing) for run in self._runs]
        functions = dict(list(self._functions.of(self.globals).items())[-MAX_FUNCTIONS:])
        if self._slices != "off":
            for function in self._contract:
                name = self._functions.best(function["names"], self.globals)
                if name in functions and (lacks := looks[0].lacks([name])):
                    functions[name] = functions[name] | {"lacks": lacks}
        failed = [*unread(self._unread, self._asked)]
        failed += (entry for look in looks for entry in look.failed())
        unset = dict(entry for look in reversed(looks) for entry in look.unset())
        return {
            "functions": functions,
            "broken": _plain(
                sorted(self._broken, key=lambda b: not b.names)[:MAX_REPORTED], self._needed()
            ),
            "failed": sorted(failed, key=lambda f: f["kind"] == "other")[:MAX_REPORTED],
            "unset": dict(list(unset.items())[:MAX_REPORTED]),
            "missing_modules": list(self._importer.missing)[:MAX_REPORTED],
            "skipped": self._skipped + len(self._unread),
            "half_used": self._clock.is_half_used,
        }

    def _needed(self) -> set[str]:
        """Return the names that the functions of the contract need, where some may be too new."""
        found = self._asked | (self._module_names & self._words)
        if any(broken.needs for broken in self._broken) and self._slices != "off":
            for run in self._runs:
                facts = [run.facts[place] for place in run.needed(self._asked_of(run))]
                found |= {name for one in facts for name in one.later | one.reads}
        return found

    def _asked_of(self, run: Execution) -> list[Sequence[str]]:
        """Return what is wanted of a module, by the words of the others where it is not the first.

        When a module is executed, not all who import it have been read.
        """
        others = [one.words for other in self._runs if other is not run for one in other.facts]
        words = set[str]().union(*others)
        return [names for names in run.wanted if run is self._runs[0] or words.intersection(names)]

    def _note_broken(self, run: Execution) -> None:
        """Take failed statements for what they are: not Python, or Python of a newer version."""
        for place, failure in list(run.failures.items()):
            error, statement = failure.error, failure.facts.statement
            names = tuple(sorted(failure.facts.binds))
            if isinstance(error, SyntaxError) and error.filename == statement.label:
                line, message = describe(error)
                broken = Broken(statement.label, line or statement.line, message, names)
            elif needs := additions.since(error):
                names = (*_unbound(names, run), *failure.facts.changes.roots)
                broken = Broken(statement.label, failure.line, error_text(error), names, needs)
            else:
                continue
            self._broken.append(broken)
            del run.failures[place]


def _extracted(label: str, source: str) -> Extracted:
    return extract(label.replace("\0", " ")[:MAX_TEXT], source)


def _unbound(names: Iterable[str], run: Execution) -> list[str]:
    """Return which names nothing else has bound, such as a fallback of the student's."""
    return [name for name in names if name not in run.names]


def _plain(broken: Iterable[Broken], needed: set[str]) -> list[dict[str, Any]]:
    return [
        vars(b) | {"names": list(b.names), "wanted": bool(b.needs and needed & set(b.names))}
        for b in broken
    ]


def _public_names(source: str) -> dict[str, Any]:
    """Execute a course's helpers in a module of their own and return what they define."""
    module: dict[str, Any] = {"__name__": "helpers"}
    exec(compile(source, "helpers", "exec", dont_inherit=True), module)  # noqa: S102
    return {
        name: value
        for name, value in module.items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
