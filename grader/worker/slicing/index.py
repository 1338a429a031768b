"""Which statements of a module bind a name, and what kinds of things names stand for."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from grader.worker.quiet import QUIET, is_among

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from grader.worker.extract import Statement
    from grader.worker.slicing.statement.facts import Facts

BUILTINS = frozenset(dir(builtins))
_BIND_ANYTHING = frozenset({"exec", "eval", "globals", "vars", "locals", "setattr"})
_TELL = frozenset({"print", "display", "help", "input"})


@dataclass(frozen=True)
class Origin:
    """Where an import of the submission's own modules leads."""

    files: frozenset[str]
    """The paths of the files that it names; none when it is a library's."""
    reads: frozenset[str]
    """Those, and what they import in turn."""


NOBODYS = Origin(frozenset(), frozenset())


class Index:
    """The statements of one module."""

    def __init__(
        self,
        facts: Sequence[Facts],
        given: Collection[str] = (),
        origin: Callable[[Statement], Origin] = lambda _: NOBODYS,
        asked: Collection[str] = (),
    ) -> None:
        """Look at `facts`; `given` are names that are there without any: the course's helpers.

        `origin` tells which of the submission's own files an import reads; functions `asked` for
        are those of the contract.
        """
        self._origin, self._asked = origin, frozenset(asked)
        self.facts = facts
        self.given = frozenset(given) | BUILTINS
        self.binders: dict[str, list[int]] = defaultdict(list)
        self.others = [p for p, f in enumerate(facts) if f.statement.kind == "other"]
        """The places of statements that are executed only when they are needed."""
        for place, one in enumerate(facts):
            for name in () if one.statement.main else one.binds:
                self.binders[name].append(place)

    @cached_property
    def binds_anything(self) -> list[int]:
        """The places of statements that may bind any name: by `exec`, `globals()` and the like."""
        means = _BIND_ANYTHING | self._callers(_BIND_ANYTHING)
        return [place for place in self.others if self.facts[place].reads & means]

    @cached_property
    def attributes(self) -> dict[str, list[int]]:
        """The places of statements that set an attribute: perhaps of the module itself."""
        table: dict[str, list[int]] = defaultdict(list)
        for place in self.others:
            added = self.facts[place].addition
            if added and added.is_attribute and isinstance(added.key, ast.Constant):
                table[str(added.key.value)].append(place)
        return table

    def tries(self, place: int) -> bool:
        """Whether a statement calls a function that is asked for: it is an experiment with it."""
        return any(call.name in self._leading for call in self.facts[place].changes.calls)

    @cached_property
    def _leading(self) -> set[str]:
        """The functions that are asked for, and those that may call them."""
        return self._callers(self._asked) | self._asked

    def _callers(self, names: Iterable[str]) -> set[str]:
        """Return the functions that may call one of `names`, or one another to that end."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            new = self._users[waiting.pop()] - found
            found |= new
            waiting += new
        return found

    @cached_property
    def _users(self) -> dict[str, set[str]]:
        users: dict[str, set[str]] = defaultdict(set)
        for one in self.facts:
            if one.defines:
                for name in one.later:
                    users[name] |= one.binds
        return users

    def only_imported(self, name: str) -> bool:
        """Whether nothing but imports of libraries binds a name."""
        if name in self.modules:
            return False
        places = self.binders.get(name, [])
        return bool(places) and all(self.facts[p].statement.kind == "import" for p in places)

    def functions(self, name: str) -> list[Facts]:
        """Return the definitions of a function, a lambda with a name included."""
        return [one for one in self.definitions(name) if one.statement.kind != "class"]

    def definitions(self, name: str) -> list[Facts]:
        """Return the definitions of a function or a class."""
        found = (self.facts[place] for place in self.binders.get(name, ()))
        return [one for one in found if one.defines]

    def is_class(self, name: str) -> bool:
        """Whether a name is bound by a class of the file."""
        return any(one.statement.kind == "class" for one in self.definitions(name))

    def is_value(self, name: str) -> bool:
        """Whether a name is bound by nothing but statements that compute a value."""
        places = self.binders.get(name, ())
        return bool(places) and all(self.facts[p].statement.kind == "other" for p in places)

    def is_librarys(self, name: str) -> bool:
        """Whether a name is a library's, Python's own included, or nobody's: a star import's."""
        return name not in self.modules and (name not in self.binders or self.only_imported(name))

    def is_quiet(self, name: str) -> bool:
        """Whether a name only shows what it is given, or does so when it is called."""
        places = self.binders.get(name, ())
        imports = (i for place in places for i in self.facts[place].statement.imports)
        return name in _TELL or any(is_among(i, QUIET) for i in imports)

    @cached_property
    def modules(self) -> dict[str, Origin]:
        """Names that come from the submission's own modules, with their origin."""
        found: dict[str, Origin] = {}
        for one in self.facts:
            if one.statement.kind == "import" and one.binds:
                origin = self._origin(one.statement)
                found |= dict.fromkeys(one.binds, origin) if origin.files else {}
        return found
