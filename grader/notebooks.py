"""Make an exercise's notebook from its lesson and its starter, so that there is one source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from grader.catalog import ExerciseFolder, read_text

_FENCE = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL)

CHECK = """\
# Save the notebook, then run this cell: it checks your functions and says what to mend.
!grader check {id}.ipynb"""


def notebook_text(folder: ExerciseFolder) -> str:
    """Return the notebook as JSON text: lesson, one code cell a function, and the check."""
    cells = [*_lesson(read_text(folder.public / "README.md")), *_starter(folder.starter_source)]
    cells.append(new_markdown_cell("## Check your work"))
    cells.append(new_code_cell(CHECK.format(id=folder.id)))
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"{folder.id}-{number}".replace("_", "-")
    notebook = new_notebook(cells=cells)
    notebook.metadata.kernelspec = {
        "display_name": "Python 3", "language": "python", "name": "python3"
    }  # fmt: skip
    notebook.metadata.language_info = {"name": "python"}
    return str(writes(notebook, indent=1)) + "\n"


def _lesson(text: str) -> Iterator[NotebookNode]:
    """Yield the lesson; its worked example becomes code that can be run."""
    position = 0
    for match in _FENCE.finditer(text):
        yield new_markdown_cell(text[position : match.start()].strip())
        yield new_code_cell(match.group(1).rstrip())
        position = match.end()
    if rest := text[position:].strip():
        yield new_markdown_cell(rest)


def _starter(source: str) -> Iterator[NotebookNode]:
    """Yield the starter's code: what stands before the functions, then each function."""
    lines = source.splitlines()
    functions = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
    first = min((n.lineno for n in functions), default=len(lines) + 1)
    yield new_markdown_cell("## Your turn")
    docstring = ast.parse(source).body[0]
    begin = (docstring.end_lineno or 0) if isinstance(docstring, ast.Expr) else 0
    if preamble := "\n".join(lines[begin : first - 1]).strip():
        yield new_code_cell(preamble)
    ends = [n.lineno - 1 for n in functions[1:]] + [len(lines)]
    for function, end in zip(functions, ends, strict=True):
        yield new_code_cell("\n".join(lines[function.lineno - 1 : end]).strip())
