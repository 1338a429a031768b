"""Classes with hostile neighbours, written as folders or zips, and what those change for others."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Final

from hostile import packed, tree
from thefts import CLASSES

FORMS: Final = ("folder", "zip")
Files = Mapping[str, bytes]


def honest_and_hostile(kind: str, dice: Random) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return an honest class and what one more student hands in below an entry of their own."""
    files, entry = CLASSES[kind]
    if entry.endswith("/") and dice.random() < 0.7:
        hostile = {entry + name: data for name, data in tree(dice).items()}
    else:
        name = dice.choice(["", "late", "random_init", "s1", "lab1", "class", "Week 1"])
        hostile = {f"{entry}{name}.zip": packed(dice, tree(dice))}
    return {name: text.encode() for name, text in files.items()}, hostile


def written(root: Path, files: Files, form: str) -> Path:
    """Write a class as a folder or a zip; what no file system takes is left out of a folder."""
    if form == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name), data)
        path = root / "lab.zip"
        path.write_bytes(buffer.getvalue())
        return path
    for name, data in files.items():
        target = root / "lab" / name
        if ".." in target.parts or "\0" in name:
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError:  # a name that is too long, a file in the place of a folder
            continue
    return root / "lab"
