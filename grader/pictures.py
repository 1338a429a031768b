"""Draw the picture of a lesson: `picture.py` says how, `picture.png` is shown.

`picture.py` defines `draw()`, which returns a matplotlib figure, and ends by calling it, so that
the same code shows the picture in a notebook. It is the author's own code and runs as such, in a
process of its own; matplotlib is needed by who draws, never by who looks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.atomic import write_bytes
from grader.catalog import PICTURE, PICTURE_SCRIPT
from grader.errors import CourseError
from grader.scratch import scratch_folder

if TYPE_CHECKING:
    from grader.catalog import ExerciseFolder

DRAW_SECONDS: Final = 120
# No version of the software in the file: the same picture is then the same bytes.
_DRAW: Final = """\
import runpy, sys
figure = runpy.run_path(sys.argv[1])["draw"]()
figure.savefig(sys.argv[2], dpi=100, format="png", metadata={"Software": None})
"""


def draw_picture(folder: ExerciseFolder) -> Path | None:
    """Draw an exercise's picture and return its path; None when the exercise has none.

    Raise CourseError when `picture.py` does not do what it should.
    """
    if not (folder.public / PICTURE_SCRIPT).exists():
        return None
    target = folder.public / PICTURE
    write_bytes(target, drawn(folder.public / PICTURE_SCRIPT))
    return target


def drawn(script: Path) -> bytes:
    """Run a `picture.py` and return its picture as PNG; raise CourseError when it draws none."""
    with scratch_folder() as scratch:
        image = scratch / PICTURE
        environment = os.environ | {"MPLBACKEND": "agg", "MPLCONFIGDIR": str(scratch)}
        try:
            ended = subprocess.run(  # noqa: S603
                [sys.executable, "-c", _DRAW, str(script), str(image)],
                env=environment,
                capture_output=True,
                text=True,
                timeout=DRAW_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CourseError(f"{script}: not drawn in {DRAW_SECONDS} s") from None
        if ended.returncode or not image.exists():
            lines = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
            raise CourseError(f"{script}: {lines[-1]}")
        return image.read_bytes()


def image_of(folder: ExerciseFolder) -> bytes | None:
    """Return the drawn picture of an exercise; None when it has none.

    Raise CourseError when there is a script and no image: it has yet to be drawn.
    """
    script, image = folder.public / PICTURE_SCRIPT, folder.public / PICTURE
    if not script.exists():
        return None
    try:
        return image.read_bytes()
    except OSError as error:
        raise CourseError(f"{image}: {error}; run `grader notebook {folder.id}`") from None
