"""Source code as operators see it: nodes with their text, what surrounds them, and edits."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

EXEMPT = "# pragma: no mutate"
"""Stands at the end of a line in which another right answer may differ, such as a free choice."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
ATOMS = (
    *(ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.JoinedStr),
    *(ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp),
)


class Edit(NamedTuple):
    """A stretch of the source, in bytes, and what takes its place."""

    start: int
    end: int
    text: str
    wrap: bool = False
    """Whether the text stands for one expression, and may need parentheses."""


class Change(NamedTuple):
    """One mistake: what it is in words, and the edits that make it."""

    what: str
    node: ast.AST
    """Where it is made."""
    edits: tuple[Edit, ...]


class Code:
    """A parsed source."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = ast.parse(source)
        self._bytes = source.encode()
        self._starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    @cached_property
    def exempt(self) -> frozenset[int]:
        """The lines that no mistake is made in, because their author said so."""
        lines = enumerate(self.source.splitlines(), 1)
        return frozenset(number for number, line in lines if line.rstrip().endswith(EXEMPT))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node that holds each node."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes that hold a node, from the inside out."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def function(self, node: ast.AST) -> ast.AST:
        """Return the function that a node belongs to, or the module."""
        return next((n for n in self.around(node) if isinstance(n, FUNCTIONS)), self.tree)

    def owner(self, node: ast.AST) -> str:
        """Return the function at the top of the file that holds a node, empty when none does."""
        around = [n.name for n in (node, *self.around(node)) if isinstance(n, ast.FunctionDef)]
        return around[-1] if around else ""

    @cached_property
    def uses(self) -> dict[str, set[str]]:
        """For each function at the top, those that it names where that matters."""
        names = {node.name for node in self.tree.body if isinstance(node, ast.FunctionDef)}
        found: dict[str, set[str]] = {name: set() for name in names}
        for node in self.nodes():
            if isinstance(node, ast.Name) and node.id in names:
                found.setdefault(self.owner(node), set()).add(node.id)
        return found

    def nodes(self) -> Iterator[ast.AST]:
        """Yield every node in which a mistake could be seen by someone who calls the functions."""
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            if getattr(node, "lineno", 0) in self.exempt:
                continue
            yield node
            waiting += reversed([n for n in ast.iter_child_nodes(node) if _matters(n, node)])

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node starts and ends, in bytes."""
        line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        last, end = node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
        return self._starts[line - 1] + column, self._starts[last - 1] + end

    def text(self, node: ast.AST) -> str:
        """Return the source of a node as it stands there."""
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def atom(self, node: ast.AST) -> str:
        """Return the source of an expression, in parentheses where another text could part it."""
        text = self.text(node)
        return text if isinstance(node, ATOMS) or text.startswith("(") else f"({text})"

    def replace(self, node: ast.AST, text: str) -> Edit:
        """Put a text in the place of a node."""
        return Edit(*self.span(node), text, isinstance(node, ast.expr))

    def between(self, left: ast.AST, right: ast.AST, old: str, new: str) -> Edit:
        """Put an operator in the place of the one between two nodes."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = self._bytes[start:end].decode()
        return Edit(start, end, gap.replace(old, new, 1))

    def swap(self, one: ast.AST, other: ast.AST) -> tuple[Edit, Edit]:
        """Put two nodes in each other's place."""
        return self.replace(one, self.text(other)), self.replace(other, self.text(one))

    def apply(self, edits: tuple[Edit, ...]) -> tuple[str, str] | None:
        """Return the source with edits made, in parentheses where they are needed, and its dump.

        None when that is no Python: an operator cannot foresee all that stands around a node.
        """
        plain = self._edited(edits)
        safe = self._edited(tuple(e._replace(text=f"({e.text})") if e.wrap else e for e in edits))
        reads = dump(plain)
        meant = dump(safe) if safe != plain else reads
        if meant is None or reads == meant:
            return (plain, reads) if reads is not None else None
        return safe, meant

    def trapped(self, node: ast.AST) -> str | None:
        """Return the source with an exception in front of the statement that holds a node.

        None where there is no place for one; a default of a parameter has no such statement.
        """
        statement = next((n for n in (node, *self.around(node)) if isinstance(n, ast.stmt)), node)
        if isinstance(statement, ast.FunctionDef | ast.Module):
            return None
        start = self.span(statement)[0]
        margin = " " * getattr(statement, "col_offset", 0)
        trapped = self._edited((Edit(start, start, f"raise AssertionError\n{margin}"),))
        return trapped if dump(trapped) is not None else None

    def _edited(self, edits: tuple[Edit, ...]) -> str:
        data = self._bytes
        for edit in sorted(edits, reverse=True):
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
        return data.decode()


def closure(start: Iterable[str], step: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return all that can be reached from `start`, itself included."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += step.get(name, ())
    return frozenset(found)


def dump(source: str) -> str | None:
    """Return what a source says, without how it is laid out; None when it is no Python."""
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return None


def _matters(node: ast.AST, parent: ast.AST) -> bool:
    if isinstance(node, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom | ast.arg):
        return False
    if isinstance(parent, ast.JoinedStr):  # until Python 3.12 nobody knows where its parts are
        return False
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return False
    if isinstance(node, ast.stmt) and _only_prints(node):
        return False
    if isinstance(parent, ast.FunctionDef):
        return node is not parent.returns and node not in parent.decorator_list
    return not (isinstance(parent, ast.AnnAssign) and node is parent.annotation)


def _only_prints(node: ast.stmt) -> bool:
    """Whether a statement does nothing but to print, and to compute what it prints."""
    if isinstance(node, ast.If) and not node.orelse:
        *before, last = node.body
        named = [isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name) for s in before]
        return all(named) and _only_prints(last)
    return isinstance(node, ast.Expr) and name_of(node.value) == "print"


def name_of(node: ast.AST) -> str:
    """Return the last name of what is called: ``tanh`` of ``np.tanh(x)``; empty for no call."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
