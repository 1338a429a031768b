"""List the statements of a parsed cell one by one.

Nothing is executed here and nothing is left out: imports, functions and classes stand beside all
other statements, of which `grader.worker.slicing` chooses those that are needed. The statements
within a top-level `if`, or a `try` that defines something, are listed with the block that they
stand in, and its branches come with the preferred one last: should it not be possible to execute
the block as a whole, the names of `try` win over those of `except`. The condition of an `if` is a
statement, too, which stands above its branches: it may bind and change names as any other does.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

from grader.worker.extract import magics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    OfMagic = Callable[[str, int], "Iterator[Statement]"]

MAX_NESTED_BLOCKS = 20
_CODE = (".py", ".ipynb")
_RUN_PATHS = frozenset({"run_path", "spec_from_file_location"})
"""Functions that are given the path of a file and execute it as a module."""


@dataclass(frozen=True, eq=False)
class Block:
    """A top-level `if`, or a `try` that defines something: its statements are listed singly."""

    node: ast.If | ast.Try
    label: str
    is_main: bool = False
    """Its body is where a script begins: ``if __name__ == "__main__":``."""


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement to execute."""

    kind: str
    """`import`, `function`, `class` or `other`."""
    names: tuple[str, ...]
    """What an import or a definition binds; empty for a star import and for other statements."""
    label: str
    line: int
    node: ast.stmt
    text: str = ""
    """The source of a function, with its comments."""
    inside: tuple[tuple[Block, str], ...] = ()
    """The blocks that it stands in, outermost first, each with the branch: `body` or another."""
    main: bool = False
    """It stands where a script begins: ``if __name__ == "__main__":``."""
    decides: Block | None = None
    """The `if` of which it is the condition; its `node` is an `if` without branches."""

    @cached_property  # each file that may import another asks for it
    def imports(self) -> tuple[str, ...]:
        """The modules that it may import: ``a.b``, ``.a`` and ``..a`` when relative, a path if run.

        What is imported *from* a module may be a module itself, so it is among them, too.
        """
        if self.text and "import" not in self.text:
            return ()
        return tuple(dict.fromkeys(_imported(self.node)))

    @property
    def runs(self) -> str:
        """The path of a file that is executed in its place, empty when it is none such."""
        module = self.node.module if isinstance(self.node, ast.ImportFrom) else None
        return module if module and module.endswith(_CODE) else ""


def _imported(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            yield from (alias.name for alias in inner.names)
        elif isinstance(inner, ast.ImportFrom):
            module = "." * inner.level + (inner.module or "")
            yield module
            dot = "." if inner.module else ""
            yield from (f"{module}{dot}{a.name}" for a in inner.names if a.name != "*")
        elif isinstance(inner, ast.Call) and _called(inner) in ("import_module", "__import__"):
            yield from (name for first in inner.args[:1] if (name := _text(first)))
        elif isinstance(inner, ast.Call) and _called(inner) in _RUN_PATHS:
            given = [*inner.args, *(keyword.value for keyword in inner.keywords)]
            yield from (path for one in given if (path := _text(one)).endswith(_CODE))


class Reader:
    """Lists the statements of one parsed piece of a cell."""

    def __init__(self, label: str, lines: list[str], before: int, of_magic: OfMagic) -> None:
        """`of_magic` gives the statements of a magic that is called in a line."""
        self._label, self._lines, self._before = label, lines, before
        self._of_magic = of_magic

    def listed(
        self, node: ast.stmt, inside: tuple[tuple[Block, str], ...] = (), main: bool = False
    ) -> Iterator[Statement]:
        """Yield `node`, or what stands in it, as statements."""
        if _is_block(node) and len(inside) < MAX_NESTED_BLOCKS:
            block = Block(node, self._label, _asks_for_main(node))
            yield from self._condition(block, inside, main)
            for branch, statements in _branches(node):
                starts = main or (branch == "body" and block.is_main)
                for inner in statements:
                    yield from self.listed(inner, (*inside, (block, branch)), starts)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for single, names in _imports(node):
                yield Statement("import", names, self._label, node.lineno, single, "", inside, main)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            first, last = node.lineno - 1 - self._before, (node.end_lineno or 0) - self._before
            text = "\n".join(self._lines[first:last])
            yield Statement(kind, (node.name,), self._label, node.lineno, node, text, inside, main)
        elif magic := magics.called(node) or _run_by_call(node):
            for held in self._of_magic(magic, node.lineno):
                place = (*inside, *held.inside)
                yield replace(held, inside=place, main=main or held.main)
        elif not _is_text(node):
            yield Statement("other", (), self._label, node.lineno, node, "", inside, main)

    def _condition(
        self, block: Block, inside: tuple[tuple[Block, str], ...], main: bool
    ) -> Iterator[Statement]:
        node = block.node
        if isinstance(node, ast.If) and not isinstance(node.test, ast.Constant):
            head = ast.copy_location(ast.If(node.test, [], []), node.test)
            line = node.test.lineno
            yield Statement("other", (), self._label, line, head, "", inside, main, block)


def _is_block(node: ast.stmt) -> TypeGuard[ast.If | ast.Try]:
    """Whether the statements in `node` are listed one by one."""
    defining = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    if isinstance(node, ast.Try):
        return any(isinstance(inner, defining) for inner in ast.walk(node))
    return isinstance(node, ast.If)


def _branches(node: ast.If | ast.Try) -> list[tuple[str, list[ast.stmt]]]:
    """Return the branches of a block by name, those that should win last."""
    if isinstance(node, ast.Try):
        handlers = [("handlers", handler.body) for handler in node.handlers]
        rest = [("body", node.body), ("orelse", node.orelse), ("finalbody", node.finalbody)]
        return [*handlers, *rest]
    return [("orelse", node.orelse), ("body", node.body)]


def _asks_for_main(node: ast.If | ast.Try) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(inner, ast.Constant) and inner.value == "__main__"
        for inner in ast.walk(node.test)
    )


def _imports(
    node: ast.Import | ast.ImportFrom,
) -> Iterator[tuple[ast.Import | ast.ImportFrom, tuple[str, ...]]]:
    """Split an import into one statement per name, so that each may fail on its own."""
    for alias in node.names:
        single: ast.Import | ast.ImportFrom
        if isinstance(node, ast.Import):
            single = ast.Import([alias])
            bound = alias.asname or alias.name.partition(".")[0]
        else:
            single = ast.ImportFrom(node.module, [alias], node.level)
            bound = alias.asname or alias.name
        yield ast.copy_location(single, node), () if bound == "*" else (bound,)


def run_file(label: str, line: int, path: str) -> Statement:
    """Return ``%run path`` as the import that it amounts to."""
    node = ast.ImportFrom(path, [ast.alias("*", lineno=line, col_offset=0)], 0)
    node.lineno, node.col_offset = line, 0
    return Statement("import", (), label, line, node)


def _run_by_call(node: ast.stmt) -> str:
    """Return ``%run path`` for ``exec(open(path).read())``, empty for all else.

    The file may be opened in a `with` around it.
    """
    inner = node.body[0] if isinstance(node, ast.With) and len(node.body) == 1 else node
    call = inner.value if isinstance(inner, ast.Expr) else None
    if not isinstance(call, ast.Call) or _called(call) != "exec":
        return ""
    opened = (n for n in ast.walk(node) if isinstance(n, ast.Call) and n.args)
    paths = (_text(n.args[0]) for n in opened if _called(n) in ("open", "Path"))
    return next((f'%run "{path}"' for path in paths if path.endswith(_CODE)), "")


def _called(call: ast.Call) -> str:
    """Return the last name of what is called: ``open`` for ``io.open(path)``."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(node: ast.expr) -> str:
    """Return a text that stands in the source, empty for all else."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else ""


def _is_text(node: ast.stmt) -> bool:
    """Whether `node` does nothing, like a docstring."""
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
