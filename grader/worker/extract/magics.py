"""Say what IPython's lines amount to in Python, and its calls in a notebook's own words.

nbconvert writes ``%time K = 3`` as ``get_ipython().run_line_magic('time', 'K = 3')``. Such a call
is turned back into the magic that it was, so that only magics have to be understood.
"""

from __future__ import annotations

import ast
import re

_LINE = re.compile(
    r"(?P<indent>[ \t]*+)(?:(?:(?P<target>[\w.,\[\] \t]++)=[ \t]*+)?"
    r"(?:%(?P<cell>%)?[ \t]*+(?P<magic>[A-Za-z].*+)|!)|\?)"
    r"|(?P<asked>[ \t]*+)[%\w.\[\]*]++\?{1,2}[ \t]*+;?[ \t]*+$"
)
_RUNS = re.compile(
    r"(?:time\b[ \t]*+(?:--[a-z][\w-]*+(?:[ \t]++|$))*|(?:prun|memit|mprun|lprun)\b[ \t]*+"
    r"(?:(?:-[lsTDfr][ \t]*+[^\s-]\S*+|-[a-zA-Z]|--[a-z][\w-]*+)(?:[ \t]++|$))*)(?P<code>.*+)"
)
_PYLAB = re.compile(r"pylab\b(?P<options>.*+)")
_PROMPT = re.compile(r"\A(?:(?:>>>|\.\.\.)(?: |$)|(?:In \[\d+\]| *+\.{3,}): ?)")
_FIRST_PROMPT = re.compile(r"^(?:>>> |In \[\d+\]: )", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\s*%%[ \t]*+(?P<name>[A-Za-z!]\w*)")
_LANGUAGES = """
! bash sh system sx script cmd powershell pwsh perl ruby python2 javascript js typescript html css
svg latex tikz markdown md mermaid dot graphviz r julia octave matlab sql bigquery sqlite cython c
cpp cu cuda nvcc fortran go rust java kotlin scala haskell prolog lua json yaml xml file writefile
ai
"""
_OTHER_LANGUAGES = frozenset(_LANGUAGES.split())
_STAND_IN = "__import__('IPython')"
_CALLS = frozenset({"run_line_magic", "run_cell_magic", "magic", "system", "getoutput"})


def in_python(line: str) -> str | None:
    """Return what a line of IPython executes here, None when it is none of IPython's.

    A magic that runs a statement is that statement. What else gives a value gives a stand-in. All
    other magics, commands and questions do nothing.
    """
    found = _LINE.match(line)
    if found is None:
        return None
    indent = found["indent"] or found["asked"] or ""
    held = "" if found["cell"] else _held(found["magic"] or "")
    if found["target"]:
        return f"{indent}{found['target'].strip()} = {held or _STAND_IN}"
    return indent + held if held else f"{indent}pass" if indent else ""


def _held(magic: str) -> str:
    """Return the statement that a line magic executes, empty when it executes none."""
    if pylab := _PYLAB.match(magic):
        if "--no-import-all" in pylab["options"]:
            return "import numpy as np, matplotlib.pyplot as plt"
        return "from pylab import *"
    runs = _RUNS.match(magic)
    return runs["code"] if runs and not runs["code"].startswith(("%", "!")) else ""


def of_cell(source: str) -> str:
    """Return the name of the magic that a cell stands under, empty when it stands under none."""
    magic = _CELL_MAGIC.match(source)
    return magic["name"].lower() if magic else ""


def is_foreign(magic: str) -> bool:
    """Whether a cell under `magic` is text of another language, also where it looks like Python."""
    return magic in _OTHER_LANGUAGES


def without_prompts(source: str) -> str:
    """Return `source` without the prompts of a session from which it was copied."""
    if not _FIRST_PROMPT.search(source):
        return source
    return "\n".join(_PROMPT.sub("", line, count=1) for line in source.split("\n"))


def called(node: ast.stmt) -> str:
    """Return the magic that a statement calls as nbconvert writes it, empty for all else."""
    match node:
        case ast.Expr(value=ast.Call() as call):
            target = ""
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
            target = f"{name} = "
        case _:
            return ""
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr=method):
            words = [str(a.value) for a in call.args if isinstance(a, ast.Constant)]
            return target + _magic(method, words) if words and method in _CALLS else ""
    return ""


def _magic(method: str, words: list[str]) -> str:
    if method == "run_cell_magic":
        name, line, body = (*words, "", "")[:3]
        return f"%%{name} {line}\n{body}"
    return ("%" if "magic" in method else "!") + " ".join(words)
