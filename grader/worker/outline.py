"""Say what a file defines and imports, without executing any of it.

The grader asks this of files between which it has to choose. A function of a contract *fits* when
the contract's arguments could be bound to its parameters, by the rules of `grader.worker.binding`;
what is not known (a decorated function, a name bound to a call, a piece that is not Python) fits.
Under an alias more is asked, since an alias may be any function's name: a value does not count
(``model = Sequential()``), and no argument may be bound to a parameter that has another one's name.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

from grader.worker import binding
from grader.worker.extract import Extracted, Statement, extract
from grader.worker.extract.stubs import Starter, functions_of, is_stub
from grader.worker.modules import SUFFIXES

MAX_IMPORTS = 500
MAX_NAME = 200

_AROUND = (ast.With, ast.For, ast.While, ast.Match, ast.Try)
"""Statements within which a function may be defined, and listed as one with it."""
_CALLED = (ast.Call, ast.Lambda, ast.Name, ast.Attribute, ast.Subscript)


@dataclass
class _Contract:
    """A function of an exercise, and the starter's functions of that exercise."""

    exercise: str
    name: str
    arguments: list[binding.Argument]
    starter: dict[str, Starter]


@dataclass(frozen=True)
class _Seen:
    """What a piece of a file says of one name: its parameters when they are known."""

    name: str
    parameters: list[Parameter] | None
    node: ast.AST | None = None
    text: str = ""
    is_value: bool = False


class Outliner:
    """Outlines files for the contracts of one course."""

    def __init__(self, exercises: Iterable[dict[str, Any]]) -> None:
        """Read contracts: `id`, `starter` and `functions`, each with its `names` and `arguments`.

        The first of the names is the function's own, the others are its aliases.
        """
        self._contracts: dict[str, list[_Contract]] = {}
        self._known: set[str] = set()
        for exercise in exercises:
            starter = functions_of(exercise["starter"])
            for function in exercise["functions"]:
                arguments = [dict(a, value=None, given=True) for a in function["arguments"]]
                own = function["names"][0]
                contract = _Contract(exercise["id"], own, arguments, starter)
                for name in function["names"]:
                    self._contracts.setdefault(name, []).append(contract)
                for argument in arguments:
                    self._known |= {argument["name"], *argument["aliases"]}

    def outline(self, cells: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Return `functions`, `imports`, `runs` and the number of `definitions` of one file.

        `functions` are by exercise and function. Of each: whether it `fits`, is `written` (not as
        given out), is a `definition` (not only a name for a value), and has its `own_name`.
        """
        found: dict[str, dict[str, dict[str, bool]]] = {}
        imports: dict[str, None] = {}
        runs: dict[str, None] = {}
        definitions: set[str] = set()
        for extracted in _extracted(cells):
            for statement in extracted.statements:
                for name in statement.imports:
                    (runs if name.endswith(SUFFIXES) else imports)[name] = None
                for seen in _seen(statement):
                    self._note(seen, found)
                    definitions |= {seen.name} if not seen.is_value else set()
            for name in (name for broken in extracted.broken for name in broken.names):
                self._note(_Seen(name, None), found)
                definitions.add(name)
        own = [name for name in definitions if not name.lower().startswith("test")]
        return {
            "functions": found,
            "imports": [name for name in imports if len(name) <= MAX_NAME][:MAX_IMPORTS],
            "runs": [path for path in runs if len(path) <= MAX_NAME][:MAX_IMPORTS],
            "definitions": len(own),
        }

    def _note(self, seen: _Seen, found: dict[str, dict[str, dict[str, bool]]]) -> None:
        for contract in self._contracts.get(seen.name, ()):
            own_name = seen.name == contract.name
            if seen.is_value and not own_name:
                continue
            stub = seen.node is not None and is_stub(
                seen.node, seen.text, contract.starter.get(seen.name)
            )
            now = {
                "fits": self._fits(seen.parameters, contract, own_name=own_name),
                "written": not stub,
                "definition": not seen.is_value,
                "own_name": own_name,
            }
            of_exercise = found.setdefault(contract.exercise, {})
            before = of_exercise.get(contract.name)
            # Of several definitions of a function one that fits counts, then one that is written.
            if before is None or list(now.values()) > list(before.values()):
                of_exercise[contract.name] = now

    def _fits(
        self, parameters: list[Parameter] | None, contract: _Contract, *, own_name: bool
    ) -> bool:
        """Whether a call could be bound and, under an alias, no argument to another one's name."""
        if parameters is None:
            return True

        def function() -> None:
            """Stand for the student's function, which is not executed."""

        try:
            function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
            arguments = [dict(a, value=_Named(a)) for a in contract.arguments]
            positional, by_name = binding.bind(function, arguments)
        except (ValueError, binding.SignatureMismatch):
            return False
        slots = [p.name for p in parameters if p.kind is not Parameter.KEYWORD_ONLY]
        placed = [*zip(slots, positional, strict=False), *by_name.items()]
        # ``n_h`` would be bound to ``learning_rate`` by its position: another function is meant.
        return own_name or (
            binding.is_named(function, contract.arguments)
            and not any(
                type(value) is _Named and name in self._known and not value.may_be(name)
                for name, value in placed
            )
        )


class _Named:
    """Stands for the value of an argument, and knows the names that the argument may have."""

    def __init__(self, argument: binding.Argument) -> None:
        self._names = {n.casefold() for n in (argument["name"], *argument["aliases"])}

    def may_be(self, name: str) -> bool:
        return name.casefold() in self._names


def _extracted(cells: Iterable[tuple[str, str]]) -> Iterator[Extracted]:
    """Yield what each cell gives, and each file of Python that a cell writes."""
    for cell in cells:
        found = extract(*cell)
        yield found
        yield from (extract(file, text) for file, text, _ in found.written if file.endswith(".py"))


def _seen(statement: Statement) -> Iterator[_Seen]:
    """Yield what a statement defines, and the names that it binds to what may be a function."""
    node = statement.node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parameters = None if node.decorator_list else _parameters(node.args)
        yield _Seen(node.name, parameters, node, statement.text)
    elif isinstance(node, ast.ClassDef):
        yield _Seen(node.name, None, is_value=True)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, _CALLED):
        own = node.value if isinstance(node.value, ast.Lambda) else None
        known = _parameters(own.args) if own else None
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                yield _Seen(target.id, known, own, is_value=known is None)
    elif isinstance(node, _AROUND):
        for inner in ast.walk(node):
            if isinstance(inner, ast.FunctionDef):
                known = None if inner.decorator_list else _parameters(inner.args)
                yield _Seen(inner.name, known, inner, ast.unparse(inner))


def _parameters(arguments: ast.arguments) -> list[Parameter]:
    """Return parameters as `inspect` would, without their defaults' values."""
    by_position = [*arguments.posonlyargs, *arguments.args]
    first = len(by_position) - len(arguments.defaults)
    found = []
    for index, one in enumerate(by_position):
        only = index < len(arguments.posonlyargs)
        kind = Parameter.POSITIONAL_ONLY if only else Parameter.POSITIONAL_OR_KEYWORD
        found.append(_parameter(one, kind, defaulted=index >= first))
    if arguments.vararg:
        found.append(_parameter(arguments.vararg, Parameter.VAR_POSITIONAL, defaulted=False))
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(_parameter(one, Parameter.KEYWORD_ONLY, defaulted=default is not None))
    if arguments.kwarg:
        found.append(_parameter(arguments.kwarg, Parameter.VAR_KEYWORD, defaulted=False))
    return found


def _parameter(one: ast.arg, kind: Any, *, defaulted: bool) -> Parameter:
    return Parameter(one.arg, kind, default=None if defaulted else Parameter.empty)
