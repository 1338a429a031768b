"""The outer sandbox: bubblewrap's arguments for a forkserver with a view of its own.

Inside there are the Python installation, the system's shared libraries and the two of our packages
that a worker runs, all read-only. There is no home, no /etc, no course and no network, and the
only processes are the forkserver and its workers.
"""

from __future__ import annotations

import importlib.util
import shutil
import sysconfig
from pathlib import Path
from typing import Final

from grader.errors import SandboxError

PACKAGE: Final = Path(__file__).resolve().parents[1]
INSIDE: Final = "/grader-worker"
SYSTEM_LIBRARIES: Final = ("/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/local/lib")


def module_path() -> list[str]:
    """Return the folders on a worker's `sys.path`: the standard library, numpy and msgpack."""
    paths = sysconfig.get_paths()
    stdlib = Path(paths["stdlib"])
    folders = [stdlib, Path(paths["platstdlib"]), stdlib / "lib-dynload"]
    folders += [Path(_origin(name)).parents[1] for name in ("numpy", "msgpack")]
    return list(dict.fromkeys(str(folder) for folder in folders))


def _origin(name: str) -> str:
    """Return where a package lies without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SandboxError(f"the package {name} is not installed")
    return spec.origin


def readable_paths() -> list[str]:
    """Return what a worker may read: its modules, and the libraries that those may load."""
    return [*module_path(), *(path for path in SYSTEM_LIBRARIES if Path(path).is_dir())]


def find() -> str | None:
    """Return the path of the bubblewrap program, None when it is not installed."""
    return shutil.which("bwrap")


def command(
    program: str, interpreter: str, environment: dict[str, str], *, as_root: bool
) -> list[str]:
    """Return the command line up to, not including, the forkserver's own."""
    arguments = [program, "--die-with-parent", "--new-session", "--clearenv", "--chdir", "/"]
    arguments += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    arguments += ["--cap-drop", "ALL"]
    if as_root:
        # Real root needs no user namespace; it keeps what it takes to give workers another uid.
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):
            arguments += ["--cap-add", capability]
    else:
        arguments += ["--unshare-user"]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    mounts = _mounts(interpreter)
    # Otherwise bubblewrap makes the folders above a private one private too: no other uid enters.
    above = dict.fromkeys(str(p) for mount in mounts for p in reversed(Path(mount).parents))
    for folder in above:
        if folder != "/" and not Path(folder).is_symlink():
            arguments += ["--dir", folder]
    for path in mounts:
        arguments += _mount(path)
    for part in ("__init__.py", "wire", "worker"):
        arguments += ["--ro-bind", str(PACKAGE / part), f"{INSIDE}/grader/{part}"]
    # What bubblewrap itself put there would otherwise belong to whoever grades, workers included.
    for folder in ("/", "/dev"):
        arguments += ["--remount-ro", folder]
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    return [*arguments, "--"]


def _mounts(interpreter: str) -> list[str]:
    libraries = Path(interpreter).parents[1] / "lib"
    candidates = [*readable_paths(), "/etc/ld.so.cache", interpreter]
    # Where an installation is moved about, its libraries are found from its program.
    candidates += [str(path) for path in libraries.glob("*.so*") if path.is_file()]
    # A virtual environment of copies finds its home by the file beside its folder.
    candidates.append(str(Path(interpreter).parents[1] / "pyvenv.cfg"))
    present = sorted(path for path in dict.fromkeys(candidates) if Path(path).exists())
    kept: dict[str, None] = {}
    for path in present:
        if not any(str(above) in kept for above in Path(path).parents):
            kept[path] = None
    return list(kept)


def _mount(path: str) -> list[str]:
    """Mount `path` read-only at its own place; a link such as /lib stays a link."""
    if Path(path).is_symlink() and Path(path).is_dir():
        return ["--symlink", str(Path(path).readlink()), path]
    return ["--ro-bind", path, path]
