"""Which statements of a module bind or change a name, by their places in the file."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from grader.worker.slicing import changes
from grader.worker.slicing.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

BUILTINS = frozenset(dir(builtins))
_BIND_ANYTHING = frozenset({"exec", "eval", "globals", "vars", "locals", "setattr"})
_MAX_CALLS = 30


@dataclass
class Effects:
    """What calling a function of the file changes besides what it returns."""

    names: set[str] = field(default_factory=set)
    """Names of the module that it binds, or whose values it changes."""
    arguments: set[int | str] = field(default_factory=set)
    """Places and names of the parameters whose values it changes."""


class Index:
    """The statements of one module."""

    def __init__(self, facts: Sequence[Facts], given: Collection[str] = ()) -> None:
        """`given` are names that are there without any statement: the course's helpers."""
        self.facts = facts
        self.given = frozenset(given) | BUILTINS
        self.binders: dict[str, list[int]] = defaultdict(list)
        self.others = [p for p, f in enumerate(facts) if f.statement.kind == "other"]
        """The places of statements that are executed only when they are needed."""
        for place, one in enumerate(facts):
            for name in () if one.statement.main else one.binds:
                self.binders[name].append(place)

    @cached_property
    def changers(self) -> dict[str, list[int]]:
        """The places of statements that change what a name stands for, in order."""
        return self._changers(main=False)

    @cached_property
    def started(self) -> dict[str, list[int]]:
        """What binds or changes a name where a script begins; it counts when nothing else does."""
        table = self._changers(main=True)
        for place, one in enumerate(self.facts):
            if one.statement.main:
                for name in one.binds:
                    table[name] = sorted({*table[name], place})
        return table

    def _changers(self, *, main: bool) -> dict[str, list[int]]:
        table: dict[str, list[int]] = defaultdict(list)
        for place in self.others:
            if self.facts[place].statement.main is main:
                for name in self._changed(self.facts[place]):
                    table[name].append(place)
        return table

    @cached_property
    def binds_anything(self) -> list[int]:
        """The places of statements that may bind any name: by `exec`, `globals()` and the like."""
        return [place for place in self.others if self.facts[place].reads & _BIND_ANYTHING]

    def only_imported(self, name: str) -> bool:
        """Whether nothing but imports binds a name."""
        places = self.binders.get(name, [])
        return bool(places) and all(self.facts[p].statement.kind == "import" for p in places)

    def functions(self, name: str) -> list[Facts]:
        """Return the definitions of a function."""
        found = (self.facts[place] for place in self.binders.get(name, ()))
        return [one for one in found if one.statement.kind == "function"]

    def _changed(self, facts: Facts) -> set[str]:
        """Return the names whose values a statement changes, also by another name."""
        found = set(facts.changes.roots)
        for function, given in facts.changes.calls:
            effects = self.effects(function)
            found |= effects.names
            if function in self._aliases:  # push = stack.append; push(1)
                found.add(function)
            found.update(root for place, root in given if place in effects.arguments)
        found.update(root for method, root in facts.changes.methods if method in self._changing)
        return self._meant(found)

    def _meant(self, names: Iterable[str]) -> set[str]:
        """Return `names` and those that they stand for or are a part of."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._aliases.get(name, ())
        return found

    @cached_property
    def _aliases(self) -> dict[str, set[str]]:
        table: dict[str, set[str]] = defaultdict(set)
        for place in self.others:
            for name, meant in self.facts[place].changes.aliases:
                if not self.only_imported(meant):
                    table[name].add(meant)
        return table

    @cached_property
    def _changing(self) -> set[str]:
        """The methods of the file's classes that change the object they are called on."""
        found = set()
        for one in self.facts:
            if one.statement.kind == "class":
                for node in ast.walk(one.statement.node):
                    if isinstance(node, ast.FunctionDef) and node.args.args:
                        own = changes.of(node, inner=True)
                        if node.args.args[0].arg in own.roots:
                            found.add(node.name)
        return found

    def effects(self, name: str, depth: int = 0) -> Effects:
        """Return what a call of the function `name` changes."""
        if name not in self._effects:
            self._effects[name] = found = Effects()
            for one in self.functions(name) if depth < _MAX_CALLS else ():
                self._add_effects(one, found, depth)
        return self._effects[name]

    @cached_property
    def _effects(self) -> dict[str, Effects]:
        return {}

    def _add_effects(self, facts: Facts, found: Effects, depth: int) -> None:
        node = facts.statement.node
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        inside = changes.of(node, inner=True)
        roots = set(inside.roots)
        for function, given in inside.calls:
            inner = self.effects(function, depth + 1)
            found.names |= inner.names
            roots.update(root for place, root in given if place in inner.arguments)
        # What a local name stands for is changed with it.
        for alias, meant in inside.aliases:
            if alias in roots:
                roots.add(meant)
        parameters = [*node.args.posonlyargs, *node.args.args]
        for place, parameter in enumerate(parameters):
            if parameter.arg in roots:
                found.arguments |= {place, parameter.arg}
        found.names |= facts.sets | (roots & facts.later)
