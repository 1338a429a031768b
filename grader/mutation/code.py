"""Source code as operators see it: nodes with their text, what surrounds them, and edits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

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

    def nodes(self) -> Iterator[ast.AST]:
        """Yield every node in which a mistake could be seen by someone who calls the functions."""
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
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

    def _edited(self, edits: tuple[Edit, ...]) -> str:
        data = self._bytes
        for edit in sorted(edits, reverse=True):
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
        return data.decode()


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
    if isinstance(node, ast.Expr):
        return not (isinstance(node.value, ast.Constant) or name_of(node.value) == "print")
    if isinstance(parent, ast.FunctionDef):
        return node is not parent.returns and node not in parent.decorator_list
    return not (isinstance(parent, ast.AnnAssign) and node is parent.annotation)


def name_of(node: ast.AST) -> str:
    """Return the last name of what is called: ``tanh`` of ``np.tanh(x)``; empty for no call."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
