"""Build the zip of a Gradescope autograder: its two scripts, one exercise, and the grader itself.

Of the course only what grades is put in: all that counts for the exercise's digest, so that hidden
tests find every file that they read. The corpus of answers stays at home.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.atomic import write_bytes
from grader.catalog import PACKAGE
from grader.errors import UsageError
from grader.release import course_toml
from grader.sandbox.layers import DEFAULT_LEVEL
from grader.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.catalog import ExerciseFolder

SCRIPTS: Final = ("setup.sh", "run_autograder")
SETTINGS: Final = "autograder.json"
BUILD_SECONDS: Final = 300
# A zip cannot say that a file has no time; this is the earliest that it can say.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def build(folder: ExerciseFolder, out: Path) -> Path:
    """Write the zip for one exercise and return its path.

    Raise UsageError when the grader was not installed from its source, of which a wheel is made.
    """
    with scratch_folder() as scratch:
        archive = scratch / "autograder.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zf:
            for name, data in _files(folder, scratch):
                info = zipfile.ZipInfo(name, _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = (0o755 if name in SCRIPTS else 0o644) << 16
                zf.writestr(info, data)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(out, archive.read_bytes())
    return out


def _files(folder: ExerciseFolder, scratch: Path) -> Iterator[tuple[str, bytes]]:
    for name in SCRIPTS:
        yield name, (Path(__file__).parent / name).read_bytes()
    settings = {"exercise": folder.id, "isolation": str(DEFAULT_LEVEL)}
    yield SETTINGS, json.dumps(settings, indent=1).encode()
    wheel = _wheel(scratch)
    yield wheel.name, wheel.read_bytes()
    constraints = PACKAGE.parent / "constraints.txt"
    yield "constraints.txt", constraints.read_bytes() if constraints.exists() else b""
    yield "course/exercises/course.toml", course_toml(folder.course, [folder.id]).encode()
    for path in folder.graded_with:
        yield f"course/{path.relative_to(folder.course.root).as_posix()}", path.read_bytes()


def _wheel(scratch: Path) -> Path:
    source = PACKAGE.parent
    if not (source / "pyproject.toml").exists():
        raise UsageError("a wheel of the grader is made from its source: run this in a clone of it")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(scratch)]
    ended = subprocess.run(  # noqa: S603
        [*command, str(source)], capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    wheels = sorted(scratch.glob("*.whl"))
    if ended.returncode or not wheels:
        raise UsageError(f"no wheel could be built: {ended.stderr.strip()[-500:]}")
    return wheels[0]
