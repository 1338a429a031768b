"""What became of statements that could not be executed, and of the names that lack for it."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from grader.worker.reasons import MAX_TEXT, TOO_MANY, UNUSED, error_text, reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from grader.worker.execution import Execution, Failure
    from grader.worker.extract import Statement

MAX_NAMES = 50
_MOST_STEPS = 20


class Troubles:
    """Looks back on the execution of one module."""

    def __init__(self, run: Execution, missing: Collection[str] = ()) -> None:
        """Look at a run; `missing` are modules that were not there."""
        self._run, self._missing = run, missing

    def failed(self) -> Iterator[dict[str, Any]]:
        """Yield what failed: definitions first, since a value that fails rarely matters."""
        failures = sorted(
            self._run.failures.values(), key=lambda f: f.facts.statement.kind == "other"
        )
        for failure in failures:
            statement = failure.facts.statement
            other = statement.kind == "other"
            yield {
                "label": statement.label,
                "line": failure.line,
                "kind": statement.kind,
                "names": _cut(sorted(failure.facts.binds)),
                "error": reason(failure.error) if other else error_text(failure.error),
            }

    def unset(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield names that functions need and nothing has bound, with the first cause."""
        wanted: dict[str, None] = {}
        for facts in self._run.facts:
            if facts.statement.kind in ("function", "class"):
                wanted |= dict.fromkeys(sorted(facts.later | facts.reads))
        for name in wanted:
            if name not in self._run.names and (cause := self._cause(name)):
                yield name[:MAX_TEXT], cause

    def lacks(self, names: Sequence[str]) -> dict[str, Any] | None:
        """Return the first statement that a function needs and that could not be executed."""
        failed = {p for p, f in self._run.failures.items() if f.facts.statement.kind == "other"}
        if not failed:
            return None
        for place in sorted(failed & set(self._run.needed([names]))):
            given = self._run.choice.given(place)
            if not given:
                continue  # it may have been needed, and most are not
            failure = self._run.failures[place]
            return {
                "names": _cut(sorted(given)),
                "label": failure.facts.statement.label,
                "line": failure.facts.statement.line,
                "reason": reason(failure.error),
            }
        return None

    def _cause(self, name: str) -> dict[str, Any] | None:
        """Return where the name is bound from which it follows that `name` is not, and why not."""
        root, place = name, self._binder(name)
        if place is None:
            return self._starred(name)
        failure = self._run.failures.get(place)
        for _ in range(_MOST_STEPS):
            deeper = getattr(failure.error, "name", None) if failure else None
            further = self._binder(deeper) if isinstance(deeper, str) else None
            if further is None or deeper in self._run.names:
                break
            root, place = str(deeper), further
            failure = self._run.failures.get(place)
        statement = self._run.facts[place].statement
        return {
            "label": statement.label,
            "line": statement.line,
            "root": root[:MAX_TEXT],
            "reason": self._why_not(failure),
        }

    def _starred(self, name: str) -> dict[str, Any] | None:
        """Return the first ``from module import *`` of a missing module: it may bind any name."""
        if self._star is None or hasattr(builtins, name):
            return None
        statement, module = self._star
        why = f"the module {module!r} is not available"
        place = {"label": statement.label, "line": statement.line}
        return place | {"root": name[:MAX_TEXT], "reason": why[:MAX_TEXT]}

    @cached_property
    def _star(self) -> tuple[Statement, str] | None:
        """The first star import of a missing module, and the module."""
        for statement in (facts.statement for facts in self._run.facts):
            match statement.node:
                case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")]):
                    if module in self._missing:
                        return statement, module
        return None

    def _why_not(self, failure: Failure | None) -> str:
        return UNUSED if failure is None else reason(failure.error)

    def _binder(self, name: str) -> int | None:
        """Return the statement that would have bound a name; a failed one before others."""
        if name in self._run.deleted:
            return None  # it was bound
        places = self._binders.get(name, ())
        return next((p for p in places if p in self._run.failures), next(iter(places), None))

    @cached_property
    def _binders(self) -> dict[str, list[int]]:
        """The places of the statements that bind a name, those of a script included."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, facts in enumerate(self._run.facts):
            for name in facts.binds:
                found[name].append(place)
        return found


def unread(statements: Sequence[Statement], asked: Collection[str]) -> list[dict[str, Any]]:
    """Return what failed with statements that are too many to be read: one entry, by the first."""
    if not statements:
        return []
    names = dict.fromkeys(n for statement in statements for n in statement.names if n in asked)
    place = {"label": statements[0].label, "line": statements[0].line}
    return [place | {"kind": "function", "names": _cut(names), "error": TOO_MANY}]


def _cut(names: Iterable[str]) -> list[str]:
    return [name[:MAX_TEXT] for name in list(names)[:MAX_NAMES]]
