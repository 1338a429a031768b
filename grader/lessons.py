"""Say what is wrong with a lesson: its worked example, the length of its statement, its hints.

The worked example is the author's own code and runs as such, in a process of its own.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from grader.catalog import ExerciseFolder, read_text
from grader.errors import CourseError
from grader.notebooks import notebook_text

STATEMENT_WORDS: Final = 120
HINTS: Final = ["1", "2", "3"]
RUN_SECONDS: Final = 60
_EXAMPLE: Final = re.compile(
    r"^```python\n(?P<code>.*?)^```\n\n```text\n(?P<printed>.*?)^```", re.MULTILINE | re.DOTALL
)
_CODE: Final = re.compile(r"`[^`]*`")
_HINT: Final = re.compile(r"^## Hint (\d)", re.MULTILINE)
_PYTHON: Final = re.compile(r"^```python$", re.MULTILINE)


def lesson_faults(folder: ExerciseFolder) -> Iterator[str]:
    """Yield what is wrong with an exercise's README.md and hints.md."""
    lesson = read_text(folder.public / "README.md")
    place = f"exercises/{folder.id}/README.md"
    statement = lesson.split("\n## ")[0].partition("\n")[2]
    words = len(_CODE.sub("code", statement).split())
    if words > STATEMENT_WORDS:
        yield f"{place}: the statement has {words} words, {STATEMENT_WORDS} are the most"
    examples = list(_EXAMPLE.finditer(lesson))
    if not examples or len(examples) != len(_PYTHON.findall(lesson)):
        yield (
            f"{place}: a worked example is a block ```python, an empty line, and a block ```text "
            "with what it prints"
        )
    for example in examples:
        line = lesson.count("\n", 0, example.start()) + 1
        yield from (f"{place}:{line}: {fault}" for fault in _run(example))
    yield from _stale(folder)
    found = _HINT.findall(read_text(folder.public / "hints.md"))
    if found != HINTS:
        yield f"exercises/{folder.id}/hints.md: the headings are ## Hint 1, ## Hint 2, ## Hint 3"


def _stale(folder: ExerciseFolder) -> Iterator[str]:
    notebook = folder.public / f"{folder.id}.ipynb"
    try:
        stale = notebook.exists() and read_text(notebook) != notebook_text(folder)
    except CourseError:  # a bundle cannot be made either, and that is where it is said
        return
    if stale:
        place = notebook.relative_to(folder.course.root)
        yield f"{place}: it is older than lesson or starter; run `grader notebook {folder.id}`"


def _run(example: re.Match[str]) -> Iterator[str]:
    """Yield how a worked example's output differs from what the lesson says."""
    command = [sys.executable, "-c", example["code"]]
    try:
        ended = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        yield f"the worked example does not end in {RUN_SECONDS} s"
        return
    if ended.returncode:
        yield f"the worked example fails: {(ended.stderr.strip().splitlines() or ['?'])[-1]}"
    elif ended.stdout != example["printed"]:
        said, printed = example["printed"].splitlines(), ended.stdout.splitlines()
        pairs = [*zip(said, printed, strict=False), (f"{len(said)} lines", f"{len(printed)} lines")]
        one, other = next((a, b) for a, b in pairs if a != b)
        yield f"the worked example prints other than it says\nsaid:    {one}\nprinted: {other}"
