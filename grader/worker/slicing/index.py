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
    from collections.abc import Callable, Collection, Iterable, Sequence

    from grader.worker.slicing.changes import Call

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

    def __init__(
        self,
        facts: Sequence[Facts],
        given: Collection[str] = (),
        is_own: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Look at `facts`; `given` are names that are there without any: the course's helpers.

        `is_own` tells the submission's own modules by their names.
        """
        self._is_own = is_own
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
        """Whether nothing but imports of libraries binds a name."""
        if name in self._modules:
            return False
        places = self.binders.get(name, [])
        return bool(places) and all(self.facts[p].statement.kind == "import" for p in places)

    def functions(self, name: str) -> list[Facts]:
        """Return the definitions of a function."""
        found = (self.facts[place] for place in self.binders.get(name, ()))
        return [one for one in found if one.statement.kind == "function"]

    def _changed(self, facts: Facts) -> set[str]:
        """Return the names whose values a statement changes, also by another name."""
        found = set(facts.changes.roots)
        for call in facts.changes.calls:
            found |= self._changed_by(call)
        for name in found & self._modules.keys():
            found |= self._state_of(name)
        return self._meant(found)

    def _changed_by(self, call: Call) -> set[str]:
        """Return the names whose values a call changes."""
        arguments = {root for _, root in call.given}
        if call.is_method:
            found = set(call.receivers) if call.name in self._changing else set()
            if call.maker and (call.alone or call.name in changes.MUTATORS):
                found |= {n for one in self.functions(call.maker) for n in one.later}
            if call.alone and not all(map(self._is_librarys, call.receivers)):
                found |= arguments
            return found
        effects = self.effects(call.name)
        found = effects.names | {root for place, root in call.given if place in effects.arguments}
        if call.name in self._modules and call.alone:
            found |= {call.name, *arguments}
        elif self._is_value(call.name):  # a lambda, a closure, an object: what it keeps is its own
            found |= {call.name, *self._kept_by(call.name), *(arguments if call.alone else ())}
        return found

    def _is_librarys(self, name: str) -> bool:
        return self.only_imported(name) and name not in self._modules

    def _is_value(self, name: str) -> bool:
        """Whether a name is bound by nothing but statements that compute a value."""
        places = self.binders.get(name, ())
        return bool(places) and all(self.facts[p].statement.kind == "other" for p in places)

    def _kept_by(self, name: str) -> set[str]:
        """Return the names that a function without a definition of its own changes."""
        found = set()
        for place in self.binders[name]:
            value = getattr(self.facts[place].statement.node, "value", None)
            if isinstance(value, ast.Lambda):
                found |= changes.of(value.body).roots & self.facts[place].later
        return found

    @cached_property
    def _modules(self) -> dict[str, str]:
        """Names that come from the submission's own modules, with the module."""
        found: dict[str, str] = {}
        for one in self.facts:
            if one.statement.kind == "import" and one.binds:
                named = (name.lstrip(".").partition(".")[0] for name in one.statement.imports)
                if own := next((name for name in named if name and self._is_own(name)), ""):
                    found |= dict.fromkeys(one.binds, own)
        return found

    def _state_of(self, name: str) -> set[str]:
        """Return all names from a module: what is changed in it may be what one of them reads."""
        return {n for n, module in self._modules.items() if module == self._modules[name]}

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

    def _definitions(self, name: str) -> list[Facts]:
        found = (self.facts[place] for place in self.binders.get(name, ()))
        return [one for one in found if one.statement.kind in ("function", "class")]

    def effects(self, name: str, depth: int = 0) -> Effects:
        """Return what a call of the function `name` changes."""
        if name not in self._effects:
            self._effects[name] = found = Effects()
            for one in self._definitions(name) if depth < _MAX_CALLS else ():
                self._add_effects(one, found, depth)
        return self._effects[name]

    @cached_property
    def _effects(self) -> dict[str, Effects]:
        return {}

    def _add_effects(self, facts: Facts, found: Effects, depth: int) -> None:
        node = facts.statement.node
        is_class = isinstance(node, ast.ClassDef)
        for function in node.body if isinstance(node, ast.ClassDef) else [node]:
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            roots = self._changed_within(function, found, depth)
            parameters = [*function.args.posonlyargs, *function.args.args]
            for place, parameter in enumerate(parameters[is_class:]):
                if parameter.arg in roots:
                    found.arguments |= {place, parameter.arg}
            found.names |= roots & {*facts.later, *facts.binds}
        found.names |= facts.sets

    def _changed_within(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, found: Effects, depth: int
    ) -> set[str]:
        """Return the names that a function's body changes, its own and the module's."""
        inside = changes.of(node, inner=True)
        roots = set(inside.roots)
        for call in (call for call in inside.calls if not call.is_method):
            inner = self.effects(call.name, depth + 1)
            found.names |= inner.names
            roots.update(root for place, root in call.given if place in inner.arguments)
        # What a local name stands for is changed with it.
        for alias, meant in inside.aliases:
            if alias in roots:
                roots.add(meant)
        return roots
