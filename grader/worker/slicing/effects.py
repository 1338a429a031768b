"""Which statements change what a name stands for, and what calling a function changes."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from grader.worker.slicing import changes
from grader.worker.slicing.index import BUILTINS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from grader.worker.slicing.changes import Call
    from grader.worker.slicing.facts import Facts
    from grader.worker.slicing.index import Index

_MAX_CALLS = 30


@dataclass
class Effect:
    """What calling a function of the file changes besides what it returns."""

    names: set[str] = field(default_factory=set)
    """Names of the module that it binds, or whose values it changes."""
    arguments: set[int | str] = field(default_factory=set)
    """Places and names of the parameters whose values it changes."""
    made: set[str] = field(default_factory=set)
    """Names of the module whose values are changed by functions that it makes."""


class Effects:
    """What the statements of one module change."""

    def __init__(self, index: Index) -> None:
        self._index = index

    @cached_property
    def changers(self) -> dict[str, list[int]]:
        """The places of statements that change what a name stands for, in order."""
        return self._changers(main=False)

    @cached_property
    def started(self) -> dict[str, list[int]]:
        """What binds or changes a name where a script begins; it counts when nothing else does."""
        table = self._changers(main=True)
        for place, one in enumerate(self._index.facts):
            if one.statement.main:
                for name in one.binds:
                    table[name] = sorted({*table[name], place})
        return table

    def _changers(self, *, main: bool) -> dict[str, list[int]]:
        table: dict[str, list[int]] = defaultdict(list)
        for place in self._index.others:
            if self._index.facts[place].statement.main is main:
                facts = self._index.facts[place]
                for name in self.changed(facts) | self._perhaps_changed(facts):
                    table[name].append(place)
        return table

    def patches(self, facts: Facts) -> Iterator[int]:
        """Yield the statements that set what `facts` use of a library: ``os.environ["x"] = 1``."""
        for name in self._patches.keys() & (facts.reads | facts.later):
            yield from (
                place for attribute, place in self._patches[name] if attribute in facts.words
            )

    @cached_property
    def _patches(self) -> dict[str, list[tuple[str, int]]]:
        table: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for place in self._index.others:
            for name, attribute in self._index.facts[place].changes.parts:
                if self._index.only_imported(name) and not self._index.tries(place):
                    table[name].append((attribute, place))
        return table

    def changed(self, facts: Facts) -> set[str]:
        """Return the names whose values a statement changes for certain, also by another name."""
        found = set(facts.changes.roots)
        for call in facts.changes.calls:
            found |= self._changed_by(call)
        for name in found & self._index.modules.keys():
            found |= self._state_of(name)
        return self._meant(found)

    def _perhaps_changed(self, facts: Facts) -> set[str]:
        """Return the names that are given to libraries whose results are thrown away."""
        calls = (call for call in facts.changes.calls if self._is_librarys_work(call))
        return self._meant({root for call in calls for _, root in call.given})

    def _changed_by(self, call: Call) -> set[str]:
        """Return the names whose values a call changes."""
        arguments = {root for _, root in call.given}
        found = {name for root in arguments for name in self.of(root).names}
        if call.is_method:
            found |= set(call.receivers) if call.name in self.changing else set()
            if call.maker and (call.alone or call.name in changes.MUTATORS):
                found |= {n for one in self._index.functions(call.maker) for n in one.later}
            if call.alone and not all(map(self._index.is_librarys, call.receivers)):
                found |= arguments
            return found
        effects = self.of(call.name)
        found |= effects.names | {root for place, root in call.given if place in effects.arguments}
        if call.name in self._index.modules and call.alone:
            found |= {call.name, *arguments}
        elif self._index.is_value(call.name):  # a lambda, a closure, an object: it keeps values
            found |= {call.name, *self._kept_by(call.name), *(arguments if call.alone else ())}
        return found

    def _is_librarys_work(self, call: Call, imported: Collection[str] | None = None) -> bool:
        """Whether a library is called for what it does, which may be to change what it is given.

        `imported` are the names that are imported in the function in which the call stands.
        """
        if not call.alone:
            return False
        names = call.receivers or [call.maker] if call.is_method else [call.name]
        if imported is not None:  # a name that nobody else binds is a variable of the function
            names = [name for name in names if name not in imported]
            if not all(name in self._index.binders or name in BUILTINS for name in names):
                return False
        return all(
            self._index.is_librarys(name) and not self._index.is_quiet(name) for name in names
        )

    def _kept_by(self, name: str) -> set[str]:
        """Return the names that a function without a definition of its own changes."""
        found = set()
        for place in self._index.binders[name]:
            value = getattr(self._index.facts[place].statement.node, "value", None)
            if isinstance(value, ast.Lambda):
                found |= changes.of_lambda(value)
            elif isinstance(value, ast.Call):
                found |= self._by_made(value)
        return found

    def _by_made(self, maker: ast.expr) -> set[str]:
        """Return the names that a function changes which another one of the file has made."""
        function = maker.func if isinstance(maker, ast.Call) else maker
        return self.of(function.id).made if isinstance(function, ast.Name) else set()

    def _state_of(self, name: str) -> set[str]:
        """Return all names whose modules read the one from which `name` comes."""
        changed = self._index.modules[name].files
        return {n for n, origin in self._index.modules.items() if origin.reads & changed}

    def _meant(self, names: Iterable[str]) -> set[str]:
        """Return `names` and those that they stand for or are a part of."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._aliases.get(name, ())
                waiting += self.of(name).names  # a thread is what it calls
        return found

    @cached_property
    def _aliases(self) -> dict[str, set[str]]:
        table: dict[str, set[str]] = defaultdict(set)
        for place in self._index.others:
            for name, meant in self._index.facts[place].changes.aliases:
                if not self._index.only_imported(meant):
                    table[name].add(meant)
        return table

    @cached_property
    def changing(self) -> set[str]:
        """The methods of the file's classes that change the object they are called on."""
        found = set()
        for one in self._index.facts:
            if one.statement.kind == "class":
                for node in ast.walk(one.statement.node):
                    if isinstance(node, ast.FunctionDef) and node.args.args:
                        own = changes.of(node, inner=True)
                        if node.args.args[0].arg in own.roots:
                            found.add(node.name)
        return found

    def of(self, name: str, depth: int = 0) -> Effect:
        """Return what a call of the function `name` changes."""
        if name not in self._found:
            self._found[name] = found = Effect()
            for one in self._index.definitions(name) if depth < _MAX_CALLS else ():
                self._add(one, found, depth)
        return self._found[name]

    @cached_property
    def _found(self) -> dict[str, Effect]:
        return {}

    def _add(self, facts: Facts, found: Effect, depth: int) -> None:
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
            roots |= changes.defaults(function.args, roots)
            found.names |= roots & {*facts.later, *facts.reads, *facts.binds}
            found.made |= self._changed_by_inner(function) & facts.later
            for decorator in function.decorator_list:
                found.names |= self._by_made(decorator)
        found.names |= facts.sets

    def _changed_by_inner(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        inner = (one for one in ast.walk(node) if one is not node and isinstance(one, kinds))
        return {root for one in inner for root in changes.of(one, inner=True).roots}

    def _changed_within(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, found: Effect, depth: int
    ) -> set[str]:
        """Return the names that a function's body changes, its own and the module's."""
        inside = changes.of(node, inner=True)
        roots = set(inside.roots)
        for call in inside.calls:
            if self._is_librarys_work(call, inside.imported):
                roots.update(root for _, root in call.given)
            if call.is_method:
                continue
            inner = self.of(call.name, depth + 1)
            found.names |= inner.names
            roots.update(root for place, root in call.given if place in inner.arguments)
        # What a local name stands for is changed with it.
        for alias, meant in inside.aliases:
            if alias in roots:
                roots.add(meant)
        return roots
