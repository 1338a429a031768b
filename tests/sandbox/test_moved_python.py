"""Does bubblewrap show a Python its libraries where they are found from its program's place?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from grader.sandbox import bubblewrap

RUN = """
import json, sys
from grader.sandbox import launch
from grader.sandbox.forkserver import Forkserver
if "as it is called" in sys.argv:
    launch._interpreter = lambda: sys.executable
with Forkserver() as started:
    print(json.dumps([started.layers, started.reasons]))
"""
UNNEEDED = "test", "site-packages", "__pycache__", "idlelib", "config-*", "ensurepip", "tkinter"


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program of a Python that looks for its library in `$ORIGIN/../lib` alone.

    The library gets a name that no system has, of the same length: both stand in the program.
    """
    library = str(sysconfig.get_config_var("INSTSONAME") or "")
    folder = str(sysconfig.get_config_var("LIBDIR") or "")
    real = Path(sys.executable).resolve()
    data = real.read_bytes()
    names = {
        f"{folder}\0".encode(): b"$ORIGIN/../lib".ljust(len(folder) + 1, b"\0"),
        library.encode(): library.replace("python", "beside").encode(),
    }
    if not library.endswith(".1.0") or not all(name in data for name in names):
        pytest.skip("this Python holds its library itself, or finds it by the linker's cache")
    for name, other in names.items():
        data = data.replace(name, other)
    home = tmp_path_factory.mktemp("python")
    program = home / "bin" / real.name
    program.parent.mkdir()
    program.write_bytes(data)
    program.chmod(0o755)
    stdlib = Path(sysconfig.get_paths()["stdlib"])
    shutil.copytree(stdlib, home / "lib" / stdlib.name, ignore=shutil.ignore_patterns(*UNNEEDED))
    shutil.copy(Path(folder) / library, home / "lib" / library.replace("python", "beside"))
    return program


def start(program: Path, *how: str) -> tuple[list[str], dict[str, str]]:
    path = [bubblewrap.PACKAGE.parent, *filter(None, sys.path[1:])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    command = [str(program), "-c", RUN, *how]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    layers, reasons = json.loads(ended.stdout)
    return layers, reasons


def called(moved: Path, folder: Path, how: str) -> Path:
    """Return a path by which the program is called."""
    if how == "by itself":
        return moved
    link = folder / "bin" / "python"
    link.parent.mkdir()
    link.symlink_to(moved)
    if how == "in an environment":
        (folder / "pyvenv.cfg").write_text(f"home = {moved.parent}\n")
    if how == "by a link to a link":
        second = folder / "python3"
        second.symlink_to("bin/python")
        return second
    return link


@pytest.mark.layers("namespaces")
@pytest.mark.parametrize(
    "how", ["by itself", "in an environment", "by a link", "by a link to a link"]
)
def test_a_library_beside_python_is_found(moved: Path, tmp_path: Path, how: str) -> None:
    layers, reasons = start(called(moved, tmp_path, how))
    assert "namespaces" in layers, reasons


@pytest.mark.layers("namespaces")
def test_by_a_link_it_would_not_be_found(moved: Path, tmp_path: Path) -> None:
    """A control: the library is nowhere else."""
    _, reasons = start(called(moved, tmp_path, "in an environment"), "as it is called")
    assert "error while loading shared libraries" in reasons["namespaces"]
