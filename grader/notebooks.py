"""Make an exercise's notebook from its lesson and its starter, so that there is one source."""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes

from grader.catalog import PICTURE, PICTURE_SCRIPT, ExerciseFolder, read_text
from grader.errors import CourseError
from grader.pictures import image_of

_RUNNABLE = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n.*?^```\n)?"
    rf"|^!\[(?P<shows>[^\]]*)\]\({re.escape(PICTURE)}\)\n",
    re.MULTILINE | re.DOTALL,
)

CHECK = """\
# Save the notebook, then run this cell: it checks your functions and says what to mend.
!grader check {id}.ipynb"""


def notebook_text(folder: ExerciseFolder) -> str:
    """Return the notebook as JSON text: lesson, one code cell a function, and the check."""
    try:
        cells = [*_lesson(folder), *_starter(folder.starter_source)]
    except SyntaxError as error:
        raise CourseError(f"{folder.starter}:{error.lineno}: {error.msg}") from None
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


def _lesson(folder: ExerciseFolder) -> Iterator[NotebookNode]:
    """Yield the lesson; its worked example and its picture become code that can be run."""
    path = folder.public / "README.md"
    text, position, image = read_text(path), 0, image_of(folder)
    if image and f"]({PICTURE})" not in text:
        raise CourseError(f"{path}: the lesson does not show {PICTURE}")
    for match in _RUNNABLE.finditer(text):
        yield new_markdown_cell(text[position : match.start()].strip())
        if match["code"] is not None:
            yield new_code_cell(match["code"].rstrip())
        elif image is not None:
            yield _picture(read_text(folder.public / PICTURE_SCRIPT), image, match["shows"])
        else:
            raise CourseError(f"{path}: shows {PICTURE}, but there is no {PICTURE_SCRIPT}")
        position = match.end()
    if rest := text[position:].strip():
        yield new_markdown_cell(rest)


def _picture(script: str, image: bytes, shows: str) -> NotebookNode:
    """Return the code that draws the picture, with the picture as its output."""
    data = {"image/png": base64.b64encode(image).decode(), "text/plain": shows}
    output = new_output("display_data", data=data)
    folded = {"jupyter": {"source_hidden": True}}
    return new_code_cell(script.strip(), outputs=[output], metadata=folded)  # type: ignore[no-any-return]


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
