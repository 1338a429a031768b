"""The functions that a submission defines: where each stands, and which of several counts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from grader.worker.binding import fits, is_named
from grader.worker.extract.stubs import functions_of, is_stub
from grader.worker.placeholders import StandIn
from grader.worker.signatures import signature_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grader.worker.binding import Argument
    from grader.worker.slicing import Facts

    Note = dict[str, Any]

MAX_NAME = 100


class Functions:
    """Takes a note of every function when it is bound.

    Of several definitions of a function that is asked for, one that was written counts before one
    as it was given out, then one that takes the arguments of its contract, then one that calls them
    as the contract does (another lab in the notebook may have the name, too), then the last.
    """

    def __init__(
        self, starter: str, contract: Sequence[Mapping[str, Any]], helpers: Mapping[str, Any]
    ) -> None:
        self._starter, self._helpers = functions_of(starter), helpers
        self._arguments: dict[str, list[Argument]] = {
            name: function["arguments"] for function in contract for name in function["names"]
        }
        self._notes: dict[int, dict[str, Note]] = {}
        self._origins: dict[int, Note] = {}
        """By the function's identity, for those that one module imports from another."""

    def of(self, names: Mapping[str, Any]) -> dict[str, Note]:
        """Return the notes of the module with these names, in the order of definition."""
        return self._notes.setdefault(id(names), {})

    def noting(self, names: dict[str, Any]) -> Callable[[Facts, str, Any], None]:
        """Return what is to be told of names that a statement has bound in a module.

        It is given the statement, the name, and the value that the name had before, if any; it
        gives the name back to that value where it is the better one.
        """

        def bound(facts: Facts, name: str, before: Any) -> None:
            now, kind = names[name], facts.statement.kind
            if self._is_lost(kind, name, before, now, self.of(names)):
                names[name] = before
            elif is_callable(now):
                note = (
                    self._origins.get(id(now)) if kind == "import" else self._note(facts, name, now)
                )
                if note and self._keep(name, note, before, self.of(names)):
                    self._origins[id(now)] = note
                elif note:
                    names[name] = before

        return bound

    def adopt(self, names: dict[str, Any]) -> None:
        """Note functions of the contract that no statement binds by name: made by `exec`."""
        notes = self.of(names)
        for name in self._arguments:
            value = names.get(name)
            if name not in notes and is_callable(value) and value is not self._helpers.get(name):
                code = getattr(value, "__code__", None)
                notes[name] = self._origins.get(id(value)) or {
                    "label": str(getattr(code, "co_filename", ""))[:MAX_NAME],
                    "line": int(getattr(code, "co_firstlineno", 0)),
                    "stub": False,
                    "fits": fits(value, self._arguments[name]),  # type: ignore[arg-type]
                    "named": True,
                    "count": 1,
                    "signature": signature_text(value),
                }

    def best(self, candidates: Sequence[str], names: Mapping[str, Any]) -> str | None:
        """Return which of several names of a function is the one that counts."""
        notes = self.of(names)
        found = [name for name in candidates if is_callable(names.get(name))]
        return max(found, key=lambda name: _rank(notes.get(name)), default=None)

    def _is_lost(
        self, kind: str, name: str, before: Any, now: Any, notes: Mapping[str, Note]
    ) -> bool:
        """Whether a stand-in, a plain value or a helper took the name of the student's own."""
        if _is_stand_in(now):
            return before is not None
        if kind == "other":
            return is_callable(before) and not callable(now)
        helper = name in self._helpers and now is self._helpers[name]
        return kind == "import" and name in notes and helper

    def _note(self, facts: Facts, name: str, value: Any) -> Note | None:
        if len(name) > MAX_NAME:
            return None  # nobody asks for it, and it would not fit into a report
        statement = facts.statement
        node = _definition(statement.node, name)
        text = statement.text or ("" if node is None else ast.unparse(node))
        return {
            "label": statement.label,
            "line": node.lineno if node else statement.line,
            "stub": node is not None and is_stub(node, text, self._starter.get(name)),
            "fits": name not in self._arguments or fits(value, self._arguments[name]),
            "named": name not in self._arguments or is_named(value, self._arguments[name]),
            "count": 1,
            "signature": signature_text(value),
        }

    def _keep(self, name: str, note: Note, before: Any, notes: dict[str, Note]) -> bool:
        """Take a note; return whether its definition counts, rather than the one before."""
        earlier = notes.pop(name, None)
        count = 1 + (earlier["count"] if earlier else 0)
        asked = name in self._arguments and is_callable(before)
        keeps = not (earlier and asked and _rank(earlier) > _rank(note))
        notes[name] = (note if keeps or not earlier else earlier) | {"count": count}
        return keeps


def _rank(note: Note | None) -> tuple[bool, bool, bool]:
    return (not note["stub"], note["fits"], note["named"]) if note else (True, True, True)


def _definition(
    node: ast.stmt, name: str
) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    """Return the definition of a function in a statement, which may be a `with` around it."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.name == name:
            return inner
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return value if isinstance(value, ast.Lambda) else None


def is_callable(value: object) -> bool:
    """Whether a value can be called, and is not a stand-in for something that is not there."""
    return callable(value) and not _is_stand_in(value)


def _is_stand_in(value: object) -> bool:
    return issubclass(type(value), StandIn)  # isinstance would ask the value, which may lie
