"""Make the mutants of a source: every proposed change alone, each of them once."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.mutation.code import Change, Code, closure, dump
from grader.mutation.table import OPERATORS, Operator


@dataclass(frozen=True)
class AutomaticMutant:
    """One mistake in a reference solution."""

    name: str
    """Tells mutants of one exercise apart: the operator, the line, a number."""
    describes: str
    """What was done, in words."""
    function: str
    """The function of the reference that holds it, empty outside of all."""
    line: int
    source: str
    trap: str | None
    """The reference, raising an exception at that place."""
    diff: str
    """The unified diff from the reference."""

    def __str__(self) -> str:
        where = self.function or "the module"
        return f"{where}, line {self.line}: {self.describes}\n{self.diff}"


def mutants(
    source: str,
    entries: Iterable[str] | None = None,
    operators: Mapping[type[ast.AST], tuple[Operator, ...]] = OPERATORS,
) -> Iterator[AutomaticMutant]:
    """Yield the mutants of a source in its own order; raise SyntaxError when it is no Python.

    With `entries`, the functions that are called from outside, only these and what they use are
    changed: nobody sees the rest.
    """
    code = Code(source)
    seen = {dump(source)}
    seen_from = code.uses if entries is None else ["", *entries]
    hidden = code.uses.keys() - closure(seen_from, code.uses)
    for node in code.nodes():
        if code.owner(node) in hidden:
            continue
        for operator in operators.get(type(node), ()):
            for change in operator(node, code):
                edited = code.apply(change.edits)
                if edited is not None and edited[1] not in seen:
                    seen.add(edited[1])
                    yield _mutant(code, operator, change, edited[0], len(seen) - 1)


def _mutant(
    code: Code, operator: Operator, change: Change, text: str, number: int
) -> AutomaticMutant:
    line = getattr(change.node, "lineno", 1)
    return AutomaticMutant(
        name=f"{operator.__name__}:{line}#{number}",
        describes=f"{operator.__name__.replace('_', ' ')}: {change.what}",
        function=code.owner(change.node),
        line=line,
        source=text,
        trap=code.trapped(change.node),
        diff=_diff(code.source, text),
    )


def _diff(old: str, new: str) -> str:
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), "reference.py", "mutant.py", lineterm="", n=1
    )
    return "\n".join(lines)
