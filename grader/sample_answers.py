"""Make answers look as students hand them in: as notebooks, and broken in the usual ways."""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING, Final

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from nbformat import NotebookNode

_OPENINGS: Final = (
    "%matplotlib inline\nimport numpy as np\nimport matplotlib.pyplot as plt",
    "import numpy as np\nfrom lab_utils import load_dataset, plot_costs  # handed out with the lab",
    "!pip install numpy\nimport numpy as np",
    "import numpy as np",
)
_CLOSINGS: Final = (
    "X, Y = load_dataset()\nplt.scatter(X[0, :], X[1, :], c=Y);",
    "for i in range(100000000):\n    cost = i\n    if i % 1000 == 0:\n        print(i, cost)",
    "answer = input('continue? ')",
    "while True:\n    train_one_more_epoch()",
)


def as_notebook(source: str, dice: random.Random) -> str:
    """Return Python source as a notebook: prose between cells, and cells that nobody should run."""
    cells = [new_markdown_cell("# Assignment"), new_code_cell(dice.choice(_OPENINGS))]
    for piece in _pieces(source):
        if dice.random() < 0.5:
            cells.append(new_markdown_cell("Now the *next* part."))
        cells.append(new_code_cell(piece))
    if dice.random() < 0.6:
        cells.append(new_code_cell(dice.choice(_CLOSINGS)))
    return _written(cells)


def _pieces(source: str) -> list[str]:
    """Split source in front of every function and class."""
    lines = source.splitlines()
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return [source]
    starts = [
        min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
        for node in body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]
    edges = [0, *starts, len(lines)]
    pieces = ["\n".join(lines[a:b]).strip("\n") for a, b in itertools.pairwise(edges)]
    return [piece for piece in pieces if piece.strip()]


def _written(cells: list[NotebookNode]) -> str:
    # Ids are random by default; a sample is the same every time.
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return str(writes(new_notebook(cells=cells, metadata=metadata), indent=1)) + "\n"


def _inserted(source: str, function: str, statement: str) -> str:
    """Return source with a statement at the start of a function's body."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            first = node.body[0]
            lines = source.splitlines()
            at = (first.end_lineno or first.lineno) if _is_text(first) else first.lineno - 1
            lines[at:at] = [" " * first.col_offset + line for line in statement.splitlines()]
            return "\n".join(lines) + "\n"
    return source


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _notebook(*cells: str) -> tuple[str, str]:
    return ".ipynb", _written([new_code_cell(cell) for cell in cells])


def _other_cell_has_syntax_error(source: str, _: str) -> tuple[str, str]:
    return _notebook(*_pieces(source), "for epoch in range(10) print(epoch)")


def _syntax_error(source: str, function: str) -> tuple[str, str]:
    return ".py", _inserted(source, function, "weights = np.random.randn(2, 3 * 0.01")


def _endless_loop(source: str, function: str) -> tuple[str, str]:
    return ".py", _inserted(source, function, "while True:\n    pass")


def _exit_at_top(source: str, _: str) -> tuple[str, str]:
    return ".py", f"{source}\nimport sys\n\nprint('all done')\nsys.exit(0)\n"


def _exit_inside(source: str, function: str) -> tuple[str, str]:
    return ".py", _inserted(source, function, "import sys\nsys.exit(0)")


def _deleted_cell(source: str, function: str) -> tuple[str, str]:
    kept = [piece for piece in _pieces(source) if f"def {function}(" not in piece]
    return _notebook(*kept, f"result = {function}  # defined above")


def _cut_off(source: str, _: str) -> tuple[str, str]:
    ending, text = _notebook(*_pieces(source))
    return ending, text[: len(text) // 2]


def _empty(_: str, __: str) -> tuple[str, str]:
    return ".py", ""


BROKEN: Final[dict[str, Callable[[str, str], tuple[str, str]]]] = {
    "syntax error in another cell": _other_cell_has_syntax_error,
    "syntax error in the function": _syntax_error,
    "endless loop": _endless_loop,
    "sys.exit at the end of the file": _exit_at_top,
    "sys.exit in the function": _exit_inside,
    "the function's cell deleted": _deleted_cell,
    "a notebook cut off in its upload": _cut_off,
    "an empty file": _empty,
}
"""How a right answer gets broken: from source and a function's name to ending and text."""
