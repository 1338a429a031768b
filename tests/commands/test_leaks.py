"""Is what only staff may see found in whatever is given out, and nothing else?"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.catalog import Course
from grader.errors import CourseError
from grader.leaks import _given_out, contents, leaks
from grader.release import release

COURSE = Path(__file__).parents[1] / "second_course" / "course"
ANSWER = "total = sum(float(value) ** 2 for value in values if value is not None)"
LOOP = "found[key] = sorted(value for value in values if value is not None and value > 0)"
REFERENCE = f"""

def total_of_squares(values):
    {ANSWER}
    found = {{}}
    for key in "ab":
        {LOOP}
    return total
"""
NUMBERS = [[0.31, -4.75, 12.5], [8.25, 0.064, 77.0]]
WORDS = ["lantern", "wheel", "barrow", "harbour", "meadow", "thimble", "gravel", "otter", "pine",
         "quarry", "saddle"]  # fmt: skip
TABLES = f"""

X = {NUMBERS}
TEXT = {WORDS}
"""
IN_LESSON = {
    "code": "```python\n{}\n```\n",
    "code in a list": "1. Look:\n\n    ```py\n    {}\n    ```\n",
    "without a language": "```\n{}\n```\n",
    "tildes": "~~~ python\nx = 1\n{}\n~~~\n",
    "indented": "Look:\n\n    {}\n\nSee?\n",
    "prompts": "```text\n>>> {}\n3.0\n```\n",
    "prompts alone": "Look:\n\n>>> {}\n3.0\n",
    "among lines that are no Python": "```text\nwrite this:\n{}\nand go on …\n```\n",
    "a fence without an end": "```python\nx = 1\n{}\n",
    "a quoted fence": "> ```python\n> {}\n> ```\n",
    "a list": "1. Look:\n\n   {}\n",
    "an item of a list": "- {}\n",
    "tags": "<pre>{}\n</pre>\n",
    "tags around it": "<p><code>{}</code></p>\n",
    "a tag that says more": '<code class="language-python">{}</code><br/>\n',
    "an item with tags": "* <code>{}</code>\n",
    "after a byte of zero": "\0{}\n",
    "a line in backticks": "Look:\n\n`{}`\n",
    "a comment in code": "```python\nx = 1\n# {}\n```\n",
}
IN_PYTHON = {
    "a comment": "# TODO: write it\n# {}\n",
    "comments of code": "# def total_of_squares(values):\n#     {}\n",
    "a comment further in": "def f(values):\n    # {}\n    raise NotImplementedError\n",
    "a comment behind code": "x = 1  # {}\n",
    "a comment behind a number sign": "x = 'No # 3'  # {}\n",
    "a text of one line": "HELP = '''{}'''\n",
    "a docstring": 'def f(values):\n    """Write this.\n\n    >>> {}\n    """\n',
    "a text": 'HELP = """\n```\n{}\n```\n"""\n',
    "at the top": "values = [1, 2]\nfound = {{}}\nkey = 1\n{}\n",
    "in a class": "class A:\n    def f(self, values):\n        {}\n",
}
CELL = {"cell_type": "code", "source": ["x = 1\n"], "outputs": [], "metadata": {}}
IN_NOTEBOOK: dict[str, Callable[[str], dict[str, object]]] = {
    "source": lambda text: CELL | {"source": ["%time\n", f"{text}\n", "!ls\n"]},
    "source as one text": lambda text: CELL | {"source": f"!ls\n{text}"},
    "an output": lambda text: CELL | {"outputs": [{"name": "stdout", "text": [text]}]},
    "a trace": lambda text: CELL | {"outputs": [{"traceback": ["---", f"    {text}\n"]}]},
    "metadata": lambda text: CELL | {"metadata": {"nbgrader": {"solution": text}}},
    "prose": lambda text: {"cell_type": "markdown", "source": [f"```python\n{text}\n```"]},
    "an attachment": lambda text: {
        "cell_type": "markdown", "source": "", "attachments": {"a.txt": {"text/plain": text}}
    },
}  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return a copy of the second course with an answer and tables of our own in its staff half."""
    made = Course(Path(shutil.copytree(COURSE, tmp_path / "course")))
    centre = made.folder("centre")
    add(centre.reference, REFERENCE)
    add(centre.staff / "test_hidden.py", TABLES)
    (centre.staff / "data.csv").write_text("a,b\n1.25,3.5\n7.75,0.42\n9.81,66.1\n")
    (centre.staff / "model.bin").write_bytes(b"\x93\x00\xff\x01")
    return made


def add(path: Path, text: str) -> None:
    path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")


def found(course: Course) -> list[str]:
    """Return the leaks of an exercise, without what of the part is shown."""
    centre = Course(course.root).folder("centre")
    return [leak.partition(": ")[0] for leak in leaks(centre, contents(centre.public))]


def test_what_is_there_already_is_no_leak(course: Course) -> None:
    assert found(course) == []


@pytest.mark.parametrize("statement", [ANSWER, LOOP])
@pytest.mark.parametrize("form", IN_LESSON)
def test_an_answer_in_prose_is_found(course: Course, form: str, statement: str) -> None:
    for name in ("README.md", "hints.md"):
        path = course.folder("centre").public / name
        before = path.read_text("utf-8")
        add(path, f"\n{IN_LESSON[form].format(statement)}")
        assert found(course) == [f"{name} holds a part of solutions/centre/reference.py"]
        path.write_text(before, "utf-8")


@pytest.mark.parametrize("statement", [ANSWER, LOOP])
@pytest.mark.parametrize("form", IN_PYTHON)
def test_an_answer_in_python_is_found(course: Course, form: str, statement: str) -> None:
    add(course.folder("centre").starter, f"\n\n{IN_PYTHON[form].format(statement)}")
    assert found(course) == ["starter.py holds a part of solutions/centre/reference.py"]


@pytest.mark.parametrize("form", IN_NOTEBOOK)
def test_an_answer_in_a_notebook_is_found(course: Course, form: str) -> None:
    path = course.folder("centre").public / "centre.ipynb"
    for text, of in ((ANSWER, "reference.py"), (f"X = {NUMBERS}", "test_hidden.py")):
        cells = [CELL, IN_NOTEBOOK[form](text)]
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
        assert found(course) == [f"centre.ipynb holds a part of solutions/centre/{of}"]


@pytest.mark.parametrize("between", ["\n", "\t", "\r\n"])
@pytest.mark.parametrize("name", ["centre.ipynb", "starter.py"])
def test_numbers_are_read_as_escapes_say_them(course: Course, name: str, between: str) -> None:
    path = course.folder("centre").public / name
    text = between.join(str(number) for row in NUMBERS for number in row)
    if name == "starter.py":
        add(path, f"\n\nSHOWN = {text!r}\n")
        assert found(course) == [f"{name} holds a part of solutions/centre/test_hidden.py"]
        return
    for shown in (text, text.splitlines(keepends=True)):
        cell = CELL | {"outputs": [{"name": "stdout", "text": shown}]}
        path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))
        assert found(course) == [f"{name} holds a part of solutions/centre/test_hidden.py"]


COPIED = """

def cases_of_totals(rng):
    # Drawn once for all checks.
    sizes = [int(rng.integers(2, 9)) for _ in range(3)]

    return [rng.normal(size=size) for size in sizes]
"""


@pytest.mark.parametrize("before", ["", "# ", "> ", "    ", "# > "])
def test_a_function_of_a_hidden_test_is_found(course: Course, before: str) -> None:
    centre = course.folder("centre")
    add(centre.staff / "test_hidden.py", COPIED)
    copy = "".join(f"{before}{line}\n" for line in COPIED.splitlines())
    add(centre.starter if before in ("", "# ") else centre.public / "README.md", f"\n{copy}")
    assert [leak.partition(" ")[2] for leak in found(course)] == [
        "holds a part of solutions/centre/test_hidden.py"
    ]


def test_a_sentence_may_show_a_formula(course: Course) -> None:
    add(course.folder("centre").public / "hints.md", f"\nLook: `{ANSWER}` does it.\n")
    assert found(course) == []


def test_a_backslash_that_escapes_nothing_is_read_in_silence(course: Course) -> None:
    add(course.folder("centre").starter, '\n\nDIGITS = "\\d"\n')
    assert found(course) == []


SHOWN = {
    "the same": ("README.md", f"```python\nX = np.array({NUMBERS})\n```\n"),
    "what it prints": (
        "README.md", "```text\n[[ 0.31  -4.75  12.5 ]\n [ 8.25  0.064 77.   ]]\n```\n"
    ),
    "as data": ("data/x.csv", "0.31,-4.75,12.5\n8.25,6.4e-2,77\n"),
    "as JSON": ("data/x.json", json.dumps({"X": NUMBERS})),
    "in an example": ("test_examples.py", f"\n\nY = {[n for row in NUMBERS for n in row]}\n"),
    "words": ("starter.py", f"\n\nWORDS = {WORDS}\n"),
}  # fmt: skip


@pytest.mark.parametrize("form", SHOWN)
def test_a_table_of_a_hidden_test_is_found(course: Course, form: str) -> None:
    name, text = SHOWN[form]
    path = course.folder("centre").public / name
    path.parent.mkdir(exist_ok=True)
    add(path, f"\n{text}")
    assert found(course) == [f"{name} holds a part of solutions/centre/test_hidden.py"]


def test_data_of_a_hidden_test_is_found(course: Course) -> None:
    public = course.folder("centre").public
    (public / "weights.bin").write_bytes(b"\x93\x00\xff\x01")
    add(public / "hints.md", "\nTry 1.25, 3.5 and 7.75, 0.42 and 9.81, 66.1.\n")
    cases = course.folder("centre").staff / "cases.toml"
    add(cases, "\n[values.weights]\nconstant = [2.25, 4.5, 6.75, 9.5, 11.25, 13.5]\n")
    add(public / "test_examples.py", "\n\nW = (2.25, 4.5, 6.75, 9.5, 11.25, 13.5)\n")
    assert found(course) == [
        "hints.md holds a part of solutions/centre/data.csv",
        "test_examples.py holds a part of solutions/centre/cases.toml",
        "weights.bin is solutions/centre/model.bin",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "0.31 -4.75 12.5 8.25",
        "The mean is 0.31.\n",
        "[1, 2, 3, 4, 5, 6, 7, 8]",
        "0 0 0 1 0 0 0 1",
        "x1.25 3.5a 7.75b 0.42c 9.81d 66.1e",
        "    return total\n",
    ],
)
def test_what_is_everybody_s_is_no_leak(course: Course, text: str) -> None:
    add(course.folder("centre").staff / "test_hidden.py", "\nA = [1, 2, 3, 4, 5, 6, 7, 8]\n")
    add(course.folder("centre").staff / "test_hidden.py", "B = [0, 0, 0, 1, 0, 0, 0, 1]\n")
    add(course.folder("centre").public / "README.md", f"\n{text}\n")
    assert found(course) == []


def test_what_another_exercise_gives_out_is_no_leak_in_any_form(course: Course) -> None:
    words, centre = course.folder("words").public, course.folder("centre").public
    add(words / "README.md", f"\n```python\n{ANSWER}\n```\n\n```text\n{NUMBERS}\n```\n")
    add(centre / "hints.md", f"\n    {ANSWER}\n\n{NUMBERS}\n")
    assert found(course) == []


def test_a_release_is_refused_by_the_same_rule(course: Course, tmp_path: Path) -> None:
    add(course.folder("centre").public / "README.md", f"\nLook:\n\n    {ANSWER}\n")
    said = r"released: .*README.md holds a part of .*reference.py: total = sum\("
    with pytest.raises(CourseError, match=said):
        release(course, ["centre"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_notebook_that_is_none_is_said(course: Course) -> None:
    (course.folder("centre").public / "centre.ipynb").write_text("{")
    with pytest.raises(CourseError, match=r"centre.ipynb is no notebook"):
        found(course)


BROKEN = {
    "a line goes on": "total = \\\n    {}\n",
    "a line goes on without an indent": "total = \\\n{}\n",
    "in a list": "1. total = \\\n   {}\n",
    "in tags": "<pre>total = \\\n{}</pre>\n",
}


@pytest.mark.parametrize("form", BROKEN)
def test_a_statement_of_several_lines_is_found(course: Course, form: str) -> None:
    lesson = course.folder("centre").public / "README.md"
    add(lesson, "\nwrite this:\n" + BROKEN[form].format(ANSWER.removeprefix("total = ")))
    assert found(course) == ["README.md holds a part of solutions/centre/reference.py"]


def test_an_answer_whose_signs_are_written_for_html_is_found(course: Course) -> None:
    lesson = course.folder("centre").public / "README.md"
    add(lesson, f"\n<code>{LOOP.replace('>', '&gt;')}</code>\n")
    assert found(course) == ["README.md holds a part of solutions/centre/reference.py"]


@pytest.mark.parametrize("zero", ["\0", "a\0b ", "1\n\0\n"])
def test_a_byte_of_zero_hides_no_numbers(course: Course, zero: str) -> None:
    (course.folder("centre").public / "data.txt").write_text(f"{zero}{NUMBERS}\n")
    assert found(course) == ["data.txt holds a part of solutions/centre/test_hidden.py"]


def test_what_is_too_deep_to_be_laid_out_is_compared_all_the_same(course: Course) -> None:
    deep = f"total = {' + '.join(f'value[{n}]' for n in range(400))}"
    centre = course.folder("centre")
    add(centre.reference, f"\n\ndef deep(value):\n    {deep}\n    return total\n")
    assert found(course) == []
    add(centre.public / "README.md", f"\n```python\n{deep}\n```\n")
    assert found(course) == ["README.md holds a part of solutions/centre/reference.py"]


def test_a_starter_that_python_cannot_read_is_said(course: Course) -> None:
    add(course.folder("centre").starter, f"\nx = {'-' * 100_000}1\n")
    with pytest.raises(CourseError, match="nested too deeply for Python"):
        found(course)


@pytest.mark.parametrize(
    "text",
    [
        "(\n" * 2_000,
        ("f(\n" + "g(1)\n" * 10) * 200,
        "\n".join(" " * n + "if x:" for n in range(1_000)),
        "x = 1 + \\\n" * 2_000,
        "a\0b\n" * 2_000,
    ],
    ids=["open brackets", "some open", "ever deeper", "lines that go on", "bytes of zero"],
)
def test_a_long_text_is_looked_through_in_bounded_steps(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def parsed(code: str) -> None:
        read.append(len(code))

    monkeypatch.setattr("grader.leaks._parsed", parsed)
    _given_out(Path("README.md"), text)
    lines = text.count("\n") + text.count("\0") + 1
    assert sum(read) < 20_000 * lines
