"""What the standard library gained in each version of Python, as mypy's copy of typeshed has it.

    python tests/worker/typeshed.py

prints the table of `grader/worker/additions.py`.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

OLDEST = (3, 11)
VERSIONS = ((3, 12), (3, 13), (3, 14))
# What learners of numerical Python import; of other modules a missing name is told as such.
MODULES = (
    "array", "bisect", "builtins", "cmath", "collections", "collections.abc", "copy", "csv",
    "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "glob", "heapq",
    "itertools", "json", "math", "numbers", "operator", "pathlib", "random", "re", "statistics",
    "string", "textwrap", "time", "timeit", "types", "typing", "warnings",
)  # fmt: skip
# These came as a whole.
NEW_MODULES = ("annotationlib", "compression", "concurrent.interpreters", "string.templatelib")

_SPEC = find_spec("mypy")
assert _SPEC is not None
assert _SPEC.origin is not None
STUBS = Path(_SPEC.origin).parent / "typeshed" / "stdlib"


def additions() -> dict[tuple[int, int], list[str]]:
    """Return the full names that came with each version, without those below a new one."""
    since = _modules()
    before = _names(OLDEST)
    found = {}
    for version in VERSIONS:
        now = _names(version)
        new = (now - before) | {m for m in NEW_MODULES if since[m] == version}
        found[version] = sorted(n for n in new if not any(n.startswith(f"{o}.") for o in new))
        before = now
    return found


def _modules() -> dict[str, tuple[int, ...]]:
    """Return since when each module is there."""
    text = (STUBS / "VERSIONS").read_text("utf-8")
    found = re.findall(r"^([\w.]+): (\d+)\.(\d+)-", text, re.MULTILINE)
    return {name: (int(major), int(minor)) for name, major, minor in found}


def _names(version: tuple[int, int]) -> set[str]:
    return {
        f"{module}.{name}"
        for module in MODULES
        for name in _bound(_stub(module).body, version)
        if not any(part.startswith("_") for part in name.split("."))
    }


def _stub(module: str) -> ast.Module:
    path = STUBS.joinpath(*module.split("."))
    path = path / "__init__.pyi" if path.is_dir() else path.with_suffix(".pyi")
    return ast.parse(path.read_text("utf-8"))


def _bound(body: list[ast.stmt], version: tuple[int, int], prefix: str = "") -> Iterator[str]:
    for node in body:
        match node:
            case ast.If():
                taken = node.body if _holds(node.test, version) else node.orelse
                yield from _bound(taken, version, prefix)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield prefix + node.name
            case ast.ClassDef():
                yield prefix + node.name
                yield from _bound(node.body, version, f"{prefix}{node.name}.")
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield prefix + name
            case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")]):
                yield from _exported(module, version)
            case ast.ImportFrom():  # exported where it is said twice
                yield from (prefix + a.name for a in node.names if a.asname == a.name)


def _exported(module: str, version: tuple[int, int]) -> Iterator[str]:
    """Yield what `from module import *` gives: a module's list, or all that it binds."""
    waiting = [*_stub(module).body]
    listed = False
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If):
            waiting += node.body if _holds(node.test, version) else node.orelse
        elif isinstance(node, ast.Assign | ast.AugAssign) and "__all__" in ast.unparse(node):
            listed = True
            yield from ast.literal_eval(node.value)
    if not listed:
        yield from _bound(_stub(module).body, version)


def _holds(test: ast.expr, version: tuple[int, int]) -> bool:
    """Whether a condition of a stub holds for a version of Python on Linux."""
    text = ast.unparse(test)
    names = {"version_info": version, "platform": "linux"}
    return bool(eval(text.replace("sys.", ""), {}, names | {"TYPE_CHECKING": True}))


def table() -> str:
    """Return the table as Python."""
    lines = ["ADDED: Final = {"]
    for (major, minor), names in additions().items():
        lines.append(f"    ({major}, {minor}): (")
        rows = textwrap.wrap(" ".join(names), 84, break_on_hyphens=False)
        lines += [f'        "{row} "' for row in rows[:-1]] + [f'        "{rows[-1]}"', "    ),"]
    return "\n".join([*lines, "}"])


if __name__ == "__main__":
    print(table())
