"""Do imports run one way, and does the untrusted side load only what it may?"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

from grader.sandbox import bubblewrap

ROOT = Path(__file__).parents[2]
PERMITTED = sys.stdlib_module_names | {"numpy", "msgpack"}
# Each part of the untrusted side, and what of ours it may import.
UNTRUSTED = {"grader.wire": ("grader.wire",), "grader.worker": ("grader.wire", "grader.worker")}
IMPORTERS = ("import_module", "__import__", "find_spec")
ALONE = """
import importlib, sys

class Refuse:
    def find_spec(name, path=None, target=None):
        first, _, rest = name.partition(".")
        ours = first == "grader" and rest.partition(".")[0] in ("", "wire", "worker")
        if not ours and first not in {permitted}:
            raise ModuleNotFoundError(name + " may not be imported here")

sys.path[:] = {paths}
sys.meta_path.insert(0, Refuse)
for name in {wanted}:
    importlib.import_module(name)
"""


def run_python(code: str) -> list[str]:
    """Run code in a fresh interpreter; return the lines it printed."""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return result.stdout.split()


def test_contracts_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def imported(path: Path, module: str) -> Iterator[str]:
    """Yield the names that a file imports, wherever in it, and those it asks for by a text."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = resolve_name("." * node.level + (node.module or ""), package)
            # What is imported from a package of ours may be a module of it.
            ours = start == "grader" or start.startswith("grader.")
            yield from (f"{start}.{a.name}" if ours else start for a in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(IMPORTERS):
            yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant))


def modules(root: Path, side: str) -> dict[str, Path]:
    """Return the modules below `root` of a part of the package, by name."""
    found = {}
    for path in sorted((root / side.replace(".", "/")).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def may(name: str, sides: tuple[str, ...]) -> bool:
    """Return whether the untrusted side may import a module."""
    first = name.partition(".")[0]
    return first in PERMITTED or any(f"{name}.".startswith(f"{side}.") for side in sides)


def strangers(root: Path) -> set[str]:
    """Return what the untrusted side below `root` imports and may not."""
    return {
        name
        for side, sides in UNTRUSTED.items()
        for module, path in modules(root, side).items()
        for name in imported(path, module)
        if not may(name, sides)
    }


def load(root: Path) -> subprocess.CompletedProcess[str]:
    """Import every module of the untrusted side, as a worker would, where all else is refused."""
    wanted = [module for side in UNTRUSTED for module in modules(root, side)]
    paths = [*bubblewrap.module_path(), str(root)]
    code = ALONE.format(paths=paths, wanted=wanted, permitted=sorted(PERMITTED))
    command = [sys.executable, "-SsPc", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the untrusted side."""
    (tmp_path / "grader").mkdir()
    for name in ("__init__.py", "wire", "worker"):
        source = ROOT / "grader" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / "grader" / name)
    return tmp_path


def test_the_untrusted_side_imports_what_it_may_and_nothing_else() -> None:
    assert strangers(ROOT) == set()
    ended = load(ROOT)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "module", ["worker/serve.py", "worker/slicing/__init__.py", "wire/plain.py"]
)
@pytest.mark.parametrize("statement", ["import yaml", "from grader.model import text"])
def test_a_stranger_at_the_top_is_found_and_does_not_load(
    copy: Path, module: str, statement: str
) -> None:
    with (copy / "grader" / module).open("a") as file:
        file.write(f"\n{statement}\n")
    assert strangers(copy) == {"yaml" if "yaml" in statement else "grader.model.text"}
    ended = load(copy)
    assert ended.returncode == 1
    assert "may not be imported here" in ended.stderr


LAZY = {
    "import yaml": "yaml",
    "import yaml.nodes as n": "yaml.nodes",
    "from yaml import safe_load": "yaml",
    "from pydantic.fields import Field": "pydantic.fields",
    "from grader import errors": "grader.errors",
    "from .. import model": "grader.model",
    "from ..model.text import clean_line": "grader.model.text.clean_line",
    "import importlib; importlib.import_module('yaml')": "yaml",
    "__import__('yaml')": "yaml",
}


@pytest.mark.parametrize("statement", LAZY)
def test_a_stranger_in_a_function_is_found(copy: Path, statement: str) -> None:
    with (copy / "grader" / "worker" / "serve.py").open("a") as file:
        file.write(f"\ndef planted():\n    {statement}\n")
    assert strangers(copy) == {LAZY[statement]}


def test_the_wire_does_not_know_the_worker(copy: Path) -> None:
    with (copy / "grader" / "wire" / "plain.py").open("a") as file:
        file.write("\nfrom grader.worker import serve\n")
    assert strangers(copy) == {"grader.worker.serve"}


def test_nobody_else_imports_the_worker() -> None:
    worker = modules(ROOT, "grader.worker")
    others = {n: path for n, path in modules(ROOT, "grader").items() if n not in worker}
    assert len(others) > 100
    knowing = {n for n, p in others.items() if any("grader.worker" in i for i in imported(p, n))}
    assert knowing == set()


def test_importing_the_package_loads_nothing() -> None:
    names = run_python(
        "import sys; old = set(sys.modules); import grader; print(*set(sys.modules) - old)"
    )
    assert names == ["grader"]


def test_the_pytest_plugin_is_light() -> None:
    names = run_python("import sys, grader.testing.plugin; print(*sys.modules)")
    assert not {"numpy", "pydantic", "nbformat"} & set(names)
